"""The commands: every step of the flow, in a terminal. The words stand in ``docs/reference.md``."""

from flask import Flask

from survey.cli.api_tokens import api_tokens
from survey.cli.bundle import bundle
from survey.cli.codes import codes
from survey.cli.count import count
from survey.cli.db import db
from survey.cli.demo.command import demo
from survey.cli.destroy import destroy_  # noqa: F401 - one of the commands of rounds
from survey.cli.doctor import doctor
from survey.cli.keys import keys
from survey.cli.questionnaires import questionnaires
from survey.cli.ratings import ratings
from survey.cli.rehearsal import rehearse  # noqa: F401 - one of the commands of rounds
from survey.cli.report import publish, report
from survey.cli.rounds import rounds
from survey.cli.schemes import schemes
from survey.cli.score import components, score
from survey.cli.staff import staff
from survey.cli.subjects import subjects
from survey.cli.turnout import turnout
from survey.cli.worker import worker

COMMANDS = (
    db,
    questionnaires,
    subjects,
    keys,
    rounds,
    codes,
    turnout,
    count,
    schemes,
    components,
    score,
    report,
    publish,
    bundle,
    ratings,
    demo,
    worker,
    staff,
    api_tokens,
    doctor,
)


def register(app: Flask) -> None:
    """Put every command under ``flask``."""
    for command in COMMANDS:
        app.cli.add_command(command)
