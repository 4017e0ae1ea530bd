"""Questionnaires, subjects, rounds, codes, the urn, counts."""

import sqlalchemy as sa
from alembic import op

from survey.storage.base import UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make all tables of the first release."""
    op.create_table(
        "code",
        sa.Column("round_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=6), nullable=False),
        sa.Column("cast_key", sa.LargeBinary(length=32), nullable=True),
        sa.CheckConstraint("(state = 'spent') = (cast_key IS NOT NULL)", name=op.f("ck_code_spent_has_cast_key")),
        sa.CheckConstraint("state IN ('issued', 'spent', 'void')", name=op.f("ck_code_state_known")),
        sa.PrimaryKeyConstraint("round_id", "digest", name=op.f("pk_code")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "envelope",
        sa.Column("round_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("urn_key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("voter_group_id", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("round_id", "urn_key", name=op.f("pk_envelope")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "questionnaire_version",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.CheckConstraint("version >= 1", name=op.f("ck_questionnaire_version_version_counts_from_one")),
        sa.PrimaryKeyConstraint("id", "version", name=op.f("pk_questionnaire_version")),
    )
    op.create_table(
        "round",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("definition", sa.JSON(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=True),
        sa.Column("frozen", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("frozen_hash", sa.String(length=64), nullable=True),
        sa.Column("opened_at", UtcDateTime(), nullable=True),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("counted_at", UtcDateTime(), nullable=True),
        sa.Column("published_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("published_at IS NULL OR state = 'counted'", name=op.f("ck_round_published_only_counted")),
        sa.CheckConstraint(
            "state IN ('draft', 'ready') OR frozen_hash IS NOT NULL", name=op.f("ck_round_frozen_from_opening")
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'ready', 'open', 'closed', 'counted')", name=op.f("ck_round_state_known")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round")),
        sa.UniqueConstraint("name", name=op.f("uq_round_name")),
    )
    op.create_table(
        "subject",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("unit_type", sa.String(length=100), nullable=False),
        sa.Column("ranking_group", sa.String(length=100), nullable=False),
        sa.Column("parent", sa.String(length=40), nullable=False),
        sa.Column("rank", sa.String(length=10), nullable=False),
        sa.Column("population", sa.Integer(), nullable=True),
        sa.CheckConstraint("population IS NULL OR population >= 1", name=op.f("ck_subject_population_positive")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_subject")),
    )
    op.create_table(
        "count",
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_count_round_id_round")),
        sa.PrimaryKeyConstraint("round_id", name=op.f("pk_count")),
    )
    op.create_table(
        "voter_group",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("voter_group", sa.String(length=40), nullable=False),
        sa.Column("ballot_class", sa.String(length=20), nullable=False),
        sa.Column("planned", sa.Integer(), nullable=False),
        sa.Column("subjects", sa.String(), nullable=False),
        sa.CheckConstraint("planned >= 1", name=op.f("ck_voter_group_planned_positive")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_voter_group_round_id_round")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voter_group")),
        sa.UniqueConstraint(
            "round_id", "voter_group", "ballot_class", name=op.f("uq_voter_group_round_id_voter_group_ballot_class")
        ),
    )
    op.create_table(
        "batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("voter_group_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("spare", sa.Boolean(), nullable=False),
        sa.Column("void", sa.Boolean(), nullable=False),
        sa.CheckConstraint("size >= 1", name=op.f("ck_batch_size_positive")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_batch_round_id_round")),
        sa.ForeignKeyConstraint(
            ["voter_group_id"], ["voter_group.id"], name=op.f("fk_batch_voter_group_id_voter_group")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch")),
        sa.UniqueConstraint("round_id", "name", name=op.f("uq_batch_round_id_name")),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("batch")
    op.drop_table("voter_group")
    op.drop_table("count")
    op.drop_table("subject")
    op.drop_table("round")
    op.drop_table("questionnaire_version")
    op.drop_table("envelope")
    op.drop_table("code")
