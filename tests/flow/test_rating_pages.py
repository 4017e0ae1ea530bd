"""The public page of a handled case: rate it once, re-rate it once, without cookie or script."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from survey.codes.generator import draw_codes
from survey.core import clock
from survey.ratings import service
from survey.ratings.models import ServiceCase, ServiceRating
from survey.ratings.queries import ratings_of
from survey.storage.engine import reading, unit_of_work
from tests.factories.ratings import LI, TO_REPLY, ZHEJIANG, handled, steps

THANKS = "Thank you for rating"
RATED = "Rated already"


class Cases:
    """Cases of a site, and what became of them."""

    def __init__(self, site):
        self.site = site
        self.key = site.app.extensions["minsheng"].code_key

    def mint(self, ref="2026-0001", **changes):
        changes.setdefault("closed_at", clock.now() - timedelta(hours=1))
        with unit_of_work(self.site.engine) as session:
            service.add_plan(session, ZHEJIANG)
            return service.mint(session, ZHEJIANG, handled(ref, **changes), self.key).code

    def steps(self, *names):
        with unit_of_work(self.site.engine) as session:
            steps(session, session.scalar(select(ServiceCase)), *names, now=clock.now(), actor=LI)

    def ratings(self):
        with unit_of_work(self.site.engine) as session:
            return ratings_of(session, session.scalar(select(ServiceCase)))

    def count(self):
        with reading(self.site.engine) as connection:
            return connection.scalar(select(func.count()).select_from(ServiceRating))


@pytest.fixture
def cases(site):
    return Cases(site)


def test_opening_changes_nothing_and_sets_no_cookie(phone, cases):
    code = cases.mint()
    for path in (f"/r/{code}", f"/R/{code}", f"/r/{code[:4]}%20{code[4:]}"):
        page = phone.get(path)
        assert page.status == 200
        assert "Set-Cookie" not in page.response.headers
        assert page.form.choices["level"] == ["l5", "l4", "l3", "l2", "l1"]
        assert set(page.form.choices["tag"]) == {tag.code for level in ZHEJIANG.levels for tag in level.tags}
        assert page.form.checked == []
    assert cases.count() == 0


def test_the_page_says_that_it_is_no_secret_ballot(phone, cases):
    code = cases.mint()
    words = phone.get(f"/r/{code}?lang=en").words
    assert "This is not a secret ballot." in words
    assert "The office that handled your case sees this rating" in words
    assert "Very dissatisfied" in words
    assert "非常不满意" in phone.get(f"/r/{code}").words


def test_a_bad_rating_is_kept_and_opens_the_loop(phone, cases):
    code = cases.mint()
    done = phone.send(phone.get(f"/r/{code}?lang=en"), level="l1", tag=["l1-rude", "l5-fast"], text="等了三个小时")
    assert (done.status, done.title) == (200, THANKS)
    row = cases.ratings()[1]
    # A remark of another level says nothing.
    assert (row.level, row.tags, row.text, row.bad) == ("l1", ["l1-rude"], "等了三个小时", True)
    told = phone.get(f"/r/{code}?lang=en")
    assert (told.status, told.title) == (200, RATED)
    assert "level" not in told.form.choices
    assert "等了三个小时" not in told.html


def test_the_same_form_twice_gets_the_same_page_and_another_one_is_refused(phone, cases):
    code = cases.mint()
    form, other = phone.get(f"/r/{code}?lang=en"), phone.get(f"/r/{code}?lang=en")
    first, second = phone.send(form, level="l2"), phone.send(form, level="l2")
    assert (first.status, first.html) == (second.status, second.html) == (200, first.html)
    refused = phone.send(other, level="l5")
    assert (refused.status, refused.title) == (409, RATED)
    assert cases.count() == 1
    assert cases.ratings()[1].level == "l2"


def test_a_rating_without_a_level_comes_back_with_its_words(phone, cases):
    code = cases.mint()
    page = phone.send(phone.get(f"/r/{code}?lang=en"), tag=["l2-time"], text="<b>太慢</b>")
    assert page.status == 400
    assert "Choose one of the levels" in page.words
    assert page.form.checked == [("tag", "l2-time")]
    assert page.fields()["text"] == ["<b>太慢</b>"]
    assert "<b>太慢" not in page.html
    assert phone.send(page, level="l2").status == 200
    assert cases.ratings()[1].tags == ["l2-time"]
    long = phone.send(phone.get(f"/r/{cases.mint('2')}?lang=en"), level="l1", text="啊" * 501)
    assert (long.status, "501" in long.words) == (400, True)


def test_size_and_language_change_without_losing_a_word(phone, cases):
    code = cases.mint()
    page = phone.send(phone.get(f"/r/{code}?lang=en"), button=("_switch", "lang:zh"), level="l3", text="一般")
    assert page.status == 200
    assert "基本满意" in page.words
    assert page.form.checked == [("level", "l3")]
    page = phone.send(page, button=("_switch", "size:huge"))
    assert 'class="huge"' in page.html
    assert cases.count() == 0
    assert phone.send(page).status == 200
    assert cases.ratings()[1].text == "一般"


def test_after_the_correction_the_same_code_asks_once_more(phone, cases, set_clock):
    code = cases.mint()
    early = phone.get(f"/r/{code}?lang=en")
    phone.send(early, level="l1")
    cases.steps(*TO_REPLY[:-1])
    assert phone.get(f"/r/{code}?lang=en").title == RATED
    cases.steps("replied")
    page = phone.get(f"/r/{code}?lang=en")
    assert page.form.choices["level"] == ["satisfied", "dissatisfied"]
    assert "做了该做的事" in page.words
    assert phone.send(page).status == 400
    done, again = phone.send(page, level="satisfied"), phone.send(page, level="satisfied")
    assert (done.status, done.title, again.html) == (200, THANKS, done.html)
    told = phone.get(f"/r/{code}?lang=en")
    assert told.title == "Re-rated already"
    assert [cases.ratings()[n].level for n in (1, 2)] == ["l1", "satisfied"]
    set_clock(timedelta(days=30))
    cases.steps("closed")


def test_the_form_of_the_rating_gives_no_rerating(phone, cases):
    code = cases.mint()
    form = phone.get(f"/r/{code}?lang=en")
    phone.send(form, level="l1")
    cases.steps(*TO_REPLY)
    other = phone.send(form, level="l5")
    assert other.status == 200  # the same form again: the same thanks
    assert set(cases.ratings()) == {1}


def test_after_its_time_there_is_nothing_to_fill_in(phone, cases, set_clock):
    code = cases.mint()
    page = phone.get(f"/r/{code}?lang=en")
    set_clock(timedelta(days=40))
    late = phone.get(f"/r/{code}?lang=en")
    assert (late.status, late.title) == (200, "The time for rating is over")
    assert phone.send(page, level="l5").status == 409
    assert cases.count() == 0


def test_unknown_codes_look_like_all_unknown_codes(phone, cases):
    code = cases.mint()
    wrong_digit = code[:-1] + str((int(code[-1]) + 1) % 10)
    pages = [phone.get(f"/r/{one}") for one in (draw_codes(1)[0], wrong_digit, "nonsense")]
    assert {page.status for page in pages} == {404}
    assert {page.html for page in pages} == {phone.get(f"/t/{code}").html}


def test_forged_and_foreign_posts_change_nothing(phone, cases):
    code, other = cases.mint(), cases.mint("2026-0002")
    page = phone.get(f"/r/{code}?lang=en")
    assert phone.post(f"/r/{code}", {"level": "l5"}).status == 400
    assert phone.post(f"/r/{other}", page.fields() | {"level": ["l5"]}).status == 400
    assert phone.post(f"/r/{code}", page.fields() | {"level": "l5"}, Origin="https://evil.example").status == 403
    # A stamp of a rating is none of a ballot.
    assert phone.post(f"/t/{code}", page.fields()).status == 400
    assert cases.count() == 0


def test_names_of_the_roster_stand_on_the_page(phone, cases, site):
    site.round()  # imports the roster
    page = phone.get(f"/r/{cases.mint(unit='620102', handler='李四')}")
    assert "620102" not in page.words
    assert "李四" in page.words


def test_a_shared_device_returns_to_its_start(phone, cases):
    code = cases.mint()
    page = phone.get(f"/r/{code}?kiosk=1")
    done = phone.send(page, level="l5")
    assert 'http-equiv="refresh"' in done.html
    assert "kiosk=1" in done.html


def test_a_code_typed_on_the_front_page_leads_to_the_rating(phone, cases):
    code, other = cases.mint(), draw_codes(1)[0]

    assert phone.post("/", {"code": code}).response.headers["Location"].endswith(f"/r/{code}")
    assert phone.post("/", {"code": other}).response.headers["Location"].endswith(f"/t/{other}")
