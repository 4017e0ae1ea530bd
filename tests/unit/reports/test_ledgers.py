"""Two ledgers side by side: what the reports show of the same pledges, round by round, and nothing they hide."""

from dataclasses import replace
from decimal import Decimal

import pytest

from survey.core.errors import Refused
from survey.questionnaires.schema import read_questionnaire
from survey.reports.ballots import ballot_tables
from survey.reports.disclosure import HIDDEN
from survey.reports.ledgers import Ledger, ledger_tables
from survey.scoring.sheets import count_sheets
from survey.subjects.roster import Subject
from tests.factories.ballots import two_sheets
from tests.unit.scoring.made_rounds import frozen_round
from tests.unit.scoring.test_ballots import scored

STREET = Subject(code="s", name="新兴街道", unit_type="street", group="街道")
CITIZENS = ("s", "citizen")


def street_round(name, asked=None):
    definition = {"id": name, "kind": "posneg", "disclosure": {"min_cell": 5, "min_class": 5}}
    return frozen_round([STREET], asked or two_sheets(2), **definition)


def answers(n, **given):
    """Return so many ballots that say the same."""
    return [{f"{item}:s": option for item, option in given.items()}] * n


def ledger(heading, ballots, asked=None):
    results = scored(street_round(heading, asked), {CITIZENS: ballots})
    sheets = count_sheets(results.frozen, results.count, (), {})
    return Ledger(heading, results.frozen, ballot_tables(results, sheets, (), str))


def lines(ledgers):
    (table,) = ledger_tables(ledgers, str)
    return table, list(table.records())


def test_pledges_and_faults_stand_side_by_side_round_by_round():
    first = answers(12, pos1="yes", pos2="yes", neg1="yes", neg2="no") + answers(8, pos1="no", pos2="yes", neg1="no")
    second = answers(20, pos1="yes", pos2="yes", neg1="no", neg2="no")

    table, (one, two) = lines([ledger("promise", first), ledger("result", second)])

    assert table.title == "新兴街道"
    assert [column.heading for column in table.columns if column.key.endswith(("-0", "-1"))] == [
        "promise",
        "result",
        "promise",
        "result",
    ]
    assert (one["positive-0"], one["positive-1"]) == (Decimal("60.00"), Decimal("100.00"))
    assert (one["negative-0"], one["negative-1"]) == (12, 0)
    assert two["positive-0"] == Decimal("100.00")
    assert (one["positive"], one["negative"]) == (
        "能够坚持原则、敢于担当。",
        "在选人用人上搞小圈子。",
    )


def test_what_the_report_hides_no_ledger_tells():
    few = answers(3, pos1="no", pos2="yes", neg1="yes", neg2="no") + answers(17, pos1="yes", pos2="yes", neg1="no")

    _, (one, _two) = lines([ledger("promise", few)])

    assert one["positive-0"] == HIDDEN
    assert one["negative-0"] == HIDDEN


def test_a_longer_list_stands_beside_empty_cells():
    questions = two_sheets(2)
    shorter = questions.model_copy(update={"items": questions.items[:3]})

    _, (one, two) = lines([ledger("promise", answers(9, pos1="yes", pos2="yes", neg1="no"), shorter)])

    assert one["negative-0"] == 0
    assert (two["negative"], two["negative-0"]) == (None, None)


def test_of_a_scale_the_steps_that_satisfy_are_kept():
    from survey.cli.demo.steps import DATA

    asked = read_questionnaire(DATA / "heping-pledges.yaml")
    ballots = answers(15, housing="kept", delay="no") + answers(5, housing="part", delay="no")

    _, (first, *_others) = lines([ledger("promise", ballots, asked)])

    assert (first["positive"], first["positive-0"]) == ("老旧小区改造", Decimal("75.00"))


def test_rounds_that_ask_something_else_do_not_stand_side_by_side():
    one = ledger("promise", answers(9, pos1="yes", pos2="yes", neg1="no", neg2="no"))
    other = replace(one, frozen=street_round("result", two_sheets(3)))

    with pytest.raises(Refused, match="promise and result do not ask the same"):
        ledger_tables([one, other], str)
