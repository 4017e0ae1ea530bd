"""The nine steps of a round: each says where it stands, and one that cannot start says why, with figures."""

from dataclasses import replace

import pytest

from survey.rounds.lifecycle import Blocker
from survey.rounds.models import State
from survey.web.desk.tasks import WORDS, Facts, Standing, Task, next_task, tasks

DONE, TODO, WAIT, PROBLEM = Standing.DONE, Standing.TODO, Standing.WAIT, Standing.PROBLEM
TIMES = {"opens_at": "2026-03-01 09:00", "closes_at": "2026-03-15 18:00"}
NO_KEY = Blocker("There is no key to seal the ballots with", "", about="keys")
NO_VOTERS = Blocker("There are no voters", "", about="voters")
PASSED = Blocker("The closing time %(closes)s has passed", "", {"closes": "2026-03-15"}, about="times")
TOWN = Blocker(
    "group %(group)s rates %(word)s, but no such subject was imported", "", {"group": "x", "word": "9"}, "voters"
)
RULES = Blocker("Ballots count as class %(ballot_class)s, which the rules do not name", "", {"ballot_class": "B"})
PEOPLE = Blocker("%(name)s (%(code)s) is weighted by population", "", {"name": "城关区", "code": "1"}, about="subjects")
TWIN = Blocker("Its rehearsal %(rehearsal)s is still there", "", {"rehearsal": "spring-test"}, about="rehearsal")

EMPTY = Facts(State.DRAFT, "q@1", blockers=(NO_KEY, NO_VOTERS), **TIMES)
WITH_ROSTER = replace(EMPTY, roster=86)
WITH_VOTERS = replace(WITH_ROSTER, rated=80, groups=86, planned=120_000, classes=2, blockers=(NO_KEY,))
WITH_KEY = replace(WITH_VOTERS, keys=1, blockers=())
ISSUED = replace(WITH_KEY, state=State.READY, issued=120_000, spare=100)
OPENED = replace(ISSUED, state=State.OPEN)


def told(task: Task) -> str:
    first = f" {task.first.message % task.first.figures}" if task.first else ""
    return task.reason.message % task.reason.figures + first


def standings(facts):
    return [task.standing for task in tasks(facts)]


STAGES = {
    "nothing": (EMPTY, [DONE, TODO, WAIT, WAIT, WAIT, WAIT, WAIT, WAIT, WAIT], 2),
    "a roster": (WITH_ROSTER, [DONE, DONE, TODO, WAIT, WAIT, WAIT, WAIT, WAIT, WAIT], 3),
    "voters": (WITH_VOTERS, [DONE, DONE, DONE, TODO, WAIT, WAIT, TODO, WAIT, WAIT], 4),
    "a key": (WITH_KEY, [DONE, DONE, DONE, DONE, TODO, WAIT, TODO, WAIT, WAIT], 5),
    "codes": (ISSUED, [DONE, DONE, DONE, DONE, DONE, TODO, TODO, TODO, WAIT], 6),
    "slips": (replace(ISSUED, printed=True), [DONE] * 6 + [TODO, TODO, WAIT], 7),
    "a rehearsal": (
        replace(ISSUED, printed=True, rehearsal=True, blockers=(TWIN,)),
        [DONE] * 6 + [TODO, WAIT, WAIT],
        7,
    ),
    "rehearsed": (replace(ISSUED, printed=True, rehearsed=True), [DONE] * 7 + [TODO, WAIT], 8),
    "open": (OPENED, [DONE] * 8 + [TODO], 9),
    "open with too few codes": (replace(OPENED, issued=5), [DONE] * 4 + [TODO] + [DONE] * 3 + [TODO], 5),
    "open without codes": (replace(OPENED, issued=0, spare=0), [DONE] * 4 + [TODO, WAIT, DONE, DONE, TODO], 5),
    "closed": (replace(OPENED, state=State.CLOSED, ballots=71_250), [DONE] * 8 + [TODO], 9),
    "counted": (replace(OPENED, state=State.COUNTED), [DONE] * 9, None),
}


@pytest.mark.parametrize(("facts", "expected", "following"), STAGES.values(), ids=STAGES)
def test_each_stage_has_its_standings_and_its_next_step(facts, expected, following):
    steps = tasks(facts)

    assert [task.standing for task in steps] == expected
    found = next_task(steps)
    assert (found[0] if found else None) == following


PROBLEMS = {
    "a subject": (PEOPLE, 2, "1 things stand in the way; the first: 城关区 (1) is weighted by population"),
    "a voter": (TOWN, 3, "1 things stand in the way; the first: group x rates 9, but no such subject was imported"),
    "a rule": (RULES, 3, "1 things stand in the way; the first: Ballots count as class B, which the rules do not name"),
    "the times": (PASSED, 4, "1 things stand in the way; the first: The closing time 2026-03-15 has passed"),
}


@pytest.mark.parametrize(("blocker", "number", "sentence"), PROBLEMS.values(), ids=PROBLEMS)
def test_what_is_wrong_is_a_problem_of_its_step_and_bars_the_codes(blocker, number, sentence):
    steps = tasks(replace(WITH_KEY, blockers=(blocker,)))

    assert [i for i, task in enumerate(steps, 1) if task.standing is PROBLEM] == [number]
    assert told(steps[number - 1]) == sentence
    assert (steps[4].standing, told(steps[4])) == (WAIT, sentence)
    assert next_task(steps)[0] == number


def test_a_step_that_cannot_start_says_why_with_figures():
    assert [told(task) for task in tasks(EMPTY) if task.standing is WAIT] == [
        "The roster is empty: nobody can be rated",
        "There are no voters yet: 0 ballots are planned",
        "2 things stand in the way; the first: There is no key to seal the ballots with",
        "No codes are issued yet: 0 slips to print",
        "1 things stand in the way; the first: There are no voters",
        "2 things stand in the way; the first: There is no key to seal the ballots with",
        "The round is not open yet",
    ]


def test_a_step_that_is_done_says_what_there_is():
    assert [told(task) for task in tasks(ISSUED)] == [
        "q@1",
        "86 subjects on the roster, 80 of them are rated here",
        "86 lines of voters in 2 classes, 120000 ballots planned",
        "86 batches with 120000 codes, sealed to 1 key(s); open from 2026-03-01 09:00 to 2026-03-15 18:00",
        "120000 of 120000 planned codes are issued, 100 spare ones",
        "120100 codes are issued; no slips were made here",
        "Not rehearsed yet; it takes a minute and never counts",
        "Everything is ready; ballots would be taken from 2026-03-01 09:00 to 2026-03-15 18:00",
        "The round is not open yet",
    ]


def test_codes_that_are_ready_but_not_issued_keep_a_round_from_opening_usefully():
    step = tasks(WITH_KEY)[7]

    assert (step.standing, told(step)) == (WAIT, "No codes are issued yet: nobody could vote")


def test_codes_missing_when_it_is_over_cannot_be_issued_any_more():
    assert standings(replace(OPENED, state=State.CLOSED, issued=5))[4] is WAIT


def test_a_rehearsal_bars_only_the_opening():
    assert standings(replace(WITH_KEY, rehearsal=True, blockers=(TWIN,)))[4:8] == [TODO, WAIT, TODO, WAIT]


AFTERWARDS = {
    State.OPEN: (["desk.watching.show", "desk.running.show"], "It takes ballots until 2026-03-15 18:00"),
    State.CLOSED: (["desk.watching.show", "desk.counting.show"], "Closed with 71250 ballots: count them"),
    State.COUNTED: (["desk.counting.show", "desk.results.show"], "Counted; score it"),
    State.READY: ([], "The round is not open yet"),
}


@pytest.mark.parametrize("state", AFTERWARDS)
def test_the_last_step_leads_on(state):
    endpoints, sentence = AFTERWARDS[state]
    step = tasks(replace(ISSUED, state=state, ballots=71_250))[8]

    assert [link.endpoint for link in step.links] == endpoints
    assert told(step).startswith(sentence)


def test_what_waits_comes_after_what_can_be_done():
    first, second = tasks(EMPTY)[2], tasks(EMPTY)[1]

    assert next_task([first, second]) == (2, second)
    assert next_task([first]) == (1, first)
    assert next_task([]) is None


def test_every_standing_has_a_word():
    assert set(WORDS) == set(Standing)


def test_after_opening_a_rehearsal_that_was_cleared_is_told():
    assert told(tasks(replace(OPENED, rehearsed=True))[6]) == "It was rehearsed, and the rehearsal is cleared"
    assert told(tasks(OPENED)[6]) == "It was opened without a rehearsal"
    assert told(tasks(replace(OPENED, printed=True))[5]) == "Slips were made; 120100 codes are issued"
