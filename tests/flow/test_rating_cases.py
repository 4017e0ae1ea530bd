"""Cases are minted, rated and followed up, on both engines."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import func, select

from survey.core.digits import digest, is_code
from survey.core.errors import AlreadyDone, Invalid, NotFound, Refused
from survey.ratings import rating, rules, service
from survey.ratings.codes import case_code, rating_address
from survey.ratings.models import RatingEvent, ServiceCase, ServiceRating
from survey.ratings.queries import Period, get_figures, list_bad, list_cases, ratings_of
from survey.ratings.rating import Given
from survey.ratings.rules import Step
from survey.staff.audit import broken_links, list_entries
from survey.storage.engine import unit_of_work
from tests.factories.ratings import (
    DEZHOU,
    FRIDAY,
    KEY,
    LI,
    TO_REPLY,
    WANG,
    ZHEJIANG,
    changed,
    days,
    handled,
    minted,
    new_form,
    rate,
    rerate,
    steps,
)


@pytest.fixture
def session(engine):
    with unit_of_work(engine) as session:
        yield session


def test_the_same_case_always_has_the_same_code(session):
    service.add_plan(session, ZHEJIANG)
    first = service.mint(session, ZHEJIANG, handled(), KEY)
    again = service.mint(session, ZHEJIANG, handled(), KEY)
    other = service.mint(session, ZHEJIANG, handled("2026-0002"), KEY)
    assert (first.new, again.new) == (True, False)
    assert (again.code, again.case_id) == (first.code, first.case_id)
    assert other.code != first.code
    assert is_code(first.code)
    assert service.find_case(session, digest(first.code, KEY)).case_ref == "2026-0001"


def test_a_code_stands_nowhere_and_nobody_without_the_key_can_make_it(session):
    service.add_plan(session, ZHEJIANG)
    made = service.mint(session, ZHEJIANG, handled(), KEY)
    row = session.get(ServiceCase, made.case_id)
    assert made.code not in repr(made)
    assert made.code not in str([getattr(row, column.key) for column in ServiceCase.__table__.columns])
    assert case_code(b"x" * 32, "6201", "2026-0001") != made.code
    # Where an office ends and a case begins cannot be shifted.
    assert case_code(KEY, "62", "012026-0001") != made.code
    assert rating_address("https://pj.gov.cn", made.code) == f"HTTPS://PJ.GOV.CN/R/{made.code}"


def test_a_case_is_minted_under_what_it_was_first(session):
    case = minted(session)
    with pytest.raises(AlreadyDone, match="before with another item: 不动产登记"):
        service.mint(session, ZHEJIANG, handled(item="公积金"), KEY)
    with pytest.raises(AlreadyDone, match="service_window"):
        service.mint(session, ZHEJIANG, handled(window="4号窗口"), KEY)
    assert session.scalar(select(func.count()).select_from(ServiceCase)) == 1
    assert case.item == "不动产登记"


def test_a_case_that_is_not_described_is_not_minted(session):
    faulty = handled("", item="x" * 101, unit="a\nb", closed_at=FRIDAY.replace(tzinfo=None))
    with pytest.raises(Invalid) as error:
        service.mint(session, ZHEJIANG, faulty, KEY)
    assert [problem.where for problem in error.value.problems] == ["case_ref", "item", "unit", "closed_at"]


def test_two_requests_at_once_mint_one_case(engine):
    with unit_of_work(engine) as session:
        service.add_plan(session, ZHEJIANG)
    barrier, found = Barrier(4), []

    def ask():
        barrier.wait(timeout=20)
        with unit_of_work(engine) as session:
            found.append(service.mint(session, ZHEJIANG, handled(), KEY))

    threads = [Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len({one.code for one in found}) == 1
    assert sorted(one.new for one in found) == [False, False, False, True]


def test_plans_are_frozen_by_version(session):
    assert service.add_plan(session, ZHEJIANG)
    assert not service.add_plan(session, ZHEJIANG)
    with pytest.raises(AlreadyDone, match="raise its version"):
        service.add_plan(session, changed(ZHEJIANG, contact="110"))
    second = changed(ZHEJIANG, version=2)
    service.add_plan(session, second)
    assert service.get_plan(session, "zhejiang-2019").version == 2
    assert service.get_plan(session, "zhejiang-2019@1").version == 1
    for unknown in ("zhejiang-2019@3", "zhejiang-2019@x", "dezhou-2020"):
        with pytest.raises(NotFound, match="There is no rating plan"):
            service.get_plan(session, unknown)


def test_a_case_keeps_the_plan_it_was_minted_with(session):
    case = minted(session)
    service.add_plan(session, changed(ZHEJIANG, version=2))
    assert service.case_plan(session, case).version == 1


def test_a_good_rating_ends_there(session):
    case = minted(session)
    assert rate(session, case, "l5", tags=("l5-fast", "l5-fast"), text=" 很好\r\n谢谢 ")
    row = ratings_of(session, case)[1]
    assert (row.level, row.bad, row.tags, row.text) == ("l5", False, ["l5-fast"], "很好\n谢谢")
    assert (case.state, case.due_at, service.events_of(session, case)) == ("", None, [])
    with pytest.raises(Refused, match="has no bad rating to follow up"):
        steps(session, case, "assigned")
    with pytest.raises(Refused, match="There is no re-rating"):
        rerate(session, case)


def test_a_case_is_rated_once_but_the_same_form_twice_is_one_rating(session):
    case, form = minted(session), new_form()
    assert rating.rate(session, case, Given("l1"), form, FRIDAY)
    assert not rating.rate(session, case, Given("l1"), form, FRIDAY)
    with pytest.raises(AlreadyDone, match="was rated already"):
        rate(session, case, "l5")
    assert len(service.events_of(session, case)) == 1


def test_what_is_not_the_plans_is_no_rating(session):
    case = minted(session)
    for given, where in (
        (Given("l9"), "level"),
        (Given("l1", ["l5-fast"]), "tag"),
        (Given("l1", (), "啊" * 501), "text"),
        (Given("l1", (), "\x00"), "text"),
    ):
        with pytest.raises(Invalid) as error:
            rating.rate(session, case, given, new_form(), FRIDAY)
        assert [problem.where for problem in error.value.problems] == [where]
    assert ratings_of(session, case) == {}


def test_after_its_time_a_case_is_not_rated_any_more(session):
    case, form = minted(session), new_form()
    last = rules.ends_at(case.closed_at, ZHEJIANG.rated, ZHEJIANG.calendar)
    assert rating.rate(session, case, Given("l2"), form, last - timedelta(seconds=1))
    assert not rating.rate(session, case, Given("l2"), form, last)
    with pytest.raises(Refused, match="time for rating this case is over"):
        rate(session, minted(session, case_ref="2026-0002"), now=last)


def test_the_loop_is_walked_and_every_step_is_logged(session):
    case = minted(session)
    rate(session, case, "l2")
    steps(session, case, *TO_REPLY)
    assert (case.state, case.due_at) == ("replied", None)
    with pytest.raises(Refused, match="may re-rate until 5 Dec 2026"):
        steps(session, case, "closed")
    rerate(session, case)
    steps(session, case, "closed")
    assert [row.step for row in service.events_of(session, case)] == ["received", *TO_REPLY, "rerated", "closed"]
    assert {row.name for row in service.events_of(session, case)} == {"", "li"}
    entries = list_entries(session, None)
    assert len(entries) == 6
    assert entries[0].sentence % entries[0].figures == "Bad rating of case 2026-0001: closed"
    assert list(broken_links(session)) == []


def test_a_case_is_rerated_once(session):
    case, form = minted(session), new_form()
    rate(session, case, "l2")
    with pytest.raises(Refused, match="After received the step re-rated cannot follow"):
        rerate(session, case)
    steps(session, case, *TO_REPLY)
    with pytest.raises(Invalid):
        rerate(session, case, "perhaps")
    assert rating.rerate(session, case, Given("dissatisfied"), form, FRIDAY)
    assert not rating.rerate(session, case, Given("dissatisfied"), form, FRIDAY)
    with pytest.raises(AlreadyDone, match="re-rated already"):
        rerate(session, case)
    assert ratings_of(session, case)[2].bad
    assert service.events_of(session, case)[-1].figures == {"satisfied": False}


def test_every_step_of_staff_has_its_sentence_in_the_log():
    assert set(service.LOGGED) == set(Step) - set(rules.OF_THE_PERSON)


def test_silence_never_becomes_a_rating(session):
    case = minted(session)
    rate(session, case, "l1")
    steps(session, case, *TO_REPLY)
    steps(session, case, "closed", now=FRIDAY + days(60))
    for n in range(2, 6):
        minted(session, case_ref=f"2026-000{n}")
    figures = get_figures(session, ZHEJIANG, "all", Period(), FRIDAY + days(60))[""]
    assert (figures.closed, dict(figures.levels), figures.corrected, figures.satisfied) == (5, {"l1": 1}, 1, 0)
    assert session.scalar(select(func.count()).select_from(ServiceRating)) == 1


def test_an_appeal_is_decided_by_somebody_else(session):
    case = minted(session)
    rate(session, case)
    steps(session, case, "assigned", "contacted", "appealed")
    with pytest.raises(Refused, match="Whoever appealed"):
        steps(session, case, "misjudged")
    steps(session, case, "misjudged", actor=WANG)
    figures = get_figures(session, ZHEJIANG, "all", Period(), FRIDAY)[""]
    assert (figures.levels["l1"], figures.excluded, figures.named, figures.visited) == (1, 1, 1, 1)
    # Excluded, but kept.
    assert ratings_of(session, case)[1].level == "l1"


def test_what_the_plan_does_not_exclude_counts(session):
    lenient = changed(ZHEJIANG, excluded=["misjudged"])
    for n, found in enumerate(("misjudged", "malicious", "no_ground")):
        case = minted(session, lenient, f"2026-{n}", reachable=n > 0)
        rate(session, case)
        steps(session, case, "assigned", "contacted", found)
    figures = get_figures(session, lenient, "all", Period(), FRIDAY)[""]
    assert (figures.excluded, figures.named, figures.visited) == (1, 2, 2)


def test_urgent_cases_come_first_and_offices_see_their_own(session):
    for n, office in enumerate(("6201", "6201", "6202")):
        case = minted(session, DEZHOU, f"2026-{n}", office=office)
        rate(session, case, now=FRIDAY - days(n))
    done = minted(session, DEZHOU, "2026-9")
    rate(session, done)
    steps(session, done, "assigned", "contacted", "no_ground", "explained", "replied", "closed")

    def refs(*arguments, **options):
        rows, total = list_bad(session, *arguments, **options)
        return [row.case_ref for row in rows], total

    assert refs(None) == (["2026-2", "2026-1", "2026-0"], 3)
    assert refs(None, start=1, most=1) == (["2026-1"], 3)
    assert refs(frozenset({"6201"}), "all")[1] == 3
    assert refs(frozenset({"6202"})) == (["2026-2"], 1)
    assert refs(None, "closed") == (["2026-9"], 1)
    assert refs(None, overdue_at=FRIDAY)[0] == ["2026-2", "2026-1"]
    assert refs(frozenset()) == ([], 0)
    assert len(list_cases(session, None, most=2)) == 2


def test_figures_by_group_and_period(session):
    minted(session, case_ref="a", unit="620102", closed_at=FRIDAY - days(40))
    rate(session, minted(session, case_ref="b", unit="620102", item="公积金"), "l4")
    rate(session, minted(session, case_ref="c", unit="620103", office="6202"), "l1")
    now = FRIDAY + days(30)
    found = get_figures(session, ZHEJIANG, "unit", Period(), now)
    assert {name: (one.closed, one.open, one.overdue) for name, one in found.items()} == {
        "620102": (2, 0, 0),
        "620103": (1, 1, 1),
    }
    assert list(get_figures(session, ZHEJIANG, "item", Period(), now)) == sorted(["不动产登记", "公积金"])
    assert list(get_figures(session, ZHEJIANG, "office", Period(), now, frozenset({"6202"}))) == ["6202"]
    day = FRIDAY.date()
    assert get_figures(session, ZHEJIANG, "all", Period(day, day), now)[""].closed == 2
    assert get_figures(session, ZHEJIANG, "all", Period(last=day - days(1)), now)[""].closed == 1
    assert get_figures(session, DEZHOU, "all", Period(), now)[""].closed == 0


def test_two_people_who_take_the_same_step_take_it_once(engine):
    with unit_of_work(engine) as session:
        case_id = minted(session).id
        rate(session, session.get(ServiceCase, case_id))
    barrier, refused = Barrier(2), []

    def assign(actor):
        barrier.wait(timeout=20)
        try:
            with unit_of_work(engine) as session:
                case = service.get_case(session, case_id)
                service.take_step(session, case, Step.ASSIGNED, actor, FRIDAY, note="交给三号窗口")
        except Refused as error:
            refused.append(error)

    threads = [Thread(target=assign, args=(actor,)) for actor in (LI, WANG)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(refused) == 1
    with unit_of_work(engine) as session:
        assert session.scalar(select(func.count()).select_from(RatingEvent)) == 2


def test_what_is_not_there_is_not_found(session):
    with pytest.raises(NotFound):
        service.get_case(session, 1)
    with pytest.raises(NotFound):
        service.find_case(session, b"0" * 32)
