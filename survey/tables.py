"""Every mapped class, imported once, so that migrations and tests see all tables."""

from survey.ballots.models import Envelope
from survey.codes.models import Batch, Code
from survey.counting.models import CountRow, TakenCount
from survey.questionnaires.models import QuestionnaireVersion
from survey.rounds.models import Round, VoterGroupRow
from survey.scoring.models import EvidenceRow, SchemeVersion, ScoreRun
from survey.storage.base import Base
from survey.subjects.models import SubjectRow

__all__ = [
    "Base",
    "Batch",
    "Code",
    "CountRow",
    "Envelope",
    "EvidenceRow",
    "QuestionnaireVersion",
    "Round",
    "SchemeVersion",
    "ScoreRun",
    "SubjectRow",
    "TakenCount",
    "VoterGroupRow",
]
