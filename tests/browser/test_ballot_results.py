"""The page of an announced ballot in a real browser: axe, reflow, and everything in its own scrolling region."""

import pytest

from tests.browser.test_accessible import LOOKS, NAMES, at_fault, cut_off
from tests.factories.ballots import two_sheets
from tests.flow.test_ballot_results import cast_all, grades, opened

pytestmark = pytest.mark.xdist_group("browser")


@pytest.fixture
def published(site):
    """Publish a ballot of three classes and a test of two sheets; return their addresses."""
    cast_all(site, opened(site, announce=True), grades)
    voters = "group,class,planned,subjects\nhall,B,6,type:cadres\n"
    rules = {"minimum": 1}
    test = opened(site, two_sheets(), kind="posneg", name="test", announce=True, voters=voters, rules=rules)
    cast_all(site, test, lambda form, _, n: {q.name: str(1 + n % 2) for q in form.questions})
    for name in ("review", "test"):
        site.count(name)
        site.publish(name)
    return "/results/review", "/results/test"


@pytest.mark.parametrize("look", LOOKS, ids=NAMES)
def test_the_page_in_every_look(published, open_page, look):
    for address in published:
        page = open_page(address + look["query"], width=look["width"], dark=look["dark"])
        for summary in page.locator("summary").all():
            summary.click()
        assert at_fault(page) == [], address
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, f"{address} scrolls sideways"
        assert cut_off(page) == [], address
        wide = page.evaluate("[...document.querySelectorAll('table')].filter(e => !e.closest('.scroll')).length")
        assert wide == 0
