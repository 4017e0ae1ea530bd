"""For monitors: is the process alive, and can it take ballots."""

from flask import Blueprint, Response

from survey.storage.engine import reading
from survey.storage.migrate import current, head
from survey.web.services import services

health = Blueprint("health", __name__)


@health.get("/healthz")
def alive() -> Response:
    """The process answers."""
    return Response("ok\n", mimetype="text/plain")


@health.get("/readyz")
def ready() -> Response:
    """The database answers and has the tables this program needs."""
    with reading(services().engine) as connection:
        found = current(connection)
    if found != head():
        return Response(f"the database is at revision {found or 'none'}, not {head()}\n", 503, mimetype="text/plain")
    return Response("ready\n", mimetype="text/plain")
