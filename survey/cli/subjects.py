"""flask subjects: import a roster."""

from collections import Counter
from pathlib import Path

import click
from flask.cli import AppGroup

from survey.cli.edge import edge, json_option, note, say, work
from survey.core.errors import N_
from survey.staff.models import ROOT
from survey.subjects.service import IMPORTED, import_roster

subjects = AppGroup("subjects", help="Who is assessed.")


@subjects.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@json_option
@edge
def import_(file: Path, as_json: bool) -> None:
    """Import the roster in FILE (CSV), all or nothing."""
    with work() as session:
        imported = import_roster(session, file)
        note(session, ROOT, IMPORTED, n=len(imported), file=file.name)
    types = Counter(subject.unit_type for subject in imported)
    say(
        {"subjects": len(imported), "types": len(types)},
        N_("%(subjects)s subjects of %(types)s unit types are imported"),
        as_json=as_json,
    )
