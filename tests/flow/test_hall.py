"""The meeting room: what the projector shows, what the host may do, and what neither ever tells."""

import re
from datetime import timedelta

import numpy as np
import pytest
import zxingcpp

from survey.codes.service import void_batch
from survey.core.ids import derive_key
from survey.rounds.links import PURPOSE, Hall, hall_path
from survey.rounds.service import get_round, list_voter_groups
from survey.storage.engine import unit_of_work
from tests.flow.site import SECRET

BATCH = "620102-citizen-1"
STEP = 4
MINUTES = timedelta(minutes=1)


def link(hall, name="spring", secret=SECRET):
    return hall_path(hall, name, derive_key(secret, PURPOSE))


PROJECTOR, HOST = link(Hall.PROJECTOR), link(Hall.HOST)
ENGLISH = "?lang=en"


@pytest.fixture
def codes(site):
    return site.round(meeting=True, grace_minutes=2, disclosure={"live_step": STEP})


def order(phone, **fields):
    return phone.post(HOST, fields)


def shown(page):
    """Return the figures that a page of the room shows, by their names."""
    found = re.findall(r"<dt>(.*?)</dt>\s*<dd>(.*?)</dd>", page.html, re.DOTALL)
    return {name: " ".join(re.sub(r"<[^>]+>", " ", value).split()) for name, value in found}


def present_of(site):
    with unit_of_work(site.engine) as session:
        return [group.present for group in list_voter_groups(session, get_round(session, "spring"))]


def doors_on(page):
    return re.findall(r'<form class="batch (\w+)"', page.html)


# --- the projector ---


def test_the_projector_shows_the_way_in_and_asks_to_be_fetched_again(phone, codes):
    page = phone.get(PROJECTOR + ENGLISH)

    assert page.status == 200
    assert page.response.headers["Refresh"] == "15"
    assert "Set-Cookie" not in page.response.headers
    assert page.response.headers["Cache-Control"] == "no-store"
    assert "script-src 'self'" in page.response.headers["Content-Security-Policy"]
    assert "<script" not in page.html
    assert "style=" not in page.html
    words = page.words
    for sentence in ("① Scan the QR code", "② Type the code that you drew", "③ Check your answers", "127.0.0.1:8000"):
        assert sentence in words
    assert "Please wait until the host opens the vote" in words
    assert page.title == "Spring survey"


def test_it_can_be_held_still_in_either_language(phone, codes):
    still = phone.get(PROJECTOR + "?still=1&lang=en")

    assert "Refresh" not in still.response.headers
    assert "Renew every 15 seconds" in still.words
    assert "春季测评" in phone.get(PROJECTOR).words


def test_the_qr_code_is_the_page_where_codes_are_typed(phone, codes):
    page = phone.get(PROJECTOR)
    side = int(re.search(r'viewBox="0 0 (\d+)', page.html)[1])
    drawn = [[255] * side for _ in range(side)]
    for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", re.search(r'<path d="([^"]+)"', page.html)[1]):
        for place in range(int(x), int(x) + int(width)):
            drawn[int(y)][place] = 0
    pixels = np.kron(np.array(drawn, dtype=np.uint8), np.ones((8, 8), dtype=np.uint8))

    assert [code.text for code in zxingcpp.read_barcodes(pixels)] == ["HTTP://127.0.0.1:8000/"]


def test_ballots_are_told_in_full_steps_and_the_last_one_never(site, phone, codes):
    order(phone, open=BATCH)
    seen = []
    for code in codes:
        phone.vote(code)
        seen.append(shown(phone.get(PROJECTOR + ENGLISH))["Submitted"])

    assert site.ballots() == 12
    assert seen == ["fewer than 4"] * 3 + ["4+"] * 4 + ["8+"] * 5
    assert shown(phone.get(HOST + ENGLISH))["Submitted"] == "8+"


def test_who_came_counts_for_the_last_step_and_is_a_word_until_counted(site, phone, codes):
    assert shown(phone.get(PROJECTOR + ENGLISH)) == {
        "Expected": "12",
        "Present": "not counted",
        "Submitted": "fewer than 4",
    }
    order(phone, open=BATCH)
    order(phone, group="620102", **{"class": "citizen"}, present="8")
    for code in codes[:8]:
        phone.vote(code)

    assert shown(phone.get(PROJECTOR + ENGLISH)) == {"Expected": "12", "Present": "8", "Submitted": "4+"}


def test_one_group_not_counted_makes_the_whole_not_counted(site):
    voters = "group,class,planned,subjects\n620102,A,6,own\n620102,B,20,own\n"
    site.round(meeting=True, voters=voters)
    phone = site.phone()
    order(phone, group="620102", **{"class": "B"}, present="19")

    assert shown(phone.get(PROJECTOR + ENGLISH))["Present"] == "not counted"

    order(phone, group="620102", **{"class": "A"}, present="6")
    assert shown(phone.get(PROJECTOR + ENGLISH))["Present"] == "25"


@pytest.mark.parametrize("planned", [3, 4])
def test_a_room_of_one_step_or_less_is_told_nothing(site, planned):
    voters = f"group,class,planned,subjects\n620102,A,{planned},own\n"
    codes = site.round(meeting=True, voters=voters, disclosure={"live_step": STEP})
    phone = site.phone()
    order(phone, open="*")
    for code in codes:
        assert shown(phone.get(PROJECTOR + ENGLISH))["Submitted"] == "not shown: few voters"
        phone.vote(code)
    assert site.ballots() == planned
    assert shown(phone.get(PROJECTOR + ENGLISH))["Submitted"] == "not shown: few voters"


def test_no_result_no_name_no_group_and_no_code_is_ever_on_it(site, phone):
    voters = "group,class,planned,subjects\n620102,A,6,own\n620103,B,20,own\n"
    codes = site.round(meeting=True, voters=voters)
    order(phone, open="*")
    for code in codes[:11]:
        phone.vote(code, choice=0)
    page = phone.get(PROJECTOR + "?left=1")

    assert site.ballots() == 11
    for told in ("城关区", "七里河区", "620102", "620103", "class", "类", *codes):
        assert told not in page.words
    assert "100" not in page.words


def test_both_pages_look_alike_for_equal_steps(site, phone, codes):
    order(phone, open=BATCH)
    phone.vote(codes[0])
    pages = [phone.get(path).html for path in (PROJECTOR, HOST)]
    phone.vote(codes[1])

    assert [phone.get(path).html for path in (PROJECTOR, HOST)] == pages


def test_time_left_is_told_when_wanted_and_short(phone, codes, set_clock):
    assert "min left" not in phone.get(f"{PROJECTOR}{ENGLISH}&left=1").words
    set_clock(timedelta(days=1) - 25 * MINUTES)
    assert "(25 min left)" in phone.get(f"{PROJECTOR}{ENGLISH}&left=1").words
    assert "min left" not in phone.get(PROJECTOR + ENGLISH).words
    set_clock(timedelta(days=1) + MINUTES)
    late = phone.get(f"{PROJECTOR}{ENGLISH}&left=1").words
    assert "min left" not in late
    assert "The vote is over" in late


def test_the_state_follows_the_host(phone, codes):
    said = []
    for fields in ({"open": "*"}, {"shut": "*"}, {"open": BATCH}):
        order(phone, **fields)
        said.append(re.search(r'class="state">(.*?)<', phone.get(PROJECTOR + ENGLISH).html)[1])

    assert said == ["The vote is open", "The host has closed the vote", "The vote is open"]


# --- links ---


@pytest.mark.parametrize(
    "path",
    [
        "/hall/spring",
        "/hall/",
        "/host/spring.",
        PROJECTOR[:-1],
        HOST + "x",
        PROJECTOR.replace("/hall/", "/host/"),
        HOST.replace("/host/", "/hall/"),
        PROJECTOR.replace("spring", "autumn"),
        link(Hall.HOST, "autumn"),
        link(Hall.HOST, secret="another secret of another site, long enough"),
        "/host/春.x",
    ],
)
def test_a_link_that_is_not_ours_is_no_page(phone, codes, path):
    assert phone.get(path).status == 404
    assert phone.post(path, {"open": "*"}).status in (404, 405)
    assert doors_on(phone.get(HOST)) == ["waiting"]


def test_a_link_opens_its_own_round_only(site):
    site.round(meeting=True)
    site.round("kinds", meeting=True, name="autumn")
    phone = site.phone()
    phone.post(link(Hall.HOST, "autumn"), {"open": "*"})
    refused = phone.post(HOST + ENGLISH, {"open": "620102-citizen-9"})

    assert doors_on(phone.get(HOST)) == ["waiting"]
    assert doors_on(phone.get(link(Hall.HOST, "autumn"))) == ["open"]
    assert refused.status == 409
    assert "The round spring has no batch 620102-citizen-9" in refused.words


def test_a_post_to_the_projector_does_nothing(phone, codes):
    assert phone.post(PROJECTOR, {"open": "*"}).status == 405
    assert doors_on(phone.get(HOST)) == ["waiting"]


@pytest.mark.parametrize("hall", list(Hall))
def test_closing_ends_both_links_kindly(site, phone, codes, hall):
    order(phone, open=BATCH)
    site.close()
    for page in (phone.get(link(hall) + ENGLISH), phone.post(HOST + ENGLISH, {"open": "*"})):
        assert page.status == 410
        assert "This round is closed" in page.words
        assert "0931-0000000" in page.words
        assert page.form.buttons == []
        assert shown(page) == {}
    assert "Refresh" not in phone.get(link(hall)).response.headers


# --- the host ---


def test_the_host_opens_closes_and_opens_again_with_one_button_each(site, phone, codes):
    page = phone.get(HOST)
    assert page.form.buttons == [("open", BATCH)]
    for button, door in ((("open", BATCH), "open"), (("shut", BATCH), "shut"), (("open", BATCH), "open")):
        assert button in page.form.buttons
        answer = phone.post(HOST, {button[0]: button[1]})
        assert answer.status == 303
        assert answer.response.headers["Location"] == HOST
        page = phone.get(HOST)
        assert doors_on(page) == [door]


def test_a_waiting_code_is_told_to_wait_and_casts_nothing(site, phone, codes):
    waiting = phone.get(f"/t/{codes[0]}")
    assert waiting.status == 403
    assert "主持人" in waiting.words or "host" in waiting.words
    assert site.ballots() == 0

    order(phone, open=BATCH)
    phone.vote(codes[0])

    assert site.ballots() == 1


@pytest.mark.parametrize(("after", "ballots"), [(timedelta(seconds=110), 1), (timedelta(seconds=130), 0)])
def test_a_form_on_the_phone_may_be_cast_in_the_grace_and_not_after(site, phone, codes, set_clock, after, ballots):
    order(phone, open=BATCH)
    review = phone.fill(phone.get(f"/t/{codes[0]}"))
    set_clock(timedelta(seconds=5))
    order(phone, shut=BATCH)
    assert phone.get(f"/t/{codes[1]}").status == 410
    set_clock(timedelta(seconds=5) + after)

    answer = phone.send(review)

    assert answer.status == (200 if ballots else 410)
    assert site.ballots() == ballots


def test_shutting_twice_keeps_the_first_moment(phone, codes, set_clock):
    order(phone, open=BATCH)
    order(phone, shut=BATCH)
    first = re.search(r"<small>(.*?)</small>", phone.get(HOST).html)[1]
    set_clock(30 * MINUTES)

    assert order(phone, shut=BATCH).status == 303
    assert re.search(r"<small>(.*?)</small>", phone.get(HOST).html)[1] == first


def test_another_site_cannot_press_the_buttons(phone, codes):
    for headers in ({"Sec_Fetch_Site": "cross-site"}, {"Origin": "https://elsewhere.example"}):
        assert phone.post(HOST, {"open": "*"}, **headers).status == 403
    assert phone.client.post(HOST, json={"open": "*"}).status_code == 415
    assert doors_on(phone.get(HOST)) == ["waiting"]


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("13", "13 present of 12 expected cannot be"),
        ("-1", "Write a whole number"),
        ("elf", "Write a whole number"),
        ("", "Write a whole number"),
        ("1e1", "Write a whole number"),
        ("9" * 400, "Write a whole number"),
    ],
)
def test_a_count_that_cannot_be_is_refused_with_the_reason(site, phone, codes, typed, says):
    page = phone.post(HOST + ENGLISH, {"group": "620102", "class": "citizen", "present": typed})

    assert page.status == 409
    assert says in page.words
    assert page.title.startswith("Error:")
    assert present_of(site) == [None]


@pytest.mark.parametrize("typed", ["0", " 11 ", "１２"])
def test_a_count_is_written_down(site, phone, codes, typed):
    assert order(phone, group="620102", **{"class": "citizen"}, present=typed).status == 303
    assert present_of(site) == [int(typed)]


def test_an_unknown_group_or_an_empty_order_changes_nothing(site, phone, codes):
    assert order(phone, group="none", **{"class": "A"}, present="1").status == 409
    assert order(phone, other="1").status == 303
    assert order(phone, present="1").status == 409
    assert present_of(site) == [None]
    assert doors_on(phone.get(HOST)) == ["waiting"]


def test_a_void_batch_has_no_button(site, phone, codes):
    with unit_of_work(site.engine) as session:
        void_batch(session, get_round(session, "spring"), BATCH)

    page = phone.get(HOST)

    assert doors_on(page) == ["void"]
    assert page.form.buttons == []
    assert order(phone, open=BATCH).status == 409
