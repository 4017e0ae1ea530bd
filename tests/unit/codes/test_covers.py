"""A cover sheet says what the stack is, has lines to sign on, and neither a code nor a slip's number."""

import re
from io import BytesIO

import pypdfium2
import pytest

from survey.codes.cover import Cover, write_covers
from survey.codes.words import make_covers
from survey.core.errors import Refused
from survey.rounds.definition import read_definition
from tests.factories.rounds import write_round


@pytest.fixture
def definition(tmp_path):
    return read_definition(write_round(tmp_path, organiser={"zh": "甘肃省考核办(𬭎)", "en": "Assessment office"}))


def printed(covers):
    out = BytesIO()
    write_covers(covers, out)
    return out.getvalue()


def pages(pdf):
    with pypdfium2.PdfDocument(pdf) as document:
        return [" ".join(page.get_textpage().get_text_bounded().split()) for page in document]


def test_every_stack_has_its_page_with_all_that_is_handed_over(definition):
    stacks = [(f"slips-620102-A-{number:03d}.pdf", slips, 41) for number, slips in ((1, 984), (2, 984), (3, 32))]
    covers = make_covers(definition, "en", stacks, group="城关区 (620102)", ballot_class="Ballot A (leaders)")

    texts = pages(printed(covers))

    assert [text[: text.index("slips") + 5] for text in texts] == [
        "Stack 1 of 3, 984 slips",
        "Stack 2 of 3, 984 slips",
        "Stack 3 of 3, 32 slips",
    ]
    for text, (file, _slips, sheets) in zip(texts, stacks, strict=True):
        for words in ("Assessment office", "Spring survey (spring)", "城关区 (620102)", "Ballot A (leaders)", file):
            assert words in text
        assert str(sheets) in text
        assert "Handed over" in text
        assert "Received" in text
        assert not re.search(r"\d{4} \d{4}|\d{12}", text)


def test_equal_covers_are_equal_bytes(definition):
    covers = make_covers(definition, "zh", [("slips.pdf", 24, 1)], group="城关区", ballot_class="citizen")
    assert printed(covers) == printed(covers)
    assert "甘肃省考核办(𬭎)" in pages(printed(covers))[0]


def test_long_words_shrink_and_what_has_no_room_or_sign_is_refused(definition):
    long = "兰州市七里河区西津西路街道办事处社区居民委员会" * 3
    assert long[:20] in "".join(
        pages(printed(make_covers(definition, "zh", [("a.pdf", 1, 1)], group=long, ballot_class="A")))
    ).replace(" ", "")
    for group in (long * 9, "\U0003134a"):
        with pytest.raises(Refused):
            printed(make_covers(definition, "zh", [("a.pdf", 1, 1)], group=group, ballot_class="A"))


def test_no_stack_is_no_cover():
    with pytest.raises(Refused):
        write_covers([], BytesIO())
    assert Cover("", (), (), (), ()).facts == ()
