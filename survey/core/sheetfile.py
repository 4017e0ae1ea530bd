"""Read the table of an .xlsx workbook: refuse what would fill the memory, and tell values as people see them.

Nothing of the upload is handed on as it came. The parts that are needed are unpacked within their limits, looked
through, and packed into a small workbook of our own making; only that is opened by the library that reads it.
"""

import datetime as dt
import io
import posixpath
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from python_calamine import CalamineError, CalamineWorkbook

from survey.core.errors import N_, Invalid, Problem, TooLarge
from survey.core.sheetscan import (
    DAMAGED,
    Look,
    Place,
    Sight,
    TooMuch,
    Unreadable,
    attributes_of,
    cell_name,
    odd_styles,
    scan_sheet,
    shared_lengths,
)

LARGEST_UNPACKED = 50_000_000
MOST_TIMES = 100
MOST_PARTS = 1000
MOST_EXACT = 10**15

ZIP = b"PK\x03\x04"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENTRY = b"PK\x01\x02"
_MACROS = ("vbaproject", "xl/macrosheets/")

OLD = N_("this is no .xlsx workbook but one of the old kind (.xls); save it as .xlsx")
PROTECTED = N_("the workbook is protected by a password; save it without one")
MACROS = N_("the workbook holds macros; save it as .xlsx without macros")
NO_WORKBOOK = N_("the file is a packed file, but no .xlsx workbook; save the table as .xlsx or CSV")
TOO_LARGE = N_(
    "the workbook unpacks to %(size)s bytes; the most is %(most)s, and %(times)s times its size. "
    "Save a long table as CSV"
)
MANY_SHEETS = N_("several sheets of the workbook hold something: %(sheets)s; keep only the one with the table")
EMPTY = N_("the file is empty")
ERROR_CELL = N_("the cell %(cell)s holds the error %(value)s; mend its formula")
NO_VALUE = N_("the cell %(cell)s holds a formula that was never calculated; open the file, calculate and save it")
MERGED = N_("the cells %(cells)s are merged; separate them and write the value into each")
TOO_LONG = N_("the number in the cell %(cell)s has lost its last digits; format the cell as text and write it again")

Value = int | float | str | bool | dt.time | dt.date | dt.datetime | dt.timedelta


@dataclass(frozen=True)
class Fault:
    """What is wrong with a cell: its row and column (from 1), a sentence and its figures."""

    row: int
    column: int
    message: str
    figures: dict[str, object]


@dataclass(frozen=True)
class SheetTable:
    """The cells of a sheet as text.

    Attributes:
        rows: the number of the row in the sheet, and its cells from ``left`` on.
        left: the number of the column in which the table begins.
        faults: cells that cannot be read.
    """

    rows: list[tuple[int, list[str]]]
    left: int
    faults: tuple[Fault, ...]


def is_workbook(data: bytes) -> bool:
    """Tell by its first bytes whether a file is a workbook, or anything else that is packed."""
    return data.startswith((ZIP, OLE))


def read_sheet(data: bytes, name: str) -> SheetTable:
    """Return the only sheet of a workbook that holds anything.

    Args:
        data: the file.
        name: its name, for what people are told.

    Raises:
        TooLarge: when it is too large, or would be when it is unpacked.
        Invalid: for an old, protected or damaged workbook, one with macros or several filled sheets.
    """
    try:
        return _read(data)
    except TooMuch as error:
        raise TooLarge([Problem(name, error.message, error.figures)]) from None
    except Unreadable as error:
        raise Invalid([Problem(name, error.message, error.figures)]) from None


def _read(data: bytes) -> SheetTable:
    if data.startswith(OLE):
        raise Unreadable(PROTECTED if "EncryptedPackage".encode("utf-16-le") in data else OLD)
    parts = _Parts(data)
    book = parts.target("", "officeDocument")
    if book is None or not book.endswith(".xml"):
        raise Unreadable(NO_WORKBOOK)
    styles, shared = parts.related(book, "styles"), parts.related(book, "sharedStrings")
    looks = odd_styles(styles) if styles else {}
    lengths = shared_lengths(shared) if shared else []
    filled: dict[str, tuple[bytes, Sight]] = {}
    for title, place in parts.sheets(book):
        part = parts.part(place)
        sight = scan_sheet(part, lengths, looks)
        if sight.top:
            filled[title] = (part, sight)
    if not filled:
        raise Unreadable(EMPTY)
    if len(filled) > 1:
        raise Unreadable(MANY_SHEETS, sheets=", ".join(filled))
    [(part, sight)] = filled.values()
    base = next(iter(attributes_of(parts.part(book), "workbookPr", "date1904")), {}).get("date1904", "")
    start, values = _values(_packed(part, shared, styles, since_1904=base in {"1", "true"}))
    return _table(start, values, sight, looks)


class _Parts:
    """The parts of a packed workbook, unpacked one by one within their declared sizes."""

    def __init__(self, data: bytes) -> None:
        if data.count(_ENTRY) > MOST_PARTS:
            raise Unreadable(NO_WORKBOOK)
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, struct.error, ValueError, OSError, NotImplementedError):
            raise Unreadable(DAMAGED) from None
        self._parts = {_plain(info.filename): info for info in self._zip.infolist()}
        size = sum(info.file_size for info in self._zip.infolist())
        if size > LARGEST_UNPACKED or size > MOST_TIMES * len(data):
            raise TooMuch(TOO_LARGE, size=size, most=LARGEST_UNPACKED, times=MOST_TIMES)
        if any(info.flag_bits & 1 for info in self._zip.infolist()):
            raise Unreadable(PROTECTED)
        if any(mark in name for name in self._parts for mark in _MACROS):
            raise Unreadable(MACROS)
        if "[content_types].xml" not in self._parts:
            raise Unreadable(NO_WORKBOOK)
        if b"macroenabled" in self.part("[content_types].xml").lower():
            raise Unreadable(MACROS)

    def part(self, name: str) -> bytes:
        """Unpack a part."""
        info = self._parts.get(name)
        if info is None or info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise Unreadable(DAMAGED)
        try:
            with self._zip.open(info) as stream:
                # By its declared size: without one, what it really unpacks to would be made first, then cut.
                part = stream.read(info.file_size)
        except (zipfile.BadZipFile, zlib.error, struct.error, EOFError, ValueError, OSError, RuntimeError):
            raise Unreadable(DAMAGED) from None
        if len(part) != info.file_size:
            raise Unreadable(DAMAGED)
        return part

    def _links(self, name: str) -> list[dict[str, str]]:
        folder, base = posixpath.split(name)
        links = posixpath.join(folder, "_rels", f"{base}.rels")
        if links not in self._parts:
            return []
        found = attributes_of(self.part(links), "Relationship", "Id", "Type", "Target")
        for link in found:
            link["Type"] = link["Type"].rpartition("/")[2]
            link["Target"] = _plain(posixpath.join("/", folder, link["Target"].replace("\\", "/")))
        return found

    def target(self, name: str, kind: str) -> str | None:
        """Return the part of a kind that a part names."""
        return next((link["Target"] for link in self._links(name) if link["Type"] == kind), None)

    def related(self, name: str, kind: str) -> bytes:
        """Return what stands in it; nothing when there is none."""
        place = self.target(name, kind)
        return self.part(place) if place in self._parts else b""

    def sheets(self, book: str) -> list[tuple[str, str]]:
        """Return title and part of every sheet of cells that people see."""
        links = {link["Id"]: link for link in self._links(book) if link["Type"] == "worksheet"}
        found = attributes_of(self.part(book), "sheet", "name", "state", "id")
        return [
            (sheet["name"], links[sheet["id"]]["Target"])
            for sheet in found
            if sheet["id"] in links and sheet["state"] in {"", "visible"}
        ]


def _plain(name: str) -> str:
    """Return a part's name as it is looked up: from the top, in small letters."""
    return posixpath.normpath("/" + name.replace("\\", "/").lower()).lstrip("/")


# What a workbook must hold so that the library takes it for one.
_NAMES = "http://schemas.openxmlformats.org"
_MAIN = f"{_NAMES}/spreadsheetml/2006/main"
_LINKS = f"{_NAMES}/officeDocument/2006/relationships"


def _packed(sheet: bytes, shared: bytes, styles: bytes, *, since_1904: bool) -> io.BytesIO:
    """Pack what was looked through into a workbook of our own making."""
    kinds = {"worksheets/sheet.xml": "worksheet"}  # the folder tells the library what it is
    kinds |= {"sharedStrings.xml": "sharedStrings"} if shared else {}
    kinds |= {"styles.xml": "styles"} if styles else {}
    book = (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_LINKS}"><workbookPr date1904="{int(since_1904)}"/>'
        '<sheets><sheet name="t" sheetId="1" r:id="r0"/></sheets></workbook>'
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as out:
        out.writestr("[Content_Types].xml", f'<Types xmlns="{_NAMES}/package/2006/content-types"/>')
        out.writestr("_rels/.rels", _links({"xl/workbook.xml": "officeDocument"}))
        out.writestr("xl/workbook.xml", book)
        out.writestr("xl/_rels/workbook.xml.rels", _links(kinds))
        for target, part in zip(kinds, (sheet, *filter(None, (shared, styles))), strict=True):
            out.writestr(f"xl/{target}", part)
    packed.seek(0)
    return packed


def _links(kinds: Mapping[str, str]) -> str:
    links = "".join(
        f'<Relationship Id="r{number}" Type="{_LINKS}/{kind}" Target="{target}"/>'
        for number, (target, kind) in enumerate(kinds.items())
    )
    return f'<Relationships xmlns="{_NAMES}/package/2006/relationships">{links}</Relationships>'


def _values(packed: io.BytesIO) -> tuple[Place, list[list[Value]]]:
    """Return where the filled rectangle of the sheet begins, and its cells."""
    try:
        with CalamineWorkbook.from_object(packed) as book:
            sheet = book.get_sheet_by_index(0)
            top, left = sheet.start or (0, 0)
            return (top + 1, left + 1), sheet.to_python()
    except (CalamineError, ValueError, OverflowError, OSError):
        raise Unreadable(DAMAGED) from None


def _table(start: Place, values: list[list[Value]], sight: Sight, looks: dict[int, Look]) -> SheetTable:
    top, left = start
    faults: list[Fault] = []
    shown = {place: looks[style] for place, style in sight.styles.items()}
    rows = [
        (
            line,
            [
                value.strip() if isinstance(value, str) else _text(value, (line, column), shown, faults)
                for column, value in enumerate(cells, left)
            ],
        )
        for line, cells in enumerate(values, top)
    ]
    faults += [
        Fault(row, column, ERROR_CELL, {"cell": cell_name(row, column), "value": value})
        for (row, column), value in sight.errors.items()
    ]
    faults += [Fault(row, column, NO_VALUE, {"cell": cell_name(row, column)}) for row, column in sight.unknown]
    faults += [
        Fault(row, column, MERGED, {"cells": f"{cell_name(row, column)}:{cell_name(*last)}"})
        for row, column, *last in sight.merged
        if tuple(last) != (row, column)
    ]
    return SheetTable(rows, left, tuple(sorted(faults, key=lambda fault: (fault.row, fault.column))))


def _text(value: Value, place: Place, shown: dict[Place, Look], faults: list[Fault]) -> str:
    """Return what people see in a cell."""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        if not abs(value) < MOST_EXACT:
            faults.append(Fault(*place, TOO_LONG, {"cell": cell_name(*place)}))
            return ""
        return _number(value, shown.get(place, Look()))
    if isinstance(value, dt.datetime):
        return value.isoformat(" ").removesuffix(" 00:00:00")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    assert isinstance(value, dt.timedelta)
    minutes, seconds = divmod(int(value.total_seconds()), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"


def _number(value: float, look: Look) -> str:
    # A spreadsheet keeps 15 digits; what stands behind them is the binary number's.
    number = Decimal(f"{value:.15g}")
    if look.percent:
        number *= 100
    whole = number == number.to_integral_value()
    text = str(int(number)) if whole else f"{number.normalize():f}"
    return text.zfill(look.digits) + ("%" if look.percent else "")
