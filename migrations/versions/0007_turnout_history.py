"""The response of rounds over time, and the response rate that a round is to reach."""

import sqlalchemy as sa
from alembic import op

from survey.storage.base import UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the curve's points and the target."""
    op.create_table(
        "turnout_point",
        sa.Column("round_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("issued", sa.Integer(), nullable=False),
        sa.Column("spent", sa.Integer(), nullable=False),
        sa.CheckConstraint("0 <= spent AND spent <= issued", name=op.f("ck_turnout_point_spent_of_issued")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_turnout_point_round_id_round")),
        sa.PrimaryKeyConstraint("round_id", "at", name=op.f("pk_turnout_point")),
    )
    with op.batch_alter_table("round") as table:
        table.add_column(sa.Column("target", sa.Integer(), nullable=True))
        table.create_check_constraint(op.f("ck_round_target_percent"), "target IS NULL OR target BETWEEN 1 AND 100")


def downgrade() -> None:
    """Take them away again; curves and targets are lost."""
    with op.batch_alter_table("round") as table:
        table.drop_constraint(op.f("ck_round_target_percent"), type_="check")
        table.drop_column("target")
    op.drop_table("turnout_point")
