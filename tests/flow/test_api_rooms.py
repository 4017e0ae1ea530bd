"""What programs read and file through /api/v1: rounds, response, results, components, codes of cases."""

import json

import pytest
from sqlalchemy import func, select

from survey.ratings.models import ServiceCase
from survey.scoring.filing import list_evidence
from survey.staff.models import AuditEntry
from survey.staff.token_models import ApiRequest
from survey.staff.tokens import Scope
from survey.storage.engine import reading, unit_of_work
from survey.web.api import ratings
from tests.factories.programs import of_office, offices, program, with_plan, with_scheme

ROWS = [
    {"subject": "v1", "component": "work", "value": "95", "source": "work.pdf", "confirmed_by": "Zhang"},
    {"subject": "v2", "component": "work", "value": "93.5", "source": "work.pdf", "confirmed_by": "Zhang"},
]


def say(answer):
    return answer.status_code, answer.mimetype, answer.get_data(as_text=True)


# --- rounds ------------------------------------------------------------------------------------------------------


def test_rounds_come_in_pages_and_by_state(site):
    offices(site, "A")
    for name in ("one", "two", "three"):
        site.round(name=name)
    of_office(site, "two", "A")
    made = program(site)
    first = made.get("/rounds?limit=2").json
    assert ([one["id"] for one in first["items"]], first["next"]) == (["one", "two"], "two")
    rest = made.get("/rounds?limit=2&after=two").json
    assert ([one["id"] for one in rest["items"]], rest["next"]) == (["three"], None)
    site.close("three")
    assert [one["id"] for one in made.get("/rounds?state=closed").json["items"]] == ["three"]
    assert [one["id"] for one in program(site, office="A").get("/rounds").json["items"]] == ["two"]
    shown = made.get("/rounds/one").json
    assert (shown["state"], shown["kind"], shown["secret"], shown["office"]) == ("open", "opinion", False, "")
    assert shown["title"]["zh"]


def test_turnout_shows_no_small_group_and_of_a_secret_round_only_steps(site):
    voters = "group,class,planned,subjects\n620102,citizen,12,own\n620103,citizen,3,own\n"
    codes = site.round(voters=voters)
    for code in codes[:7]:
        assert site.phone().vote(code).status in (200, 303)
    turnout = program(site).get("/rounds/spring/turnout").json
    by_group = {one["group"]: one for one in turnout["groups"]}
    assert turnout["step"] == 1
    assert by_group["620103"]["masked"]
    assert by_group["620103"]["spent"] is None
    assert by_group["620103"]["planned"] == 3
    # With one group hidden, its neighbour and the total must not give it back.
    shown = [by_group["620102"], turnout["total"]]
    assert sum(not one["masked"] for one in shown) <= 1


def test_results_are_those_of_the_published_report_and_none_before(site):
    made = program(site)
    codes = site.round()
    for code in codes[:8]:
        site.phone().vote(code)
    assert made.get("/rounds/spring/results").status_code == 404
    site.count()
    hidden = made.get("/rounds/spring/results")
    assert hidden.status_code == 404
    assert "not published" in hidden.json["detail"]
    site.publish()
    answer = made.get("/rounds/spring/results").json
    public = json.loads(site.phone().get("/results/spring/report.json?lang=en").html)
    told = {one.pop("name"): one for one in answer["tables"]}
    assert told == public
    assert "texts" not in told


# --- components --------------------------------------------------------------------------------------------------


def filed(site):
    with unit_of_work(site.engine) as session:
        return {(one.subject, one.name, one.part): one.value for one in list_evidence(session, "villages")}


def test_components_are_filed_whole_and_again_changes_nothing(site):
    with_scheme(site)
    made = program(site)
    answer = made.put("/schemes/villages/components", {"rows": ROWS})
    assert (answer.status_code, answer.json) == (200, {"scheme": "villages", "filed": 2})
    assert made.put("/schemes/villages/components", {"rows": ROWS}).json["filed"] == 2
    assert filed(site) == {("v1", "work", ""): "95", ("v2", "work", ""): "93.5"}
    with reading(site.engine) as connection:
        told = connection.execute(select(AuditEntry.name, AuditEntry.sentence)).all()
    assert ("API: one-stop service", "Filed %(n)s components of the scheme %(scheme)s") in told


def test_a_row_with_a_fault_stops_all_rows_and_is_pointed_at(site):
    with_scheme(site)
    wrong = [*ROWS, {**ROWS[0], "subject": "v9"}, {**ROWS[0], "component": "work", "value": "many"}]
    answer = program(site).put("/schemes/villages/components", {"rows": wrong})
    assert answer.status_code == 422
    pointers = [one["pointer"].split()[0] for one in answer.json["errors"]]
    assert pointers[0] == "/rows/2"
    assert "/rows/3" in pointers
    assert "v9" in answer.json["errors"][0]["detail"]
    assert filed(site) == {}


def test_a_row_says_the_same_as_the_same_line_of_components_csv(site):
    with_scheme(site)
    row = {**ROWS[0], "component": "routine", "period": "h1", "confirmed_on": "2026-01-05", "value": " 90 "}
    assert program(site).put("/schemes/villages/components", {"rows": [row]}).status_code == 200
    with unit_of_work(site.engine) as session:
        (one,) = list_evidence(session, "villages")
    assert (one.kind, one.part, one.value, one.confirmed_on.isoformat()) == ("figure", "h1", "90", "2026-01-05")


def test_a_program_gives_no_plus_points(site):
    with_scheme(site)
    plus = {**ROWS[0], "component": "plus", "value": "national", "source": "第1号文件"}
    answer = program(site).put("/schemes/villages/components", {"rows": [*ROWS, plus]})
    assert answer.status_code == 422
    assert [one["pointer"] for one in answer.json["errors"]] == ["/rows/2"]
    assert "two people" in answer.json["errors"][0]["detail"]
    assert filed(site) == {}


def test_a_key_does_a_request_once_and_another_request_needs_another(site):
    with_scheme(site)
    made = program(site)
    key = {"Idempotency-Key": "monday-1"}
    first = {"rows": ROWS[:1]}
    later = {"rows": [{**ROWS[0], "value": "80"}]}
    assert made.put("/schemes/villages/components", first, headers=key).status_code == 200
    assert made.put("/schemes/villages/components", later).status_code == 200
    # The first, sent again because its answer was lost, does not undo the second.
    again = made.put("/schemes/villages/components", first, headers=key)
    assert (again.status_code, again.json) == (200, {"scheme": "villages", "filed": 1})
    assert filed(site) == {("v1", "work", ""): "80"}
    assert made.put("/schemes/villages/components", later, headers=key).status_code == 409
    # Another program's key of the same name is another key.
    assert program(site).put("/schemes/villages/components", later, headers=key).status_code == 200


def test_a_key_whose_request_failed_may_be_used_for_the_right_one(site):
    with_scheme(site)
    made = program(site)
    key = {"Idempotency-Key": "tuesday"}
    wrong = {"rows": [{**ROWS[0], "subject": "?"}]}
    assert made.put("/schemes/villages/components", wrong, headers=key).status_code == 422
    assert made.put("/schemes/villages/components", {"rows": ROWS}, headers=key).status_code == 200
    for wrong in ("x" * 101, "a\tb"):
        answer = made.put("/schemes/villages/components", {"rows": ROWS}, headers={"Idempotency-Key": wrong})
        assert answer.status_code == 400


# --- ratings -----------------------------------------------------------------------------------------------------


def test_a_case_gets_one_code_and_the_same_again(site):
    with_plan(site)
    offices(site, "A")
    made = program(site, Scope.RATINGS_MINT, office="A")
    first = made.post("/ratings/cases", ratings.EXAMPLE, headers={"Idempotency-Key": "k"})
    again = made.post("/ratings/cases", ratings.EXAMPLE, headers={"Idempotency-Key": "k"})
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json == again.json
    assert first.json["office"] == "A"
    assert len(first.json["code"]) == 20
    page = site.phone().get(first.json["url"].replace("HTTP://127.0.0.1:8000", "").lower())
    assert page.status == 200
    with reading(site.engine) as connection:
        assert connection.scalar(select(func.count()).select_from(ServiceCase)) == 1
        # Not even the remembered answers hold a code.
        assert connection.scalar(select(func.count()).select_from(ApiRequest)) == 0


def test_the_same_case_told_otherwise_is_refused_and_shown_as_it_was(site):
    with_plan(site)
    made = program(site)
    made.post("/ratings/cases", ratings.EXAMPLE)
    changed = made.post("/ratings/cases", {**ratings.EXAMPLE, "item": "another"})
    assert changed.status_code == 409
    shown = made.get("/ratings/cases/GS-2026-000123").json
    assert shown["item"] == ratings.EXAMPLE["item"]
    assert "code" not in shown
    assert "level" not in json.dumps(shown)


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"plan": "none"}, 404),
        ({"office": "nowhere"}, 404),
        ({"closed_at": "2026-11-20T16:30:00"}, 422),
        ({"closed_at": "yesterday"}, 422),
        ({"case_ref": ""}, 422),
        ({"case_ref": "x" * 81}, 422),
        ({"reachable": "yes"}, 422),
        ({"item": "a\nb"}, 422),
        ({"rating": "vs"}, 422),
    ],
)
def test_a_case_that_cannot_be_is_refused(site, change, status):
    with_plan(site)
    answer = program(site).post("/ratings/cases", {**ratings.EXAMPLE, **change})
    assert answer.status_code == status, say(answer)
