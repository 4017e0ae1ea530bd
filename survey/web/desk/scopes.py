"""Whose office the thing is that an address names."""

from collections.abc import Callable, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.jobs.models import Job
from survey.ratings.models import ServiceCase
from survey.rounds.models import Round
from survey.staff.token_models import ApiToken, Webhook
from survey.web.guard import MOST_ROWS

Scope = Callable[[Session, str], str | None]


def _of_round(session: Session, name: str) -> str | None:
    return session.scalar(select(Round.office).where(Round.name == name))


def _of_case(session: Session, number: str) -> str | None:
    # Larger than any row's number, PostgreSQL would not even look.
    known = int(number) <= MOST_ROWS
    return session.scalar(select(ServiceCase.office).where(ServiceCase.id == int(number))) if known else None


def _of_job(session: Session, job_id: str) -> str | None:
    return session.scalar(select(Job.office).where(Job.id == job_id))


def _of_token(session: Session, token_id: str) -> str | None:
    return session.scalar(select(ApiToken.office).where(ApiToken.id == token_id))


def _of_webhook(session: Session, webhook_id: str) -> str | None:
    return session.scalar(select(Webhook.office).where(Webhook.id == webhook_id))


SCOPES: Mapping[str, Scope] = {
    "round_id": _of_round,
    "case_id": _of_case,
    "job_id": _of_job,
    "token_id": _of_token,
    "webhook_id": _of_webhook,
}
"""By the argument's name in the address: its office's code, or none when there is no such thing."""
