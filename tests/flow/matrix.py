"""What the route matrix names in addresses: one of each thing, all of the office A."""

from dataclasses import dataclass

from werkzeug.routing import Rule

from survey.core.clock import now
from survey.jobs.service import add_job
from survey.ratings.service import add_plan, mint
from survey.rounds.service import get_round
from survey.staff.actor import TERMINAL
from survey.staff.token_models import Webhook
from survey.storage.engine import unit_of_work
from survey.web.desk.scopes import SCOPES
from tests.factories.programs import program
from tests.factories.ratings import ZHEJIANG, handled
from tests.flow.deskwork import office
from tests.flow.site import Site

ROUND = "matrix"


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
    site.round(name=ROUND)
    with unit_of_work(site.engine) as session:
        get_round(session, ROUND).office = "A"
    return Things({"round_id": ROUND, **_programs(site), **_work(site)})


def _programs(site: Site) -> dict[str, object]:
    """Make a token and a webhook of the office A."""
    hook = "b" * 16
    with unit_of_work(site.engine) as session:
        session.add(Webhook(id=hook, office="A", url="https://hooks.example", events=[], made_by="", made_at=now()))
    return {"token_id": program(site, office="A").id, "webhook_id": hook}


def _work(site: Site) -> dict[str, object]:
    """Make a job and a handled case of the office A."""
    with unit_of_work(site.engine) as session:
        job = add_job(session, "codes", office="A", title="Codes", figures={}, payload={}, actor=TERMINAL)
        add_plan(session, ZHEJIANG)
        case = mint(session, ZHEJIANG, handled(office="A"), site.app.extensions["minsheng"].code_key)
        return {"job_id": job.id, "case_id": case.case_id}


def values_for(rule: Rule, things: Things) -> dict[str, object]:
    """Return a value for every argument of an address: a thing that is there, or something of the right kind."""
    whole = {name: type(converter).__name__ == "IntegerConverter" for name, converter in rule._converters.items()}
    return {name: things.values.get(name, 1 if is_whole else "x") for name, is_whole in whole.items()}
