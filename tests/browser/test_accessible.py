"""WCAG 2.2 AA by axe, contrast 7:1, touch targets, reflow, focus: in light and dark, standard and largest text."""

import pytest
from axe_playwright_python.sync_playwright import Axe

pytestmark = pytest.mark.xdist_group("browser")

# Of rules that are kept, no reasons are asked for: those are most of the work.
OPTIONS = {"resultTypes": ["violations"], "rules": {"color-contrast-enhanced": {"enabled": True}}}
LOOKS = [
    {"query": "", "dark": False, "width": 360},
    {"query": "?lang=en", "dark": True, "width": 360},
    {"query": "?size=huge", "dark": False, "width": 320},
    {"query": "?lang=en&size=huge", "dark": True, "width": 320},
    {"query": "?size=big", "dark": True, "width": 1366},
    {"query": "", "dark": False, "width": 1366},
]
# What axe sees depends on the language, the colours and the size of the type: each value of each is among these.
# Whether everything fits is looked at in all six.
JUDGED = (LOOKS[0], LOOKS[3], LOOKS[4])
NAMES = ["zh light", "en dark", "zh huge", "en huge dark", "zh big dark wide", "zh wide"]
TOUCHED = "label.option, button:not(.hidden), a.tool, a.plain, .codes a, .list a, .summary a, input.figure, textarea"
LEAST_TARGET = {"std": 48, "big": 60, "huge": 60}


def press(page, button):
    """Press what leads to another page, and wait until that page is there: a click alone does not."""
    with page.expect_navigation():
        button.click()


def send(page):
    press(page, page.locator(".main").last)


def tour(site, open_page, *, query, dark, width):
    """Visit every kind of page, yielding each."""
    codes = site.round()
    site.round("kinds", name="kinds")
    site.round("required", name="required")
    (site.folder / "codes.txt").write_text("\n".join(codes[3:6]))
    for choice, code in enumerate(codes[4:9]):
        site.phone().vote(code, choice)
    page = open_page(f"/{query}", width=width, dark=dark)
    yield "home", page
    press(page, page.locator("form.entry button"))
    yield "mistyped", page
    page.goto(f"/t/{codes[0]}{query}")
    yield "form", page
    for group in page.locator("fieldset.card").all()[:7]:
        group.locator("label.option").first.click()
    page.locator("textarea").fill("很长的一段话" * 20)
    send(page)
    yield "review with gaps", page
    send(page)
    yield "done", page
    page.goto(f"/t/{codes[0]}{query}")
    yield "used", page
    page.goto(f"/t/{site.codes['kinds'][0]}{query}")
    yield "every kind", page
    page.goto(f"/t/{site.codes['required'][0]}{query}")
    send(page)
    yield "faulty", page
    page.goto(f"/privacy{query}")
    yield "privacy", page
    page.goto(f"/who-sees-what{query}{'&' if query else '?'}round=spring")
    yield "who can see what", page
    site.count()
    site.publish()
    page.goto(f"/results/spring{query}", wait_until="networkidle")
    page.locator("summary").click()
    yield "results", page


def at_fault(page):
    """Return axe's complaints in short."""
    found = Axe().run(page, options=OPTIONS).response["violations"]
    return [(fault["id"], node["target"], node["failureSummary"]) for fault in found for node in fault["nodes"]]


def too_small(page, least):
    return page.evaluate(
        """([selector, least]) => [...document.querySelectorAll(selector)]
            .map(e => [e, e.getBoundingClientRect()])
            .filter(([e, box]) => box.width && (box.height < least - 0.5 || box.width < least - 0.5))
            .map(([e, box]) => [e.className, e.textContent.trim().slice(0, 20), box.width, box.height])""",
        [TOUCHED, least],
    )


def cut_off(page):
    """Return the words that a box hides at its edge."""
    return page.evaluate(
        """() => [...document.querySelectorAll("main *")]
            .filter(e => getComputedStyle(e).overflowX === "hidden" && !e.closest(".hidden"))
            .filter(e => e.scrollWidth > e.clientWidth + 1)
            .map(e => e.textContent.trim().slice(0, 40))"""
    )


@pytest.mark.parametrize("look", LOOKS, ids=NAMES)
def test_every_page_in_every_look(site, open_page, look):
    for name, page in tour(site, open_page, **look):
        if look in JUDGED:
            assert at_fault(page) == [], name
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, f"{name} scrolls sideways"
        assert cut_off(page) == [], name
        size = page.locator("html").get_attribute("class")
        assert too_small(page, LEAST_TARGET[size]) == [], name


def test_text_of_twice_the_size_at_320_px_does_not_scroll_sideways(site, open_page):
    for name, page in tour(site, open_page, query="?lang=en", dark=False, width=320):
        page.evaluate("document.documentElement.style.fontSize = '225%'")
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, name
        assert cut_off(page) == [], name


@pytest.mark.parametrize("size", ["std", "huge"])
def test_focus_is_never_covered(site, open_page, size):
    page = open_page(f"/t/{site.round()[0]}?size={size}")
    seen = 0
    for _ in range(60):
        page.keyboard.press("Tab")
        covered = page.evaluate(
            """() => {
                const e = document.activeElement, box = e.getBoundingClientRect();
                if (e === document.body) return "end";
                const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
                return top && (e.contains(top) || top.contains(e)) ? "" : e.outerHTML;
            }"""
        )
        if covered == "end":
            break
        assert covered == ""
        seen += 1
    assert seen >= 16
