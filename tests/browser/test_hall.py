"""The meeting room on real screens: everything in one view, readable from the back, and without a script."""

import re
from datetime import timedelta
from itertools import product

import pytest
from playwright.sync_api import expect

from survey.core import clock
from survey.core.ids import derive_key
from survey.rounds.links import PURPOSE, Hall, hall_path
from tests.browser.test_accessible import at_fault, cut_off, too_small
from tests.flow.site import SECRET

pytestmark = pytest.mark.xdist_group("browser")

PROJECTOR, HOST = (hall_path(hall, "spring", derive_key(SECRET, PURPOSE)) for hall in (Hall.PROJECTOR, Hall.HOST))
SCREENS = [(1920, 1080), (1366, 768), (1024, 768)]
LONG = {
    "zh": "二〇二六年度省直机关领导班子和领导干部民主测评暨政治素质考察正反向测评大会",
    "en": "Democratic assessment of leading bodies and cadres of provincial departments, year 2026",
}
VOTERS = "group,class,planned,subjects\n620102,A,8,own\n620102,B,112,own\n"
CLASSES = [
    {"code": "A", "zh": "局领导班子成员", "en": "Members of the leading body", "weight": 40},
    {"code": "B", "zh": "中层干部", "en": "Middle-level cadres", "weight": 60},
]


def meeting(site, **fields):
    closes = clock.now() + timedelta(hours=1)
    fields = {"voters": VOTERS, "rules": {"classes": CLASSES}, "closes_at": closes.isoformat()} | fields
    codes = site.round(meeting=True, **fields)
    host = site.phone()
    host.post(HOST, {"open": "620102-B-1"})
    host.post(HOST, {"group": "620102", "class": "A", "present": "8"})
    return codes


def size_of(page, selector):
    return page.evaluate(
        "selector => parseFloat(getComputedStyle(document.querySelector(selector)).fontSize)", selector
    )


def overlapping(page):
    """Return which parts of the projector's page lie on one another, or beyond the screen."""
    return page.evaluate(
        """() => {
            const parts = [...document.querySelectorAll("h1, .qr, .address, li, .state, .room div, footer p, footer a")]
                .map(e => [e.className.baseVal || e.className || e.tagName, e.getBoundingClientRect()]);
            const found = parts.filter(([_, a]) => a.left < 0 || a.top < 0 || a.right > innerWidth)
                .map(([name]) => name + " beyond the screen");
            parts.forEach(([one, a], i) => parts.slice(i + 1).forEach(([other, b]) => {
                if (a.left < b.right && b.left < a.right && a.top < b.bottom - 1 && b.top < a.bottom - 1)
                    found.push(one + " on " + other);
            }));
            return found;
        }"""
    )


@pytest.mark.parametrize("query", ["?left=1", "?left=1&lang=en"], ids=["zh", "en"])
@pytest.mark.parametrize("title", [None, LONG], ids=["short", "long"])
def test_the_projector_fits_its_screen_in_large_type(site, open_page, query, title):
    meeting(site, **({"title": title} if title else {}))
    page = open_page(PROJECTOR + query)
    for scheme, (width, height) in product(("light", "dark"), SCREENS):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": height})
        assert at_fault(page) == [], (scheme, width)
        see_that_it_fits(page, height)


def see_that_it_fits(page, height):
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, height
    assert page.evaluate("document.documentElement.scrollHeight - innerHeight") <= 0, height
    assert cut_off(page) == [], height
    assert overlapping(page) == [], height
    qr = page.locator(".qr").bounding_box()
    assert min(qr["width"], qr["height"]) >= 0.44 * height
    # From eight times the screen's height, 2 % of it is the smallest type that is read (9 minutes of arc).
    assert size_of(page, "ol") >= 0.04 * height
    assert size_of(page, ".address") >= 0.055 * height
    assert size_of(page, ".room dd") >= 0.055 * height
    assert size_of(page, "footer") >= 0.02 * height


def test_on_a_phone_the_same_page_is_read_by_scrolling(site, open_page):
    meeting(site, title=LONG)
    page = open_page(PROJECTOR + "?left=1", width=360)

    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert overlapping(page) == []
    assert at_fault(page) == []


def test_without_a_script_the_projector_fetches_itself_again(site, open_page):
    meeting(site)
    page = open_page(PROJECTOR + "?lang=en", width=1366, scripts=False)
    expect(page.locator(".state")).to_have_text("The vote is open")
    site.phone().post(HOST, {"shut": "*"})
    with page.expect_request(lambda request: request.is_navigation_request(), timeout=120_000):
        pass
    expect(page.locator(".state")).to_have_text("The host has closed the vote")


def test_the_renewal_can_be_stopped_and_started(site, open_page):
    meeting(site)
    page = open_page(PROJECTOR + "?lang=en&left=1", width=1366, scripts=False)
    page.get_by_role("link", name="Stop renewing").click()
    expect(page).to_have_url(re.compile(r"still=1"))
    expect(page.locator("footer")).to_contain_text("min left")
    page.get_by_role("link", name="Renew every 15 seconds").click()
    expect(page).not_to_have_url(re.compile(r"still"))
    expect(page.locator("footer")).to_contain_text("min left")
    page.get_by_role("link", name="中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    expect(page.locator("h1")).to_have_text("春季测评")


def test_the_host_does_everything_on_a_phone_without_a_script(site, open_page):
    meeting(site)
    page = open_page(HOST + "?lang=en", scripts=False)
    page.get_by_role("button", name="Open 620102-A-1").click()
    expect(page.locator(".batch.open")).to_have_count(2)
    page.get_by_role("button", name="Close all").click()
    expect(page.locator(".batch.shut")).to_have_count(2)
    page.get_by_role("button", name="Open again 620102-B-1").click()
    expect(page.locator(".batch.open")).to_have_count(1)
    second = page.locator("form.came").nth(1)
    second.locator("input.figure").fill("113")
    second.get_by_role("button").click()
    expect(page.get_by_role("alert")).to_contain_text("113 present of 112 expected cannot be")
    second.locator("input.figure").fill("110")
    second.get_by_role("button").click()
    expect(page.locator(".room")).to_contain_text("118")
    assert page.url.split("?")[0].endswith(HOST)


@pytest.mark.parametrize(
    ("query", "width", "dark"),
    [("", 360, False), ("?lang=en", 360, True), ("?size=huge", 320, False), ("?lang=en&size=big", 1366, True)],
)
def test_the_host_page_is_accessible(site, open_page, query, width, dark):
    meeting(site)
    host = site.phone()
    host.post(HOST, {"shut": "620102-B-1"})
    page = open_page(HOST + query, width=width, dark=dark)
    least = {"std": 48, "big": 60, "huge": 60}[page.locator("html").get_attribute("class")]

    for _ in range(2):
        assert at_fault(page) == []
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        assert cut_off(page) == []
        assert too_small(page, least) == []
        page.locator("input.figure").first.fill("-")
        page.locator("form.came button").first.click()
        expect(page.get_by_role("alert")).to_be_visible()


@pytest.mark.parametrize("path", [PROJECTOR, HOST])
def test_the_end_is_told_accessibly(site, open_page, path):
    meeting(site)
    site.close()
    page = open_page(path + "?lang=en")

    expect(page.locator("h1")).to_have_text("This round is closed")
    assert at_fault(page) == []
