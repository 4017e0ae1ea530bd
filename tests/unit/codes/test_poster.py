"""The poster is read back as a phone and a person would read it."""

from dataclasses import replace
from io import BytesIO

import pypdfium2
import pytest
import zxingcpp

from survey.codes.entry import STEPS, entry_address, entry_matrix, short_address
from survey.codes.poster import Poster, write_poster
from survey.core.errors import Refused

MILLIMETRE = 72 / 25.4
KEYS = ("0a1b 2c3d 4e5f 6071 8293 a4b5 c6d7 e8f9 0a1b 2c3d", "ffff eeee dddd cccc bbbb aaaa 9999 8888 7777 6666")
POSTER = Poster(
    base_url="https://pingyi.example.gov.cn",
    title="2026年度领导班子和领导干部民主测评",
    organiser="甘肃省考核工作办公室",
    steps=("① 扫码", "② 输入抽到的票码", "③ 核对并提交"),
    once="每张票码只能用一次",
    check="请核对网址以 pingyi.example.gov.cn 开头",
    warning="本调查不收费、不要求下载、不询问银行卡和验证码",
    distance="请在 %(metres)s 米以内扫码",
    contact="咨询 0931-0000000",
    label_keys="密钥",
    keys=KEYS,
)


def printed(poster=POSTER, paper="A4"):
    out = BytesIO()
    metres = write_poster(poster, out, paper=paper)
    return out.getvalue(), metres


def decoded(pdf, dpi):
    with pypdfium2.PdfDocument(pdf) as document:
        image = document[0].render(scale=dpi / 72).to_numpy()
        return zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormat.QRCode), dpi


def text_of(pdf):
    with pypdfium2.PdfDocument(pdf) as document:
        return document[0].get_textpage().get_text_bounded()


@pytest.mark.parametrize("paper", ["A4", "A3"])
@pytest.mark.parametrize(
    "base_url",
    [
        "https://pingyi.example.gov.cn",
        "http://127.0.0.1:8000",
        "https://gov.cn",
        "https://" + "minyi." * 12 + "gov.cn/Pingyi",
    ],
)
def test_the_qr_code_leads_to_the_page_where_codes_are_typed(paper, base_url):
    pdf, _ = printed(replace(POSTER, base_url=base_url), paper)

    found, _ = decoded(pdf, 40)

    assert [code.text for code in found] == [entry_address(base_url)]
    assert found[0].text.lower() == f"{base_url}/".lower()


def test_only_what_may_be_in_capitals_is():
    assert entry_address("https://a.gov.cn/Pingyi") == "HTTPS://A.GOV.CN/Pingyi/"
    assert short_address("https://a.gov.cn/Pingyi") == "a.gov.cn/Pingyi"
    assert short_address("http://127.0.0.1:8000") == "http://127.0.0.1:8000"


@pytest.mark.parametrize("paper", ["A4", "A3"])
def test_the_distance_it_tells_is_ten_times_its_side(paper):
    pdf, metres = printed(paper=paper)

    found, dpi = decoded(pdf, 100)
    place = found[0].position
    side = (place.top_right.x - place.top_left.x) / dpi * 25.4
    assert side * 10 / 1000 == pytest.approx(metres, rel=0.03)
    assert f"请在 {metres:.1f} 米以内扫码" in text_of(pdf)
    assert metres > {"A4": 1.1, "A3": 1.6}[paper]


def test_a_longer_title_leaves_less_for_the_qr_code_and_its_quiet_zone_is_white():
    long = replace(POSTER, title=POSTER.title * 3)
    for poster in (POSTER, long):
        pdf, metres = printed(poster)
        with pypdfium2.PdfDocument(pdf) as document:
            pixels = document[0].render(scale=4).to_numpy()[:, :, 0]
        found = zxingcpp.read_barcodes(pixels)[0].position
        module = metres * 100 / len(entry_matrix(poster.base_url)) * MILLIMETRE * 4
        top, left = found.top_left.y, found.top_left.x
        bottom, right = found.bottom_right.y, found.bottom_right.x
        quiet = int(3.8 * module)
        assert (pixels[top - quiet : top - 3, left - quiet : right + quiet] > 200).all()
        assert (pixels[bottom + 3 : bottom + quiet, left - quiet : right + quiet] > 200).all()
        assert (pixels[top:bottom, left - quiet : left - 3] > 200).all()
    assert printed(long)[1] < printed()[1]


@pytest.mark.parametrize("paper", ["A4", "A3"])
def test_everything_needed_stands_on_it(paper):
    pdf, _ = printed(paper=paper)

    text = "".join(text_of(pdf).split())

    for words in (POSTER.title, POSTER.organiser, *POSTER.steps, POSTER.once, POSTER.check, POSTER.warning, *KEYS):
        assert "".join(words.split()) in text
    assert "pingyi.example.gov.cn" in text
    assert POSTER.contact.replace(" ", "") in text


@pytest.mark.parametrize(
    ("base_url", "paper", "least", "most"),
    [
        ("https://gov.cn", "A4", 60, 63),
        ("https://pingyi.example.gov.cn", "A3", 60, 90),
        ("https://pingyi.example.gov.cn", "A4", 44, 60),
    ],
)
def test_the_address_has_sixty_points_or_as_large_as_fits(base_url, paper, least, most):
    pdf, _ = printed(replace(POSTER, base_url=base_url), paper)

    with pypdfium2.PdfDocument(pdf) as document:
        page = document[0]
        largest = max(
            found.get_font_size() * found.get_matrix().a
            for found in page.get_objects()
            if isinstance(found, pypdfium2.PdfTextObj)
        )
    assert least <= largest <= most


@pytest.mark.parametrize("paper", ["A4", "A3"])
def test_it_is_one_page_of_its_paper_and_equal_input_gives_equal_bytes(paper):
    pdf, _ = printed(paper=paper)

    with pypdfium2.PdfDocument(pdf) as document:
        assert len(document) == 1
        width, height = (side / MILLIMETRE for side in document[0].get_size())
    assert (round(width), round(height)) == {"A4": (210, 297), "A3": (297, 420)}[paper]
    assert printed(paper=paper)[0] == pdf


def test_a_sign_that_the_font_lacks_is_refused():
    with pytest.raises(Refused, match="has no sign for"):
        printed(replace(POSTER, title="测评 \U0001f600"))


def test_no_key_leaves_its_place_empty():
    assert "密钥" not in text_of(printed(replace(POSTER, keys=()))[0])


def test_there_is_a_sign_for_each_step():
    assert len(STEPS) == len(POSTER.steps) == 3
