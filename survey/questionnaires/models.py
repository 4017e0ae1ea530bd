"""The table of questionnaire versions; a row is written once and never changed."""

from sqlalchemy import CheckConstraint

from survey.storage.base import Base
from survey.storage.versions import FrozenVersion


class QuestionnaireVersion(FrozenVersion, Base):
    """One frozen version, whole, with the hash of its content."""

    __tablename__ = "questionnaire_version"
    __table_args__ = (CheckConstraint("version >= 1", name="version_counts_from_one"),)
