"""The table of counts: written once, whole, with the hash of its content."""

from sqlalchemy import JSON, ForeignKey, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from survey.storage.base import Base


class CountRow(Base):
    """The count of a round, as the canonical bytes that were hashed, compressed, and the trustees' signatures."""

    __tablename__ = "count"

    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), primary_key=True)
    content_hash: Mapped[str] = mapped_column(String(64))
    document: Mapped[bytes] = mapped_column(LargeBinary)
    signatures: Mapped[list[dict[str, str]]] = mapped_column(JSON, default=list, server_default=text("'[]'"))
