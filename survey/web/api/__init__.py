"""The interface for programs (接口): /api/v1, described by /api/v1/openapi.json, which is made from this code."""

from flask import Flask

from config import BadSetting
from survey.staff.receivers import check_entries
from survey.web.api import access, document, ratings, rounds, schemes, webhooks
from survey.web.services import Services


def register(app: Flask, made: Services) -> None:
    """Add every operation, and the document that says what they take and give.

    Raises:
        BadSetting: when a host for webhooks cannot be read.
    """
    wrong = check_entries(made.settings.webhook_hosts)
    if wrong is not None:
        message = f"error: MINSHENG_WEBHOOK_HOSTS has {wrong!r}; write names, or name=10.3.0.0/16"
        raise BadSetting(message)
    access.register(app)
    document.register(app, (rounds.rounds, schemes.schemes, ratings.ratings, webhooks.webhooks, document.about))
