"""Look through the XML of a workbook's sheet before a reader that trusts it gets it: how far it reaches, what is odd.

The reader lays a sheet out as a full rectangle and copies every shared text into each of its cells, and it passes
over error cells and formats. So a few bytes could fill the memory, and a table could be read otherwise than seen.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from xml.parsers import expat

from survey.core.errors import N_

MOST_ROWS = 200_000
MOST_COLUMNS = 100
MOST_CELLS = 4_000_000
MOST_TEXT = 50_000_000
DEEPEST = 100
CHUNK = 1 << 16
MOST_DIGITS = 10
DIGITS = "0123456789"

DAMAGED = N_("the workbook is damaged; open it in a spreadsheet program and save it again as .xlsx")
MANY_ROWS = N_("the table has more than %(most)s rows")
MANY_COLUMNS = N_("the table has more than %(most)s columns")
MANY_CELLS = N_("the sheet spans %(rows)s rows and %(columns)s columns; delete what stands outside the table")
MUCH_TEXT = N_("the sheet holds more than %(most)s characters")

Place = tuple[int, int]
Attributes = Mapping[str, str]
Start = Callable[[Attributes], None]
End = Callable[[], None]
Text = Callable[[str], None]

_QUOTED = re.compile(r'"[^"]*"|\\.|_.|\[[^]]*\]')
_PERCENT_FORMATS = ("9", "10")


class Unreadable(Exception):
    """The sheet cannot be taken: a sentence and its figures."""

    def __init__(self, message: str, **figures: object) -> None:
        super().__init__(message)
        self.message = message
        self.figures: dict[str, object] = figures


class TooMuch(Unreadable):
    """The sheet holds, or would unpack to, more than is read."""


@dataclass
class Sight:
    """What the look through a sheet has shown; rows and columns count from 1.

    Attributes:
        errors: the cells that hold an error, with its name (#REF!).
        unknown: the formulas whose value was never calculated.
        merged: ranges of merged cells: first row, first column, last row, last column.
        styles: the number of the style of every number that people see otherwise than it is stored.
        top, bottom, left, right: the first and last row and column that hold anything; zeros for an empty sheet.
    """

    errors: dict[Place, str] = field(default_factory=dict)
    unknown: list[Place] = field(default_factory=list)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    styles: dict[Place, int] = field(default_factory=dict)
    top: int = 0
    bottom: int = 0
    left: int = 0
    right: int = 0

    def include(self, row: int, column: int) -> None:
        """Take note that a cell holds something.

        Raises:
            TooMuch: when the sheet reaches too far.
        """
        if self.top <= row <= self.bottom and self.left <= column <= self.right:
            return
        # One line more than rows: the header.
        if row > MOST_ROWS + 1:
            raise TooMuch(MANY_ROWS, most=MOST_ROWS)
        if column > MOST_COLUMNS:
            raise TooMuch(MANY_COLUMNS, most=MOST_COLUMNS)
        self.top, self.bottom = min(self.top or row, row), max(self.bottom, row)
        self.left, self.right = min(self.left or column, column), max(self.right, column)
        rows, columns = self.bottom - self.top + 1, self.right - self.left + 1
        if rows * columns > MOST_CELLS:
            raise TooMuch(MANY_CELLS, rows=rows, columns=columns)


@dataclass(frozen=True)
class Look:
    """How a number is shown: as a percentage, or filled up with zeros to a number of digits."""

    percent: bool = False
    digits: int = 0


def cell_name(row: int, column: int) -> str:
    """Return the name of a cell: row 14, column 2 is B14."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{row}"


def parse(
    part: bytes, starts: Mapping[str, Start], ends: Mapping[str, End] | None = None, text: Text | None = None
) -> None:
    """Read one XML part.

    Args:
        part: the XML.
        starts: what to call when an element begins, by its name without a prefix.
        ends: the same, when it ends.
        text: what to call with the text between.

    Raises:
        Unreadable: when it is not well formed, declares a document type, or is nested too deeply.
    """
    # The encoding is fixed: the reader that comes after knows no other, and must see the same.
    parser = expat.ParserCreate("UTF-8")
    parser.buffer_text = True
    opened = 0
    closed: list[str] = []

    def begin(name: str, attributes: Attributes) -> None:
        nonlocal opened
        opened += 1
        call = starts.get(name) or (starts.get(name.rpartition(":")[2]) if ":" in name else None)
        if call is not None:
            call(attributes)

    def finish(name: str) -> None:
        closed.append(name)
        if ends and (call := ends.get(name.rpartition(":")[2])):
            call()

    def refuse(*_declared: object) -> None:
        raise Unreadable(DAMAGED)

    parser.StartElementHandler = begin
    parser.EndElementHandler = finish if ends else closed.append
    parser.StartDoctypeDeclHandler = refuse
    parser.CharacterDataHandler = text
    try:
        for at in range(0, len(part), CHUNK):
            parser.Parse(part[at : at + CHUNK], False)  # noqa: FBT003 - the parser takes it by place
            opened -= len(closed)
            closed.clear()
            if opened > DEEPEST:
                raise Unreadable(DAMAGED)
        parser.Parse(b"", True)  # noqa: FBT003
    except expat.ExpatError:
        raise Unreadable(DAMAGED) from None


def scan_sheet(part: bytes, shared: Sequence[int], odd_styles: Mapping[int, Look]) -> Sight:
    """Look through the XML of one sheet.

    Args:
        part: the XML.
        shared: the length of every shared text.
        odd_styles: the styles whose numbers are shown otherwise than stored.

    Raises:
        Unreadable: when it is damaged or too large.
    """
    scan = _Scan(shared, odd_styles)
    parse(part, scan.starts, text=scan.pieces.append)
    scan.finish()
    return scan.sight


class _Scan:
    """Runs once for every cell of up to 50 MB: what is asked of each cell is kept in plain attributes."""

    def __init__(self, shared: Sequence[int], odd_styles: Mapping[int, Look]) -> None:
        self.sight = Sight()
        self.pieces: list[str] = []
        self.starts: dict[str, Start] = {
            "c": self._cell,
            "v": self._content,
            "t": self._content,
            "f": self._calculated,
            "row": self._line,
            "mergeCell": self._merge,
        }
        self._shared = shared
        self._odd = {str(number) for number in odd_styles}
        self._row = self._column = 0
        self._kind = self._style = ""
        self._open = self._formula = self._value = False
        self._text = 0

    def _line(self, attributes: Attributes) -> None:
        self.finish()
        self._row = _whole(attributes["r"]) if "r" in attributes else self._row + 1
        self._column = 0

    def _cell(self, attributes: Attributes) -> None:
        self.finish()
        reference = attributes.get("r")
        if reference is None:
            self._column += 1
        else:
            self._row, self._column = _place(reference)
        self._kind = attributes.get("t", "n")
        self._style = attributes.get("s", "")
        self._open, self._formula, self._value = True, False, False

    def _content(self, _attributes: Attributes) -> None:
        self._value = True
        self.pieces.clear()

    def _calculated(self, _attributes: Attributes) -> None:
        self._formula = True

    def _merge(self, attributes: Attributes) -> None:
        first, _, last = attributes.get("ref", "").partition(":")
        self.sight.merged.append((*_place(first), *_place(last or first)))

    def finish(self) -> None:
        """Take note of the cell that was begun."""
        if not self._open:
            return
        self._open = False
        if not (self._value or self._formula):
            return
        self.sight.include(self._row, self._column)
        text = "".join(self.pieces).strip() if self._value else ""
        if self._kind == "s":
            self._count(text)
        elif self._kind == "e":
            self.sight.errors[self._row, self._column] = text[:20]
        elif self._formula and not text and self._kind != "str":
            self.sight.unknown.append((self._row, self._column))
        elif self._style in self._odd and self._kind == "n":
            self.sight.styles[self._row, self._column] = int(self._style)

    def _count(self, text: str) -> None:
        number = _whole(text)
        if number >= len(self._shared):
            raise Unreadable(DAMAGED)
        self._text += self._shared[number]
        if self._text > MOST_TEXT:
            raise TooMuch(MUCH_TEXT, most=MOST_TEXT)


def _place(reference: str) -> Place:
    letters = reference.rstrip(DIGITS)
    column, row = _column(letters), _whole(reference[len(letters) :])
    if row < 1:
        raise Unreadable(DAMAGED)
    return row, column


@lru_cache(maxsize=1000)
def _column(letters: str) -> int:
    if not re.fullmatch("[A-Z]{1,3}", letters):
        raise Unreadable(DAMAGED)
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - ord("A") + 1
    return column


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < MOST_DIGITS):
        raise Unreadable(DAMAGED)
    return int(text)


def shared_lengths(part: bytes) -> list[int]:
    """Return how long every shared text is."""
    lengths: list[int] = []
    pieces: list[str] = []

    def start(_attributes: Attributes) -> None:
        pieces.clear()

    def end() -> None:
        lengths.append(sum(map(len, pieces)))

    parse(part, {"si": start}, {"si": end}, pieces.append)
    return lengths


def odd_styles(part: bytes) -> dict[int, Look]:
    """Return the cell styles that show a number otherwise than it is stored, by their number."""
    codes: dict[str, str] = {}
    cells: list[str] = []
    inside = False

    def code(attributes: Attributes) -> None:
        codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")

    def style(attributes: Attributes) -> None:
        if inside:
            cells.append(attributes.get("numFmtId", "0"))

    def begin(_attributes: Attributes) -> None:
        nonlocal inside
        inside = True

    def end() -> None:
        nonlocal inside
        inside = False

    parse(part, {"numFmt": code, "xf": style, "cellXfs": begin}, {"cellXfs": end})
    looks = {number: _look(codes.get(one, "%" if one in _PERCENT_FORMATS else "")) for number, one in enumerate(cells)}
    return {number: look for number, look in looks.items() if look.percent or look.digits}


def _look(code: str) -> Look:
    bare = _QUOTED.sub("", code.partition(";")[0])
    if "%" in bare:
        return Look(percent=True)
    return Look(digits=len(bare)) if re.fullmatch("0{2,}", bare) else Look()


def attributes_of(part: bytes, wanted: str, *names: str) -> list[dict[str, str]]:
    """Return the attributes, by their names without a prefix, of every element of a name."""
    found: list[dict[str, str]] = []

    def start(attributes: Attributes) -> None:
        bare = {key.rpartition(":")[2]: value for key, value in attributes.items()}
        found.append({key: bare.get(key, "") for key in names})

    parse(part, {wanted: start})
    return found
