"""What people read, desk and public pages alike: no date as machines write it."""

import re
from html.parser import HTMLParser
from http import HTTPStatus

from flask import url_for

from survey.staff.roles import Role
from tests.flow.deskwork import at_desk
from tests.flow.matrix import PUBLISHED, prepared, rounds_for, values_for

ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d")
UNREAD = {"code", "pre", "script", "style", "time", "textarea", "title"}
"""What stands in these is for machines, or what somebody typed."""
MANY = 120


class _Visible(HTMLParser):
    """Collects the text that a page shows."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._unread: list[str] = []

    def handle_starttag(self, tag, attrs):
        classes = (dict(attrs).get("class") or "").split()
        if tag in UNREAD or (self._unread and tag == self._unread[-1]) or "code" in classes:
            self._unread.append(tag)

    def handle_endtag(self, tag):
        if self._unread and tag == self._unread[-1]:
            self._unread.pop()

    def handle_data(self, data):
        if not self._unread and data.strip():
            self.texts.append(data.strip())


def visible(html):
    reader = _Visible()
    reader.feed(html)
    return reader.texts


def pages(site, browser, things, language):
    """Yield every page that a browser may open, its address and its texts."""
    for rule in site.app.url_map.iter_rules():
        if "GET" not in rule.methods or rule.endpoint == "static":
            continue
        for round_id in rounds_for(rule) if "round_id" in rule.arguments else ("",):
            name = round_id if rule.endpoint.startswith("desk.") else PUBLISHED
            with site.app.test_request_context():
                values = values_for(rule, things, name)
                path = url_for(rule.endpoint, **values | ({} if "desk." in rule.endpoint else {"lang": language}))
            answer = browser.get(path)
            if answer.mimetype == "text/html" and answer.status_code != 302:
                yield path, answer.status_code, visible(answer.get_data(as_text=True))
            answer.close()


def test_no_page_shows_a_date_as_machines_write_it(small_site):
    # Given one of each thing, a round in every state, and somebody who may see all
    things = prepared(small_site)
    desk = at_desk(small_site, *Role)
    seen, found, texts_of = 0, [], {"zh": "", "en": ""}
    # When every page is opened in both languages
    for language in texts_of:
        desk.post("/desk/account/language", language=language)
        for path, status, texts in pages(small_site, desk.client, things, language):
            seen += status == HTTPStatus.OK
            found += [(path, text) for text in texts if ISO_DAY.search(text)]
            texts_of[language] += " ".join(texts)
    # Then each moment and day is written for people
    assert seen > MANY
    assert found == []
    assert re.search(r"\b\d{1,2} [A-Z][a-z]{2} 20\d\d, \d\d:\d\d\b", texts_of["en"])
    assert not re.search(r"20\d\d年", texts_of["en"])
