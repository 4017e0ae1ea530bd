"""The watch page in a real browser: everything on the first screen, axe, renewal by script, and without any."""

import pytest
from playwright.sync_api import expect

from survey.rounds.service import get_round
from survey.storage.engine import unit_of_work
from survey.turnout.service import set_target
from tests.browser.test_accessible import at_fault
from tests.flow.deskwork import ALL, PASSWORD, hire

pytestmark = pytest.mark.xdist_group("browser")

WATCH = "/desk/rounds/spring/watch"
UNITS = [f"6201{number:02}" for number in range(20)]
SUBJECTS = "code,name,kind,unit_type,group,parent,rank,population\n" + "".join(
    f"{unit},第{unit[4:]}县,unit,county,counties,,,1000\n" for unit in UNITS
)
VOTERS = "group,class,planned,subjects\n" + "".join(f"{unit},citizen,{20 + int(unit[4:])},own\n" for unit in UNITS)
NARROW, LAPTOP = {"width": 360, "height": 740}, {"width": 1366, "height": 768}


@pytest.fixture
def watched(site):
    """A round of twenty units, and who may watch it."""
    codes = site.round(voters=VOTERS, subjects=SUBJECTS)
    for code in codes[:5]:
        site.phone().vote(code)
    with unit_of_work(site.engine) as session:
        set_target(session, get_round(session, "spring"), 70)
    return hire(site, *ALL)


@pytest.fixture
def at_the_desk(browser, url, watched):
    """Log in, in a browser of its own: ``at_the_desk(scripts=False)``."""
    contexts, complaints = [], []

    def log_in(*, dark=False, scripts=True, viewport=LAPTOP):
        context = browser.new_context(
            viewport=viewport,
            color_scheme="dark" if dark else "light",
            java_script_enabled=scripts,
            base_url=url,
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto("/desk/login")
        page.fill("[name=login]", watched)
        page.fill("[name=password]", PASSWORD)
        # Where logging in leads to is no matter of this page.
        with page.expect_response(lambda answer: answer.request.method == "POST"):
            page.press("[name=password]", "Enter")
        page.goto(WATCH)
        return page

    yield log_in
    for context in contexts:
        context.close()
    assert complaints == []


def test_a_laptop_shows_figures_curve_and_ten_shortfalls_without_scrolling(at_the_desk):
    page = at_the_desk()
    seen = [".key-figures dd", "svg.pace", ".legend", "table.tight tbody tr"]

    assert page.locator("table.tight tbody tr").count() == 10
    for place in seen:
        for one in page.locator(place).all():
            box = one.bounding_box()
            assert box["y"] + box["height"] <= 768, place
            assert box["x"] + box["width"] <= 1366, place
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("viewport", [LAPTOP, NARROW], ids=["laptop", "narrow"])
def test_axe_has_no_complaint(at_the_desk, dark, viewport):
    page = at_the_desk(dark=dark, viewport=viewport)
    for query in ("", "?unit=620103", "?sort=-missing&still=1"):
        page.goto(WATCH + query)
        assert at_fault(page) == [], query
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, query


def test_the_page_renews_itself_after_a_minute_and_not_when_it_is_held(at_the_desk, site):
    page = at_the_desk()
    page.clock.install()
    page.goto(WATCH)
    with unit_of_work(site.engine) as session:
        set_target(session, get_round(session, "spring"), 55)
    expect(page.locator(".watch-head")).to_contain_text("70 %")
    page.clock.fast_forward(61_000)
    expect(page.locator(".watch-head")).to_contain_text("55 %")
    expect(page.locator("noscript")).to_be_hidden()

    page.goto(f"{WATCH}?still=1")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.clock.fast_forward(200_000)
    assert [address for address in asked if "/desk/" in address] == []


def test_without_scripts_a_link_reloads_and_every_link_works(at_the_desk):
    page = at_the_desk(scripts=False)
    expect(page.locator("noscript a")).to_be_visible()
    page.locator("table.tight tbody a").first.click()
    expect(page.locator("h1")).to_contain_text("6201")
    page.locator("thead a").first.click()
    expect(page.locator("[aria-sort]")).to_have_count(1)


def test_it_is_printed_on_a4_across(at_the_desk, tmp_path):
    from pypdfium2 import PdfDocument

    page = at_the_desk()
    page.pdf(path=tmp_path / "watch.pdf", prefer_css_page_size=True)
    document = PdfDocument(tmp_path / "watch.pdf")
    width, height = document[0].get_size()
    assert (round(width), round(height)) == (842, 595)
    text = document[0].get_textpage().get_text_bounded()
    document.close()
    assert "100%" in text
    assert "620119" in text
