"""The roster of all subjects; a round freezes its own copy when it opens."""

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from survey.storage.base import Base


class SubjectRow(Base):
    """A unit or cadre as last imported."""

    __tablename__ = "subject"
    __table_args__ = (CheckConstraint("population IS NULL OR population >= 1", name="population_positive"),)

    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    position: Mapped[int]
    name: Mapped[str] = mapped_column(String(100))
    kind: Mapped[str] = mapped_column(String(10))
    unit_type: Mapped[str] = mapped_column(String(100))
    group: Mapped[str] = mapped_column("ranking_group", String(100))
    parent: Mapped[str] = mapped_column(String(40))
    rank: Mapped[str] = mapped_column(String(10))
    population: Mapped[int | None]
