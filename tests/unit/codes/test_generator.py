"""A code: 20 digits that notice a slip of the pen, and are found in whatever people paste."""

import re
from collections import Counter
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.codes.generator import DIGITS, address, digest, draw_codes, grouped, is_code, normalise
from survey.core.errors import Invalid

CODE = "31415926535897932383"
codes = st.integers(0, 10**19 - 1).map(lambda number: next(
    f"{number:019d}{check}" for check in range(10) if is_code(f"{number:019d}{check}")
))  # fmt: skip


def refusal(text):
    with pytest.raises(Invalid) as refused:
        normalise(text)
    (problem,) = refused.value.problems
    assert problem.where == "code"
    return problem.say()


# --- drawing ---


def test_a_hundred_thousand_codes_are_all_different_and_right():
    drawn = draw_codes(100_000)

    assert len(set(drawn)) == len(drawn) == 100_000
    assert all(len(code) == DIGITS for code in drawn)
    assert all(is_code(code) for code in drawn[:2_000])
    # Every digit comes about equally often at every place: 63 bits are really there.
    for place, digits in enumerate(zip(*drawn, strict=True)):
        counts = Counter(digits)
        assert len(counts) == 10, place
        assert all(9_000 < count < 11_000 for count in counts.values()), place


def test_two_draws_have_nothing_in_common():
    assert not set(draw_codes(1_000)) & set(draw_codes(1_000))


@pytest.mark.parametrize("n", [0, 1, 2])
def test_a_few_codes_are_drawn(n):
    assert len(draw_codes(n)) == n


# --- the check digit ---


@given(codes, st.integers(0, DIGITS - 1), st.integers(1, 9))
def test_every_single_wrong_digit_is_caught(code, place, shift):
    wrong = code[:place] + str((int(code[place]) + shift) % 10) + code[place + 1 :]

    assert not is_code(wrong)


@given(codes, st.integers(0, DIGITS - 2))
def test_every_swap_of_two_neighbours_is_caught(code, place):
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]

    assert is_code(swapped) == (swapped == code)


def test_exactly_one_check_digit_is_right():
    assert sum(is_code(CODE[:-1] + digit) for digit in "0123456789") == 1


@pytest.mark.parametrize("text", ["", "0", CODE[:-1], CODE + "0", CODE[:-1] + "x", "０" * 20, "²" * 20, " " * 20])
def test_what_is_not_twenty_digits_is_no_code(text):
    assert not is_code(text)


# --- what people type, paste and scan ---

FULL_WIDTH = str.maketrans("0123456789 -", "０１２３４５６７８９　－")
SPELLINGS = {
    "plain": CODE,
    "grouped": grouped(CODE),
    "hyphens": grouped(CODE).replace(" ", "-"),
    "en dashes": grouped(CODE).replace(" ", "–"),
    "minus signs": grouped(CODE).replace(" ", "\u2212"),
    "dots": grouped(CODE).replace(" ", "."),
    "full-width digits": CODE.translate(FULL_WIDTH),
    "full-width, grouped": grouped(CODE).translate(FULL_WIDTH),
    "full-width hyphens": grouped(CODE).replace(" ", "-").translate(FULL_WIDTH),
    "line ends": f"\r\n {grouped(CODE)}\t\n",
    "marks that telephones copy along": f"\u202d\u200b{grouped(CODE)}\u202c\ufeff",
    "no-break spaces": grouped(CODE).replace(" ", "\u00a0"),
    "address": f"https://ce.example.cn/t/{CODE}",
    "address as printed": f"HTTPS://CE.EXAMPLE.CN/T/{CODE}",
    "address from a chat": f"https://ce.example.cn/t/{CODE}?from=singlemessage&isappinstalled=0",
    "address with a path behind": f"http://127.0.0.1:8000/t/{CODE}/review",
    "address with a fragment": f"https://ce.example.cn/t/{CODE}#wechat_redirect",
    "address in a sentence": f"【测评】请打开 https://ce.example.cn/t/{CODE} ，谢谢12345",
    "path": f"/t/{CODE}",
}


@pytest.mark.parametrize("text", SPELLINGS.values(), ids=SPELLINGS)
def test_a_code_is_found(text):
    assert normalise(text) == CODE


REFUSALS = {
    "": "A code has 20 digits; this one has 0",
    "   ": "A code has 20 digits; this one has 0",
    CODE[:-1]: "A code has 20 digits; this one has 19",
    CODE + "7": "A code has 20 digits; this one has 21",
    grouped(CODE)[:9]: "A code has 20 digits; this one has 8",
    "1" * 10_000: "A code has 20 digits; this one has 500",
    CODE[:-1] + "l": "A code has digits only; please check it",
    "O" + CODE[1:]: "A code has digits only; please check it",
    "你好": "A code has digits only; please check it",
    "' OR 1=1 --": "A code has digits only; please check it",
    f"https://ce.example.cn/t/{CODE}1": "A code has digits only; please check it",
    CODE[:-1] + str((int(CODE[-1]) + 1) % 10): "One of the digits is wrong; please compare with the slip",
}


@pytest.mark.parametrize(("text", "told"), REFUSALS.items(), ids=range(len(REFUSALS)))
def test_what_is_wrong_is_told(text, told):
    assert refusal(text) == told


@given(st.text())
def test_no_text_whatever_breaks_the_reading(text):
    with suppress(Invalid):
        assert is_code(normalise(text))


# --- what is stored and printed ---


def test_a_digest_tells_nothing_without_the_key():
    assert len(digest(CODE, b"key")) == 32
    assert digest(CODE, b"key") == digest(CODE, b"key") != digest(CODE, b"other key")


def test_an_address_is_upper_case_and_leads_back():
    printed = address("https://ce.example.cn", CODE)

    assert printed == f"HTTPS://CE.EXAMPLE.CN/T/{CODE}"
    assert re.fullmatch(r"[0-9A-Z $%*+\-./:]+", printed), "no alphanumeric QR code can hold it"
    assert normalise(printed) == CODE


def test_a_code_is_printed_in_five_groups():
    assert [len(group) for group in grouped(CODE).split(" ")] == [4] * 5
