"""Every page of the desk: axe without a complaint, nothing wider than the screen; light, dark and on paper."""

import pytest
from flask import url_for

from survey.web.desk.permissions import OWN, ROUTES
from tests.browser.test_accessible import at_fault, cut_off, press
from tests.flow.deskwork import ALL, PASSWORD, hire
from tests.flow.matrix import prepared, rounds_for, values_for

pytestmark = pytest.mark.xdist_group("browser")

LOOKS = {
    "zh light": {"lang": "zh", "dark": False, "media": "screen", "every_round": True},
    "en dark": {"lang": "en", "dark": True, "media": "screen", "every_round": False},
    "zh print": {"lang": "zh", "dark": False, "media": "print", "every_round": False},
}
FILES = {
    "desk.jobs.download",
    "desk.questionnaires.file",
    "desk.questionnaires.paper",
    "desk.ratings.download",
    "desk.results.chart",
    "desk.results.report",
    "desk.rounds.download_voters",
    "desk.rounds.public_key",
    "desk.schemes.report",
    "desk.schemes.template",
    "desk.schemes.unit_report",
    "desk.subjects.download",
    "desk.watching.download",
}
PARTS = {"desk.jobs.progress"}
"""What a script puts into a page that is looked at whole."""


def addresses(app, things, *, every_round):
    """Give the address of every page of the desk; of a round's pages one for each round that it differs in."""
    with app.test_request_context():
        for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
            if rule.endpoint not in ROUTES.keys() | OWN or "GET" not in rule.methods:
                continue
            if rule.endpoint in FILES | PARTS:
                continue
            rounds = rounds_for(rule) if "round_id" in rule.arguments else ("",)
            for name in rounds if every_round else rounds[:1]:
                yield url_for(rule.endpoint, **values_for(rule, things, name))


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_every_page_of_the_desk(site, open_page, look):
    # Given one of everything, and somebody with every role
    things = prepared(site)
    login = hire(site, *ALL)
    page = open_page("/desk/login", width=1366, height=768, dark=look["dark"])
    assert at_fault(page) == []
    page.fill("#login", login)
    page.fill("#password", PASSWORD)
    press(page, page.locator("main button"))
    if look["lang"] == "en":
        press(page, page.locator("button[name=language]"))
    page.emulate_media(media=look["media"])
    paths = list(addresses(site.app, things, every_round=look["every_round"]))
    assert len(paths) > (70 if look["every_round"] else 45)
    # Then every page is there, and can be read by everybody
    for path in paths:
        answer = page.goto(path)
        assert answer.status == 200, path
        assert at_fault(page) == [], path
        if look["media"] == "screen":
            assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, f"{path} scrolls sideways"
            assert cut_off(page) == [], path
