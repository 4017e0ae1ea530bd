"""A plan's file: what it must say, and what comes with the program."""

import pytest

from survey.core.errors import Invalid, NotFound
from survey.ratings.plan import RatingPlan, read_plan, shipped_plan
from tests.factories.ratings import DEZHOU, ZHEJIANG

TEXT = shipped_plan("zhejiang-2019").read_text()


def faults(tmp_path, old, new):
    assert old in TEXT
    file = tmp_path / "plan.yaml"
    file.write_text(TEXT.replace(old, new, 1))
    with pytest.raises(Invalid) as error:
        read_plan(file)
    return error.value.say()


def test_the_plans_that_come_along_have_their_time_limits():
    assert (ZHEJIANG.limits.contacted.within, ZHEJIANG.limits.settled.within) == (1, 15)
    assert (DEZHOU.limits.settled.within, DEZHOU.limits.settled.unit) == (5, "working_days")
    for plan in (ZHEJIANG, DEZHOU):
        assert [str(level.points) for level in plan.levels] == ["100", "80", "60", "30", "0"]
        assert [level.bad for level in plan.levels] == [False, False, False, True, True]
        assert all(level.tags for level in plan.levels)
        assert RatingPlan.model_validate(plan.document()).content_hash == plan.content_hash


def test_an_unknown_plan_is_not_found():
    with pytest.raises(NotFound, match="No rating plan beijing"):
        shipped_plan("beijing")


def test_levels_tags_and_answers_have_a_code_each(tmp_path):
    assert "the code l5 stands here twice" in faults(tmp_path, "code: l4\n", "code: l5\n")
    assert "the code l5-fast stands here twice" in faults(tmp_path, "code: l1-push", "code: l5-fast")
    assert "the code satisfied stands here twice" in faults(tmp_path, "{code: dissatisfied", "{code: satisfied")


def test_a_plan_needs_a_bad_level_and_a_way_to_be_dissatisfied_again(tmp_path):
    file = tmp_path / "plan.yaml"
    file.write_text(TEXT.replace("bad: true", "bad: false"))
    with pytest.raises(Invalid, match="needs a bad level"):
        read_plan(file)
    assert "says satisfied and one that does not" in faults(tmp_path, "satisfied: false", "satisfied: true")


def test_a_day_is_written_out(tmp_path):
    assert "20260101 is not a day" in faults(tmp_path, "[2026-01-01,", "[20260101,")


def test_what_is_not_there_is_not_found():
    assert ZHEJIANG.level("l9") is ZHEJIANG.answer("perhaps") is ZHEJIANG.tag("l9-x") is None
    assert ZHEJIANG.model_copy(update={"rerating": None}).answer("satisfied") is None
    assert ZHEJIANG.tag("l1-fee").zh == "违规收费"
