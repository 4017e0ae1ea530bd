"""What the route matrix names in addresses: one of each thing, all of the office A, and a round in each state."""

from dataclasses import dataclass
from datetime import timedelta
from threading import Event

from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from survey.codes.service import list_batches, open_batch
from survey.core.clock import now
from survey.jobs.models import Job
from survey.jobs.service import add_job, get_job, list_files
from survey.rounds.rehearsal import make_rehearsal
from survey.rounds.service import check_round, get_round
from survey.scoring.adjusting import propose_pieces
from survey.scoring.filing import READERS, file_evidence
from survey.scoring.previewing import apart
from survey.scoring.run import score_run
from survey.scoring.service import gather, get_scheme, keep_run
from survey.staff.actor import TERMINAL, Actor
from survey.staff.proposals import Kind, propose
from survey.staff.roles import Role
from survey.staff.service import find_member
from survey.staff.token_models import Webhook
from survey.storage.engine import unit_of_work
from survey.subjects.service import list_subjects
from survey.turnout.service import set_target
from survey.web.desk.scopes import SCOPES
from survey.worker.running import run_waiting
from survey.worker.work import Workshop
from tests.factories.programs import program, with_scheme
from tests.factories.ratings import minted, rate, steps
from tests.flow.deskwork import hire, office
from tests.flow.scoring_desk import COMPONENTS, REST
from tests.flow.site import Site
from tests.flow.test_ballot_results import cast_all, grades, opened
from tests.flow.test_rehearsal import draft

OPEN, DRAFT, READY, HALL, CLOSED, COUNTED, PUBLISHED = (
    "matrix",
    "matrix-draft",
    "matrix-ready",
    "matrix-hall",
    "matrix-closed",
    "matrix-counted",
    "matrix-published",
)
COUNTIES = "group,class,planned,subjects\n620102,citizen,12,own\n620103,citizen,12,own\n"
SET_UP = (OPEN, DRAFT)
ROUNDS = {
    "desk.rounds.about": SET_UP,
    "desk.rounds.questionnaire": SET_UP,
    "desk.rounds.voters": SET_UP,
    "desk.rounds.rules": (OPEN, DRAFT, HALL),
    "desk.rounds.keys": SET_UP,
    "desk.rounds.show": (OPEN, DRAFT, READY, COUNTED),
    "desk.rehearsal.show": (OPEN, DRAFT, READY),
    "desk.printing.show": (OPEN, DRAFT, READY, HALL),
    "desk.running.show": (OPEN, READY, HALL, CLOSED, PUBLISHED),
    "desk.running.opening": (READY, DRAFT, OPEN),
    "desk.running.closing": (OPEN, HALL),
    "desk.running.voiding": (HALL,),
    "desk.watching.show": (OPEN, HALL, COUNTED),
    "desk.watching.download": (OPEN,),
    "desk.counting.show": (CLOSED, OPEN, COUNTED),
    "desk.results.show": (COUNTED, PUBLISHED),
    "desk.results.chart": (COUNTED,),
    "desk.results.report": (COUNTED,),
    "desk.results.publish": (COUNTED,),
    "desk.results.paper": (COUNTED,),
}
"""The rounds in which a page looks differently; the first is the one that the page is made for."""

QUERIES = {"desk.schemes.compare": ("other",)}
"""What a page is asked for besides its address."""


@dataclass(frozen=True)
class Things:
    """The values of arguments in addresses, by the argument's name."""

    values: dict[str, object]

    @staticmethod
    def is_scoped(rule: Rule) -> bool:
        """Tell whether the address names a thing of one office."""
        return bool(set(rule.arguments) & set(SCOPES))


def prepared(site: Site) -> Things:
    """Make the things."""
    office(site, "A")
    with unit_of_work(site.engine) as session:
        proposer = find_member(session, hire(site, Role.SETTER, Role.TELLER, office="A"))
        actor, member = Actor(proposer.id, proposer.name), {"member_id": proposer.id}
    asked = {"questionnaire_id": "public-satisfaction", "version": 1}
    return Things({**member, **asked, **_rounds(site, actor), **_programs(site), **_case(site), **_scores(site, actor)})


def _rounds(site: Site, actor: Actor) -> dict[str, object]:
    """Make a round in each state, and what waits for a second person."""
    _answer(site, OPEN, 7)
    _answer(site, CLOSED, 6)
    site.close(CLOSED)
    _answer(site, COUNTED, 24, voters=COUNTIES, rules={"minimum": 5})
    site.count(COUNTED)
    _vote(site, HALL, meeting=True)
    _vote(site, PUBLISHED, announce=True)
    site.count(PUBLISHED)
    site.publish(PUBLISHED)
    draft(site, name=DRAFT)
    job = _issue(site)
    with unit_of_work(site.engine) as session:
        for name in set().union(*ROUNDS.values()):
            get_round(session, name).office = "A"
        set_target(session, get_round(session, OPEN), 70)
        batch = list_batches(session, get_round(session, HALL))[0].name
        void = propose(session, actor, Kind.VOID, "A", HALL, "票条遗失", {"batch": batch})
        propose(session, actor, Kind.COUNT, "A", CLOSED, "按计划计票")
        # A chart, a run and a proposal are named by a number: all three are there.
        return {"batch": batch, "number": void.id, **job}


def _answer(site: Site, name: str, n: int, **fields: object) -> None:
    """Open a survey that n people answer."""
    phone = site.phone()
    for number, code in enumerate(site.round(name=name, **fields)[:n]):
        phone.vote(code, number % 3)


def _vote(site: Site, name: str, **fields: object) -> None:
    """Open a round of secret ballots that everybody casts."""
    made = opened(site, name=name, **fields)
    with unit_of_work(site.engine) as session:
        if "meeting" in fields:
            open_batch(session, get_round(session, name), None)
    cast_all(site, made, grades)


def _issue(site: Site) -> dict[str, object]:
    """Make a round ready, issue its codes, try it out; a job waits."""
    draft(site, name=READY)
    held = site.app.extensions["minsheng"]
    with unit_of_work(site.engine) as session:
        row = get_round(session, READY)
        row.office = "A"
        assert check_round(session, row, now()) == ()
        asked = {"round": READY, "layout": "24", "language": "zh"}
        job = _job(session, "codes", asked).id
    run_waiting(Workshop(held.settings, site.engine, held.code_key, "0" * 16, Event()))
    with unit_of_work(site.engine) as session:
        make_rehearsal(session, get_round(session, READY), now(), codes=2)
        _job(session, "poster", {"round": READY, "paper": "A3", "language": "zh"})
        [file] = list_files(session, get_job(session, job))
        return {"job_id": job, "name": file.name}


def _job(session: Session, kind: str, payload: dict[str, object]) -> Job:
    title = "Issue and print the planned codes of %(round)s"
    return add_job(
        session, kind, office="A", title=title, figures=payload, payload=payload, actor=TERMINAL, round_name=READY
    )


def _programs(site: Site) -> dict[str, object]:
    """Make a token and a webhook of the office A."""
    hook = "b" * 16
    with unit_of_work(site.engine) as session:
        session.add(Webhook(id=hook, office="A", url="https://hooks.example", events=[], made_by="", made_at=now()))
    return {"token_id": program(site, office="A").id, "webhook_id": hook}


def _case(site: Site) -> dict[str, object]:
    """Make a bad rating of the office A that somebody works on."""
    with unit_of_work(site.engine) as session:
        at = now()
        case = minted(session, office="A", closed_at=at - timedelta(hours=1))
        rate(session, case, now=at, text="等了三个小时")
        steps(session, case, "assigned", "contacted", now=at)
        return {"case_id": case.id}


def _scores(site: Site, actor: Actor) -> dict[str, object]:
    """Make a scheme with evidence and two runs; plus points wait for a second person."""
    with_scheme(site)
    with unit_of_work(site.engine) as session:
        scheme = get_scheme(session, "villages")
        for table in (COMPONENTS, REST):
            file = site.folder / "evidence.csv"
            file.write_text(table)
            at_once, waiting = apart(READERS["components"](file, scheme, list_subjects(session)))
            file_evidence(session, scheme, at_once)
            if waiting:
                proposal = propose_pieces(session, actor, scheme, waiting, "获奖通报").id
            keep_run(session, score_run(gather(session, scheme)), now(), software="tests")
    return {"scheme_id": scheme.id, "code": "v1", "proposal": proposal, "suffix": "csv", "other": "villages:2"}


def rounds_for(rule: Rule) -> tuple[str, ...]:
    """Return the rounds in which a page of a round looks differently."""
    return ROUNDS.get(rule.endpoint, (OPEN,))


def values_for(rule: Rule, things: Things, round_id: str = "") -> dict[str, object]:
    """Return a value for every argument of an address: a thing that is there, or something of the right kind."""
    known = things.values | {"round_id": round_id or rounds_for(rule)[0]}
    whole = {name: type(converter).__name__ == "IntegerConverter" for name, converter in rule._converters.items()}
    values = {name: known.get(name, 1 if is_whole else "x") for name, is_whole in whole.items()}
    return values | {name: known[name] for name in QUERIES.get(rule.endpoint, ())}
