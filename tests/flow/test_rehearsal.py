"""A rehearsal is marked on every page of it, counts nowhere, and is gone when it is cleared."""

import json
from datetime import timedelta

import pypdfium2
import pytest
import zxingcpp

from survey.codes.generator import address
from survey.codes.service import issue_codes, open_batch
from survey.codes.sheets import Slip, write_sheets
from survey.codes.words import make_heading
from survey.core import clock
from survey.core.ids import derive_key
from survey.questionnaires.schema import read_questionnaire
from survey.questionnaires.service import add_questionnaire, library_file
from survey.rounds.definition import RoundDefinition
from survey.rounds.links import PURPOSE, Hall, hall_path
from survey.rounds.rehearsal import make_rehearsal
from survey.rounds.service import create_round, get_round, list_voter_groups
from survey.storage.engine import unit_of_work
from tests.factories.questionnaires import FOLDER
from tests.factories.rounds import write_round
from tests.flow.site import SECRET, VOTERS

MARKS = ("试填", "TEST", "此处答卷不计入", "answers do not count")


def draft(site, questionnaire="public-satisfaction", name="spring", voters=VOTERS, **fields):
    """Create a round that opens next week."""
    now = clock.now()
    local = FOLDER / f"{questionnaire}.yaml"
    asked = read_questionnaire(local if local.exists() else library_file(questionnaire))
    times = {"opens_at": (now + timedelta(days=7)).isoformat(), "closes_at": (now + timedelta(days=9)).isoformat()}
    file = write_round(site.folder, voters=voters, **{**times, "id": name, "questionnaire": asked.reference, **fields})
    with unit_of_work(site.engine) as session:
        add_questionnaire(session, asked)
        create_round(session, file)


def rehearse(site, name="spring"):
    with unit_of_work(site.engine) as session:
        twin = make_rehearsal(session, get_round(session, name), clock.now())
        key = site.app.extensions["minsheng"].code_key
        issued = issue_codes(session, twin, list_voter_groups(session, twin), key)
        if RoundDefinition.model_validate(twin.definition).meeting:
            open_batch(session, twin, None)
    return [one.code for one in issued]


def marked(page):
    return all(mark in page.words for mark in MARKS) and "rehearsal." in page.html


def test_every_page_of_a_survey_s_rehearsal_is_marked_and_none_of_a_real_one(site, phone):
    draft(site)
    code, other = rehearse(site)[:2]
    real = site.round(name="real")[0]

    form = phone.get(f"/t/{code}")
    review = phone.fill(form)
    switched = phone.send(review, button=("_switch", "lang:en"))
    faulty = phone.post(form.form.action, form.fields())
    done = phone.send(review)
    used = phone.get(f"/t/{code}")
    kiosk = phone.get(f"/t/{other}?kiosk=1&lang=en")
    stale = phone.post(f"/t/{other}", kiosk.fields() | {"_stamp": ["forged"]})

    assert [page.status for page in (form, review, switched, done, used, kiosk)] == [200, 200, 200, 200, 409, 200]
    assert faulty.status in (200, 400)
    for page in (form, review, switched, faulty, done, used, kiosk):
        assert marked(page), page.title
    assert "其中的答卷一律不计入" in done.words or "no answer given in it is ever counted" in done.words
    assert "将计入统计" not in done.words
    assert stale.status == 400
    assert not marked(phone.get(f"/t/{real}"))
    assert not marked(phone.vote(real))
    assert not marked(phone.get("/"))


def test_every_page_of_a_ballot_s_rehearsal_is_marked_also_in_the_hall(site, phone):
    draft(
        site,
        "democratic-ballot",
        kind="ballot",
        meeting=True,
        voters="group,class,planned,subjects\n620102,A,30,own\n",
        rules={"classes": [{"code": "A", "zh": "领导班子", "en": "Leaders"}]},
    )
    code = rehearse(site)[0]
    key = derive_key(SECRET, PURPOSE)

    form = phone.get(f"/t/{code}")
    review = phone.fill(form)
    done = phone.send(review)
    host = phone.get(hall_path(Hall.HOST, "spring-test", key))
    projector = phone.get(hall_path(Hall.PROJECTOR, "spring-test", key))

    for page in (form, review, done, host, projector):
        assert page.status == 200
        assert marked(page), page.title
    shut = phone.post(hall_path(Hall.HOST, "spring-test", key), {"shut": "*"})
    assert shut.status == 303
    waiting = phone.get(f"/t/{rehearse_more(site)}")
    assert waiting.status in (403, 410)
    assert marked(waiting)
    assert "this is a rehearsal" in waiting.words.lower() or "试填" in waiting.words


def rehearse_more(site):
    """Issue one more code, whose batch waits for the host."""
    with unit_of_work(site.engine) as session:
        twin = get_round(session, "spring-test")
        groups = list_voter_groups(session, twin)
        return issue_codes(session, twin, groups, site.app.extensions["minsheng"].code_key, spare=1)[0].code


@pytest.mark.parametrize("layout", ["24", "10", "1"])
def test_its_slips_carry_the_mark_and_can_still_be_scanned(small_site, layout):
    draft(small_site)
    codes = rehearse(small_site)
    base_url = small_site.app.extensions["minsheng"].settings.base_url
    with unit_of_work(small_site.engine) as session:
        twin = RoundDefinition.model_validate(get_round(session, "spring-test").definition)
        real = RoundDefinition.model_validate(get_round(session, "spring").definition)
    slips = [Slip(code, address(base_url, code)) for code in codes]

    words, scanned = {}, {}
    for name, definition in (("twin", twin), ("real", real)):
        file = small_site.folder / f"{name}.pdf"
        write_sheets(slips, make_heading(definition, "zh", base_url), file, layout=layout)
        with pypdfium2.PdfDocument(file) as document:
            words[name] = "".join(page.get_textpage().get_text_bounded() for page in document)
            pictures = [page.render(scale=150 / 72).to_pil() for page in document]
        scanned[name] = {found.text for picture in pictures for found in zxingcpp.read_barcodes(picture)}
    assert "试填 TEST" in words["twin"]
    assert "试填" not in words["real"]
    assert scanned["twin"] == scanned["real"] == {slip.url for slip in slips}


def test_the_commands_rehearse_and_clear_and_print_codes_once(site):
    draft(site)
    runner = site.app.test_cli_runner()

    made = runner.invoke(args=["rounds", "rehearse", "spring", "--codes", "2", "--json"])
    assert made.exit_code == 0, made.output
    rows = json.loads(made.stdout)["rows"]
    assert [(row["group"], row["class"]) for row in rows] == [("620102", "citizen")] * 2
    assert marked(site.phone().get(f"/t/{rows[0]['code']}"))
    again = runner.invoke(args=["rounds", "rehearse", "spring"])
    assert (again.exit_code, "clear it first" in again.stderr) == (1, True)
    listed = json.loads(runner.invoke(args=["rounds", "list", "--json"]).stdout)["rows"]
    assert [row["round"] for row in listed] == ["spring", "spring-test"]

    cleared = runner.invoke(args=["rounds", "clear-rehearsal", "spring", "--json"])
    assert cleared.exit_code == 0, cleared.output
    assert {row["left"] for row in json.loads(cleared.stdout)["rows"]} == {0}
    assert runner.invoke(args=["rounds", "clear-rehearsal", "spring"]).exit_code == 1
    told = runner.invoke(args=["rounds", "rehearse", "spring"])
    assert "Its answers are sealed to a key that nobody has" in told.stdout
