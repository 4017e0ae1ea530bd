"""What surrounds a ballot: two sheets in one sitting, the host's door, a shared device; and how small it all is."""

import gzip
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from survey.codes.models import Batch, BatchDoor
from survey.core import clock
from survey.storage.engine import unit_of_work
from survey.web.assets import ASSETS
from tests.factories.ballots import annual_review, two_sheets
from tests.flow.ballots import EX, OK, PLAIN, grades, opened, press, spent

FIRST_RESPONSE = 14 * 1024
MOST_ELEMENTS = 3000


@pytest.fixture
def phone(small_site):
    return small_site.phone()


# --- two sheets in one sitting ----------------------------------------------------------------------------------


@pytest.fixture
def two(small_site):
    return opened(small_site, two_sheets(), kind="posneg", rules={"minimum": 3}, cadres=5)


def test_two_sheets_are_two_pages_and_two_envelopes(small_site, phone, two):
    first = phone.get(f"/t/{two.code()}")
    assert "正向测评" in first.words
    assert "反向" not in first.words, "directions are not mixed on a page"
    assert first.html.count("<em>正向陈述</em>") == 15
    second = phone.fill(first, 0)
    assert "反向测评" in second.words
    assert "正向" not in second.words
    assert second.html.count("<em>反向陈述</em>") == 15
    assert second.fields()["pos1:P001"] == ["1"]
    assert "0" * 20 not in first.html + second.html, "the prepared page's place for the code is filled"
    review = phone.fill(second, 1)
    assert "核对选票" in review.title
    assert review.words.index("正向测评") < review.words.index("反向测评")
    assert (review.fields()["pos3:P005"], review.fields()["neg3:P005"]) == (["1"], ["2"])
    assert spent(small_site) == 0
    assert phone.send(review).status == 200
    assert spent(small_site) == 1


def test_going_to_and_fro_between_the_sheets_keeps_both(phone, two):
    second = phone.fill(phone.get(f"/t/{two.code()}"), 0)
    first = press(phone, second, "sheet:0", **{"neg1:P001": ["2"]})
    assert len(first.form.checked) == 15
    second = phone.send(first, pos1__P001="3")
    assert second.form.checked == [("neg1:P001", "2")]
    assert second.fields()["pos1:P001"] == ["3"]
    review = phone.send(second)
    assert "还有 5 人未评（14 项）" in review.words
    edited = press(phone, review, "edit:pos1:P002")
    assert "正向测评" in edited.words
    assert edited.fields()["neg1:P001"] == ["2"]
    english = press(phone, second, "lang:en")
    assert english.fields()["pos1:P001"] == ["3"]


def test_a_fault_on_the_first_sheet_shows_the_first_sheet(phone, two):
    second = phone.fill(phone.get(f"/t/{two.code()}"), 0)
    page = phone.fill(second, 1, pos2__P003=["1", "2"])
    assert page.status == 400
    assert "正向测评" in page.words
    assert page.fields()["neg1:P001"] == ["2"]


def test_a_blank_sheet_is_let_through_to_the_next(phone, two):
    second = phone.send(phone.get(f"/t/{two.code()}"))
    assert (second.status, "反向测评" in second.words) == (200, True)
    assert phone.send(second).status == 400, "nothing at all was answered"


# --- the host's door --------------------------------------------------------------------------------------------


def put_doors(site, door, shut_at=None):
    with unit_of_work(site.engine) as session:
        for batch in session.scalars(select(Batch)):
            batch.door, batch.shut_at = door, shut_at


def test_before_the_host_opens_the_vote(site):
    made = opened(site)
    phone = site.phone()
    form = phone.get(f"/t/{made.code()}")
    review = phone.post(form.form.action, grades(form, OK))
    put_doors(site, BatchDoor.WAITING)
    page = phone.get(f"/t/{made.code()}")
    assert (page.status, page.title) == (403, "投票尚未开放")
    assert "请等主持人宣布开放" in page.words
    assert "0931-0000000" in page.words
    waiting = phone.send(review)
    assert waiting.status == 403
    put_doors(site, BatchDoor.OPEN)
    assert phone.send(waiting).status == 200, "the answers were kept"
    assert spent(site) == 1


def test_after_the_host_has_shut_the_vote(site):
    made = opened(site, grace_minutes=2)
    phone = site.phone()
    forms = [phone.get(f"/t/{made.code()}") for _ in range(2)]
    reviews = [phone.post(form.form.action, grades(form, OK)) for form in forms]
    put_doors(site, BatchDoor.SHUT, clock.now() + timedelta(seconds=1))
    assert phone.send(reviews[0]).status == 200, "opened before: the grace holds"
    page = phone.get(f"/t/{made.code()}")
    assert (page.status, page.title) == (410, "投票已经结束")
    put_doors(site, BatchDoor.SHUT, clock.now() - timedelta(minutes=3))
    late = phone.send(reviews[1])
    assert (late.status, late.title) == (410, "投票已经结束")
    assert "尚未提交" in late.words
    assert spent(site) == 1


# --- a shared device --------------------------------------------------------------------------------------------


def test_a_shared_device_begins_large_and_returns_by_itself(small_site, phone):
    made = opened(small_site)
    home = phone.get("/?kiosk=1")
    assert 'class="big"' in home.html
    assert "只让您自己看得到" in home.words
    sent = phone.post(home.form.action, {"code": made.code()})
    assert sent.response.location.endswith("?kiosk=1")
    form = phone.get(f"{sent.response.location}&size=huge&lang=en")
    assert 'class="huge"' in form.html
    assert 'autocomplete="off"' in form.html
    review = phone.post(form.form.action, grades(form, EX, OK))
    assert 'class="huge"' in review.html
    done = phone.send(review)
    assert '<meta http-equiv="refresh" content="15;url=/?kiosk=1">' in done.html
    assert 'class="big"' in phone.get("/?kiosk=1").html, "the next person begins anew"


def test_a_shared_device_shows_no_answers_of_the_person_before(small_site, phone):
    form = phone.get(f"/t/{opened(small_site).code()}?kiosk=1")
    filled = grades(form, EX, OK, "")
    review = phone.post(form.form.action, filled)
    phone.send(review)
    for path in (form.form.action, review.form.action):
        replayed = phone.post(path, filled)
        assert (replayed.status, "此码已使用" in replayed.title) == (409, True)
        assert "overall:P001" not in replayed.html
    assert "http-equiv" not in phone.get("/").html


def test_on_a_shared_device_the_grace_holds(small_site, phone):
    form = phone.get(f"/t/{opened(small_site).code()}?kiosk=1")
    put_doors(small_site, BatchDoor.SHUT, clock.now() + timedelta(seconds=1))
    review = phone.post(form.form.action, grades(form, EX, OK))
    assert review.status == 200
    assert phone.send(review).status == 200


def test_a_shared_device_keeps_its_display_through_every_link(phone):
    home = phone.get("/?kiosk=1&lang=en")
    links = re.findall(r'href="(/?\?[^"]*|/privacy[^"]*)"', home.html)
    assert links
    assert all("kiosk=1" in link for link in links)


# --- budgets ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("cadres", "dimensions"), [(100, 1), (40, 5)])
@pytest.mark.parametrize("reasons", [False, True])
@pytest.mark.parametrize("display", ["", "?lang=en", "?size=huge"])
def test_a_large_ballot_is_one_small_page_and_one_post(small_site, phone, cadres, dimensions, reasons, display):
    made = opened(small_site, annual_review(dimensions, reasons=reasons), cadres=cadres, rules=PLAIN)
    path = f"/t/{made.code()}{display}"
    packed = phone.get(path, Accept_Encoding="gzip").response
    headers = sum(len(name) + len(value) + 4 for name, value in packed.headers)
    style = len(ASSETS["site.css"].gzipped)
    assert len(packed.data) + headers + style <= FIRST_RESPONSE
    page = phone.get(path)
    html = gzip.decompress(packed.data).decode()
    assert html.count("<fieldset") == cadres * dimensions
    assert len(re.findall(r"<[a-z]", html)) <= MOST_ELEMENTS + cadres * 4 * reasons
    review = phone.fill(page, 1)
    assert review.status == 200
    assert phone.send(review).status == 200
    assert len(ASSETS["ballot.js"].gzipped) <= 2048
    assert spent(small_site) == 1
