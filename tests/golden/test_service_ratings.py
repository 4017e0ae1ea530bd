"""W14 from real rows: 4200 finished cases, 1344 rated by people, 21 bad ratings followed to their end."""

import pytest

from survey.ratings import service
from survey.ratings.models import ServiceCase, ServiceRating
from survey.ratings.queries import Period
from survey.scoring.service_ratings import indicators
from survey.storage.engine import unit_of_work
from tests.factories.ratings import FRIDAY, KEY, TO_REPLY, WANG, ZHEJIANG, handled, rate, rerate, steps

CASES = 4200
GIVEN = {"l5": 1010, "l4": 268, "l3": 45, "l2": 15, "l1": 6}


@pytest.fixture
def line(engine):
    with unit_of_work(engine) as session:
        service.add_plan(session, ZHEJIANG)
        minted = [service.mint(session, ZHEJIANG, handled(f"2026-{n:05d}"), KEY).case_id for n in range(CASES)]
        levels = [level for level, n in GIVEN.items() for _ in range(n)]
        bad = []
        for case_id, level in zip(minted, levels, strict=False):
            case = session.get(ServiceCase, case_id)
            rate(session, case, level)
            if ZHEJIANG.level(level).bad:
                bad.append(case)
        _follow(session, bad)
        assert session.query(ServiceRating).filter_by(round=1).count() == 1344
        (line,) = indicators(session, ZHEJIANG, "all", Period(), FRIDAY)
        return line.row()


def _follow(session, bad):
    """Visit all 21; 2 are misjudged; of the 19 valid ones 18 are corrected; of those 15 people are satisfied."""
    assert len(bad) == 21
    for case in bad[:2]:
        steps(session, case, "assigned", "contacted", "appealed")
        steps(session, case, "misjudged", actor=WANG)
    steps(session, bad[2], "assigned", "contacted", "valid")
    for case in bad[3:]:
        steps(session, case, *TO_REPLY)
    for case in bad[3:18]:
        rerate(session, case, "satisfied")
    rerate(session, bad[18], "dissatisfied")


def test_w14_from_4200_cases(golden, line):
    expected = golden["W14"]

    assert (line["cases"], line["ratings"], line["excluded"]) == (4200, 1344, 2)
    assert line["rated"] == expected["rate"]
    assert line["unrated"] == expected["unrated"]
    assert line["good"] == expected["good"]
    assert line["bad"] == expected["bad"]
    assert line["visited"] == expected["named_revisit"]
    assert line["valid_bad"] == expected["valid_bad"]
    assert line["corrected"] == expected["fixed_rate"]
    assert line["satisfied"] == expected["resatisfied"]
    assert line["index"] == expected["five_star_score"]
