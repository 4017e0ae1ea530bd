"""flask questionnaires: check a file, add a version, list what there is."""

from pathlib import Path

import click
from flask.cli import AppGroup

from survey.cli.edge import edge, json_option, language, note, say, say_table, translate, work
from survey.core.errors import N_
from survey.questionnaires import service
from survey.questionnaires.lint import warnings
from survey.questionnaires.schema import Questionnaire, read_questionnaire
from survey.staff.models import ROOT

questionnaires = AppGroup("questionnaires", help="What is asked.")
_file = click.argument("file", type=click.Path(path_type=Path))


@questionnaires.command("check")
@_file
@json_option
@edge
def check(file: Path, as_json: bool) -> None:
    """Check a questionnaire FILE without adding it."""
    questionnaire = read_questionnaire(file)
    found = [f"{warning.where}: {warning.say(translate)}" for warning in warnings(questionnaire)]
    say(
        {**_figures(questionnaire), "warnings": found},
        N_("%(reference)s is right: %(items)s items, hash %(hash)s"),
        as_json=as_json,
    )
    for warning in found:
        click.echo(f"warning: {warning}", err=True)


@questionnaires.command("add")
@_file
@json_option
@edge
def add(file: Path, as_json: bool) -> None:
    """Freeze the version in FILE, or one of the library by its name."""
    questionnaire = read_questionnaire(file if file.suffix else service.library_file(str(file)))
    with work() as session:
        new = service.add_questionnaire(session, questionnaire)
        if new:
            added = {"reference": questionnaire.reference, "hash": questionnaire.content_hash}
            note(session, ROOT, service.ADDED, **added)
    sentence = N_("%(reference)s is added and frozen: %(items)s items, hash %(hash)s")
    say(
        {**_figures(questionnaire), "new": new},
        sentence if new else N_("%(reference)s was there already, with the same content (hash %(hash)s)"),
        as_json=as_json,
    )


@questionnaires.command("list")
@json_option
@edge
def list_(as_json: bool) -> None:
    """List every version."""
    with work() as session:
        rows = [
            {"reference": f"{row.id}@{row.version}", "hash": row.content_hash[:16]}
            for row in service.list_questionnaires(session)
        ]
    say_table(rows, {"reference": N_("Questionnaire"), "hash": N_("Hash")}, as_json=as_json)


def _figures(questionnaire: Questionnaire) -> dict[str, object]:
    return {
        "reference": questionnaire.reference,
        "title": questionnaire.title.words(language()),
        "items": len(questionnaire.items),
        "hash": questionnaire.content_hash,
    }
