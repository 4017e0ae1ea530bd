"""A fault in questionnaire.yaml names file, line, field, what is wrong, and what is allowed."""

import pytest

from survey.core.errors import Invalid
from survey.questionnaires.schema import read_questionnaire
from tests.factories.sentences import lines

RIGHT = """id: q
version: 1
title: {zh: 题, en: Title}
scales:
  two:
    - {code: good, zh: 好, en: Good, points: 100}
    - {code: bad, zh: 差, en: Bad, points: 0}
items:
  - {id: first, kind: scale, scale: two, zh: 问, en: Question}
"""
AN_OPTION = "{code: a, zh: 甲, en: A}"
NAME = "is no name; allowed: small letters, digits, - and _, a letter first, at most 40 characters"
NO_FIELD = "there is no such field here; allowed:"
OF_ITEM = "id, zh, en, weight, per, only, sheet, overall, required, show_if, kind"
FIELDS = "id, version, title, intro, sheets, scales, items"
KINDS = "scale, single, multiple, statement, number, text"


def item(fields):
    return f"{RIGHT}  - {{{fields}, zh: 问, en: Question}}\n"


def other(old, new):
    assert old in RIGHT
    return RIGHT.replace(old, new, 1)


FAULTS = {
    # fields
    "unknown field": (other("version: 1", "version: 1\nfoo: 2"), f"3 foo: {NO_FIELD} {FIELDS}"),
    "misspelt field of an item": (
        item("id: second, kind: text, max_lenght: 3"),
        f"10 items.2.max_lenght: {NO_FIELD} {OF_ITEM}, min_length, max_length",
    ),
    "steps given by hand": (
        item("id: second, kind: scale, scale: two, steps: []"),
        f"10 items.2.steps: {NO_FIELD} {OF_ITEM}, scale",
    ),
    "missing field": (other("title: {zh: 题, en: Title}\n", ""), "1 title: this field is missing"),
    "missing English": (other(", en: Good", ""), "6 scales.two.1.en: this field is missing"),
    "missing words of a scale item": (
        f"{RIGHT}  - {{id: b, kind: scale, scale: two, en: Q}}\n",
        "10 items.2.zh: this field is missing",
    ),
    "missing options": (item("id: b, kind: single"), "10 items.2.options: this field is missing"),
    "missing scale": (item("id: b, kind: scale"), "10 items.2.scale: this field is missing"),
    "empty field": (
        f"{RIGHT}intro:\n  zh:\n  en: Hello\n",
        "11 intro.zh: this field is empty; write a value, or leave the field out",
    ),
    "merged field": (f"{RIGHT}<<: {{a: b}}\n", f"10 <<: {NO_FIELD} {FIELDS}"),
    # types
    "text for a version": (other("version: 1", "version: one"), "2 version: 'one' is not a whole number"),
    "half a version": (other("version: 1", "version: 1.5"), "2 version: 1.5 is not a whole number"),
    "true for a version": (other("version: 1", "version: true"), "2 version: true is not a whole number"),
    "version 0": (other("version: 1", "version: 0"), "2 version: 0 is too small; the least is 1"),
    "version 10000": (other("version: 1", "version: 10000"), "2 version: 10000 is too large; the most is 9999"),
    "5,000 digits": (other("version: 1", "version: " + "1" * 5000), f"2 version: '{'1' * 59}… is not a whole number"),
    "a number for an id": (other("id: q", "id: 7"), "1 id: 7 is not a text; put it in quotes"),
    "a number for words": (other("zh: 题", "zh: 2026"), "3 title.zh: 2026 is not a text; put it in quotes"),
    "a text for fields": (other("{zh: 题, en: Title}", "题"), "3 title: a list of named fields is needed here"),
    "a text for an item": (f"{RIGHT}  - hello\n", "10 items.2: a list of named fields is needed here"),
    "fields for a list": (RIGHT.replace("  - {id", "  a: {id"), "8 items: a list is needed here"),
    "a list for everything": ("- a\n", "1: a list of named fields is needed here"),
    "a word for everything": ("hello", "1: a list of named fields is needed here"),
    "maybe": (item("id: b, kind: text, required: maybe"), "10 items.2.required: 'maybe' is neither true nor false"),
    # words
    "no words": (other("zh: 题", 'zh: " "'), "3 title.zh: this text is empty or too short"),
    "too many words": (other("zh: 题", "zh: " + "题" * 501), "3 title.zh: this text is longer than 500 characters"),
    "a bad id": (other("id: q", "id: 2026 Survey"), f"1 id: '2026 Survey' {NAME}"),
    "a line end in an id": (other("id: q", r'id: "q\n"'), rf"1 id: 'q\n' {NAME}"),
    "a bad name of a scale": (other("two:", "Two Steps:"), f"5 scales.Two Steps: 'Two Steps' {NAME}"),
    "a percent sign": (other("id: q", 'id: "%(x)s"'), f"1 id: '%(x)s' {NAME}"),
    "a percent sign in a field": (f'{RIGHT}"%(x)s": 1\n', f"10 %(x)s: {NO_FIELD} {FIELDS}"),
    # numbers
    "NaN": (item("id: b, kind: text, weight: .nan"), "10 items.2.weight: '.nan' is not a number"),
    "quoted NaN": (item('id: b, kind: text, weight: "NaN"'), "10 items.2.weight: 'NaN' is not a finite number"),
    "infinity": (item("id: b, kind: text, weight: .inf"), "10 items.2.weight: '.inf' is not a number"),
    "30%": (item("id: b, kind: text, weight: 30%"), "10 items.2.weight: '30%' is not a number"),
    "negative weight": (item("id: b, kind: text, weight: -1"), "10 items.2.weight: -1 is too small; the least is 0"),
    "true for a weight": (item("id: b, kind: text, weight: true"), "10 items.2.weight: true is not a number"),
    "an endless weight": (
        item("id: b, kind: text, weight: 0.33333"),
        "10 items.2.weight: 0.33333 has more than 4 digits after the point",
    ),
    "a huge weight": (
        item("id: b, kind: text, weight: 1e99999999"),
        "10 items.2.weight: 1E+99999999 has more than 8 digits",
    ),
    "points in words": (other("points: 0", "points: many"), "7 scales.two.2.points: 'many' is not a number"),
    # options, scales, kinds
    "bad kind": (item("id: b, kind: stars"), f"10 items.2.kind: 'stars' is not allowed; allowed: {KINDS}"),
    "no kind": (item("id: b"), f"10 items.2.kind: this field is missing; allowed: {KINDS}"),
    "bad per": (
        item("id: b, kind: text, per: unit"),
        "10 items.2.per: 'unit' is not allowed; allowed: ballot, subject",
    ),
    "duplicate item": (item("id: first, kind: text"), "10 items.2.id: the item first stands here twice"),
    "duplicate step": (other("code: bad", "code: good"), "7 scales.two.2.code: the option good stands here twice"),
    "duplicate option": (
        item(f"id: b, kind: single, options: [{AN_OPTION}, {AN_OPTION}]"),
        "10 items.2.options.2.code: the option a stands here twice",
    ),
    "duplicate field": (f"{RIGHT}id: again\n", "10: the field id stands here twice"),
    "one option": (
        item(f"id: b, kind: single, options: [{AN_OPTION}]"),
        "10 items.2.options: too few entries; the least is 2",
    ),
    "no items": (f"{RIGHT.partition('items')[0]}items: []\n", "8 items: too few entries; the least is 1"),
    "unknown scale": (item("id: b, kind: scale, scale: ten"), "10 items.2.scale: there is no scale ten; known: two"),
    "satisfied but not counted": (
        other("points: 0", "satisfied: true, counted: false"),
        "7 scales.two.2.satisfied: the option bad counts as satisfied, so it must be counted",
    ),
    # limits
    "limits that cross": (
        item("id: b, kind: number, minimum: 5, maximum: 1"),
        "10 items.2.maximum: the least number 5 is not below the greatest 1",
    ),
    "a limit finer than the answer": (
        item("id: b, kind: number, minimum: 0.5, maximum: 9"),
        "10 items.2.minimum: 0.5 has more digits after the point than places allows (0)",
    ),
    "a limit of no size": (
        item("id: b, kind: number, minimum: 1e-99999999, maximum: 9"),
        "10 items.2.minimum: 1E-99999999 has more than 4 digits after the point",
    ),
    "more choices than options": (
        item(f"id: b, kind: multiple, at_most: 3, options: [{AN_OPTION}, {AN_OPTION.replace('a', 'b', 1)}]"),
        "10 items.2.at_most: the limits 0 to 3 do not fit 2 options",
    ),
    "a remark too long": (
        item("id: b, kind: text, max_length: 9999"),
        "10 items.2.max_length: 9999 is too large; the most is 1000",
    ),
    # show_if
    "show_if of an unknown item": (
        item("id: b, kind: text, show_if: {z: [a]}"),
        "10 items.2.show_if.z: show_if names z, which is no earlier item",
    ),
    "show_if of itself": (
        item("id: b, kind: text, show_if: {b: [a]}"),
        "10 items.2.show_if.b: show_if names b, which is no earlier item",
    ),
    "show_if of a later item": (
        item("id: b, kind: scale, scale: two").replace("zh: 问", "show_if: {b: [good]}, zh: 问", 1),
        "9 items.1.show_if.b: show_if names b, which is no earlier item",
    ),
    "show_if of an unknown option": (
        item("id: b, kind: text, show_if: {first: [good, ten]}"),
        "10 items.2.show_if.first: show_if names the option ten; first has: good, bad",
    ),
    "show_if of a remark": (
        f"{item('id: b, kind: text')}  - {{id: c, kind: text, show_if: {{b: [x]}}, zh: 问, en: Q}}\n",
        "11 items.3.show_if.b: show_if names the option x; b has: -",
    ),
    "show_if of no option": (
        item("id: b, kind: text, show_if: {first: []}"),
        "10 items.2.show_if.first: too few entries; the least is 1",
    ),
    "show_if of one subject for the whole ballot": (
        item("id: b, kind: text, show_if: {first: [bad]}").replace("scale: two,", "scale: two, per: subject,"),
        "10 items.2.show_if.first: show_if names first, which is asked per subject; so must this item be",
    ),
    "show_if as a word": (
        item("id: b, kind: text, show_if: {first: bad}"),
        "10 items.2.show_if.first: a list is needed here",
    ),
}


def faults_of(tmp_path, written):
    file = tmp_path / "q.yaml"
    file.write_text(written)
    with pytest.raises(Invalid) as refused:
        read_questionnaire(file)
    return lines(refused.value)


@pytest.mark.parametrize(("written", "told"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_named(tmp_path, written, told):
    assert faults_of(tmp_path, written) == [f"q.yaml:{told}"]


def test_the_pattern_itself_is_right(tmp_path):
    (tmp_path / "q.yaml").write_text(RIGHT)

    assert read_questionnaire(tmp_path / "q.yaml").reference == "q@1"


def test_every_fault_of_a_file_is_told_at_once(tmp_path):
    written = (
        RIGHT.replace("version: 1", "version: 0").replace("points: 0", "points: x").replace("scale: two", "scale: 2")
    )

    assert faults_of(tmp_path, written) == [
        "q.yaml:2 version: 0 is too small; the least is 1",
        "q.yaml:7 scales.two.2.points: 'x' is not a number",
        "q.yaml:9 items.1.scale: 2 is not a text; put it in quotes",
    ]


def test_every_fault_between_items_is_told_at_once(tmp_path):
    # An item without its scale is not asked, too, which options it has.
    written = item("id: first, kind: scale, scale: ten, sheet: 2").replace("code: bad", "code: good")
    written += "  - {id: c, kind: text, show_if: {first: [ten], z: [a]}, zh: 问, en: Q}\n"
    written += "  - {id: d, kind: scale, scale: six, zh: 问, en: Q}\n"
    written += "  - {id: e, kind: text, show_if: {d: [a]}, zh: 问, en: Q}\n"

    assert faults_of(tmp_path, written) == [
        "q.yaml:7 scales.two.2.code: the option good stands here twice",
        "q.yaml:10 items.2.id: the item first stands here twice",
        "q.yaml:10 items.2.scale: there is no scale ten; known: two",
        "q.yaml:11 items.3.show_if.first: show_if names the option ten; first has: good, good",
        "q.yaml:11 items.3.show_if.z: show_if names z, which is no earlier item",
        "q.yaml:12 items.4.scale: there is no scale six; known: two",
        "q.yaml:10 items.2.sheet: there is no sheet 2",
    ]


def test_yes_and_no_are_words(tmp_path):
    # Given option codes that YAML 1.1 would take for true and false
    options = "options: [{code: yes, zh: 是, en: Yes}, {code: no, zh: 否, en: No}, {code: on, zh: 开, en: Off}]"
    (tmp_path / "q.yaml").write_text(item(f"id: b, kind: single, {options}"))
    # When the file is read, Then they are still words
    choices = read_questionnaire(tmp_path / "q.yaml").items[1].options
    assert [(option.code, option.en) for option in choices] == [("yes", "Yes"), ("no", "No"), ("on", "Off")]
