"""Ballots about many on a phone: WCAG 2.2 AA by axe, 320 px, text of twice the size, touch, focus, keys, counters."""

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.test_accessible import JUDGED, LEAST_TARGET, LOOKS, NAMES, at_fault, cut_off, press
from tests.factories.ballots import annual_review, mixed_review, open_ballots, two_sheets

pytestmark = pytest.mark.xdist_group("browser")

IMAGES = Path(__file__).parents[2] / "docs" / "images"
TOUCHED = ".marks label, label.option, button:not(.hidden), a.tool, a.plain, .summary a, summary, textarea"
OWN = "group,class,planned,subjects\nU01,B,3,own\n"
KINDS = {
    "by dimension": (annual_review(), {}),
    "by person": (annual_review(5), {}),
    "sections": (mixed_review(), {"voters": OWN}),
    "two sheets": (two_sheets(), {"kind": "posneg", "rules": {"minimum": 3}}),
}
# The fourth option, 不称职, asks for a reason.
FIRST_GRADES = {"by dimension": [3], "by person": [0, 0, 0, 0, 3], "sections": [0, 0, 3], "two sheets": [0, 1, 2]}
SPILLS = "document.documentElement.scrollWidth - innerWidth"


def opened(site, kind="by dimension", **fields):
    """Open a round and return the address of one of its ballots."""
    asked, more = KINDS[kind]
    key = site.app.extensions["minsheng"].code_key
    made = open_ballots(site.engine, site.folder, key, asked, cadres=5, name=kind.replace(" ", "-"), **more | fields)
    return f"/t/{made.code()}"


def choose(page, *places):
    """Choose an option in each of the first rows, by its place."""
    for row, place in zip(page.locator(".row").all(), places, strict=False):
        row.locator(".marks label").nth(place).click()


def send(page):
    press(page, page.locator("button.main").last)


def tour(site, open_page, kind, *, query, dark, width):
    """Visit every page of a ballot, yielding each."""
    page = open_page(f"{opened(site, kind)}{query}", width=width, dark=dark)
    yield "form", page
    choose(page, *FIRST_GRADES[kind])
    yield "begun", page
    send(page)
    if page.locator(".row").count():
        yield "a fault, or the second sheet", page
        reason = page.locator("details[open] textarea")
        if reason.count():
            reason.fill("长期不到岗" * 10)
        else:
            choose(page, 0, 1)
        send(page)
    yield "gaps", page
    page.locator("label.option").last.click()
    press(page, page.locator("button[value=gaps]"))
    yield "filled in late", page
    press(page, page.locator("button[value^='edit:']").last)
    yield "changing", page


def down_the_page(place):
    return place.evaluate("e => e.getBoundingClientRect().top + scrollY")


def too_small(page, least):
    return page.evaluate(
        """([selector, least]) => [...document.querySelectorAll(selector)]
            .map(e => [e, e.getBoundingClientRect()])
            .filter(([e, box]) => box.width && (box.height < least - 0.5 || box.width < Math.min(least, 48) - 0.5))
            .map(([e, box]) => [e.className, e.textContent.trim().slice(0, 20), box.width, box.height])""",
        [TOUCHED, least],
    )


@pytest.mark.parametrize("look", LOOKS, ids=NAMES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_page_in_every_look(site, open_page, kind, look):
    for name, page in tour(site, open_page, kind, **look):
        if look in JUDGED:
            assert at_fault(page) == [], name
        assert page.evaluate(SPILLS) <= 0, f"{name} scrolls sideways"
        assert cut_off(page) == [], name
        size = page.locator("html").get_attribute("class")
        assert too_small(page, LEAST_TARGET[size]) == [], name


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("query", ["", "?lang=en"])
def test_text_of_twice_the_size_at_320_px_does_not_scroll_sideways(site, open_page, kind, query):
    for name, page in tour(site, open_page, kind, query=query, dark=False, width=320):
        page.evaluate("document.documentElement.style.fontSize = '225%'")
        assert page.evaluate(SPILLS) <= 0, name
        assert cut_off(page) == [], name


@pytest.mark.parametrize(
    ("width", "size", "columns"), [(360, "std", 5), (320, "std", 3), (360, "big", 3), (360, "huge", 2)]
)
def test_options_stand_side_by_side_in_equal_cells(site, open_page, width, size, columns):
    page = open_page(f"{opened(site)}?size={size}", width=width)
    boxes = [label.bounding_box() for label in page.locator(".row").first.locator(".marks label").all()]
    assert len({round(box["y"]) for box in boxes}) == -(-5 // columns)
    assert max(box["width"] for box in boxes) - min(box["width"] for box in boxes) < 1


@pytest.mark.parametrize("kind", ["by dimension", "by person", "two sheets"])
@pytest.mark.parametrize("size", ["std", "huge"])
def test_focus_is_never_covered(site, open_page, kind, size):
    page = open_page(f"{opened(site, kind)}?size={size}")
    choose(page, 1, 0, 0, 0)
    page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
    seen = 0
    for key in ["Tab"] * 40 + ["Shift+Tab"] * 25:
        page.keyboard.press(key)
        covered = page.evaluate(
            """() => {
                const e = document.activeElement, box = e.getBoundingClientRect();
                if (e === document.body) return "end";
                const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
                return top && (e.contains(top) || top.contains(e)) ? "" : e.outerHTML;
            }"""
        )
        assert covered in ("", "end")
        seen += not covered
    assert seen >= 30


@pytest.mark.parametrize("kind", ["by dimension", "by person"])
def test_the_heading_stays_beside_the_options(site, open_page, kind):
    page = open_page(opened(site, kind))
    page.locator(".row").nth(2).locator(".marks").scroll_into_view_if_needed()
    page.mouse.wheel(0, 300)
    page.wait_for_function("scrollY > 300")
    page.wait_for_function(
        """() => [...document.querySelectorAll(".head")]
            .map(e => e.getBoundingClientRect().top)
            .some(top => 0 <= top && top < 1)"""
    )


def test_number_keys_choose_in_the_row_that_has_the_focus(site, open_page):
    page = open_page(opened(site))
    page.locator(".row").nth(1).locator("input").first.focus()
    page.keyboard.press("4")
    expect(page.locator('input[name="overall:P002"][value="4"]')).to_be_checked()
    page.keyboard.press("2")
    expect(page.locator('input[name="overall:P002"][value="2"]')).to_be_checked()
    expect(page.locator('input[name="overall:P002"][value="2"]')).to_be_focused()
    page.keyboard.press("9")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("1")
    expect(page.locator('input[name="overall:P003"][value="1"]')).to_be_checked()
    expect(page.get_by_role("status")).to_have_text("已评 2/5")


def test_a_row_is_cleared_and_no_row_moves_by_it(site, open_page):
    page = open_page(opened(site, "by person"))
    row = page.locator(".row").nth(2)
    below = page.locator(".row").nth(3)
    place = down_the_page(below)
    row.locator("label").nth(1).click()
    expect(page.get_by_role("status")).to_have_text("已评 1/25")
    assert down_the_page(below) == place
    row.get_by_role("button", name="清除本行").click()
    expect(row.locator("input:checked")).to_have_count(0)
    expect(row.locator("input").first).to_be_focused()
    expect(row.get_by_role("button")).to_have_count(0)
    expect(page.get_by_role("status")).to_have_text("已评 0/25")
    assert down_the_page(below) == place


def test_a_limit_is_counted_along_and_going_over_it_is_said(site, open_page):
    page = open_page(opened(site))
    counter = page.locator(".bar .limit")
    expect(counter).to_have_text("优秀 0/最多 1")
    choose(page, 0, 1)
    expect(counter).to_have_text("优秀 1/最多 1")
    expect(page.locator(".head [data-limit]")).to_have_text("优秀 1/最多 1")
    expect(page.get_by_role("alert")).to_have_text("")
    choose(page, 0, 0)
    expect(page.get_by_role("alert")).to_have_text("超出名额：优秀 2/最多 1")
    page.locator(".row").first.locator("label").nth(2).click()
    expect(page.get_by_role("alert")).to_have_text("")


def test_a_reason_opens_when_the_grade_asks_for_it(site, open_page):
    page = open_page(opened(site))
    reason = page.locator("textarea").first
    expect(page.locator("details").first).to_be_hidden()
    choose(page, 3)
    expect(reason).to_be_visible()
    expect(reason).to_have_accessible_name("理由")
    choose(page, 1)
    expect(page.locator("details").first).to_be_hidden()


def test_a_row_is_heard_with_its_place_its_person_and_its_question(site, open_page):
    page = open_page(opened(site, "by person"))
    row = page.locator(".row").nth(6)
    expect(row).to_have_accessible_name("2/5 王秀英 某县发展和改革局 副职 领导能力")
    expect(row).to_have_role("group")


def test_going_back_in_the_browser_keeps_the_grades(site, open_page):
    page = open_page(opened(site))
    choose(page, 0, 1, 1, 2, 4)
    send(page)
    expect(page.locator("h1")).to_have_text("核对选票")
    page.go_back()
    expect(page.locator("input:checked")).to_have_count(5)
    expect(page.get_by_role("status")).to_have_text("已评 5/5")


def test_without_javascript_everything_works(site, open_page):
    page = open_page(opened(site), scripts=False)
    choose(page, 0, 1, 3)
    page.locator("details summary").nth(2).click()
    page.locator("textarea").nth(2).fill("不到岗")
    send(page)
    expect(page.locator("#gaps")).to_contain_text("2 人未评")
    page.get_by_role("button", name="清除 丁秀英").click()
    expect(page.locator("#gaps")).to_contain_text("3 人未评")
    page.locator("label.option").last.click()
    page.locator("button[value=gaps]").click()
    expect(page.locator("#late")).to_contain_text("已为 3 人补填")
    page.get_by_role("button", name="修改 王秀英").click()
    assert page.url.endswith("#q-overall:P002")
    expect(page.locator('[id="q-overall:P002"]')).to_be_in_viewport()
    page.locator('[id="q-overall:P002"] label').first.click()
    page.get_by_role("button", name="返回核对").click()
    assert page.url.endswith("#v-P002")
    expect(page.locator("#v-P002")).to_contain_text("优秀")
    expect(page.locator("#v-P002")).to_be_in_viewport()
    page.get_by_role("button", name="确认投票").click()
    expect(page.locator("h1")).to_have_text("提交成功，感谢参与")


def test_two_sheets_on_a_phone(site, open_page):
    page = open_page(opened(site, "two sheets"), scripts=False)
    choose(page, *[0] * 15)
    page.get_by_role("button", name="下一步").click()
    expect(page.locator(".sheet h2")).to_have_text("反向测评")
    choose(page, *[1] * 15)
    page.get_by_role("button", name="上一步").click()
    expect(page.locator("input:checked")).to_have_count(15)
    page.get_by_role("button", name="下一步").click()
    expect(page.locator("input:checked")).to_have_count(15)
    send(page)
    expect(page.locator("h2.about")).to_have_text(["正向测评", "反向测评"])
    send(page)
    expect(page.locator("h1")).to_have_text("提交成功，感谢参与")


def test_a_shared_tablet_goes_back_to_the_start(site, open_page):
    page = open_page(f"{opened(site)}?kiosk=1&size=huge", width=800)
    page.clock.install()
    choose(page, 0, 1, 1, 2, 4)
    send(page)
    send(page)
    expect(page.locator("h1")).to_have_text("提交成功，感谢参与")
    page.get_by_role("link", name="现在返回").click()
    assert page.url.endswith("/?kiosk=1")
    expect(page.locator("html")).to_have_class("big")


def test_it_is_three_requests_all_of_them_ours(site, open_page, url):
    page = open_page("/privacy")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(opened(site, "by person"), wait_until="networkidle")
    assert len([address for address in asked if "/static/icon." not in address]) <= 3
    assert all(address.startswith(url) for address in asked)


@pytest.mark.skipif("MINSHENG_SCREENSHOTS" not in os.environ, reason="pictures for the documents are taken on request")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", ["std", "huge"])
def test_pictures(site, open_page, kind, size):
    page = open_page(f"{opened(site, kind)}?size={size}")
    name = re.sub(r"\W", "-", f"ballot-{kind}-{size}")
    choose(page, 0, 1, 1, 2)
    page.locator(".row").first.scroll_into_view_if_needed()
    page.mouse.move(0, 0)
    IMAGES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=IMAGES / f"{name}.png")
    send(page)
    page.screenshot(path=IMAGES / f"{name}-review.png")
