"""The commands: every step of the flow, in a terminal. The words stand in ``docs/reference.md``."""

from flask import Flask

from survey.cli.bundle import bundle
from survey.cli.codes import codes
from survey.cli.count import count
from survey.cli.db import db
from survey.cli.demo.command import demo
from survey.cli.destroy import destroy_  # noqa: F401 - one of the commands of rounds
from survey.cli.keys import keys
from survey.cli.questionnaires import questionnaires
from survey.cli.report import publish, report
from survey.cli.rounds import rounds
from survey.cli.schemes import schemes
from survey.cli.score import components, score
from survey.cli.subjects import subjects
from survey.cli.turnout import turnout

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
    demo,
)


def register(app: Flask) -> None:
    """Put every command under ``flask``."""
    for command in COMMANDS:
        app.cli.add_command(command)
