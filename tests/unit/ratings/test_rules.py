"""What may follow a bad rating, by when, and why something may not."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.core.clock import COUNTRY
from survey.core.errors import Refused
from survey.ratings import rules
from survey.ratings.plan import Calendar, Span
from survey.ratings.rules import FOLLOWING, NAMES, OF_THE_PERSON, SETTLED, Event, Step
from tests.factories.ratings import DEZHOU, FRIDAY, TO_REPLY, ZHEJIANG, days, history

REPLIED = ("received", *TO_REPLY)
NOTE = "打过电话"
SATURDAY = FRIDAY + days(1)


def check(past, step, *, now=SATURDAY, by="li", plan=ZHEJIANG, note=NOTE, of_the_person=False):
    rules.check_step(plan, past, Event(Step(step), now, by), note=note, of_the_person=of_the_person)


def test_the_whole_loop_may_be_walked():
    past = history("received")
    for step in (*TO_REPLY, "rerated", "closed"):
        check(past, step, of_the_person=step == "rerated")
        past = (*past, Event(Step(step), past[-1].at + timedelta(hours=1), "li"))
    assert rules.following(ZHEJIANG, past, FRIDAY) == ()


def test_every_step_has_a_name_and_what_follows_it():
    assert set(NAMES) == set(FOLLOWING) == set(Step)


def test_a_step_that_cannot_follow_is_refused_with_what_can():
    with pytest.raises(Refused) as refused:
        check(history("received"), "corrected")
    assert refused.value.say() == "After received the step corrected cannot follow; possible: assigned"
    with pytest.raises(Refused, match="After re-rated the step replied to cannot follow; possible: case closed"):
        check(history(*REPLIED, "rerated"), "replied")
    with pytest.raises(Refused, match="possible: -"):
        check(history(*REPLIED, "closed"), "assigned")


def test_staff_neither_rate_nor_rerate():
    for step in OF_THE_PERSON:
        with pytest.raises(Refused, match="staff never rate for anybody"):
            check(history(*REPLIED), step)
    with pytest.raises(Refused, match="Only the person"):
        check(history("received"), "assigned", of_the_person=True)


@pytest.mark.parametrize("step", ["misjudged", "malicious", "no_ground", "appealed"])
def test_what_leaves_a_rating_out_needs_a_reason(step):
    past = history("received", "assigned", "contacted")
    check(past, step)
    with pytest.raises(Refused, match="needs a note of at least 4 characters"):
        check(past, step, note=" 误评 ")


@pytest.mark.parametrize("found", ["misjudged", "malicious", "no_ground"])
def test_a_rating_found_wrong_is_explained_replied_to_and_closed_without_a_rerating(found):
    past = history("received", "assigned", "contacted", found)
    with pytest.raises(Refused, match="possible: explained"):
        check(past, "corrected")
    past = history("received", "assigned", "unreached", found, "explained", "replied")
    assert rules.rerating_ends_at(DEZHOU, past) is None
    check(past, "closed")
    with pytest.raises(Refused, match="no re-rating for this case"):
        check(past, "rerated", of_the_person=True)


def test_whoever_appealed_does_not_decide_and_there_is_one_appeal():
    past = history("received", "assigned", "contacted", "appealed")
    assert rules.appeal_waits(past)
    assert rules.outcome(past) is None
    with pytest.raises(Refused, match="Whoever appealed"):
        check(past, "misjudged")
    check(past, "misjudged", by="wang")
    check(past, "valid", by="wang")
    decided = (*past, Event(Step.VALID, FRIDAY + days(1), "wang"))
    assert rules.outcome(decided) == Step.VALID
    assert rules.following(ZHEJIANG, decided, FRIDAY + days(1)) == SETTLED
    with pytest.raises(Refused, match="there is one only"):
        check(decided, "appealed")


def test_no_outcome_before_it_was_judged():
    assert rules.outcome(history("received", "assigned")) is None


def test_silence_is_closed_only_after_the_time_for_the_rerating():
    past = history(*REPLIED)  # replied to on Friday the 20th, 15 days: until Saturday, December 5
    until = rules.rerating_ends_at(ZHEJIANG, past)
    assert until == datetime(2026, 12, 6, tzinfo=COUNTRY)
    before, after = until - timedelta(seconds=1), until
    assert rules.following(ZHEJIANG, past, before) == ()
    assert rules.following(ZHEJIANG, past, after) == (Step.CLOSED,)
    with pytest.raises(Refused, match="may re-rate until 5 Dec 2026"):
        check(past, "closed", now=before)
    check(past, "rerated", now=before, of_the_person=True)
    with pytest.raises(Refused, match="ended on 5 Dec 2026"):
        check(past, "rerated", now=after, of_the_person=True)
    closed = (*past, Event(Step.CLOSED, after, "li"))
    assert Step.RERATED not in {event.step for event in closed}


def test_which_settlements_open_the_rerating_is_the_plans():
    explained = history("received", "assigned", "contacted", "valid", "explained", "replied")
    assert rules.rerating_ends_at(ZHEJIANG, explained) is None
    assert rules.rerating_ends_at(DEZHOU, explained) is not None
    without = ZHEJIANG.model_copy(update={"rerating": None})
    assert rules.rerating_ends_at(without, history(*REPLIED)) is None
    assert rules.rerating_ends_at(ZHEJIANG, history("received")) is None
    assert rules.rerating_ends_at(ZHEJIANG, history(*REPLIED, "rerated")) is None
    check(explained, "closed")


def test_zhejiang_contacts_within_a_day_and_corrects_within_fifteen():
    found = {one.task: one.last_day for one in rules.deadlines(ZHEJIANG, history("received"))}
    assert found == {"assigned": date(2026, 11, 20), "contacted": date(2026, 11, 21), "settled": date(2026, 12, 5)}


def test_dezhou_corrects_within_five_working_days():
    found = {one.task: one for one in rules.deadlines(DEZHOU, history("received"))}
    assert found["settled"].last_day == date(2026, 11, 27)
    assert found["settled"].ends_at == datetime(2026, 11, 28, tzinfo=COUNTRY)


def test_what_was_done_late_stays_late_and_what_is_not_done_is_overdue():
    past = (*history("received", "assigned"), Event(Step.CONTACTED, FRIDAY + days(2), "li"))
    assigned, contacted, settled = rules.deadlines(ZHEJIANG, past)
    assert [one.late(FRIDAY + days(3)) for one in (assigned, contacted, settled)] == [False, True, False]
    assert settled.late(FRIDAY + days(16))
    assert rules.next_deadline(ZHEJIANG, past) == settled
    assert rules.next_deadline(ZHEJIANG, history(*REPLIED)) is None


def test_an_appeal_has_its_own_deadline():
    past = history("received", "assigned", "contacted", "appealed")
    decided = next(one for one in rules.deadlines(ZHEJIANG, past) if one.task == "decided")
    assert (decided.last_day, decided.done_at) == (date(2026, 11, 27), None)
    past = (*past, Event(Step.VALID, FRIDAY + days(3), "wang"))
    decided = next(one for one in rules.deadlines(ZHEJIANG, past) if one.task == "decided")
    assert decided.done_at == FRIDAY + days(3)
    limits = ZHEJIANG.limits.model_copy(update={"decided": None})
    tasks = [one.task for one in rules.deadlines(ZHEJIANG.model_copy(update={"limits": limits}), past)]
    assert tasks == ["assigned", "contacted", "settled"]


def test_the_reply_is_due_after_the_settlement():
    past = history("received", "assigned", "contacted", "valid", "corrected")
    due = rules.next_deadline(ZHEJIANG, past)
    assert (due.task, due.last_day) == ("replied", date(2026, 11, 23))


@pytest.mark.parametrize(
    ("start", "n", "last"),
    [
        ("2026-02-13T10:00", 1, "2026-02-14"),  # a Saturday that is worked
        ("2026-02-13T10:00", 2, "2026-02-24"),  # then the Spring Festival, to the 23rd
        ("2026-11-20T10:00", 1, "2026-11-23"),
        ("2026-11-21T10:00", 1, "2026-11-23"),  # rated on a Saturday
        ("2026-11-20T23:59", 0, "2026-11-20"),
    ],
)
def test_working_days_leave_out_weekends_and_holidays(start, n, last):
    moment = datetime.fromisoformat(start).replace(tzinfo=COUNTRY)
    span = Span(within=n, unit="working_days")
    assert rules.last_day(moment, span, ZHEJIANG.calendar) == date.fromisoformat(last)


def test_without_a_calendar_monday_to_friday_are_worked():
    worked = [rules.is_working_day(date(2026, 11, 16) + days(n), Calendar()) for n in range(7)]
    assert worked == [True] * 5 + [False] * 2


SOME_STEPS = st.lists(
    st.tuples(st.sampled_from(Step), st.integers(0, 40), st.sampled_from(["li", "wang"])), max_size=25
)


@given(SOME_STEPS, st.sampled_from([ZHEJIANG, DEZHOU]))
def test_however_steps_are_tried_the_loop_keeps_its_order(tried, plan):
    past = history("received")
    for step, hours, by in tried:
        person = step in OF_THE_PERSON
        event = Event(step, past[-1].at + timedelta(hours=hours * 12), "" if person else by)
        possible = rules.following(plan, past, event.at)
        try:
            rules.check_step(plan, past, event, note=NOTE, of_the_person=person)
        except Refused:
            # What is offered is refused for one reason only.
            assert step not in possible or (rules.appeal_waits(past) and event.by == past[-1].by)
            continue
        assert person or step in possible
        past = (*past, event)
    walked = [event.step for event in past]
    assert walked.count(Step.RECEIVED) == 1
    assert walked.count(Step.APPEALED) <= 1
    assert walked.count(Step.RERATED) <= 1
    assert walked.count(Step.CORRECTED) + walked.count(Step.EXPLAINED) <= 1
    if Step.CORRECTED in walked:
        assert rules.outcome(past) == Step.VALID
        assert {Step.CONTACTED, Step.UNREACHED} & set(walked)
    if Step.CLOSED in walked:
        assert walked[-1] == Step.CLOSED
        assert Step.REPLIED in walked
    if Step.RERATED in walked:
        assert walked.index(Step.RERATED) > walked.index(Step.REPLIED)
    due = rules.next_deadline(plan, past)
    assert due is None or due.done_at is None


@given(st.integers(0, 364 * 24), st.integers(0, 60))
def test_working_days_are_counted_one_by_one(hours, n):
    start = datetime(2026, 1, 1, tzinfo=COUNTRY) + timedelta(hours=hours)
    last = rules.last_day(start, Span(within=n, unit="working_days"), ZHEJIANG.calendar)
    between = [start.date() + days(i) for i in range(1, (last - start.date()).days + 1)]
    assert sum(rules.is_working_day(day, ZHEJIANG.calendar) for day in between) == n
    assert not between or rules.is_working_day(between[-1], ZHEJIANG.calendar)


def test_steps_in_a_refusal_are_words_that_can_be_translated():
    with pytest.raises(Refused) as refused:
        check(history("received"), "replied")
    words = {"received": "已收到", "replied to": "已答复", "assigned": "已交办"}
    assert refused.value.say(lambda sentence: words.get(sentence, sentence)).startswith(
        "After 已收到 the step 已答复 cannot follow; possible: 已交办"
    )
