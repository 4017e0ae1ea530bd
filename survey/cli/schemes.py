"""flask schemes: check, add, list and show schemes; file history, decisions, approvals; list and compare runs."""

from pathlib import Path

import click
from flask.cli import AppGroup
from sqlalchemy.orm import Session

from survey.cli.edge import edge, json_option, language, note, reason_option, say, say_table, work
from survey.core.clock import now
from survey.core.errors import N_
from survey.scoring import filing, service
from survey.scoring.assembling import ranking_group
from survey.scoring.comparing import compare
from survey.scoring.previewing import SECOND_PERSON
from survey.scoring.run import missing
from survey.scoring.scheme import Scheme, read_scheme
from survey.staff.models import ROOT
from survey.subjects.service import list_subjects

schemes = AppGroup("schemes", help="A year's scoring rules.")
_file = click.argument("file", type=click.Path(path_type=Path))
_scheme = click.argument("reference", metavar="SCHEME")


@schemes.command("check")
@_file
@json_option
@edge
def check(file: Path, as_json: bool) -> None:
    """Check a scheme FILE without adding it."""
    sentence = N_(
        "%(reference)s is right: %(types)s unit types, %(components)s components, %(gates)s gates, hash %(hash)s"
    )
    say(_figures(read_scheme(file)), sentence, as_json=as_json)


@schemes.command("add")
@_file
@json_option
@edge
def add(file: Path, as_json: bool) -> None:
    """Freeze the version in FILE."""
    scheme = read_scheme(file)
    with work() as session:
        new = service.add_scheme(session, scheme)
        if new:
            added = {"reference": scheme.reference, "hash": scheme.content_hash[:16]}
            note(session, ROOT, service.ADDED, **added)
    sentence = N_("%(reference)s is added and frozen: %(types)s unit types, %(components)s components, hash %(hash)s")
    say(
        {**_figures(scheme), "new": new},
        sentence if new else N_("%(reference)s was there already, with the same content (hash %(hash)s)"),
        as_json=as_json,
    )


@schemes.command("list")
@json_option
@edge
def list_(as_json: bool) -> None:
    """List every version."""
    with work() as session:
        rows = [
            {"reference": f"{row.id}@{row.version}", "hash": row.content_hash[:16]}
            for row in service.list_schemes(session)
        ]
    say_table(rows, {"reference": N_("Scheme"), "hash": N_("Hash")}, as_json=as_json)


@schemes.command("show")
@_scheme
@json_option
@edge
def show(reference: str, as_json: bool) -> None:
    """Show each subject that SCHEME assesses, its group, and which figures are still missing."""
    with work() as session:
        inputs = service.gather(session, service.get_scheme(session, reference))
    lacking = missing(inputs)
    rows = [
        {
            "code": subject.code,
            "name": subject.name,
            "type": unit_type.words(language()),
            "group": ranking_group(inputs.scheme, subject),
            "missing": ", ".join(lacking[subject.code]),
        }
        for subject in inputs.subjects
        if (unit_type := inputs.scheme.type_of(subject))
    ]
    columns = {
        "code": N_("Unit code"),
        "name": N_("Unit"),
        "type": N_("Type"),
        "group": N_("Group"),
        "missing": N_("Still missing"),
    }
    say_table(rows, columns, as_json=as_json)


@schemes.command("history")
@_scheme
@_file
@json_option
@edge
def history(reference: str, file: Path, as_json: bool) -> None:
    """File the grades of earlier years: a table with subject, year, grade, source, confirmed_by."""
    _import(reference, file, "history", N_("%(n)s grades of earlier years are filed for %(scheme)s"), as_json=as_json)


@schemes.command("decide")
@_scheme
@_file
@json_option
@edge
def decide(reference: str, file: Path, as_json: bool) -> None:
    """File the grades that were decided: a table with subject, grade, reason, confirmed_by."""
    _import(reference, file, "decisions", N_("%(n)s decisions are filed for %(scheme)s"), as_json=as_json)


@schemes.command("approve")
@_scheme
@click.option("--component", required=True, help="A component that is counted in a round.")
@click.option("--class", "classes", multiple=True, required=True, help="A class of ballots that may be left out.")
@click.option("--subject", "subjects", multiple=True, help="Only for this subject [all].")
@click.option("--reason", required=True, help="Why.")
@click.option("--by", required=True, help="Who approves.")
@json_option
@edge
def approve(
    reference: str,
    component: str,
    classes: tuple[str, ...],
    subjects: tuple[str, ...],
    reason: str,
    by: str,
    as_json: bool,
) -> None:
    """Approve that classes short of ballots are left out and the other classes weigh more."""
    with work() as session:
        scheme = service.get_scheme(session, reference)
        n = filing.approve(
            session, scheme, component=component, classes=classes, subjects=subjects, reason=reason, by=by
        )
        filed = {"n": n, "scheme": scheme.id, "component": component, "classes": ", ".join(classes)}
        note(session, ROOT, filing.APPROVED_ALONE, **filed, reason=reason, by=by)
    sentence = N_("For %(n)s subjects the class %(classes)s may be left out of %(component)s where it is short")
    say({"n": n, "classes": ", ".join(classes), "component": component}, sentence, as_json=as_json)


@schemes.command("runs")
@_scheme
@json_option
@edge
def runs(reference: str, as_json: bool) -> None:
    """List every run of SCHEME."""
    with work() as session:
        scheme = service.get_scheme(session, reference)
        rows = [
            {
                "number": row.number,
                "version": row.version,
                "made": row.made_at,
                "hash": row.content_hash[:16],
                "what_if": row.what_if,
                "published": row.published_at or "",
            }
            for row in service.list_runs(session, scheme.id)
        ]
    columns = {
        "number": N_("Run"),
        "version": N_("Version"),
        "made": N_("Made"),
        "hash": N_("Hash"),
        "what_if": N_("What if"),
        "published": N_("Published"),
    }
    say_table(rows, columns, as_json=as_json)


@schemes.command("compare")
@_scheme
@click.argument("one", type=int)
@click.argument("other", type=int)
@json_option
@edge
def compare_(reference: str, one: int, other: int, as_json: bool) -> None:
    """Compare two runs of SCHEME, by their numbers, line by line."""
    with work() as session:
        scheme = service.get_scheme(session, reference)
        kept = [service.get_run(session, scheme.id, number) for number in (one, other)]
    rows = [vars(line) for line in compare(*(run.document for run in kept))]
    if not rows and not as_json:
        same = kept[0].content_hash == kept[1].content_hash
        explained = N_("Runs %(one)s and %(other)s give the same results; their explanations differ")
        sentence = N_("Runs %(one)s and %(other)s say the same") if same else explained
        say({"one": one, "other": other}, sentence, as_json=False)
        return
    columns = {"subject": N_("Unit code"), "what": N_("What"), "before": N_("Before"), "after": N_("After")}
    say_table(rows, columns, as_json=as_json)


@schemes.command("publish")
@_scheme
@click.option("--run", "number", type=int, help="The run's number [the last].")
@reason_option
@json_option
@edge
def publish(reference: str, number: int | None, reason: str, as_json: bool) -> None:
    """Let everybody see the results of a run."""
    with work() as session:
        scheme = service.get_scheme(session, reference)
        published = service.publish_run(session, scheme.id, number, now())
        note(session, ROOT, service.PUBLISHED, number=published, scheme=scheme.id, reason=reason)
    say(
        {"scheme": scheme.id, "number": published},
        N_("Run %(number)s of %(scheme)s is published at /scores/%(scheme)s"),
        as_json=as_json,
    )


def _import(reference: str, file: Path, kind: str, sentence: str, *, as_json: bool) -> None:
    with work() as session:
        scheme = service.get_scheme(session, reference)
        n = file_alone(session, scheme, file, kind)
    say({"n": n, "scheme": scheme.id}, sentence, as_json=as_json)


def file_alone(session: Session, scheme: Scheme, file: Path, kind: str = "components") -> int:
    """File what a table says, and write down what of it would have needed two people at the desk."""
    pieces = filing.READERS[kind](file, scheme, list_subjects(session))
    n = filing.file_evidence(session, scheme, pieces)
    alone = sum(one.kind in SECOND_PERSON for one in pieces)
    sentence = filing.FILED_ALONE if alone else filing.FILED
    note(session, ROOT, sentence, n=n, file=file.name, scheme=scheme.id, alone=alone)
    return n


def _figures(scheme: Scheme) -> dict[str, object]:
    return {
        "reference": scheme.reference,
        "title": scheme.title.words(language()),
        "types": len(scheme.types),
        "components": len(scheme.components),
        "gates": len(scheme.gates),
        "hash": scheme.content_hash,
    }
