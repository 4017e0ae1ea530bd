"""The urn. A row holds an envelope and what it is counted under: nothing tells when, in what order, or by whom."""

from sqlalchemy import LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from survey.storage.base import Base

KEY_BYTES = 16


class Envelope(Base):
    """One sealed ballot under a random key."""

    __tablename__ = "envelope"
    __table_args__ = ({"sqlite_with_rowid": False},)

    # No foreign keys: PostgreSQL would lock the round's one row for every ballot, and everybody would queue there.
    round_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    urn_key: Mapped[bytes] = mapped_column(LargeBinary(KEY_BYTES), primary_key=True)
    voter_group_id: Mapped[int]
    sheet: Mapped[int] = mapped_column(server_default=text("1"))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
