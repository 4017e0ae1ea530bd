"""The editor of questionnaires: fields and buttons, stateless; what is right is stored, what is wrong is kept."""

import itertools
import re
import time
from html import unescape
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from werkzeug.datastructures import MultiDict

from survey.questionnaires.kinds import KINDS
from survey.questionnaires.models import QuestionnaireVersion
from survey.questionnaires.schema import MOST_ITEMS, MOST_STEPS, Questionnaire, read_questionnaire
from survey.questionnaires.service import add_questionnaire, get_questionnaire, list_library
from survey.staff.roles import Role
from survey.storage.engine import unit_of_work
from survey.web.desk.questionnaires.editor import MOST_FIELDS
from survey.web.desk.questionnaires.parts import LABELS, LISTS, OWN_LABELS, option_parts, parts_of
from tests.factories.any_questionnaire import documents
from tests.flow.deskwork import at_desk
from tests.flow.editing import NEW, Editor

FILES = sorted((Path(__file__).parents[1] / "data" / "questionnaires").glob("*.yaml"))
NASTY = """"><script>alert(1)</script>'{{7*7}}</textarea>&amp;"""
_numbers = itertools.count(1)


def stored(site):
    with unit_of_work(site.engine) as session:
        return session.scalar(select(func.count()).select_from(QuestionnaireVersion))


def store(site, questionnaire):
    with unit_of_work(site.engine) as session:
        add_questionnaire(session, questionnaire)


def got(site, reference):
    with unit_of_work(site.engine) as session:
        return get_questionnaire(session, reference)


def filled(desk, **typed):
    """Return an editor with one right question."""
    editor = Editor.at(desk)
    words = {"title__zh": "题", "title__en": "Title", "items__1__zh": "问", "items__1__en": "Question"}
    return editor.type(words | typed)


def ids(editor):
    return [value for name, value in editor.fields.items(multi=True) if re.fullmatch(r"items\.\d+\.id", name)]


def codes(editor, name):
    return [
        value for key, value in editor.fields.items(multi=True) if re.fullmatch(rf"{name}\.options\.\d+\.code", key)
    ]


def test_a_questionnaire_is_made_from_nothing_without_inventing_names(site, desk):
    editor = filled(desk)
    editor.press("add items", new_kind="multiple")
    assert editor.focused == ["items.2.zh"]
    options = {f"items__2__options__{n}__{lang}": f"{lang}{n}" for n in (1, 2) for lang in ("zh", "en")}
    editor.press("add items", new_kind="text", items__2__zh="选", items__2__en="Choose", **options)
    answer = editor.press("add", items__3__zh="写", items__3__en="Write")

    assert answer.location.endswith("/desk/questionnaires/survey-1/1")
    questionnaire = got(site, "survey-1@1")
    assert [(item.id, item.kind) for item in questionnaire.items] == [
        ("q1", "scale"),
        ("q2", "multiple"),
        ("q3", "text"),
    ]
    assert [option.code for option in questionnaire.items[1].options] == ["o1", "o2"]
    assert questionnaire.items[0].options[0].words("en") == "Very satisfied"


@pytest.mark.parametrize("before", [*list_library(), *map(read_questionnaire, FILES)], ids=lambda one: one.id)
def test_what_is_posted_unchanged_is_the_same(small_site, small_desk, before):
    store(small_site, before)
    editor = Editor.at(small_desk, **{"from": before.reference})

    assert editor.press("add").status_code == 303

    after = got(small_site, f"{before.id}@2")
    assert after.model_copy(update={"version": 1}).document() == before.document()
    assert Questionnaire.model_validate(after.document() | {"version": 1}).content_hash == before.content_hash


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(documents(), st.sampled_from(["check", "add items.1.show_if", "down items.1", "look items.1.show_if.1"]))
def test_any_questionnaire_comes_back_as_it_was(small_site, small_desk, document, order):
    before = Questionnaire.model_validate(document | {"id": f"any-{next(_numbers)}"})
    store(small_site, before)
    editor = Editor.at(small_desk, **{"from": before.reference})

    editor.press(order)
    if order == "down items.1" and len(before.items) > 1:
        editor.press("up items.2")
    assert editor.press("add").status_code == 303, editor.html

    after = got(small_site, f"{before.id}@2").document() | {"version": 1}
    assert Questionnaire.model_validate(after).content_hash == before.content_hash


def test_from_fields_to_text_and_back_nothing_is_lost(small_site, small_desk):
    for before in list_library():
        store(small_site, before)
        page = Editor.at(small_desk, **{"from": before.reference}).press("text").get_data(as_text=True)
        [text] = re.findall(r"<textarea[^>]*>(.*?)</textarea>", page, re.DOTALL)
        editor = Editor.of_text(small_desk, unescape(text))
        assert editor.press("add").status_code == 303
        after = got(small_site, f"{before.id}@2").document() | {"version": 1}
        assert Questionnaire.model_validate(after).content_hash == before.content_hash


def test_a_text_with_a_fault_stays_a_text(small_desk):
    answer = small_desk.post(NEW, do="fields", written="id: [<b>")

    page = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert "questionnaire.yaml:1" in page
    assert "id: [&lt;b&gt;" in page


@pytest.mark.parametrize(
    ("order", "left", "focused"),
    [
        ("up items.2", ["q2", "q1", "q3"], "down items.1"),
        ("down items.1", ["q2", "q1", "q3"], "down items.2"),
        ("down items.2", ["q1", "q3", "q2"], "up items.3"),
        ("up items.3", ["q1", "q3", "q2"], "up items.2"),
        ("copy items.1", ["q1", "q4", "q2", "q3"], "items.2.zh"),
        ("remove items.2", ["q1", "q3"], ""),
        ("up items.1", ["q1", "q2", "q3"], "down items.1"),
        ("up items.9", ["q1", "q2", "q3"], None),
        ("up items.0", ["q1", "q2", "q3"], None),
        ("remove items.-1", ["q1", "q2", "q3"], None),
        ("remove nothing.1", ["q1", "q2", "q3"], None),
        ("add csrf_token", ["q1", "q2", "q3"], None),
        ("down " + "9" * 5000, ["q1", "q2", "q3"], None),
    ],
)
def test_questions_are_moved_copied_and_removed(small_desk, order, left, focused):
    editor = filled(small_desk)
    for kind in ("single", "number"):
        editor.press("add items", new_kind=kind)

    assert editor.press(order).status_code == 200

    assert ids(editor) == left
    assert editor.focused == ([] if focused is None else [focused])


def test_a_question_is_put_where_it_is_wanted(small_desk):
    editor = filled(small_desk, items__1__per="subject")
    editor.press("add items", new_kind="text")
    editor.press("add items", new_kind="statement", new_after="1")

    assert ids(editor) == ["q1", "q3", "q2"]
    assert editor["items.2.per"] == "subject"
    assert editor.focused == ["items.2.zh"]
    editor.press("add items", new_kind="text", new_after="0")
    assert ids(editor) == ["q4", "q1", "q3", "q2"]


@pytest.mark.parametrize("place", ["scales.1", "items.2"])
def test_options_are_added_moved_copied_and_removed(small_desk, place):
    editor = filled(small_desk)
    editor.press("add items", new_kind="single")
    first = codes(editor, place)

    editor.press(f"add {place}.options")
    new = codes(editor, place)[-1]
    assert codes(editor, place) == [*first, new]
    assert editor.focused == [f"{place}.options.{len(first) + 1}.zh"]

    editor.press(f"up {place}.options.{len(first) + 1}")
    assert codes(editor, place) == [*first[:-1], new, first[-1]]
    editor.press(f"copy {place}.options.1")
    assert codes(editor, place)[0] == first[0]
    assert codes(editor, place)[1] not in (*first, new)
    editor.press(f"remove {place}.options.2")
    assert codes(editor, place) == [*first[:-1], new, first[-1]]


def test_scales_are_added_copied_and_removed(small_desk):
    editor = filled(small_desk)
    editor.press("add scales", new_scale="democratic-ballot.cadre4")
    assert editor["scales.2.name"] == "cadre4"
    assert editor["scales.2.options.2.zh"] == "称职"
    assert editor.focused == ["scales.2.name"]
    editor.press("add scales", new_scale="none.such")
    assert (editor["scales.3.name"], editor["scales.3.options.3.code"]) == ("scale1", "dk")
    editor.press("add scales", new_scale="democratic-ballot.cadre4")
    assert editor["scales.4.name"] == "cadre4-1"
    editor.press("copy scales.2")
    assert editor["scales.3.name"] not in ("cadre4", "scale1", "")
    for _ in range(5):
        editor.press("remove scales.1")
    assert editor["scales.1.name"] == ""
    editor.press("add")
    assert "items.1.scale" in editor.faults


def test_a_condition_is_put_together_by_choosing(site, desk):
    editor = filled(desk)
    editor.press("add items", new_kind="text")
    editor.press("add items.2.show_if", items__2__zh="为何", items__2__en="Why")
    assert editor.focused == ["items.2.show_if.1.asked"]
    editor.press("look items.2.show_if.1", items__2__show_if__1__asked="q1")
    assert 'value="vd"' in editor.html.partition("items.2.show_if.1.codes")[2]
    editor.press("check", items__2__show_if__1__codes=["vd", "d"])
    assert editor.status == 200
    # A question that gets another name takes what names it along.
    editor.press("add", items__1__id="overall")

    questionnaire = got(site, "survey-1@1")
    assert questionnaire.items[1].show_if == {"overall": ("vd", "d")}


def test_questions_follow_a_scale_that_gets_another_name(small_desk):
    editor = filled(small_desk, scales__1__name="")
    editor.press("check")
    assert editor.faults == ["scales.1.name"]
    editor.press("check", scales__1__name="five")

    assert editor.status == 200
    assert editor["items.1.scale"] == "five"


def test_a_condition_on_what_is_gone_is_kept_and_named(small_desk):
    editor = filled(small_desk)
    editor.press("add items", new_kind="text", new_after="1")
    editor.press("add items.2.show_if", items__2__zh="为何", items__2__en="Why")
    editor.press("look items.2.show_if.1", items__2__show_if__1__asked="q1")
    editor.press("remove scales.1.options.5", items__2__show_if__1__codes=["vd"])
    editor.press("add")

    assert editor.faults == ["items.2.show_if.1.asked"]
    assert editor.fields.getlist("items.2.show_if.1.codes") == ["vd"]


def test_every_fault_is_said_at_its_field_and_nothing_typed_is_lost(small_site, small_desk):
    wrong = {
        "title__en": "",
        "id": "My Survey",
        "scales__1__options__1__points": "many",
        "scales__1__options__2__code": "ä",
        "items__1__zh": "长" * 501,
        "items__1__weight": "30%",
        "items__2__minimum": "",
        "items__2__places": "half",
        "items__2__zh": "数",
        "items__2__en": "Number",
    }
    editor = filled(small_desk)
    editor.press("add items", new_kind="number")

    editor.press("add", **wrong)

    assert editor.status == 400
    assert editor.faults == [
        "id",
        "title.en",
        "scales.1.options.1.points",
        "scales.1.options.2.code",
        "items.1.zh",
        "items.1.weight",
        "items.2.minimum",
        "items.2.maximum",
        "items.2.places",
    ]
    for name, value in wrong.items():
        assert editor[name.replace("__", ".")] == value
        said = name.replace("__", ".")
        if said in editor.faults:
            assert f'id="{said}-fault-1"' in editor.html
            assert re.search(rf'id="{re.escape(said)}"[^>]* aria-invalid="true"', editor.html)
    assert stored(small_site) == 0


def test_faults_between_questions_are_said_all_at_once(small_desk):
    editor = filled(small_desk)
    editor.press("copy items.1")
    editor.press("copy items.1")
    editor.press("copy scales.1.options.1")
    editor.press(
        "check",
        items__2__id="q1",
        items__3__scale="none",
        scales__1__options__2__code="s",
        sheets__1__zh="一",
        sheets__1__en="One",
        sheets__2__zh="二",
        sheets__2__en="Two",
    )

    assert editor.faults == ["scales.1.options.3.code", "items.2.id", "items.3.scale", "sheets.2.zh"]


def test_names_that_stand_twice_are_not_lost(small_desk):
    editor = filled(small_desk)
    editor.press("copy scales.1")
    editor.press("check", scales__2__name="satisfaction5", scales__2__options__1__zh="别的")

    assert editor.faults == ["scales.2.name"]
    assert editor["scales.2.options.1.zh"] == "别的"


def test_numbers_of_a_chinese_keyboard_are_numbers(site, desk):
    editor = filled(desk, scales__1__options__1__points="９５．５", items__1__weight=" ２ ")
    editor.press("add", id="ｓｕｒｖｅｙ")

    questionnaire = got(site, "survey@1")
    assert str(questionnaire.items[0].options[0].points) == "95.5"
    assert questionnaire.items[0].weight == 2


def test_the_next_version_has_the_next_number_and_the_same_name(site, desk):
    first = list_library()[-1]
    store(site, first)
    one, other = (Editor.at(desk, **{"from": first.reference}) for _ in range(2))
    assert one["version"] == "2"
    assert 'type="text" id="id"' not in one.html

    assert one.press("add", title__zh="甲").status_code == 303
    assert other.press("add", title__zh="乙").status_code == 400

    assert 'role="alert"' in other.html
    assert (other["title.zh"], other["version"]) == ("乙", "3")
    assert other.press("add").status_code == 303
    assert got(site, f"{first.id}@3").title.zh == "乙"


def test_adding_twice_adds_once(small_site, small_desk):
    editor = filled(small_desk)

    assert editor.press("add").status_code == 303
    assert editor.press("add").status_code == 303

    assert stored(small_site) == 1


def test_checking_and_looking_store_nothing(small_site, small_desk):
    editor = filled(small_desk, items__1__required="on")

    editor.press("check")
    assert editor.status == 200
    assert 'href="#scales.1"' in editor.html, "the scale leans"
    phone = editor.press("phone")
    assert "form-action 'none'" in phone.headers["Content-Security-Policy"]
    assert "Title" in phone.get_data(as_text=True) or "题" in phone.get_data(as_text=True)
    assert stored(small_site) == 0


def test_what_was_typed_is_never_run(small_desk):
    editor = filled(small_desk)
    for kind in KINDS:
        editor.press("add items", new_kind=kind)
    editor.press("add items.2.show_if")
    for name in list(editor.fields):
        if name not in ("csrf_token", "do") and not name.endswith(".kind"):
            editor.fields[name] = NASTY
    editor.fields["items.3.kind"] = NASTY
    for order in ("check", "add", "up items.5", NASTY):
        sent = MultiDict(editor.fields)
        editor.press(order)
        assert "<script>alert" not in editor.html
        assert "{{7*7}}" in editor.html
        assert editor["title.zh"] == NASTY
        assert editor["items.2.en"] == NASTY
        assert editor["items.2.show_if.1.asked"] == NASTY
        editor.fields = sent


@pytest.mark.parametrize(
    "fields",
    [
        {"items": "x", "items.1": "y", "items.1.zh": "z", "items.1.zh.a": "b"},
        {"items.1.zh.a.b.c.d.e.f.g.h": "x", "." * 50: "x", "items..zh": "x", "items.1.": "x"},
        {"items.²": "x", "items.٣.zh": "x", "items.0.zh": "x", "items.-1.zh": "x", "items." + "9" * 300 + ".zh": "x"},
        {"items.1.kind": "stars", "items.1.options.1.zh": "x", "items.999.kind": "text"},
        {"items.1.kind": "scale", "items.1.only": "nobody", "items.1.types": "x" * 200, "items.1.per": "subject"},
        {"id": "\0\x1b", "title.zh": "\ud800", "version": "9" * 5000, "sheets.9.zh": "x"},
        {"do": "", "follows": "x", "id": "../etc"},
        {},
    ],
)
def test_whatever_is_sent_is_answered_plainly(small_site, small_desk, fields):
    sent = {name: value.encode("utf-8", "replace") for name, value in fields.items()}
    for order in ("check", "add", "phone", "text"):
        answer = small_desk.post(NEW, {"do": order} | sent)
        assert answer.status_code in (200, 400)
        assert "Traceback" not in answer.get_data(as_text=True)
    assert stored(small_site) == 0


def test_a_hundred_questions_of_twenty_steps_are_held(small_site, small_desk):
    steps = [{"code": f"s{n}", "zh": f"第{n}级", "en": f"Step {n}", "points": n} for n in range(MOST_STEPS)]
    item = {"kind": "single", "zh": "问" * 40, "en": "Question " * 10, "options": steps}
    document = {
        "id": "large",
        "version": 1,
        "title": {"zh": "大", "en": "Large"},
        "scales": {"s": steps},
        "items": [item | {"id": f"q{n}"} for n in range(MOST_ITEMS)],
    }
    before = Questionnaire.model_validate(document)
    store(small_site, before)

    start = time.perf_counter()
    editor = Editor.at(small_desk, **{"from": "large@1"})
    shown = time.perf_counter() - start
    assert len(list(editor.fields.items(multi=True))) < MOST_FIELDS
    editor.press("down items.50")
    editor.press("up items.51")
    assert editor.press("add").status_code == 303

    print(f"{len(editor.html):,} characters of HTML in {shown:.1f} s")  # noqa: T201 - the size of the page
    after = got(small_site, "large@2").document() | {"version": 1}
    assert Questionnaire.model_validate(after).content_hash == before.content_hash


def test_more_than_the_page_can_take_is_refused_in_words(small_site, small_desk):
    sent = {f"items.{n}.options.{m}.code": "x" for n in range(1, 202) for m in range(1, 101)}

    answer = small_desk.post(NEW, {"do": "check"} | sent)

    assert answer.status_code == 413
    assert f"{MOST_FIELDS:,}" in answer.get_data(as_text=True)
    assert (
        small_desk.client.post(NEW, data={"csrf_token": small_desk.token(), "id": "x" * 13_000_000}).status_code == 413
    )
    assert stored(small_site) == 0


def test_what_has_too_many_fields_for_the_page_is_edited_as_text(small_site, small_desk):
    options = [{"code": f"o{n}", "zh": "选", "en": "Option"} for n in range(99)]
    item = {"kind": "single", "zh": "问", "en": "Question", "options": options}
    items = [item | {"id": f"q{n}"} for n in range(MOST_ITEMS)]
    document = {"id": "vast", "version": 1, "title": {"zh": "大", "en": "Vast"}, "items": items}
    store(small_site, Questionnaire.model_validate(document))

    page = small_desk.html(NEW, **{"from": "vast@1"})

    assert 'name="written"' in page
    assert "version: 2" in page


def test_who_only_looks_edits_nothing_and_forged_posts_are_refused(small_site, small_desk):
    viewer = at_desk(small_site, Role.VIEWER)

    assert viewer.get(NEW).status_code == 403
    assert viewer.get(f"{NEW}/text").status_code == 403
    assert viewer.post(NEW, do="add").status_code == 403
    assert small_desk.client.post(NEW, data={"do": "add"}).status_code == 400
    assert small_desk.get(NEW, **{"from": "none@1"}).status_code == 404
    assert stored(small_site) == 0


def test_every_field_of_every_kind_stands_on_the_page(small_desk):
    editor = filled(small_desk)
    editor.press("remove items.1")
    for number, (kind, model) in enumerate(KINDS.items(), 1):
        editor.press("add items", new_kind=kind)
        if number > 1:
            editor.press(f"add items.{number}.show_if")
        names = {field.alias or name for name, field in model.model_fields.items()}
        assert names == {part.name for part in parts_of(kind)} | ({"kind", *LISTS} & names)
        for name in names - {"sheet", "options", "only", "show_if"}:
            assert f'name="items.{number}.{name}"' in editor.html
            assert name in LABELS or (kind, name) in OWN_LABELS
        for name in {"only", "show_if", "options"} & names:
            assert f'id="items.{number}.{name}"' in editor.html
    assert {part.name for part in option_parts()} <= set(LABELS)
