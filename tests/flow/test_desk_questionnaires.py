"""Questionnaires at the desk: taken, uploaded, written, looked at; a version never changes."""

import io
import itertools
import re
from html import unescape

import pypdfium2
import pytest
from sqlalchemy import func, select

from survey.questionnaires.models import QuestionnaireVersion
from survey.questionnaires.schema import read_questionnaire
from survey.questionnaires.service import get_questionnaire, library_file, list_library
from survey.staff.models import AuditEntry
from survey.staff.roles import Role
from survey.storage.engine import unit_of_work
from survey.web.desk.questionnaires.text import BLANK
from tests.factories.rounds import make_round
from tests.flow.deskwork import at_desk, office

HERE = "/desk/questionnaires"
LEANING = """id: leaning
version: 1
title: {zh: 偏, en: Leaning}
scales:
  s:
    - {code: a, zh: 好, en: Good, points: 100}
    - {code: b, zh: 较好, en: Fairly good, points: 80}
    - {code: c, zh: 差, en: Bad, points: 0}
items:
  - {id: one, kind: scale, scale: s, required: true, zh: 如何？, en: How is it?}
"""


def stored(site):
    with unit_of_work(site.engine) as session:
        return session.scalar(select(func.count()).select_from(QuestionnaireVersion))


def upload(desk, content, name="q.yaml"):
    return desk.submit(HERE, form=-1, page=HERE, file=(io.BytesIO(content), name))


def test_one_that_comes_with_the_program_is_taken_by_a_button(site, desk):
    assert "public-safety@1" in desk.html(HERE)

    answer = desk.submit(HERE, form="/take", name="public-safety")

    assert answer.location.endswith(f"{HERE}/public-safety/1")
    page = desk.html(f"{HERE}/public-safety/1")
    with unit_of_work(site.engine) as session:
        questionnaire = get_questionnaire(session, "public-safety@1")
        said = session.scalars(select(AuditEntry.sentence)).all()
    assert questionnaire.content_hash in page
    assert "The questionnaire %(reference)s was added; fingerprint %(hash)s" in said
    assert desk.submit(HERE, form="/take", name="public-satisfaction").status_code == 303
    assert stored(site) == 2


@pytest.mark.parametrize("name", ["../library/public-safety", "/etc/passwd", "none", ""])
def test_only_what_comes_with_the_program_is_taken(small_site, small_desk, name):
    small_desk.post(f"{HERE}/take", name=name)

    assert small_desk.page.status_code in (303, 404)
    assert stored(small_site) <= 1


def test_a_file_is_uploaded_and_comes_back_with_the_same_fingerprint(site, desk, tmp_path):
    answer = upload(desk, library_file("democratic-ballot").read_bytes())

    assert answer.location.endswith(f"{HERE}/democratic-ballot/1")
    again = tmp_path / "again.yaml"
    again.write_bytes(desk.get(f"{HERE}/democratic-ballot/1/file.yaml").data)
    with unit_of_work(site.engine) as session:
        known = get_questionnaire(session, "democratic-ballot@1").content_hash
    assert read_questionnaire(again).content_hash == known


def test_a_faulty_file_is_refused_by_line_and_field_and_nothing_is_stored(site, desk):
    faulty = BLANK.replace("points: 80", "points: many").replace("scale: satisfaction5", "scale: satisfaction9")

    answer = upload(desk, faulty.encode(), "faulty.yaml")

    assert answer.status_code == 400
    assert "faulty.yaml:7 scales.satisfaction5.2.points" in answer.get_data(as_text=True)
    assert stored(site) == 0


@pytest.mark.parametrize("content", [b"", b"\0\1\2", b"PK\x03\x04", b"- a\n- b\n", b"id: [", "编号：一".encode("gbk")])
def test_whatever_is_no_questionnaire_is_refused(small_site, small_desk, content):
    assert upload(small_desk, content).status_code == 400
    assert stored(small_site) == 0


def test_what_was_written_is_checked_without_being_stored(site, desk):
    page = desk.submit(f"{HERE}/new/text", written=LEANING, do="check")

    html = page.get_data(as_text=True)
    assert page.status_code == 200
    assert "leaning@1" in html
    assert "scales.s: " in html
    assert "one: " in html
    assert stored(site) == 0


def test_what_was_written_is_shown_as_on_a_phone_without_being_stored(site, desk):
    page = desk.submit(f"{HERE}/new/text", written=LEANING, do="phone")

    assert page.status_code == 200
    assert "如何？" in page.get_data(as_text=True)
    assert "form-action 'none'" in page.headers["Content-Security-Policy"]
    assert stored(site) == 0


def test_a_fault_in_what_was_written_keeps_the_text(small_site, small_desk):
    page = small_desk.submit(f"{HERE}/new/text", written=LEANING.replace("kind: scale", "kind: scole"), do="add")

    html = page.get_data(as_text=True)
    assert page.status_code == 400
    assert "questionnaire.yaml:10 items.1.kind" in html
    assert "scole" in html.split("<textarea")[1]
    assert stored(small_site) == 0


def test_a_frozen_version_is_followed_by_the_next(site, desk):
    assert desk.submit(f"{HERE}/new/text", written=LEANING, do="add").status_code == 303
    changed = LEANING.replace("如何", "怎样")

    checked = desk.submit(f"{HERE}/new/text", written=changed, do="check")
    assert "version: 2" in checked.get_data(as_text=True)
    refused = desk.submit(f"{HERE}/new/text", written=changed, do="add")
    assert refused.status_code == 400
    assert "怎样" in refused.get_data(as_text=True)

    filled = desk.html(f"{HERE}/new/text", **{"from": "leaning@1"})
    [text] = re.findall(r"<textarea[^>]*>(.*?)</textarea>", filled, re.DOTALL)
    assert "version: 2" in text
    added = desk.submit(f"{HERE}/new/text", written=unescape(text), do="add")
    assert added.location.endswith(f"{HERE}/leaning/2")
    assert stored(site) == 2


def test_adding_the_same_again_changes_nothing(small_site, small_desk):
    small_desk.submit(f"{HERE}/new/text", written=LEANING, do="add")

    assert small_desk.submit(f"{HERE}/new/text", written=LEANING, do="add").status_code == 303
    assert stored(small_site) == 1


def take_all(desk):
    token = desk.token()
    for one in list_library():
        assert desk.client.post(f"{HERE}/take", data={"csrf_token": token, "name": one.id}).status_code == 303
    return list_library()


def test_every_questionnaire_is_shown_as_on_a_phone_and_cannot_be_sent(small_desk):
    for one, lang in itertools.product(take_all(small_desk), ("zh", "en")):
        page = small_desk.get(f"{HERE}/{one.id}/1/phone", lang=lang)
        html = page.get_data(as_text=True)
        assert one.items[0].words(lang) in html
        assert "PREVIEW" in html
        assert 'action=""' in html
        assert not re.search(r'(?:href|formaction)="/(?!desk|static)', html)
        assert "form-action 'none'" in page.headers["Content-Security-Policy"]
        assert page.headers["X-Frame-Options"] == "DENY"
    assert small_desk.post(f"{HERE}/public-safety/1/phone").status_code == 405


def test_a_ballot_is_previewed_with_three_made_up_subjects_sheet_by_sheet(small_site, small_desk):
    small_desk.submit(HERE, form="/take", name="political-test")

    first = small_desk.html(f"{HERE}/political-test/1/phone", lang="en")
    second = small_desk.html(f"{HERE}/political-test/1/phone", lang="en", sheet="1")

    assert "Political loyalty" in first
    assert first.count("preview-3") > 0
    assert "Forms cliques" in second
    assert small_desk.get(f"{HERE}/political-test/1/phone", sheet="99").status_code == 200
    assert small_desk.get(f"{HERE}/political-test/1/phone", sheet="-1").status_code == 200
    assert small_desk.get(f"{HERE}/political-test/1/phone", sheet="x").status_code == 200


def test_what_is_asked_of_subjects_is_previewed_as_a_survey_and_as_a_ballot(small_desk):
    small_desk.submit(HERE, form="/take", name="public-satisfaction")
    path = f"{HERE}/public-satisfaction/1/phone"

    usual, ballot = small_desk.html(path, lang="en"), small_desk.html(path, **{"lang": "en", "as": "ballot"})

    assert "preview-1" in usual
    assert "preview-3" not in usual
    assert "preview-3" in ballot
    assert "class A ballot" in ballot


def test_every_questionnaire_is_printed_in_both_languages(small_desk):
    for one, lang in itertools.product(take_all(small_desk), ("zh", "en")):
        answer = small_desk.get(f"{HERE}/{one.id}/1/paper.pdf", lang=lang)
        assert answer.mimetype == "application/pdf"
        document = pypdfium2.PdfDocument(answer.data)
        text = "".join(page.get_textpage().get_text_range() for page in document)
        bare = re.sub(r"\s", "", text)
        assert all(re.sub(r"\s", "", item.words(lang)) in bare for item in one.items)
        assert one.reference in text


def test_the_list_names_the_rounds_that_ask_a_version(site, desk, tmp_path):
    made = make_round(site.engine, tmp_path)

    page = desk.html(HERE)

    assert f"/desk/rounds/{made.name}" in page


def test_rounds_of_other_offices_are_not_named(site, tmp_path):
    made = make_round(site.engine, tmp_path)
    office(site, "county")
    elsewhere = at_desk(site, Role.SETTER, office="county")

    assert made.name not in elsewhere.html(HERE)


def test_who_only_looks_changes_nothing(small_site, small_desk):
    small_desk.submit(HERE, form="/take", name="public-safety")
    viewer = at_desk(small_site, Role.VIEWER)

    assert "<textarea" not in viewer.html(HERE)
    assert 'type="file"' not in viewer.html(HERE)
    assert viewer.get(f"{HERE}/public-safety/1").status_code == 200
    assert viewer.get(f"{HERE}/public-safety/1/phone").status_code == 200
    assert viewer.get(f"{HERE}/new").status_code == 403
    assert viewer.post(f"{HERE}/new/text", written=LEANING, do="add").status_code == 403
    assert viewer.post(f"{HERE}/take", name="public-satisfaction").status_code == 403
    assert viewer.post(HERE).status_code == 403
    assert stored(small_site) == 1


@pytest.mark.parametrize(
    "path", ["/none/1", "/none/1/phone", "/none/1/paper.pdf", "/public-safety/99999999999999999999"]
)
def test_what_is_not_there_is_not_found(small_desk, path):
    assert small_desk.get(f"{HERE}{path}").status_code == 404


def test_what_was_written_is_never_run(small_site, small_desk):
    nasty = LEANING.replace("如何？", '"<script>alert(1)</script>{{7*7}}"')
    page = small_desk.submit(f"{HERE}/new/text", written=nasty, do="check").get_data(as_text=True)

    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page
    phone = small_desk.submit(f"{HERE}/new/text", written=nasty, do="phone").get_data(as_text=True)
    assert "<script>alert(1)" not in phone
