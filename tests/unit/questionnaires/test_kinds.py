"""Every kind of item: registered whole, read, stored, shown and counted by the same rules."""

import shutil
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Literal, get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.core.validation import Rule
from survey.questionnaires.kinds import KINDS, AnyItem
from survey.questionnaires.kinds.text import TextItem
from survey.questionnaires.words import Item
from tests.factories.questionnaires import fixture

TEMPLATES = Path(__file__).parents[3] / "templates" / "answer" / "kinds"
ITEMS = {item.kind: item for item in fixture("kinds").items}

# What a person can answer, by kind; the figures are those of tests/data/questionnaires/kinds.yaml.
ANSWERS = {
    "scale": st.integers(1, 5),
    "single": st.integers(1, 3),
    "multiple": st.sets(st.integers(1, 9), min_size=2, max_size=4).map(sorted).map(tuple),
    "statement": st.integers(1, 3),
    "number": st.decimals(-5, 50, places=1).map(lambda number: number + 0),
    "text": st.text(max_size=12).map(lambda text: ITEMS["text"].read([text[:12]])).filter(bool),
}
KIND = pytest.mark.parametrize("kind", KINDS)


def column(item, rows):
    return np.frombuffer(b"".join(rows), np.uint8).reshape(len(rows), item.width)


def encoded(item, answer):
    return bytes(item.width) if answer is None else item.encode(answer)


def counted_by_hand(item, answers):
    """Count answers one by one, from the words people would see."""
    counts = Counter({option.code: 0 for option in item.options})
    counts[""] = 0
    if item.kind == "text":
        counts["written"] = 0
    for answer in answers:
        match answer:
            case None:
                counts[""] += 1
            case int():
                counts[item.options[answer - 1].code] += 1
            case tuple():
                counts.update(item.options[number - 1].code for number in answer)
            case Decimal():
                counts[f"{answer:f}"] += 1
            case str():
                counts["written"] += 1
    return dict(counts)


def faults(kinds, templates=TEMPLATES):
    """Return what is missing of each kind, as a person would be told."""
    told = []
    union = {type_.model_fields["kind"].default: type_ for type_ in get_args(get_args(AnyItem)[0])}
    for name, type_ in kinds.items():
        if type_.model_fields["kind"].default != name:
            told.append(f"{name}: its model says kind {type_.model_fields['kind'].default}")
        if union.get(name) is not type_:
            told.append(f"{name}: no file can hold it, it is not in AnyItem")
        if not (templates / f"{name}.html").is_file():
            told.append(f"{name}: there is no template {name}.html")
    return told + [f"{path.stem}: a template without a kind" for path in templates.iterdir() if path.stem not in kinds]


def test_every_kind_has_a_model_a_place_in_files_and_a_template():
    assert faults(KINDS) == []
    assert set(ITEMS) == set(ANSWERS) == set(KINDS), "the tests below leave out a kind"


def test_a_planted_kind_without_template_is_seen():
    class StarsItem(TextItem):
        kind: Literal["stars"] = "stars"

    assert faults(KINDS | {"stars": StarsItem}) == [
        "stars: no file can hold it, it is not in AnyItem",
        "stars: there is no template stars.html",
    ]


def test_a_lost_template_is_seen(tmp_path):
    shutil.copytree(TEMPLATES, tmp_path / "kinds")
    (tmp_path / "kinds" / "number.html").unlink()

    assert faults(KINDS, tmp_path / "kinds") == ["number: there is no template number.html"]


def test_a_kind_that_forgets_a_verb_cannot_be_made():
    class Forgetful(Item):
        kind: Literal["forgetful"] = "forgetful"

    with pytest.raises(TypeError, match="decode"):
        Forgetful(id="x", zh="问", en="Q")


@KIND
@given(data=st.data())
def test_an_answer_comes_back_from_the_form_and_from_the_envelope(kind, data):
    item, answer = ITEMS[kind], data.draw(ANSWERS[kind])

    assert item.read(list(item.values(answer))) == answer
    stored = item.encode(answer)
    assert len(stored) == item.width
    assert any(stored)
    assert item.decode(stored) == answer
    assert item.shown(answer, "zh")
    assert item.shown(answer, "en")


@KIND
def test_zero_bytes_and_empty_fields_are_a_blank(kind):
    item = ITEMS[kind]

    assert item.decode(bytes(item.width)) is None
    assert item.read([]) is None
    assert item.read([""]) is None
    assert item.sane(column(item, [bytes(item.width)])).tolist() == [True]


@KIND
@given(data=st.data())
def test_the_tally_is_what_counting_one_by_one_gives(kind, data):
    item = ITEMS[kind]
    answers = data.draw(st.lists(st.none() | ANSWERS[kind], min_size=1, max_size=30))
    rows = column(item, [encoded(item, answer) for answer in answers])

    assert item.sane(rows).all()
    assert item.tally(rows) == counted_by_hand(item, answers)


@KIND
def test_no_ballot_at_all_is_counted_as_none(kind):
    assert sum(ITEMS[kind].tally(np.zeros((0, ITEMS[kind].width), np.uint8)).values()) == 0


@KIND
@given(data=st.data())
def test_bytes_are_sane_only_if_an_answer_gives_them(kind, data):
    item = ITEMS[kind]
    stored = data.draw(st.binary(min_size=item.width, max_size=item.width))
    try:
        answer = item.decode(stored)
    except ValueError:
        answer = "none"
    given_by_an_answer = answer != "none" and encoded(item, answer) == stored

    assert item.sane(column(item, [stored])).tolist() == [given_by_an_answer]


BAD_BYTES = {
    "an option too many": ("scale", b"\x06"),
    "the largest byte": ("statement", b"\xff"),
    "a bit beyond the options": ("multiple", b"\x03\x02"),
    "more options than allowed": ("multiple", b"\x1f\x00"),
    "fewer options than asked for": ("multiple", b"\x01\x00"),
    "a number beyond the greatest": ("number", (552).to_bytes(8, "big")),
    "the greatest integer": ("number", b"\xff" * 8),
    "no UTF-8": ("text", b"\xff".ljust(48, b"\0")),
    "half a character": ("text", "好".encode()[:2].ljust(48, b"\0")),
    "an overlong NUL": ("text", b"\xc0\x80".ljust(48, b"\0")),
    "a zero byte inside": ("text", b"a\0b".ljust(48, b"\0")),
    "a remark that is too long": ("text", b"a" * 13 + bytes(35)),
}


@pytest.mark.parametrize(("kind", "stored"), BAD_BYTES.values(), ids=BAD_BYTES)
def test_bad_bytes_are_not_sane(kind, stored):
    item = ITEMS[kind]

    assert item.sane(column(item, [stored, bytes(item.width)])).tolist() == [False, True]


@KIND
@given(data=st.data())
def test_what_is_sane_could_have_been_answered(kind, data):
    item = ITEMS[kind]
    stored = data.draw(st.binary(min_size=item.width, max_size=item.width))
    if kind != "text" and item.sane(column(item, [stored]))[0] and any(stored):
        answer = item.decode(stored)
        assert item.read(list(item.values(answer))) == answer


def refusal(kind, *values):
    with pytest.raises(Rule) as refused:
        ITEMS[kind].read(list(values))
    return refused.value.message % refused.value.figures


@pytest.mark.parametrize("value", ["6", "0", "-1", "1.0", "x", "１", "²", "1" * 5000, "00001", " 1", "1 OR 1=1"])
@pytest.mark.parametrize("kind", ["scale", "multiple"])
def test_an_option_that_is_not_in_the_question_is_refused(kind, value):
    if (kind, value) == ("multiple", "6"):
        value = "10"
    assert refusal(kind, value) == "this option does not exist; please choose again"


def test_two_values_for_a_single_choice_are_refused():
    assert refusal("scale", "1", "2") == "choose one option only; 2 were sent"
    assert refusal("statement", "1", "1") == "choose one option only; 2 were sent"


def test_too_many_and_too_few_choices_name_the_rule():
    assert refusal("multiple", "1", "2", "3", "4", "5") == "at most 4 may be chosen; 5 are"
    assert refusal("multiple", "3", "3") == "at least 2 must be chosen; 1 are"


NUMBERS = {
    "51": "please write a number from -5 to 50",
    "-5.1": "please write a number from -5 to 50",
    "9" * 30: "please write a number from -5 to 50",
    "NaN": "please write a number from -5 to 50",
    "Infinity": "please write a number from -5 to 50",
    "1e99999": "please write a number from -5 to 50",
    "1.25": "please write at most 1 digits after the point",
    "0.0000000000000000001": "please write at most 1 digits after the point",
    "three": "please write a number, in digits",
    "1,5": "please write a number, in digits",
    "30%": "please write a number, in digits",
    "一": "please write a number, in digits",
}


@pytest.mark.parametrize(("written", "told"), NUMBERS.items())
def test_a_number_that_is_none_or_outside_its_limits_is_refused(written, told):
    assert refusal("number", written) == told


@pytest.mark.parametrize(("written", "number"), [("７．５", "7.5"), (" 7 ", "7.0"), ("-0", "0.0"), ("+3", "3.0")])
def test_a_number_is_taken_as_people_write_it(written, number):
    answer = ITEMS["number"].read([written])

    assert ITEMS["number"].shown(answer, "zh") == number
    assert ITEMS["number"].values(answer) == (number,)
