"""Tables of how the response of whole rounds grew, and of how many wrong codes were tried."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from survey.storage.base import Base, UtcDateTime


class TurnoutPoint(Base):
    """A whole round at one bucket of time; see ``survey.turnout.history`` for why never less than a whole round."""

    __tablename__ = "turnout_point"
    __table_args__ = (CheckConstraint("0 <= spent AND spent <= issued", name="spent_of_issued"),)

    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)
    issued: Mapped[int]
    spent: Mapped[int]


class WrongCode(Base):
    """How many wrong codes were tried in ten minutes, in the whole installation: a wrong code belongs to no round."""

    __tablename__ = "wrong_code"
    __table_args__ = (CheckConstraint("tried >= 1", name="tried_some"),)

    at: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)
    tried: Mapped[int]
