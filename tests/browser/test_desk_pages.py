"""Every page of the desk: axe without a complaint, nothing wider than the screen; light, dark and on paper."""

import pytest
from flask import url_for

from survey.core import clock
from survey.core.keys import read_private_key
from survey.counting.service import count_round, keep_count
from survey.rounds.service import get_round
from survey.storage.engine import unit_of_work
from survey.web.desk.permissions import ROUTES
from tests.browser.test_accessible import at_fault, press
from tests.factories.rounds import PASSPHRASE
from tests.flow.deskwork import ALL, PASSWORD, hire
from tests.flow.matrix import prepared, values_for

pytestmark = pytest.mark.xdist_group("browser")

LOOKS = {
    "zh light": {"lang": "zh", "dark": False, "media": "screen"},
    "en dark": {"lang": "en", "dark": True, "media": "screen"},
    "zh print": {"lang": "zh", "dark": False, "media": "print"},
}
FILES = ("file", "download", "paper", "chart", "report", "unit_report", "template", "public_key", "progress")


def addresses(app, things):
    """Return the address of every page of the desk that is no file."""
    with app.test_request_context():
        found = []
        for rule in app.url_map.iter_rules():
            last = rule.endpoint.rsplit(".", 1)[-1]
            if rule.endpoint in ROUTES and "GET" in rule.methods and not last.startswith(FILES):
                found.append(url_for(rule.endpoint, **values_for(rule, things)))
    return sorted(set(found))


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_every_page_of_the_desk(site, open_page, look):
    things = prepared(site)
    login = hire(site, *ALL)
    site.round(name="spring")
    site.close("spring")
    with unit_of_work(site.engine) as session:
        row = get_round(session, "spring")
        key = read_private_key(site.folder / "office.key", PASSPHRASE)
        keep_count(session, row, count_round(session, row, [key]), clock.now())
    page = open_page("/desk/login", width=1366, height=768, dark=look["dark"])
    assert at_fault(page) == []
    page.fill("#login", login)
    page.fill("#password", PASSWORD)
    press(page, page.locator("main button"))
    if look["lang"] == "en":
        press(page, page.locator("button[name=language]"))
    page.emulate_media(media=look["media"])
    paths = addresses(site.app, things)
    paths += [path.replace("/matrix", "/spring") for path in paths if "/matrix" in path]
    seen = 0
    for path in ["/desk/account", "/desk/account/totp", *paths]:
        answer = page.goto(path)
        assert answer.status < 500, path
        faults = at_fault(page)
        assert faults == [], path
        if look["media"] == "screen":
            assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, f"{path} scrolls sideways"
        seen += 1
    assert seen > 50
