"""Remarks: what nobody sees is dropped, what is too long is refused with both figures, nothing is cut."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.core.validation import Rule
from survey.questionnaires.kinds.text import TextItem, clean_text

REMARK = TextItem(id="remark", zh="建议", en="Advice", max_length=1000)

CLEANED = {
    "NUL": ("a\0b", "ab"),
    "lone surrogate": ("a\ud800b", "ab"),
    "right-to-left override": ("a\u202eb", "ab"),
    "right-to-left isolate": ("a\u2067b\u2069", "ab"),
    "zero-width space": ("a\u200bb", "ab"),
    "byte order mark": ("\ufeffab", "ab"),
    "escape sequence": ("a\x1b[31mb", "a[31mb"),
    "private use": ("a\ue000b", "ab"),
    "not a character": ("a\uffffb", "ab"),
    "Windows line ends": ("a\r\nb\rc", "a\nb\nc"),
    "tab": ("a\tb", "a b"),
    "spaces around": ("  a b \n", "a b"),
    "ideographic space around": ("\u3000好\u3000", "好"),
    "decomposed": ("e\u0301", "é"),
    "decomposed around what nobody sees": ("e\u200b\u0301", "é"),
    "an emoji of several": ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"),
    "Persian": ("می\u200cخواهم", "می\u200cخواهم"),
    "markup stays as it is": ("<script>{{7*7}}${7*7}=1+1", "<script>{{7*7}}${7*7}=1+1"),
}


@pytest.mark.parametrize(("written", "kept"), CLEANED.values(), ids=CLEANED)
def test_a_remark_is_normalised(written, kept):
    assert REMARK.read([written]) == kept


@pytest.mark.parametrize("written", ["", " ", "\r\n", "\u3000", "\u200b", "\u200d", "\ufeff\u202e\0", "\ud800"])
def test_a_remark_that_nobody_could_see_is_a_blank(written):
    assert REMARK.read([written]) is None


@given(st.text(alphabet=st.characters(codec=None)))
def test_cleaning_twice_changes_nothing_more(text):
    once = clean_text(text)

    assert clean_text(once) == once
    assert unicodedata.is_normalized("NFC", once)
    once.encode()


def test_a_remark_of_the_greatest_length_fits_in_the_widest_characters():
    longest = "𠮷" * 1000

    assert REMARK.read([longest]) == longest
    assert REMARK.decode(REMARK.encode(longest)) == longest
    assert len(REMARK.encode(longest)) == REMARK.width


def test_a_remark_over_the_limit_is_refused_with_limit_and_count_never_cut():
    with pytest.raises(Rule) as refused:
        REMARK.read(["好" * 1001])

    assert refused.value.message % refused.value.figures == "this text has 1001 characters; at most 1000 fit"


def test_what_is_dropped_does_not_count_towards_the_limit():
    assert REMARK.read(["\u200b" * 500 + "好" * 1000]) == "好" * 1000
