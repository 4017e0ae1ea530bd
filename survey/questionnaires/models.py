"""The table of questionnaire versions; a row is written once and never changed."""

from sqlalchemy import JSON, CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from survey.storage.base import Base


class QuestionnaireVersion(Base):
    """One frozen version, whole, with the hash of its content."""

    __tablename__ = "questionnaire_version"
    __table_args__ = (CheckConstraint("version >= 1", name="version_counts_from_one"),)

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    content_hash: Mapped[str] = mapped_column(String(64))
    document: Mapped[dict[str, object]] = mapped_column(JSON)
