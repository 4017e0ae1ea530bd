"""Paper in the look of GB/T 9704: text area, lines and characters, page numbers, embedded fonts, no text lost."""

from decimal import Decimal

import pypdfium2
import pytest
from pypdfium2 import raw
from reportlab.lib.units import mm

from survey.codes import fonts
from survey.core.errors import Refused
from survey.counting.figures import Text
from survey.reports.paper import Bar, Bars, Sheet, round_axis
from survey.reports.paper.lines import break_lines, printable, width_of
from survey.reports.paper.rounds import write_round
from survey.reports.paper.sheet import CHARACTERS, in_chinese
from survey.reports.rounds import round_tables
from survey.reports.table import Column, Table

POINT = 0.5  # how far a letter's own box may lie off its line


@pytest.fixture
def paper(tmp_path):
    return tmp_path / "paper.pdf"


def texts_of(pdf):
    with pypdfium2.PdfDocument(pdf) as document:
        return [page.get_textpage().get_text_bounded() for page in document]


def boxes(pdf, number=0):
    """Return every printed character of a page with its box: left, bottom, right, top, in points."""
    with pypdfium2.PdfDocument(pdf) as document:
        text = document[number].get_textpage()
        count = text.count_chars()
        return [
            (text.get_text_range(i, 1), text.get_charbox(i)) for i in range(count) if text.get_text_range(i, 1).strip()
        ]


def test_a_page_holds_22_lines_of_28_characters(paper):
    sheet = Sheet(paper, "t", "zh")
    for _ in range(23):
        sheet.paragraph("国" * (CHARACTERS - 2))
    sheet.save()

    lines = [line for line in texts_of(paper)[0].split("\r\n") if "国" in line]
    assert len(lines) == 22
    assert len(texts_of(paper)) == 2
    assert break_lines("国" * 29, 28 * (1 + 0.0), indent=0) == ["国" * 28, "国"]


def test_text_stands_in_the_text_area_of_156_by_225_mm(paper):
    sheet = Sheet(paper, "t", "zh")
    sheet.paragraph("国" * 28 * 22)
    sheet.save()

    found = [box for character, box in boxes(paper) if character == "国"]
    left, bottom = min(box[0] for box in found), min(box[1] for box in found)
    right, top = max(box[2] for box in found), max(box[3] for box in found)
    assert 28 * mm - POINT <= left < 28 * mm + 4
    assert right <= (28 + 156) * mm + POINT
    assert right > (28 + 156) * mm - 20
    assert (297 - 37) * mm - 12 < top <= (297 - 37) * mm + POINT
    assert bottom >= (297 - 37 - 225) * mm - POINT
    with pypdfium2.PdfDocument(paper) as document:
        assert document[0].get_size() == pytest.approx((210 * mm, 297 * mm), abs=0.1)


def test_page_numbers_stand_outside_at_the_foot(paper):
    sheet = Sheet(paper, "t", "zh")
    sheet.page()
    sheet.save()

    middle = 105 * mm
    for number, outside in ((0, "right"), (1, "left")):
        digit = next(box for character, box in boxes(paper, number) if character == str(number + 1))
        assert (digit[0] > middle) == (outside == "right")
        assert digit[3] < (297 - 37 - 225) * mm
        assert f"— {number + 1} —" in texts_of(paper)[number]


def test_only_the_one_font_is_used_and_it_is_embedded(paper):
    sheet = Sheet(paper, "题", "zh")
    sheet.title("考核结果", "二〇二六")
    sheet.heading("得分")
    sheet.bars(Bars("图", "分", [Bar("甲", Decimal(3), "3.0")], Decimal(0), Decimal(4)))
    sheet.save()

    with pypdfium2.PdfDocument(paper) as document:
        for piece in document[0].get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT]):
            assert raw.FPDFFont_GetIsEmbedded(raw.FPDFTextObj_GetFont(piece)) == 1
    assert b"/URI" not in paper.read_bytes()


def test_headings_are_numbered_as_in_documents(paper):
    chinese = Sheet(paper, "t", "zh")
    chinese.heading("得分")
    chinese.heading("指标", 2)
    chinese.heading("门槛", 2)
    chinese.heading("名额")
    chinese.heading("空缺", 2)
    chinese.save()
    english = paper.with_name("en.pdf")
    sheet = Sheet(english, "t", "en")
    sheet.heading("Scores")
    sheet.heading("Gates", 2)
    sheet.save()

    assert texts_of(paper)[0].split("\r\n")[:5] == ["一、得分", "（一）指标", "（二）门槛", "二、名额", "（一）空缺"]
    assert texts_of(english)[0].split("\r\n")[:2] == ["1. Scores", "1.1 Gates"]
    assert [in_chinese(n) for n in (1, 10, 11, 20, 35)] == ["一", "十", "十一", "二十", "三十五"]


def test_long_tables_repeat_their_head_and_lose_no_row(paper):
    table = Table("t", "T", (Column("a", "代码"), Column("b", "名称")), tuple((f"R{i:03}", "名") for i in range(200)))
    sheet = Sheet(paper, "t", "zh")
    sheet.table(table)
    sheet.save()

    pages = texts_of(paper)
    assert len(pages) > 3
    assert all("代码" in page for page in pages)
    rows = [line[:4] for page in pages for line in page.split("\r\n") if line.startswith("R")]
    assert rows == [f"R{i:03}" for i in range(200)]


def test_a_row_taller_than_a_page_goes_on_overleaf(paper):
    table = Table("t", "T", (Column("a", "代码"), Column("b", "意见")), (("X", "很" * 6000), ("Y", "好")))
    sheet = Sheet(paper, "t", "zh")
    sheet.table(table)
    sheet.save()

    pages = texts_of(paper)
    assert sum(page.count("很") for page in pages) == 6000
    assert "好" in pages[-1]


def test_wide_tables_lie_on_their_side(paper):
    columns = tuple(Column(f"c{i}", f"第{i}列的一个较长的名称") for i in range(16))
    sheet = Sheet(paper, "t", "zh")
    sheet.paragraph("正文")
    sheet.table(Table("t", "T", columns, (tuple("一段不短的文字" for _ in columns),)), "表")
    sheet.bars(Bars("图", "分", [], Decimal(0), Decimal(4)))
    sheet.save()

    with pypdfium2.PdfDocument(paper) as document:
        assert [page.get_size()[0] > page.get_size()[1] for page in document] == [False, True, False]


@pytest.mark.parametrize("width", [1.0, 3.0, 7.5, 28.0])
@pytest.mark.parametrize(
    "text", ["", "中文，标点。（括号）", "a" * 90, "mixed 中文 words and 数字 123456", "<b>&amp;{{x}}"]
)
def test_no_line_is_wider_than_its_room_and_no_letter_is_lost(text, width):
    fonts.register()
    lines = break_lines(text, width)

    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(width_of(line) <= max(width, 2.0) + 1e-6 for line in lines)


def test_what_the_font_lacks_is_named_by_its_number():
    fonts.register()
    assert printable("好\n😀\u202e吗") == "好 [U+1F600][U+202E]吗"
    assert printable("𬭎龑䶮") == "𬭎龑䶮"


def test_axes_end_at_round_numbers():
    assert [int(round_axis(most)) for most in (3, 40, 65, 100, 167, 835)] == [4, 40, 80, 200, 200, 2000]


def test_a_font_that_is_missing_is_refused(paper, tmp_path):
    with pytest.raises(Refused, match="is missing"):
        Sheet(paper, "t", "zh", tmp_path / "none.ttf")


# --- rounds ------------------------------------------------------------------------------------------------------


def test_a_round_on_paper_shows_tables_and_ranks_and_hides_what_is_hidden(components, turnout, paper):
    frozen, count = components.frozen, components.count
    tables = round_tables(frozen, count, turnout, {}, str, language="zh")
    write_round(frozen, tables, paper, str, "zh")
    text = "".join(texts_of(paper)).replace("\r\n", "")

    assert "秋季调查: report" in text
    assert "考核办" in text
    assert "Index of county" in text
    assert "=1+2县" in text
    assert "sample too small" in text
    assert count.content_hash[:20] in text
    first = paper.read_bytes()
    write_round(frozen, tables, paper, str, "zh")
    assert paper.read_bytes() == first


def test_remarks_with_signs_no_font_has_are_printed(make_components, turnout, paper):
    components = make_components(texts=[Text("A", "remark", f"😀<b>{i}</b>") for i in range(10)])
    tables = round_tables(components.frozen, components.count, turnout, {}, str)
    write_round(components.frozen, tables, paper, str, "zh")

    assert "[U+1F600]<b>7</b>" in "".join(texts_of(paper)).replace("\r\n", "")
