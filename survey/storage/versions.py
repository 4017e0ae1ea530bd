"""Versions of what people write: each is frozen whole, with the hash of its content, and never changed."""

import re
from collections.abc import Mapping
from typing import Any, Protocol, TypeVar

from sqlalchemy import JSON, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey.core.errors import N_, AlreadyDone


class FrozenVersion:
    """The columns of a table of versions; a row is written once."""

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    content_hash: Mapped[str] = mapped_column(String(64))
    document: Mapped[dict[str, Any]] = mapped_column(JSON)


class Written(Protocol):
    """What people wrote, read and validated."""

    @property
    def id(self) -> str: ...  # noqa: D102
    @property
    def version(self) -> int: ...  # noqa: D102
    @property
    def content_hash(self) -> str: ...  # noqa: D102
    @property
    def reference(self) -> str: ...  # noqa: D102
    def document(self) -> Mapping[str, Any]: ...  # noqa: D102


Row = TypeVar("Row", bound=FrozenVersion)


def freeze(session: Session, table: type[FrozenVersion], written: Written) -> bool:
    """Freeze a version; adding the same content again changes nothing.

    Returns:
        Whether the version is new.

    Raises:
        AlreadyDone: when that version exists with another content.
    """
    known = session.get(table, (written.id, written.version))
    if known is None:
        row = table()
        row.id, row.version = written.id, written.version
        row.content_hash, row.document = written.content_hash, dict(written.document())
        session.add(row)
        session.flush()
        return True
    if known.content_hash != written.content_hash:
        raise AlreadyDone(
            N_("%(reference)s is frozen with another content; raise its version to add the change"),
            reference=written.reference,
        )
    return False


def find_version(session: Session, table: type[Row], reference: str) -> Row | None:
    """Return the version ``id@version``, or the newest of an ``id``; None when there is none."""
    name, at, version = reference.partition("@")
    found = select(table).where(table.id == name).order_by(table.version.desc()).limit(1)
    if at:
        found = found.where(table.version == (int(version) if re.fullmatch("[0-9]{1,4}", version) else 0))
    return session.scalar(found)


def list_versions(session: Session, table: type[Row]) -> list[Row]:
    """Return every version, by name and number."""
    return list(session.scalars(select(table).order_by(table.id, table.version)))
