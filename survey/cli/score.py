"""flask components import, flask score: file the figures of a year, and score."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import click
from flask.cli import AppGroup

from survey.cli.edge import edge, json_option, language, minsheng, new_file, note, say, say_table, translate, work
from survey.cli.schemes import file_alone
from survey.core.clock import now
from survey.core.errors import N_
from survey.core.ids import canonical_json
from survey.core.software import software
from survey.reports.scores import score_report
from survey.reports.scores.reasons import reasons
from survey.reports.scores.tables import score_of
from survey.scoring import filing, service
from survey.scoring.grades import UnitGrade
from survey.scoring.rules.insufficient import Insufficient
from survey.scoring.run import Run, missing, score_run
from survey.scoring.trying import gathered_with, what_if_of
from survey.staff.models import ROOT
from survey.storage.engine import snapshot

UNUSED = N_(
    "%(n)s filed pieces are not used: this version of the scheme asks for them no more, or assesses those subjects no "
    "more: %(named)s"
)
MOST_NAMED = 8

components = AppGroup("components", help="Figures, levels, vetoes, plus and minus points.")

COLUMNS = {
    "rank": N_("Rank"),
    "code": N_("Unit code"),
    "name": N_("Unit"),
    "score": N_("Score"),
    "grade": N_("Grade"),
    "why": N_("Why"),
}


@components.command("import")
@click.argument("reference", metavar="SCHEME")
@click.argument("file", type=click.Path(path_type=Path))
@json_option
@edge
def import_(reference: str, file: Path, as_json: bool) -> None:
    """File a table with subject, component, value, source, confirmed_by."""
    with work() as session:
        scheme = service.get_scheme(session, reference)
        n = file_alone(session, scheme, file)
        inputs = service.gather(session, scheme)
    lacking = sum(1 for names in missing(inputs).values() if names)
    say(
        {"n": n, "scheme": scheme.id, "lacking": lacking, "subjects": len(inputs.subjects)},
        N_("%(n)s pieces are filed for %(scheme)s; figures are still missing for %(lacking)s of %(subjects)s subjects"),
        as_json=as_json,
    )


@click.command("score", help="Apply SCHEME to all that was counted and filed.")
@click.argument("reference", metavar="SCHEME")
@click.option("--out", type=click.Path(path_type=Path), help="A .json file for inputs, results and explanations.")
@click.option(
    "--with",
    "changes",
    multiple=True,
    type=click.Path(path_type=Path),
    help="What if: another scheme (.yaml) or other figures (.csv); such a run is marked and never published.",
)
@json_option
@edge
def score(reference: str, out: Path | None, changes: tuple[Path, ...], as_json: bool) -> None:
    """Make a run, keep it, and print what it gives."""
    out = new_file(out) if out else None
    # Reading and computing take a while; nobody who casts a ballot waits for them.
    with snapshot(minsheng().engine) as session:
        inputs = gathered_with(session, reference, changes)
        left = filing.left_over(session, inputs.scheme)
    run = score_run(inputs)
    what_if = what_if_of(changes)
    with work() as session:
        number, new = service.keep_run(session, run, now(), software=software(), what_if=what_if)
        if new:
            made = {"scheme": inputs.scheme.reference, "number": number, "units": len(run.grades.units)}
            sentence = service.TRIED if what_if else service.SCORED
            note(session, ROOT, sentence, **made, hash=run.content_hash[:16], what_if=what_if)
        if out:
            out.write_bytes(canonical_json(run.document()) + b"\n")
    unused = [" ".join(filter(None, (one.subject, one.kind, one.name, one.part))) for one in (*run.unused, *left)]
    result = {
        "scheme": inputs.scheme.reference,
        "number": number,
        "new": new,
        "what_if": what_if,
        "hash": run.content_hash,
        "units": len(run.grades.units),
        "insufficient": sum(isinstance(unit.score, Insufficient) for unit in run.grades.units),
        "unused": unused,
    }
    if as_json:
        say({**result, "rows": rows_of(run)}, "", as_json=True)
        return
    print_groups(run)
    _print_run(result, unused)


def _print_run(result: Mapping[str, object], unused: Sequence[str]) -> None:
    if unused:
        named = "; ".join([*unused[:MOST_NAMED], *(["..."] if len(unused) > MOST_NAMED else [])])
        say({"n": len(unused), "named": named}, UNUSED, as_json=False)
    if result["what_if"]:
        say(result, N_("This is a what-if (%(what_if)s): it is kept apart and can never be published."), as_json=False)
    message = N_("Run %(number)s of %(scheme)s: %(units)s assessed, %(insufficient)s without a score. Hash %(hash)s")
    again = N_("Nothing has changed since run %(number)s of %(scheme)s. Hash %(hash)s")
    say(result, message if result["new"] else again, as_json=False)


def print_groups(run: Run) -> None:
    """Print a table for each ranking group, the best first."""
    by_group: dict[str, list[dict[str, object]]] = {}
    for row in rows_of(run):
        by_group.setdefault(str(row["group"]), []).append(row)
    for group, rows in by_group.items():
        rows.sort(key=lambda row: (row["rank"] is None, row["rank"]))
        counted = Counter(str(row["grade"] or "-") for row in rows)
        shares = ", ".join(f"{grade} {n}" for grade, n in counted.items())
        say_table(rows, COLUMNS, as_json=False, title=f"{group or '-'} ({shares})")


def rows_of(run: Run) -> list[dict[str, object]]:
    """Return what is printed of every unit, in the terminal's language: no more than its report shows."""
    report = score_report(run, translate, language())
    return [
        {
            "group": unit.group,
            "rank": unit.rank,
            "code": unit.code,
            "name": unit.name,
            "score": None if unit.stored is None else str(score_of(report, unit)),
            "grade": _grade(run, unit),
            "why": "; ".join(reasons(report, unit)),
        }
        for unit in run.grades.units
    ]


def _grade(run: Run, unit: UnitGrade) -> str | None:
    unit_type = run.inputs.scheme.unit_type(unit.unit_type)
    assert unit_type is not None
    names = {band.id: band.words(language()) for band in run.inputs.scheme.grading(unit_type).bands}
    if unit.grade is not None:
        return names[unit.grade]
    return " / ".join(names[one] for one in unit.open) or None
