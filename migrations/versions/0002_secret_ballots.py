"""Two keys and two sheets, hosts, those present, signed counts, urns destroyed."""

import hashlib
import json

import sqlalchemy as sa
from alembic import op

from survey.storage.base import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let a round have several keys and what secret ballots need."""
    op.add_column("round", sa.Column("public_keys", sa.JSON(), nullable=False, server_default=sa.text("'[]'")))
    _move_keys_to_lists()
    with op.batch_alter_table("round") as table:
        table.drop_column("public_key")
        table.alter_column("public_keys", server_default=None)
        table.add_column(sa.Column("destroyed_at", UtcDateTime(), nullable=True))
        table.create_check_constraint(
            op.f("ck_round_destroyed_only_counted"), "destroyed_at IS NULL OR state = 'counted'"
        )
    with op.batch_alter_table("voter_group") as table:
        table.add_column(sa.Column("present", sa.Integer(), nullable=True))
        table.create_check_constraint(op.f("ck_voter_group_present_counts"), "present IS NULL OR present >= 0")
    with op.batch_alter_table("batch") as table:
        table.add_column(sa.Column("door", sa.String(length=7), nullable=False, server_default=sa.text("'open'")))
        table.add_column(sa.Column("shut_at", UtcDateTime(), nullable=True))
        table.create_check_constraint(op.f("ck_batch_door_known"), "door IN ('waiting', 'open', 'shut')")
        table.create_check_constraint(op.f("ck_batch_shut_has_a_moment"), "(door = 'shut') = (shut_at IS NOT NULL)")
    # Plain ALTER TABLE for the large table: nothing of it is written anew.
    op.add_column("envelope", sa.Column("sheet", sa.Integer(), nullable=False, server_default=sa.text("1")))
    op.add_column("count", sa.Column("signatures", sa.JSON(), nullable=False, server_default=sa.text("'[]'")))
    _gather_statistics(0)


def downgrade() -> None:
    """Go back to one key and one sheet; what only this version knows is lost."""
    _gather_statistics(-1)
    op.drop_column("count", "signatures")
    op.drop_column("envelope", "sheet")
    with op.batch_alter_table("batch") as table:
        table.drop_constraint(op.f("ck_batch_shut_has_a_moment"), type_="check")
        table.drop_constraint(op.f("ck_batch_door_known"), type_="check")
        table.drop_column("shut_at")
        table.drop_column("door")
    with op.batch_alter_table("voter_group") as table:
        table.drop_constraint(op.f("ck_voter_group_present_counts"), type_="check")
        table.drop_column("present")
    op.add_column("round", sa.Column("public_key", sa.LargeBinary(), nullable=True))
    _move_lists_to_keys()
    with op.batch_alter_table("round") as table:
        table.drop_constraint(op.f("ck_round_destroyed_only_counted"), type_="check")
        table.drop_column("destroyed_at")
        table.drop_column("public_keys")


def _gather_statistics(target: int) -> None:
    """Keep PostgreSQL from copying values of these columns into its statistics, where no deletion reaches them."""
    if op.get_bind().dialect.name == "postgresql":
        for table, column in (
            ("envelope", "sealed"),
            ("envelope", "urn_key"),
            ("code", "digest"),
            ("code", "cast_key"),
        ):
            op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET STATISTICS {target}")


def _move_keys_to_lists() -> None:
    connection = op.get_bind()
    for row in connection.execute(sa.text("SELECT id, public_key FROM round WHERE public_key IS NOT NULL")).all():
        digits = hashlib.sha256(row.public_key).hexdigest()[:40]
        key = {
            "kind": "office",
            "public": bytes(row.public_key).hex(),
            "fingerprint": " ".join(digits[i : i + 4] for i in range(0, 40, 4)),
        }
        _set(connection, row.id, "public_keys", json.dumps([key]))


def _move_lists_to_keys() -> None:
    connection = op.get_bind()
    rows = connection.execute(
        sa.select(sa.column("id"), sa.column("public_keys", sa.JSON())).select_from(sa.text("round"))
    )
    for row in rows.all():
        if row.public_keys:
            _set(connection, row.id, "public_key", bytes.fromhex(row.public_keys[0]["public"]))


def _set(connection: sa.Connection, row_id: int, column: str, value: str | bytes) -> None:
    kind = sa.JSON() if isinstance(value, str) else sa.LargeBinary()
    table = sa.table("round", sa.column("id", sa.Integer()), sa.column(column, kind))
    stored = json.loads(value) if isinstance(value, str) else value
    connection.execute(table.update().where(table.c.id == row_id).values({column: stored}))
