"""The look at printed files before anybody gets them: a sample of pages is drawn as a printer would and read back.

Every QR code of a page in the sample must hold the address of a slip of that page, and every sign must have its
shape in the file itself. No message names a code or an address.
"""

import ctypes
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import numpy as np
import pypdfium2
import zxingcpp
from pypdfium2 import raw

from survey.core.errors import N_, Refused

ONE_IN = 100
"""About one page of so many is looked at."""

MOST = 10
RESOLUTIONS = (150, 300)
"""Dots per inch: those of an old office printer; twice as many where not every code was read."""

_QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
_POINTS = 72
_HIGH, _LOW = range(0xD800, 0xDC00), range(0xDC00, 0xE000)
# pdfium is not made for two threads.
_ONE_AT_A_TIME = Lock()


@dataclass(frozen=True)
class Sheets:
    """One printed file.

    Attributes:
        file: the PDF.
        pages: how many pages it must have.
        addresses: tells, for a page counted from 0, what its QR codes must hold.
    """

    file: Path
    pages: int
    addresses: Callable[[int], Sequence[str]]


@dataclass(frozen=True)
class Findings:
    """What was looked at.

    Attributes:
        pages: pages of all files.
        sampled: pages drawn and read back.
        read: QR codes read on them, each right.
        signs: different signs on them, each with its shape in the file.
    """

    pages: int
    sampled: int
    read: int
    signs: int

    def document(self) -> dict[str, int]:
        """Return the figures by name."""
        return vars(self).copy()


def sample(pages: int, choose: random.Random | None = None) -> list[int]:
    """Choose about one page of a hundred by chance, at least one and at most ten, in their order."""
    choose = choose or random.SystemRandom()
    return sorted(choose.sample(range(pages), min(pages, MOST, max(1, round(pages / ONE_IN)))))


def check_print(printed: Sequence[Sheets], *, words: str = "", choose: random.Random | None = None) -> Findings:
    """Draw a sample of the pages, read it back and compare.

    Args:
        printed: the files with what must stand in them.
        words: signs that every page must have.
        choose: the source of chance, the system's when left out.

    Raises:
        Refused: with the figures of the first page on which something is wrong.
    """
    places = [(sheets, number) for sheets in printed for number in range(sheets.pages)]
    if not places:
        raise Refused(N_("There is nothing printed to look at"))
    chosen = [places[place] for place in sample(len(places), choose)]
    codes = 0
    seen: set[str] = set()
    for sheets, number in chosen:
        with _ONE_AT_A_TIME, pypdfium2.PdfDocument(sheets.file) as document:
            if len(document) != sheets.pages:
                raise Refused(
                    N_("%(file)s has %(found)s pages instead of %(expected)s; nothing is given out. Print again"),
                    file=sheets.file.name,
                    found=len(document),
                    expected=sheets.pages,
                )
            page = document[number]
            codes += _check_codes(page, sheets.addresses(number), sheets.file.name, number + 1)
            signs = _check_signs(page, sheets.file.name, number + 1)
        _require(set("".join(words.split())) - signs, sheets.file.name, number + 1)
        seen |= signs
    return Findings(len(places), len(chosen), codes, len(seen))


def _check_codes(page: pypdfium2.PdfPage, expected: Sequence[str], file: str, number: int) -> int:
    found: list[str] = []
    for resolution in RESOLUTIONS:
        image: np.ndarray[tuple[int, ...], np.dtype[np.uint8]] = page.render(scale=resolution / _POINTS).to_numpy()
        read = zxingcpp.read_barcodes(image, formats=_QR)
        found = sorted(code.text for code in read)
        if found == sorted(expected):
            return len(found)
    right = len(set(found) & set(expected))
    raise Refused(
        N_(
            "Page %(page)s of %(file)s: %(right)s of %(expected)s QR codes hold the address of their slip "
            "(%(found)s were read); nothing is given out. Print again"
        ),
        page=number,
        file=file,
        right=right,
        expected=len(expected),
        found=len(found),
    )


def _check_signs(page: pypdfium2.PdfPage, file: str, number: int) -> set[str]:
    """Return the signs on a page; refuse those that have no shape of their own in the file."""
    text = page.get_textpage()
    known: dict[tuple[int, int], bool] = {}
    signs: set[str] = set()
    shapeless: set[str] = set()
    for place, sign in _signs(text):
        font = raw.FPDFTextObj_GetFont(raw.FPDFText_GetTextObject(text, place))
        key = (ctypes.addressof(font.contents), ord(sign))
        if key not in known:
            known[key] = _has_shape(font, ord(sign))
        signs.add(sign)
        if not known[key]:
            shapeless.add(sign)
    _require(shapeless, file, number)
    return signs


def _signs(text: pypdfium2.PdfTextPage) -> Iterator[tuple[int, str]]:
    """Yield the place of every sign that is drawn; rare characters come as two halves."""
    high = 0
    for place in range(raw.FPDFText_CountChars(text)):
        unit = raw.FPDFText_GetUnicode(text, place)
        if unit in _HIGH:
            high = unit
            continue
        if unit in _LOW:
            unit = 0x10000 + ((high - _HIGH.start) << 10) + (unit - _LOW.start)
        if not raw.FPDFText_IsGenerated(text, place) and chr(unit).strip():
            yield place, chr(unit)


def _has_shape(font: ctypes.c_void_p, sign: int) -> bool:
    if raw.FPDFFont_GetIsEmbedded(font) != 1:
        return False
    # Beyond U+FFFF pdfium finds no shape by the sign; that the font was asked before printing must do.
    if sign > 0xFFFF:  # noqa: PLR2004 - the end of the plane that pdfium knows
        return True
    path = raw.FPDFFont_GetGlyphPath(font, sign, 10.0)
    return bool(path) and raw.FPDFGlyphPath_CountGlyphSegments(path) > 0


def _require(missing: Iterable[str], file: str, number: int) -> None:
    if missing := sorted(missing):
        raise Refused(
            N_("Page %(page)s of %(file)s: these signs are not drawn: %(characters)s. Nothing is given out"),
            page=number,
            file=file,
            characters=", ".join(f"{sign} (U+{ord(sign):04X})" for sign in missing),
        )
