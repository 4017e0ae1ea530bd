"""The matrices are the library's own, bit for bit, for any digits and any prefix."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode
from qrcode.util import QRData

from survey.codes.qr import MASK, CodePrinter
from survey.core.errors import Refused

PREFIX = "HTTPS://PINGYI.EXAMPLE.GOV.CN/T/"
CODES = st.lists(st.from_regex(r"[0-9]{20}", fullmatch=True), min_size=1, max_size=5)
PRINTER = CodePrinter(PREFIX)
PREFIXES = st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:", min_size=1, max_size=210)


def drawn_by_library(version, *parts):
    drawing = QRCode(version=version, error_correction=ERROR_CORRECT_M, border=0, mask_pattern=MASK)
    for part in parts:
        drawing.add_data(part)
    drawing.make(fit=False)
    return np.array(drawing.modules, dtype=bool)


@settings(deadline=None)
@given(CODES)
def test_equals_the_library_given_the_whole_address(codes):
    matrices = PRINTER.matrices(codes)

    assert matrices.shape == (len(codes), PRINTER.size, PRINTER.size)
    for code, matrix in zip(codes, matrices, strict=True):
        assert np.array_equal(matrix, drawn_by_library(PRINTER.version, PREFIX + code))


@settings(max_examples=15, deadline=None)
@given(PREFIXES, CODES)
def test_equals_the_library_for_any_prefix(prefix, codes):
    printer = CodePrinter(prefix)

    for code, matrix in zip(codes, printer.matrices(codes), strict=True):
        assert np.array_equal(matrix, drawn_by_library(printer.version, QRData(prefix), QRData(code)))


@pytest.mark.parametrize("code", ["0" * 20, "9" * 20, "00000000000000000001", "10000000000000000000"])
@pytest.mark.parametrize(
    ("prefix", "version"),
    [
        ("HTTP://127.0.0.1:8000/T/", 3),  # 24 characters, even
        ("HTTP://127.0.0.1:80000/T/", 3),  # 25, odd: the last one is packed alone
        ("HTTPS://A.CN/T/", 3),  # would fit into version 2
        ("HTTPS://" + "A" * 35 + "/T/", 3),  # the longest of version 3
        ("HTTPS://" + "A" * 36 + "/T/", 4),
        ("HTTPS://" + "A" * 65 + "/T/", 4),
        ("HTTPS://" + "A" * 66 + "/T/", 5),
        ("HTTPS://" + "A" * 240 + "/T/", 10),  # from 10 on the lengths take more bits
    ],
)
def test_version_grows_with_the_host(prefix, version, code):
    printer = CodePrinter(prefix)

    assert printer.version == version
    assert np.array_equal(printer.matrices([code])[0], drawn_by_library(version, QRData(prefix), QRData(code)))


def test_no_codes_are_no_matrices():
    assert PRINTER.matrices([]).shape == (0, PRINTER.size, PRINTER.size)


def test_packed_rows_are_the_matrix_padded_to_bytes():
    codes = ["12345678901234567890", "00000000000000000000"]

    rows = PRINTER.packed(codes).reshape(2, PRINTER.size, -1)

    assert np.array_equal(rows, np.packbits(PRINTER.matrices(codes), axis=2))


@pytest.mark.parametrize("prefix", ["", "https://pingyi.gov.cn/t/", "HTTPS://平议.CN/T/", "HTTPS://A.CN/T?C="])
def test_other_characters_are_refused_with_the_address(prefix):
    with pytest.raises(Refused) as refusal:
        CodePrinter(prefix)

    assert prefix in refusal.value.say()
    assert "% *" in refusal.value.say()


def test_an_address_too_long_for_any_qr_code_is_refused():
    with pytest.raises(Refused, match="too long"):
        CodePrinter("A" * 4000)


@pytest.mark.parametrize("code", ["1234567890123456789", "123456789012345678901", "1234567890123456789X", "１" * 20])
def test_what_is_no_code_is_an_error_that_does_not_repeat_it(code):
    with pytest.raises(ValueError, match="20 digits") as error:
        PRINTER.matrices([code])

    assert code not in str(error.value)
