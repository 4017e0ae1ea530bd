"""Slips of several classes in one file: each class has its own words and begins a page."""

from dataclasses import replace
from io import BytesIO

import pypdfium2

from survey.codes.sheets import Slip, write_boxes
from tests.unit.codes.test_slip_words import ENGLISH, PREFIX


def slips(n, first):
    return [Slip(f"{number:020d}", f"{PREFIX}{number:020d}") for number in range(first, first + n)]


def test_each_class_begins_a_page_with_its_words():
    # Given eleven slips of one class and two of another
    one, other = (replace(ENGLISH, ballot_class=f"Ballot {code}") for code in "AB")
    # When they are printed ten on a page
    out = BytesIO()
    write_boxes([(one, slips(11, 0)), (other, slips(2, 11))], out, layout="10")
    # Then the second class stands on a page of its own
    with pypdfium2.PdfDocument(out.getvalue()) as document:
        texts = [page.get_textpage().get_text_range() for page in document]
    assert [(text.count("Ballot A"), text.count("Ballot B")) for text in texts] == [(10, 0), (1, 0), (0, 2)]
