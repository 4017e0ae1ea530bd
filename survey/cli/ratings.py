"""flask ratings: load a plan, mint a case's code, list bad ratings, take their steps, print the indicators."""

from datetime import datetime
from pathlib import Path
from typing import get_args

import click
from flask.cli import AppGroup

from survey.cli.edge import edge, json_option, minsheng, note, say, say_table, translate, work
from survey.core.clock import COUNTRY, now
from survey.core.errors import N_, Word
from survey.ratings import service
from survey.ratings.codes import rating_address
from survey.ratings.models import ServiceCase
from survey.ratings.plan import read_plan, shipped_plan
from survey.ratings.queries import Grouping, Period, list_bad
from survey.ratings.rules import NAMES, OF_THE_PERSON, Step
from survey.scoring.service_ratings import SHARES, indicators
from survey.staff.actor import TERMINAL, Actor
from survey.staff.models import ROOT

ratings = AppGroup("ratings", help="Ratings of government services (好差评).")
LONGEST_NAME = 100
STATES = [str(step) for step in Step]
DAY = click.DateTime(["%Y-%m-%d"])
MOMENT = click.DateTime(["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d"])
_plan = click.option("--plan", "reference", required=True, help="A plan as id@version, or its id for the newest one.")
_office = click.option("--office", default="", help="The office's code.")


@ratings.command("plan")
@click.argument("file", type=click.Path(path_type=Path))
@json_option
@edge
def plan(file: Path, as_json: bool) -> None:
    """Add the rating plan in FILE, or one that comes with the program by its name."""
    made = read_plan(file if file.suffix else shipped_plan(str(file)))
    with work() as session:
        new = service.add_plan(session, made)
        if new:
            added = {"reference": made.reference, "hash": made.content_hash[:16]}
            note(session, ROOT, service.PLAN_ADDED, **added)
    say(
        {"reference": made.reference, "levels": len(made.levels), "hash": made.content_hash, "new": new},
        N_("%(reference)s is added and frozen: %(levels)s levels, hash %(hash)s")
        if new
        else N_("%(reference)s was there already, with the same content (hash %(hash)s)"),
        as_json=as_json,
    )


@ratings.command("mint")
@click.argument("case_ref")
@_plan
@_office
@click.option("--item", required=True, help="The service item.")
@click.option("--unit", required=True, help="Who handled it: a subject's code, or in words.")
@click.option("--window", default="", help="The window.")
@click.option("--handler", default="", help="The member of staff.")
@click.option("--channel", default="hall", show_default=True, help="How it came: hall, web, app, telephone ...")
@click.option("--closed", type=MOMENT, help="When it was finished, Beijing time; now when left out.")
@click.option("--anonymous", is_flag=True, help="The office cannot reach the person.")
@json_option
@edge
def mint(
    case_ref: str,
    *,
    reference: str,
    office: str,
    item: str,
    unit: str,
    window: str,
    handler: str,
    channel: str,
    closed: datetime | None,
    anonymous: bool,
    as_json: bool,
) -> None:
    """Print the code of the case CASE_REF; the same case again gives the same code."""
    made = minsheng()
    closed_at = closed.replace(tzinfo=COUNTRY) if closed else now()
    with work() as session:
        handled = service.Handled(
            office=office,
            case_ref=case_ref,
            item=item,
            unit=unit,
            closed_at=closed_at,
            window=window,
            handler=handler,
            channel=channel,
            reachable=not anonymous,
        )
        minted = service.mint(session, service.get_plan(session, reference), handled, made.code_key)
        if minted.new:
            note(session, office, service.MINTED, case=case_ref)
    say(
        {
            "case": case_ref,
            "code": minted.code,
            "url": rating_address(made.settings.base_url, minted.code),
            "new": minted.new,
        },
        N_("%(case)s can be rated: %(code)s, %(url)s")
        if minted.new
        else N_("%(case)s was minted before: %(code)s, %(url)s"),
        as_json=as_json,
    )


@ratings.command("list")
@click.option(
    "--state",
    type=click.Choice(["open", "all", *STATES]),
    default="open",
    show_default=True,
    help="Which bad ratings, by their last step.",
)
@click.option("--office", "offices", multiple=True, help="Only this office's; may be given more than once.")
@click.option("--overdue", is_flag=True, help="Only those with a task that is overdue.")
@click.option("--most", type=click.IntRange(1, 10_000), default=100, show_default=True)
@json_option
@edge
def list_(state: str, offices: tuple[str, ...], overdue: bool, most: int, as_json: bool) -> None:
    """List bad ratings, the most urgent first."""
    at = now()
    with work() as session:
        chosen = frozenset(offices) if offices else None
        cases, _ = list_bad(session, chosen, state, overdue_at=at if overdue else None, most=most)
        rows = [_row(case, at) for case in cases]
    headings = {
        "id": N_("Number"),
        "office": N_("Office"),
        "case": N_("Case"),
        "item": N_("Service item"),
        "unit": N_("Unit"),
        "state": N_("State"),
        "due": N_("Due before"),
        "overdue": N_("Overdue"),
    }
    shown = rows if as_json else [{**row, "state": Word(NAMES[Step(str(row["state"]))])} for row in rows]
    say_table(shown, headings, as_json=as_json, title=translate(N_("Bad ratings")))


def _row(case: ServiceCase, at: datetime) -> dict[str, object]:
    return {
        "id": case.id,
        "office": case.office,
        "case": case.case_ref,
        "item": case.item,
        "unit": case.unit,
        "state": case.state,
        "due": case.due_at.astimezone(COUNTRY) if case.due_at else None,
        "overdue": "!" if case.due_at and at >= case.due_at else "",
    }


@ratings.command("step")
@click.argument("case_id", type=int)
@click.argument("step", type=click.Choice([str(step) for step in Step if step not in OF_THE_PERSON]))
@click.option("--note", "text", default="", help="What was done, or why.")
@click.option("--by", default=TERMINAL.name, show_default=True, help="Who did it; an appeal is decided by another.")
@json_option
@edge
def step_(case_id: int, step: str, text: str, by: str, as_json: bool) -> None:
    """Take the next STEP of the bad rating of case number CASE_ID."""
    with work() as session:
        case = service.get_case(session, case_id)
        service.take_step(session, case, Step(step), _at_terminal(by), now(), note=text)
        result = _row(case, now())
    if not as_json:
        result |= {"state": Word(NAMES[Step(case.state)]), "due": case.due_at or "-"}
    say(result, N_("Case %(case)s is %(state)s; the next step is due before %(due)s"), as_json=as_json)


def _at_terminal(name: str) -> Actor:
    """Return who is named in the log: whoever types a name at the terminal is still at the terminal."""
    return TERMINAL if name == TERMINAL.name else Actor(None, f"{TERMINAL.name}: {name}"[:LONGEST_NAME])


@ratings.command("indicators")
@_plan
@click.option(
    "--by", "grouping", type=click.Choice(get_args(Grouping)), default="all", show_default=True, help="One line each."
)
@click.option("--from", "first", type=DAY, help="The first day on which cases were finished.")
@click.option("--to", "last", type=DAY, help="The last day.")
@click.option("--office", "offices", multiple=True, help="Only this office's; may be given more than once.")
@json_option
@edge
def indicators_(
    reference: str,
    grouping: Grouping,
    first: datetime | None,
    last: datetime | None,
    offices: tuple[str, ...],
    as_json: bool,
) -> None:
    """Print the indicators: shares in percent, and the index."""
    period = Period(first.date() if first else None, last.date() if last else None)
    with work() as session:
        found = indicators(
            session,
            service.get_plan(session, reference),
            grouping,
            period,
            now(),
            frozenset(offices) if offices else None,
        )
        rows = [line.row() for line in found]
    headings = {
        "name": N_("Group"),
        "cases": N_("Cases"),
        "ratings": N_("Ratings"),
        **dict(zip(SHARES, SHARE_NAMES, strict=True)),
        "valid_bad": N_("Valid bad"),
        "index": N_("Index"),
    }
    say_table(rows, headings, as_json=as_json, title=translate(N_("Indicators of service ratings")))


SHARE_NAMES = (
    N_("Rated"),
    N_("Not rated"),
    N_("Rated good"),
    N_("Rated bad"),
    N_("Visited"),
    N_("Corrected"),
    N_("Satisfied after"),
)
