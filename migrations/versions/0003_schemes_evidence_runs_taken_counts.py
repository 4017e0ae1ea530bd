"""Schemes, what was filed for them, score runs, counts taken from other installations."""

import sqlalchemy as sa
from alembic import op

from survey.storage.base import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables from components to grades."""
    op.create_table(
        "scheme",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", "version", name=op.f("pk_scheme")),
    )
    op.create_table(
        "evidence",
        sa.Column("scheme", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("part", sa.String(length=200), nullable=False),
        sa.Column("value", sa.String(length=200), nullable=False),
        sa.Column("source", sa.String(length=300), nullable=False),
        sa.Column("confirmed_by", sa.String(length=100), nullable=False),
        sa.Column("confirmed_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("scheme", "kind", "subject", "name", "part", name=op.f("pk_evidence")),
    )
    op.create_table(
        "score_run",
        sa.Column("scheme", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("what_if", sa.String(length=400), nullable=False),
        sa.Column("software", sa.String(length=40), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("published_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("what_if = '' OR published_at IS NULL", name=op.f("ck_score_run_what_if_never_published")),
        sa.CheckConstraint("number >= 1", name=op.f("ck_score_run_number_positive")),
        sa.PrimaryKeyConstraint("scheme", "number", name=op.f("pk_score_run")),
    )
    op.create_table(
        "taken_count",
        sa.Column("round_name", sa.String(length=40), nullable=False),
        sa.Column("origin", sa.String(length=16), nullable=False),
        sa.Column("frozen_hash", sa.String(length=64), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("source", sa.String(length=49), nullable=False),
        sa.Column("taken_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("round_name", "origin", name=op.f("pk_taken_count")),
    )


def downgrade() -> None:
    """Drop them; schemes, evidence and runs are lost."""
    for table in ("taken_count", "score_run", "evidence", "scheme"):
        op.drop_table(table)
