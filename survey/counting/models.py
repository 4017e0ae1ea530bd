"""The tables of counts: written once, whole, with the hash of their content."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from survey.storage.base import Base, UtcDateTime


class CountRow(Base):
    """The count of a round, as the canonical bytes that were hashed, compressed, and the trustees' signatures."""

    __tablename__ = "count"

    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), primary_key=True)
    content_hash: Mapped[str] = mapped_column(String(64))
    document: Mapped[bytes] = mapped_column(LargeBinary)
    signatures: Mapped[list[dict[str, str]]] = mapped_column(JSON, default=list, server_default=text("'[]'"))


class TakenCount(Base):
    """A count of a round that another installation held, from its bundle; it is merged into the runs here.

    Attributes:
        origin: the first 16 hex digits of ``frozen_hash``.
        content_hash: of the document, before it was compressed.
        source: the fingerprint of the installation that signed the bundle.
    """

    __tablename__ = "taken_count"

    round_name: Mapped[str] = mapped_column(String(40), primary_key=True)
    origin: Mapped[str] = mapped_column(String(16), primary_key=True)
    frozen_hash: Mapped[str] = mapped_column(String(64))
    content_hash: Mapped[str] = mapped_column(String(64))
    document: Mapped[bytes] = mapped_column(LargeBinary)
    source: Mapped[str] = mapped_column(String(49))
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime)
