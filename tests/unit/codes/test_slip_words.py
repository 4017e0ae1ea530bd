"""What a slip says beside its code: which ballot it is, and the keys that the ballots are sealed to."""

import random
from dataclasses import replace
from io import BytesIO

import pypdfium2
import pytest
import zxingcpp

from survey.codes.sheets import Heading, Slip, write_sheets
from survey.core.errors import Refused

PREFIX = "HTTPS://MS.GANSU.GOV.CN/T/"
KEYS = ("0a1b 2c3d 4e5f 6071 8293 a4b5 c6d7 e8f9 1a2b 3c4d", "ffff eeee dddd cccc bbbb aaaa 9999 8888 7777 6666")
HEADING = Heading(
    title="2026年度领导班子和领导干部民主测评",
    organiser="甘肃省考核工作办公室",
    closes="2026年12月31日 18:00",
    note="此码限用一次。不问姓名、手机号，不登录，不收费。",
    address="https://ms.gansu.gov.cn",
    label_code="票码",
    label_closes="截止",
    label_address="或打开",
    instructions=("1. 用手机相机扫描二维码。",),
    ballot_class="B类票（中层干部）",
    ballot_code="B类票",
    label_keys="密钥",
    keys=KEYS,
)
ENGLISH = replace(
    HEADING,
    title="Democratic assessment of leading bodies and cadres",
    organiser="Assessment office of the province",
    note="This code can be used once. No name, no phone number, no login, no fee.",
    label_code="Code",
    closes="31 Dec 2026, 18:00",
    label_closes="Until",
    label_address="Or type at",
    ballot_class="Ballot B (middle-level cadres)",
    ballot_code="Ballot B",
    label_keys="Key",
)


def printed(heading, layout):
    choose = random.Random(1)  # noqa: S311 - codes made up for the test
    codes = [f"{choose.randrange(10**20):020d}" for _ in range(int(layout))]
    out = BytesIO()
    write_sheets([Slip(code, PREFIX + code) for code in codes], heading, out, layout=layout)
    return out.getvalue()


def text_of(pdf):
    with pypdfium2.PdfDocument(pdf) as document:
        return " ".join(document[0].get_textpage().get_text_bounded().split())


@pytest.mark.parametrize("heading", [HEADING, ENGLISH], ids=["zh", "en"])
@pytest.mark.parametrize("keys", [KEYS, KEYS[:1]], ids=["trustees", "office"])
@pytest.mark.parametrize("layout", ["10", "1"])
def test_large_slips_have_the_whole_fingerprints(heading, keys, layout):
    text = text_of(printed(replace(heading, keys=keys), layout))

    for key in KEYS:
        assert text.count(f"{heading.label_keys} {key}") == (int(layout) if key in keys else 0)
    assert "…" not in text


@pytest.mark.parametrize("heading", [HEADING, ENGLISH], ids=["zh", "en"])
@pytest.mark.parametrize("keys", [KEYS, KEYS[:1]], ids=["trustees", "office"])
def test_small_slips_have_the_first_eight_digits_of_each(heading, keys):
    text = text_of(printed(replace(heading, keys=keys), "24"))

    short = " ".join(f"{key[:9]}…" for key in keys)
    assert text.count(f"{heading.label_keys} {short}") == 24
    assert all(key[10:14] not in text for key in keys)


@pytest.mark.parametrize("layout", ["24", "10", "1"])
@pytest.mark.parametrize("heading", [HEADING, ENGLISH], ids=["zh", "en"])
def test_the_class_stands_on_every_slip_in_words(heading, layout):
    assert text_of(printed(heading, layout)).count(heading.ballot_class) == int(layout)


def test_words_too_long_for_a_small_slip_become_the_class_alone():
    long = replace(HEADING, ballot_class="B类票（局领导班子成员以外的其他在职中层干部和职工代表）")

    text = text_of(printed(long, "24"))

    assert text.count("B类票 票码") == 24
    assert "局领导" not in text
    with pytest.raises(Refused):
        printed(replace(long, label_code="票码" * 30), "24")


@pytest.mark.parametrize("layout", ["24", "10", "1"])
def test_nothing_of_it_stands_there_when_there_is_none(layout):
    text = text_of(printed(replace(HEADING, keys=(), ballot_class="", ballot_code=""), layout))

    assert "密钥" not in text
    assert "类票" not in text


@pytest.mark.parametrize("layout", ["24", "10", "1"])
@pytest.mark.parametrize("heading", [HEADING, ENGLISH], ids=["zh", "en"])
def test_the_words_leave_every_qr_code_its_white(heading, layout):
    with pypdfium2.PdfDocument(printed(heading, layout)) as document:
        image = document[0].render(scale=150 / 72).to_numpy()
    found = zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormat.QRCode)

    assert len(found) == int(layout)
    for code in found:
        place = code.position
        side = place.top_right.x - place.top_left.x
        quiet = int(3.8 * side / 29)
        below = image[place.bottom_left.y + 3 : place.bottom_left.y + quiet, place.top_left.x : place.top_right.x, 0]
        beside = image[place.top_left.y : place.bottom_left.y, place.top_right.x + 3 : place.top_right.x + quiet, 0]
        assert below.min() > 150
        assert beside.min() > 150
