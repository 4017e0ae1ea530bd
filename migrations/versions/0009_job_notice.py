"""Whether who asked for a job knows how it ended; how many wrong codes were tried."""

import sqlalchemy as sa
from alembic import op

from survey.storage.base import UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the mark and the table; of what is over already nobody is told any more."""
    with op.batch_alter_table("job") as table:
        table.add_column(sa.Column("seen", sa.Boolean(), server_default=sa.false(), nullable=False))
    job = sa.table("job", sa.column("seen", sa.Boolean), sa.column("ended_at"))
    op.execute(job.update().where(job.c.ended_at.is_not(None)).values(seen=sa.true()))
    op.create_table(
        "wrong_code",
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("tried", sa.Integer(), nullable=False),
        sa.CheckConstraint("tried >= 1", name=op.f("ck_wrong_code_tried_some")),
        sa.PrimaryKeyConstraint("at", name=op.f("pk_wrong_code")),
    )


def downgrade() -> None:
    """Take them away again; the figures are lost."""
    op.drop_table("wrong_code")
    with op.batch_alter_table("job") as table:
        table.drop_column("seen")
