"""The page of an announced ballot: results, classes, votes, count sheet and method; never a remark."""

import csv
import io
import json

import pytest

from survey.casting import admit
from survey.core import clock
from survey.core.errors import Refused
from survey.rounds.service import get_round, note_present
from survey.storage.engine import reading, unit_of_work
from tests.factories.ballots import annual_review, mixed_review, open_ballots, two_sheets
from tests.factories.casting import cast_with

VOTERS = "group,class,planned,subjects\nhall,A,8,type:cadres\nhall,B,12,type:cadres\nhall,C,5,type:cadres\n"
LEVELS = {
    "item": "overall",
    "steps": [
        {"options": ["ex", "ok"], "share": "2/3", "result": {"zh": "达到三分之二", "en": "two thirds"}},
    ],
    "otherwise": "不足三分之二",
}
CLASSES = [
    {"code": "A", "zh": "领导", "en": "leaders", "weight": 50},
    {"code": "B", "zh": "中层", "en": "sections", "weight": 30},
    {"code": "C", "zh": "职工", "en": "staff", "weight": 20, "minimum": 1},
]


def opened(site, asked=None, **fields):
    key = site.app.extensions["minsheng"].code_key
    fields = {"voters": VOTERS, "rules": {"classes": CLASSES, "levels": LEVELS}} | fields
    return open_ballots(site.engine, site.folder, key, asked or annual_review(), cadres=5, **fields)


def cast_all(site, made, answer):
    """Cast every code; ``answer`` gives a ballot's fields from its form, class and number."""
    now, n = clock.now(), 0
    for ballot_class, codes in made.codes.items():
        for code in codes:
            one = admitted_with(site, code, now)
            cast_with(site.engine, one, answer(one.ballot.form, ballot_class, n), opened_at=now, now=now)
            n += 1


def admitted_with(site, code, now):
    with reading(site.engine) as connection:
        return admit(connection, code, key=site.app.extensions["minsheng"].code_key, now=now)


def grades(form, _ballot_class, n):
    """Grade unlike others, so that not everything is alike; the poor ones with a reason."""
    answers = {}
    for i, question in enumerate(form.questions):
        if question.item.kind == "scale":
            answers[question.name] = str(1 + (n + i) % 4)
        elif question.item.id == "why" and answers[question.name.replace("why", "overall")] == "4":
            answers[question.name] = f"路灯坏了{n}"
    return answers


@pytest.fixture
def published(site):
    made = opened(site, announce=True)
    cast_all(site, made, grades)
    site.count("review")
    site.publish("review")
    return site.phone()


def test_an_unannounced_ballot_is_never_published(site):
    opened(site)
    site.count("review")
    with pytest.raises(Refused, match="not for publication"):
        site.publish("review")
    assert site.phone().get("/results/review").status == 403


def test_a_published_ballot_shows_its_own_tables(published):
    page = published.get("/results/review")
    assert page.status == 200
    assert "计入答卷 25" in page.words
    for heading in ('id="results"', 'id="classes"', 'id="votes"', 'id="sheet"', 'id="method"'):
        assert heading in page.html
    assert page.html.count("<details>") == 1 + 5
    assert "不足三分之二" in page.words
    assert "满意度" not in page.words, "nothing of an opinion survey's method"


def test_a_published_ballot_in_english(published):
    page = published.get("/results/review?lang=en")
    assert "Assessment of leading cadres 2026: Results" in page.words
    assert "C staff" in page.words
    assert page.html != published.get("/results/review").html


def test_no_remark_is_published_in_any_format(published):
    assert "路灯坏了" not in published.get("/results/review").html
    for suffix in ("csv", "json", "xlsx"):
        assert "路灯坏了".encode() not in published.get(f"/results/review/report.{suffix}").response.data
    report = json.loads(published.get("/results/review/report.json").html)
    assert set(report) == {"results", "classes", "votes", "sheet", "turnout", "method"}
    rows = list(csv.DictReader(io.StringIO(published.get("/results/review/report.csv").html.removeprefix("\ufeff"))))
    assert len(rows) == 5


def test_a_class_of_three_is_hidden_everywhere(site):
    cast_all(site, opened(site, announce=True, voters=VOTERS.replace("C,5", "C,3")), grades)
    site.count("review")
    site.publish("review")
    report = json.loads(site.phone().get("/results/review/report.json").html)
    of_c = [row for row in report["classes"]["rows"] if row["class"] == "C"]
    assert {row["mean"] for row in of_c} == {"*"}
    judged = [row for row in report["votes"]["rows"] if row["class"] == "C" and row["option"] not in ("", "dk")]
    assert {row["votes"] for row in judged} == {"*"}


def test_a_ballot_has_no_charts(published):
    assert published.get("/results/review/chart-1.svg").status == 404


def test_those_present_entered_later_are_shown_at_once(site):
    made = opened(site, announce=True, rules={"classes": CLASSES, "quorum": {"share": "2/3"}})
    cast_all(site, made, grades)
    with unit_of_work(site.engine) as session:
        row = get_round(session, "review")
        for ballot_class, present in (("A", 8), ("B", 12), ("C", 4)):
            note_present(session, row, "hall", ballot_class, present)
    site.count("review")
    site.publish("review")
    report = json.loads(site.phone().get("/results/review/report.json?lang=en").html)
    assert [row["present"] for row in report["sheet"]["rows"]] == [8, 12, 4, 24]


def test_a_test_of_two_sheets_and_a_ballot_on_units_are_shown(site):
    voters = "group,class,planned,subjects\nhall,B,6,type:cadres\n"
    rules = {"minimum": 1}
    test = opened(site, two_sheets(), kind="posneg", name="test", announce=True, voters=voters, rules=rules)
    cast_all(site, test, lambda form, _, n: {q.name: str(1 + n % 2) for q in form.questions})
    site.count("test")
    site.publish("test")
    page = site.phone().get("/results/test?lang=en")
    assert "all classes (Positive sheet)" in page.words
    assert "all classes (Negative sheet)" in page.words

    both = "group,class,planned,subjects\nhall,B,6,type:offices type:cadres\n"
    mixed = opened(site, mixed_review(), name="mixed", announce=True, voters=both, rules=rules)
    cast_all(site, mixed, grades)
    site.count("mixed")
    site.publish("mixed")
    assert site.phone().get("/results/mixed").status == 200
