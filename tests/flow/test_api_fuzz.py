"""schemathesis asks for whatever /api/v1/openapi.json allows, and for much that it does not."""

import itertools
import re
import shutil
from collections import Counter

import pytest
import schemathesis
from schemathesis.engine import Status, from_schema

from survey.web.api import ratings
from tests.factories.programs import program, with_plan, with_scheme
from tests.flow.serving import served
from tests.flow.site import Site

# A text of the right length may still name no plan, no subject, no listed host (422), or hold a zero byte (400).
ALSO_RIGHT = ["2xx", "400", "401", "403", "404", "409", "422"]
EXAMPLES = 12


@pytest.fixture
def known_site(migrated_sqlite, tmp_path):
    """Give a site with something behind every address."""
    shutil.copy(migrated_sqlite, tmp_path / "minsheng.db")
    url = f"sqlite:///{tmp_path / 'minsheng.db'}"
    site = Site.at(url, tmp_path, webhook_hosts=("hooks.example.gov.cn",))
    for code in site.round()[:9]:
        site.phone().vote(code)
    site.count()
    site.publish()
    with_scheme(site)
    with_plan(site)
    yield site
    site.engine.dispose()


def configured(token, **parameters):
    return schemathesis.Config.from_dict(
        {
            "headers": {"Authorization": f"Bearer {token}"},
            "generation": {"max-examples": EXAMPLES, "deterministic": True, "database": "none", "no-shrink": True},
            "continue-on-failure": True,
            "parameters": {f"path.{name}": value for name, value in parameters.items()},
            "checks": {"positive_data_acceptance": {"expected-statuses": ALSO_RIGHT}},
            "phases": {"stateful": {"max-steps": 4}},
        }
    )


def asked(address, config):
    """Let it ask; return the answers by status, how much was checked, and what was found wrong.

    Over HTTP: over WSGI alone, 4.32 of schemathesis hands werkzeug options of requests and gives up.
    """
    schema = schemathesis.openapi.from_url(f"{address}/api/v1/openapi.json", config=config)
    statuses, checks, wrong = Counter(), Counter(), []
    for event in from_schema(schema).execute():
        if type(event).__name__ in ("NonFatalError", "FatalError"):
            wrong.append(repr({name: getattr(event, name, None) for name in ("label", "phase", "value", "exception")}))
        if not hasattr(event, "recorder"):
            continue
        found = [one.response for one in event.recorder.interactions.values() if one.response is not None]
        statuses.update(one.status_code for one in found)
        for node in itertools.chain(*event.recorder.checks.values()):
            checks[node.name] += 1
            if node.status is Status.FAILURE:
                wrong.append(f"{event.label} {node.name}: {node.failure_info.failure} {node.failure_info.code_sample}")
    return statuses, checks, wrong


@pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisWarning")  # it finds some inputs too long to print
@pytest.mark.parametrize("known", [True, False], ids=["known", "unknown"])
def test_nothing_that_is_asked_breaks_the_interface_or_contradicts_its_document(known_site, known, capsys):
    # Given programs that may do everything, as often as they like
    made = program(known_site)
    known_site.app.extensions["minsheng.api.pace"].per_minute = 10**9
    made.post("/ratings/cases", json=ratings.EXAMPLE)
    names = {"round_id": "spring", "scheme_id": "villages", "case_ref": "GS-2026-000123"} if known else {}
    # When schemathesis asks, of things that are there and of things that are not
    with served(known_site.app) as address:
        statuses, checks, wrong = asked(address, configured(made.text, **names))
    # Then no answer is a 500, and every one is as the document says
    by_status = ", ".join(f"{status}: {n}" for status, n in sorted(statuses.items()))
    said = f"schemathesis: {statuses.total()} requests, {checks.total()} checks, {len(wrong)} failures; {by_status}"
    with capsys.disabled():
        print("\n" + said)  # noqa: T201 - the figures of the run stand in the suite's output
    assert wrong == [], "\n\n".join(Counter(one[:900] for one in wrong))
    assert statuses[500] == 0
    assert statuses.total() > 300
    assert {200, 401, 404, 405, 415, 422} <= set(statuses) | ({404} if known else set())
    assert {"response_schema_conformance", "negative_data_rejection", "ignored_auth"} <= set(checks)


def test_every_address_below_the_prefix_is_in_the_document_and_the_reverse(small_site):
    rules = small_site.app.url_map.iter_rules()
    served = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in rules
        if rule.rule.startswith("/api")
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    document = small_site.app.test_client().get("/api/v1/openapi.json").json
    said = {(path, method) for path, item in document["paths"].items() for method in item if method != "parameters"}
    assert served == said
    assert len(said) >= 12
    assert document["openapi"].startswith("3.1")


def test_every_operation_says_which_scope_it_needs_or_that_it_needs_none(small_site):
    document = small_site.app.test_client().get("/api/v1/openapi.json").json
    operations = [one for item in document["paths"].values() for name, one in item.items() if name != "parameters"]
    open_to_all = [one["operationId"] for one in operations if one["security"] == []]
    assert open_to_all == ["describe"]
    assert all("Scope: `" in one["description"] for one in operations if one["security"])
    assert all(one["summary"] for one in operations)
