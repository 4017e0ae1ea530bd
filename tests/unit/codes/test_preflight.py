"""What was printed is drawn and read back; a page that is wrong in any way is seen, and nothing names a code."""

import random
from dataclasses import replace
from io import BytesIO

import pytest
from reportlab.pdfgen.canvas import Canvas

from survey.codes import fonts
from survey.codes.layouts import LAYOUTS
from survey.codes.preflight import MOST, Sheets, check_print, sample
from survey.codes.sheets import Heading, Slip, write_sheets
from survey.core.errors import Refused

PREFIX = "HTTPS://MS.GANSU.GOV.CN/T/"
HEADING = Heading(
    title="2026年度群众满意度调查",
    organiser="龑䶮市(𬭎𫖮㛃)",
    closes="2026-12-31 18:00",
    note="此码限用一次。",
    address="https://ms.gansu.gov.cn",
    label_code="票码",
    label_closes="截止",
    label_address="或打开",
    watermark="试填 TEST",
)


def some_codes(count, seed=1):
    choose = random.Random(seed)  # noqa: S311 - codes made up for the test
    return [f"{choose.randrange(10**20):020d}" for _ in range(count)]


def printed(folder, codes, layout="24", heading=HEADING, name="slips.pdf"):
    """Print codes, and return the file with what its pages must hold."""
    place = folder / name
    write_sheets([Slip(code, PREFIX + code) for code in codes], heading, place, layout=layout)
    per_page = LAYOUTS[layout].per_page
    pages = [[PREFIX + code for code in codes[i : i + per_page]] for i in range(0, len(codes), per_page)]
    return Sheets(place, len(pages), pages.__getitem__), pages


@pytest.mark.parametrize(
    ("pages", "looked_at"), [(1, 1), (2, 1), (149, 1), (151, 2), (700, 7), (1000, 10), (41_667, 10)]
)
def test_about_one_page_of_a_hundred_is_looked_at(pages, looked_at):
    chosen = sample(pages)
    assert len(chosen) == len(set(chosen)) == looked_at <= MOST
    assert chosen == sorted(chosen)
    assert set(chosen) <= set(range(pages))


def test_any_page_may_be_the_one():
    assert {page for seed in range(200) for page in sample(5, random.Random(seed))} == set(range(5))  # noqa: S311


@pytest.mark.parametrize("layout", ["24", "10", "1"])
def test_good_slips_pass_with_their_figures(tmp_path, layout):
    sheets, pages = printed(tmp_path, some_codes(int(layout) + 1), layout)
    # Given every page is looked at once
    found = [check_print([replace(sheets)], words="票码", choose=random.Random(seed)) for seed in range(8)]  # noqa: S311
    assert {one.pages for one in found} == {2}
    assert {one.sampled for one in found} == {1}
    assert {one.read for one in found} == {len(page) for page in pages}
    assert all(one.signs >= len(set(HEADING.title + HEADING.organiser)) for one in found)
    assert found[0].document().keys() == {"pages", "sampled", "read", "signs"}


def refused(sheets, **options):
    with pytest.raises(Refused) as caught:
        check_print([sheets], **options)
    return caught.value


def test_a_slip_with_another_address_is_seen_and_no_code_is_named(tmp_path):
    codes = some_codes(24)
    sheets, [page] = printed(tmp_path, codes)
    error = refused(replace(sheets, addresses=lambda _number: [*page[:-1], PREFIX + "1" * 20]))
    assert (error.figures["right"], error.figures["expected"], error.figures["found"]) == (23, 24, 24)
    assert not [code for code in [*codes, "1" * 20] if code in str(error)]


@pytest.mark.parametrize("expected", [5, 7])
def test_a_slip_too_many_or_too_few_is_seen(tmp_path, expected):
    sheets, [page] = printed(tmp_path, some_codes(6), "10")
    given = [*page, PREFIX + "2" * 20][:expected]
    assert refused(replace(sheets, addresses=lambda _number: given)).figures["found"] == 6


def test_a_page_too_few_is_seen(tmp_path):
    sheets, pages = printed(tmp_path, some_codes(25))
    error = refused(replace(sheets, pages=3))
    assert (error.figures["found"], error.figures["expected"]) == (2, 3)
    assert len(pages) == 2


def test_a_font_that_is_not_in_the_file_is_seen(tmp_path):
    place = tmp_path / "foreign.pdf"
    canvas = Canvas(str(place))
    canvas.setFont("Helvetica", 12)
    canvas.drawString(100, 100, "Until")
    canvas.save()
    error = refused(Sheets(place, 1, lambda _number: []))
    assert "U (U+0055)" in error.figures["characters"]


def test_a_word_that_does_not_stand_on_the_page_is_named_by_its_signs(tmp_path):
    # Given a page with two signs
    name = fonts.register()
    out = BytesIO()
    canvas = Canvas(out, initialFontName=name, pageCompression=0)
    canvas.setFont(name, 12)
    canvas.drawString(100, 100, "票码 ")
    canvas.save()
    place = tmp_path / "slips.pdf"
    place.write_bytes(out.getvalue())
    assert check_print([Sheets(place, 1, lambda _number: [])], words="票码").signs == 2
    # When a word is asked for that does not stand there
    error = refused(Sheets(place, 1, lambda _number: []), words="票码截")
    # Then it is named
    assert error.figures["characters"] == "截 (U+622A)"


def test_nothing_printed_is_nothing_to_give_out():
    with pytest.raises(Refused):
        check_print([])
