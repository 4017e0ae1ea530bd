"""The list of rounds, and one round's nine steps."""

from flask import current_app, render_template, url_for
from werkzeug.wrappers import Response

from forms.desk.base import DeskForm
from survey.core import clock
from survey.core.errors import N_
from survey.rounds.definition import RoundDefinition
from survey.rounds.drafting import hold_draft
from survey.rounds.models import Round, State
from survey.rounds.service import CHECKED, check_round, get_round, list_rounds
from survey.staff.roles import Power
from survey.subjects.service import list_subjects
from survey.web.desk.rounds.facts import facts_of
from survey.web.desk.rounds.room import fixed, rounds
from survey.web.desk.shell import back, looking, me, note, say, work
from survey.web.desk.tasks import WORDS, Standing, Task, next_task, tasks

KINDS = {Standing.DONE: "ok", Standing.TODO: "todo", Standing.WAIT: "wait", Standing.PROBLEM: "bad"}


@rounds.get("")
def index() -> str:
    """List the rounds of the member's offices, the newest first, each with its next step."""
    offices = me().rights.offices(Power.SEE)
    with looking() as session:
        roster = list_subjects(session)
        mine = [row for row in reversed(list_rounds(session)) if row.office in offices]
        found = [
            (row, RoundDefinition.model_validate(row.definition), next_task(tasks(facts_of(session, row, roster))))
            for row in mine
        ]
    return render_template("desk/rounds/list.html", rows=found, kinds=KINDS, words=WORDS)


@rounds.get("/<round_id>/")
def show(round_id: str) -> str:
    """Show the nine steps of a round."""
    with looking() as session:
        row = get_round(session, round_id)
        definition = RoundDefinition.model_validate(row.definition)
        facts = facts_of(session, row)
        removable = fixed(session, row) is None
    steps = tasks(facts)
    listed = [(step, links(step, row)) for step in steps]
    return render_template(
        "desk/rounds/show.html",
        round=row,
        definition=definition,
        unchecked=row.state == State.DRAFT and not facts.amiss and me().may(Power.SET_UP, row.office),
        removable=removable,
        form=DeskForm(),
        steps=listed,
        following=next_task(steps),
        kinds=KINDS,
        words=WORDS,
    )


@rounds.post("/<round_id>/check")
def check(round_id: str) -> Response:
    """Check a draft that was made elsewhere, such as from files: with nothing in its way it is ready."""
    with work() as session:
        row = get_round(session, round_id)
        hold_draft(session, row)
        found = check_round(session, row, clock.now())
        note(session, row.office, CHECKED, name=row.name, n=len(found))
    if row.state == State.READY:
        say(N_("The round is ready: its codes can be issued"))
    else:
        say(N_("%(n)s things stand in the way; the steps name them"), n=len(found))
    return back("desk.rounds.show", round_id=round_id)


def links(step: Task, row: Round) -> list[tuple[str, str]]:
    """Return the label and address of each page of a step, as far as this installation has it."""
    found = []
    for link in step.links:
        if link.endpoint not in current_app.view_functions:
            continue
        # The roster is of no round.
        whole = link.endpoint.startswith("desk.subjects.")
        found.append((link.label, url_for(link.endpoint) if whole else url_for(link.endpoint, round_id=row.name)))
    return found
