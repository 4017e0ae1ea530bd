"""The page of an announced ballot in a real browser: axe, reflow, and everything in its own scrolling region."""

from itertools import product

import pytest

from tests.browser.test_accessible import JUDGED, LOOKS, at_fault, cut_off
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


def test_the_page_in_every_look(published, open_page):
    for look, address in product(LOOKS, published):
        seen = f"{address}{look}"
        page = open_page(address + look["query"], width=look["width"], dark=look["dark"])
        for summary in page.locator("summary").all():
            summary.click()
        if look in JUDGED:
            assert at_fault(page) == [], seen
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, f"{seen} scrolls sideways"
        assert cut_off(page) == [], seen
        wide = page.evaluate("[...document.querySelectorAll('table')].filter(e => !e.closest('.scroll')).length")
        assert wide == 0, seen
