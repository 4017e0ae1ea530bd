"""Ratings of government services (好差评): plans, handled cases, ratings, and what followed a bad one."""

import sqlalchemy as sa
from alembic import op

from survey.storage.base import UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "rating_plan",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.CheckConstraint("version >= 1", name=op.f("ck_rating_plan_version_counts_from_one")),
        sa.PrimaryKeyConstraint("id", "version", name=op.f("pk_rating_plan")),
    )
    op.create_table(
        "service_case",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.String(length=40), nullable=False),
        sa.Column("plan_version", sa.Integer(), nullable=False),
        sa.Column("office", sa.String(length=40), nullable=False),
        sa.Column("case_ref", sa.String(length=80), nullable=False),
        sa.Column("item", sa.String(length=100), nullable=False),
        sa.Column("unit", sa.String(length=100), nullable=False),
        sa.Column("service_window", sa.String(length=100), nullable=False),
        sa.Column("handler", sa.String(length=100), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("reachable", sa.Boolean(), nullable=False),
        sa.Column("closed_at", UtcDateTime(), nullable=False),
        sa.Column("code_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_case")),
        sa.UniqueConstraint("office", "case_ref", name=op.f("uq_service_case_office_case_ref")),
        sa.UniqueConstraint("code_digest", name=op.f("uq_service_case_code_digest")),
    )
    op.create_index(op.f("ix_service_case_state_due_at"), "service_case", ["state", "due_at"])
    op.create_index(op.f("ix_service_case_closed_at"), "service_case", ["closed_at"])
    op.create_table(
        "service_rating",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("level", sa.String(length=40), nullable=False),
        sa.Column("bad", sa.Boolean(), nullable=False),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.Column("rated_on", sa.Date(), nullable=False),
        sa.Column("form_key", sa.LargeBinary(length=32), nullable=False),
        sa.CheckConstraint("round IN (1, 2)", name=op.f("ck_service_rating_round_known")),
        sa.ForeignKeyConstraint(["case_id"], ["service_case.id"], name=op.f("fk_service_rating_case_id_service_case")),
        sa.PrimaryKeyConstraint("case_id", "round", name=op.f("pk_service_rating")),
    )
    op.create_table(
        "rating_event",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(length=10), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_rating_event_number_positive")),
        sa.ForeignKeyConstraint(["case_id"], ["service_case.id"], name=op.f("fk_rating_event_case_id_service_case")),
        sa.PrimaryKeyConstraint("case_id", "number", name=op.f("pk_rating_event")),
    )


def downgrade() -> None:
    """Drop them; cases, ratings and what followed them are lost."""
    for table in ("rating_event", "service_rating", "service_case", "rating_plan"):
        op.drop_table(table)
