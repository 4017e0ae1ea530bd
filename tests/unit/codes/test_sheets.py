"""Sheets are read back as a phone and a person would read them: decoded from pixels, and as text."""

import itertools
import random
import re
from dataclasses import replace
from io import BytesIO

import pypdfium2
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdfium2 import raw

from survey.codes import fonts, sheets
from survey.codes.layouts import LAYOUTS
from survey.codes.sheets import Heading, Slip, write_sheet_files, write_sheets
from survey.core.errors import Refused

PREFIX = "HTTPS://MS.GANSU.GOV.CN/T/"
MILLIMETRE = 72 / 25.4

HEADING = Heading(
    title="2026年度甘肃省群众安全感和满意度调查",
    organiser="龑䶮市政法委员会(𬭎𫖮㛃)",
    closes="2026年12月31日 18:00",
    note="扫码后请核对网址以 ms.gansu.gov.cn 开头。",
    address="ms.gansu.gov.cn",
    label_code="票码",
    label_closes="截止",
    label_address="或打开",
    instructions=("1. 用手机相机扫描二维码。", "2. 票码只能使用一次。"),
    scale_note="此线长 50 毫米",
)
LONG = replace(
    HEADING,
    title="二〇二六年度甘肃省兰州市七里河区党风廉政建设社会评价暨群众安全感满意度综合民意调查",
    organiser="甘肃省精神文明建设指导委员会办公室、国家统计局甘肃调查总队",
)
ENGLISH = replace(
    HEADING,
    title="Public satisfaction with safety and services in the Province of Gansu",
    organiser="Gansu Provincial Commission for Political and Legal Affairs",
    closes="31 December 2026, 18:00",
)


def some_slips(count, prefix=PREFIX, seed=1):
    choose = random.Random(seed)  # noqa: S311 - codes made up for the test
    codes = [f"{choose.randrange(10**20):020d}" for _ in range(count)]
    return [Slip(code, prefix + code) for code in codes]


def printed(slips, heading=HEADING, layout="24"):
    out = BytesIO()
    report = write_sheets(slips, heading, out, layout=layout)
    return out.getvalue(), report


def texts_of(pdf):
    with pypdfium2.PdfDocument(pdf) as document:
        return [page.get_textpage().get_text_bounded() for page in document]


def decoded(pdf, dpi=150):
    """Return the addresses on every page from top to bottom, left to right."""
    pages = []
    with pypdfium2.PdfDocument(pdf) as document:
        for page in document:
            image = page.render(scale=dpi / 72).to_numpy()
            found = zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormat.QRCode)
            places = [(round(code.position.top_left.y / dpi), code.position.top_left.x, code.text) for code in found]
            pages.append([text for _, _, text in sorted(places)])
    return pages


def grouped(code):
    return [code[start : start + 4] for start in range(0, 20, 4)]


@pytest.mark.parametrize(("layout", "count", "pages"), [("24", 48, 2), ("10", 20, 2), ("1", 2, 2)])
@pytest.mark.parametrize("prefix", [PREFIX, "HTTP://127.0.0.1:8000/T/", "HTTPS://" + "MINYI." * 9 + "GOV.CN/T/"])
def test_every_qr_code_is_read_and_in_the_order_given(layout, count, pages, prefix):
    slips = some_slips(count, prefix)

    pdf, report = printed(slips, layout=layout)

    per_page = count // pages
    assert (report.pages, report.slips) == (pages, count)
    assert decoded(pdf) == [
        [slip.url for slip in slips[start : start + per_page]] for start in range(0, count, per_page)
    ]


def test_a_last_page_may_be_part_full():
    slips = some_slips(25)

    pdf, report = printed(slips)

    assert report.pages == 2
    assert [len(page) for page in decoded(pdf)] == [24, 1]


@pytest.mark.parametrize("layout", ["24", "10", "1"])
def test_text_is_found_with_rare_characters_and_the_code_in_fours(layout):
    slips = some_slips(2)

    pdf, _ = printed(slips, layout=layout)

    text = "".join(texts_of(pdf))
    joined = re.sub(r"\s", "", text)
    for words in (HEADING.title, HEADING.organiser, HEADING.label_code, "或打开ms.gansu.gov.cn", HEADING.note):
        assert re.sub(r"\s", "", words) in joined
    for slip in slips:
        assert re.search(r"\s+".join(grouped(slip.code)), text)


def test_fonts_are_embedded():
    pdf, _ = printed(some_slips(1))

    assert pdf.count(b"/FontFile2") == pdf.count(b"/BaseFont /") == pdf.count(b"+NotoSansSC-Regular /FirstChar") > 0


@pytest.mark.parametrize("layout", ["24", "10", "1"])
@pytest.mark.parametrize("heading", [HEADING, LONG, ENGLISH], ids=["usual", "long", "english"])
def test_every_sign_is_inside_its_slip_and_off_the_quiet_zone(layout, heading):
    form = LAYOUTS[layout]
    pdf, _ = printed(some_slips(form.per_page), heading, layout)
    module = form.qr / 29
    zone = (
        form.qr_x - 4 * module,
        form.qr_y - 4 * module,
        form.qr_x + form.qr + 4 * module,
        form.qr_y + form.qr + 4 * module,
    )

    assert min(zone) >= 0
    with pypdfium2.PdfDocument(pdf) as document:
        signs = list(places_of_signs(document[0], form))
    assert len(signs) > form.per_page * 50
    for left, top, right, bottom in signs:
        assert left >= 3
        assert right <= form.width - 3
        assert top >= 3
        assert bottom <= form.height - 2.7  # a comma's tail may hang a little lower than the line
        assert left >= zone[2] or right <= zone[0] or top >= zone[3] or bottom <= zone[1]


def places_of_signs(page, form):
    """Yield left, top, right, bottom of every printed sign, in millimetres within its slip."""
    text = page.get_textpage()
    for index in range(text.count_chars()):
        if not chr(raw.FPDFText_GetUnicode(text, index)).strip() or raw.FPDFText_IsGenerated(text, index):
            continue
        left, bottom, right, top = (edge / MILLIMETRE for edge in text.get_charbox(index))
        column = int((left + right) / 2 // form.width)
        row = int((297 - (top + bottom) / 2 - form.margin) // form.height)
        down = form.margin + row * form.height
        yield left - column * form.width, 297 - top - down, right - column * form.width, 297 - bottom - down


def test_words_that_cannot_be_made_to_fit_are_refused():
    with pytest.raises(Refused, match="no room on the slip") as refusal:
        printed(some_slips(1), replace(HEADING, title="民意调查" * 40))

    assert "民意调查" in refusal.value.say()


@pytest.mark.parametrize("words", [{"address": "a" * 90 + ".gov.cn"}, {"title": "A" * 90}])
def test_a_word_wider_than_the_slip_is_refused(words):
    with pytest.raises(Refused, match="no room"):
        printed(some_slips(1), replace(HEADING, **words))


@settings(deadline=None)
@given(st.text("群众,。、》)(《“”aB1.", min_size=1, max_size=40), st.integers(200, 400))
def test_lines_lose_nothing_and_keep_signs_with_what_they_close_or_open(words, width):
    fonts.register()

    (setting,) = fonts.fit([(words, 10)], width, 1000, gap=0.4)

    assert "".join(setting.lines) == words
    for before, line in itertools.pairwise(setting.lines):
        assert line[0] not in ",。、》)”."
        assert before[-1] not in "(《“"


def test_missing_characters_are_named_and_nothing_is_written(tmp_path):
    out = tmp_path / "sheets.pdf"

    with pytest.raises(Refused, match=r"\(U\+E000\), .* \(U\+E0100\)"):
        write_sheets(some_slips(1), replace(HEADING, organiser="\ue000市\ue000", note="\U000e0100"), out)

    assert not out.exists()


def test_missing_glyphs_are_told_once_each_in_their_order():
    assert fonts.missing_glyphs("龑䶮𬭎𫖮㛃, ABC 123。") == ()
    assert fonts.missing_glyphs("一\ue001二\ue000三\ue001") == ("\ue001", "\ue000")


def test_a_missing_font_says_how_to_get_it(tmp_path):
    with pytest.raises(Refused, match="make fonts"):
        write_sheets(some_slips(1), HEADING, BytesIO(), font=tmp_path / "none.ttf")


def test_a_file_that_is_no_font_is_refused(tmp_path):
    other = tmp_path / "other.ttf"
    other.write_bytes(b"no font at all")

    with pytest.raises(Refused, match="not a TrueType font"):
        fonts.register(other)


@pytest.mark.parametrize("layout", ["24", "10", "1"])
def test_equal_input_gives_equal_bytes(layout, tmp_path):
    slips = some_slips(30)
    first, second = tmp_path / "first.pdf", tmp_path / "second.pdf"

    write_sheets(slips, HEADING, first, layout=layout)
    write_sheets(iter(slips), HEADING, second, layout=layout)

    assert first.read_bytes() == second.read_bytes() == printed(slips, layout=layout)[0]


def test_metadata_names_no_time_no_machine_and_no_tool(tmp_path):
    out = tmp_path / "sheets.pdf"
    write_sheets(some_slips(1), HEADING, out)

    with pypdfium2.PdfDocument(out) as document:
        known = document.get_metadata_dict(skip_empty=True)

    # reportlab always writes dates; they are the same two in every file.
    epoch = "D:20000101000000+00'00'"
    assert known == {
        "Title": HEADING.title,
        "Author": HEADING.organiser,
        "Creator": "Minsheng",
        "Producer": "Minsheng",
        "CreationDate": epoch,
        "ModDate": epoch,
    }
    assert str(tmp_path).encode() not in out.read_bytes()


@pytest.mark.parametrize("layout", ["24", "10", "1"])
def test_slips_differ_in_nothing_but_the_code(layout):
    """No running number, no mark of page or place: what is left of every slip is one and the same."""
    form = LAYOUTS[layout]
    slips = some_slips(form.per_page * 3)
    pdf, _ = printed(slips, layout=layout)

    rests = set()
    with pypdfium2.PdfDocument(pdf) as document:
        for number, page in enumerate(document):
            text = page.get_textpage()
            for place in range(form.per_page):
                row, column = divmod(place, form.columns)
                top = 297 - form.margin - row * form.height
                left = column * form.width
                area = (left, top - form.height, left + form.width, top)
                words = text.get_text_bounded(*(edge * MILLIMETRE for edge in area))
                code = slips[number * form.per_page + place].code
                rest, found = re.subn(r"\s+".join(grouped(code)), "CODE", words)
                assert found == 1
                rests.add(rest)
    assert len(rests) == 1


def test_two_sheets_with_one_heading_differ_in_their_codes_alone():
    first, second = some_slips(24, seed=1), some_slips(24, seed=2)

    texts = []
    for slips in (first, second):
        text = texts_of(printed(slips)[0])[0]
        for slip in slips:
            text = re.sub(r"\s+".join(grouped(slip.code)), "CODE", text)
        texts.append(text)

    assert texts[0] == texts[1]
    assert texts[0].count("CODE") == 24


def test_empty_words_are_left_out():
    heading = replace(HEADING, organiser="", note="", closes="", address="", instructions=(), scale_note="")

    text = "".join(texts_of(printed(some_slips(1), heading, "1")[0]))

    assert HEADING.title in text
    assert "截止" not in text
    assert "或打开" not in text


def test_too_fine_modules_are_refused():
    prefix = "HTTPS://" + "A" * 240 + "/T/"  # version 10: 25 mm / 57 = 0.44 mm

    with pytest.raises(Refused, match=r"0\.44 mm"):
        printed(some_slips(1, prefix))
    assert len(decoded(printed(some_slips(1, prefix), layout="10")[0])[0]) == 1


def test_no_slips_are_refused(tmp_path):
    with pytest.raises(Refused, match="no slips"):
        printed([])
    with pytest.raises(Refused, match="no slips"):
        write_sheet_files([], HEADING, tmp_path / "sheets.pdf")


@pytest.mark.parametrize("url", ["HTTPS://OTHER.CN/T/" + "1" * 20, PREFIX + "2" * 20])
def test_an_address_that_is_not_the_codes_is_an_error(url):
    with pytest.raises(ValueError, match="same beginning"):
        printed([*some_slips(1), Slip("1" * 20, url)])


def test_pages_are_reported_as_they_are_drawn():
    seen = []

    write_sheets(some_slips(50), HEADING, BytesIO(), on_page=seen.append)

    assert seen == [1, 2, 3]


def test_many_slips_go_into_several_files(tmp_path, monkeypatch):
    monkeypatch.setattr(sheets, "PAGES_PER_FILE", 2)
    slips = some_slips(50, seed=3)
    seen = []

    report = write_sheet_files(iter(slips), HEADING, tmp_path / "a.pdf", layout="10", on_page=seen.append)

    assert [path.name for path in report.files] == ["a.pdf", "a-002.pdf", "a-003.pdf"]
    assert (report.pages, report.slips) == (5, 50)
    assert seen == [1, 2, 3, 4, 5]
    assert [url for path in report.files for page in decoded(path) for url in page] == [slip.url for slip in slips]
