"""The pages of published scores in a real browser: axe, reflow, everything in its own scrolling region."""

import pytest

from tests.browser.test_accessible import LOOKS, NAMES, at_fault, cut_off
from tests.flow.test_score_pages import score_and_publish

pytestmark = pytest.mark.xdist_group("browser")


@pytest.mark.parametrize("look", LOOKS, ids=NAMES)
def test_the_pages_in_every_look(site, open_page, look):
    run = score_and_publish(site)
    for address in (run, f"{run}/units/yl"):
        page = open_page(address + look["query"], width=look["width"], dark=look["dark"])
        for summary in page.locator("details:not([open]) > summary").all():
            summary.click()
        assert at_fault(page) == [], address
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, f"{address} scrolls sideways"
        assert cut_off(page) == [], address
        wide = page.evaluate("[...document.querySelectorAll('table')].filter(e => !e.closest('.scroll')).length")
        assert wide == 0
