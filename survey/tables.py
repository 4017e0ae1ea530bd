"""Every mapped class, imported once, so that migrations and tests see all tables."""

from survey.ballots.models import Envelope
from survey.codes.models import Batch, Code
from survey.counting.models import CountRow, TakenCount
from survey.jobs.models import Job, JobFile, JobPart
from survey.questionnaires.models import QuestionnaireVersion
from survey.ratings.models import PlanVersion, RatingEvent, ServiceCase, ServiceRating
from survey.rounds.models import Round, VoterGroupRow
from survey.scoring.models import EvidenceRow, SchemeVersion, ScoreRun
from survey.staff.models import AuditEntry, DeskSession, Invitation, Member, MemberRole, Office, ProposalRow
from survey.staff.token_models import ApiRequest, ApiToken, Webhook, WebhookDelivery
from survey.storage.base import Base
from survey.subjects.models import SubjectRow
from survey.turnout.models import TurnoutPoint, WrongCode

__all__ = [
    "ApiRequest",
    "ApiToken",
    "AuditEntry",
    "Base",
    "Batch",
    "Code",
    "CountRow",
    "DeskSession",
    "Envelope",
    "EvidenceRow",
    "Invitation",
    "Job",
    "JobFile",
    "JobPart",
    "Member",
    "MemberRole",
    "Office",
    "PlanVersion",
    "ProposalRow",
    "QuestionnaireVersion",
    "RatingEvent",
    "Round",
    "SchemeVersion",
    "ScoreRun",
    "ServiceCase",
    "ServiceRating",
    "SubjectRow",
    "TakenCount",
    "TurnoutPoint",
    "VoterGroupRow",
    "Webhook",
    "WebhookDelivery",
    "WrongCode",
]
