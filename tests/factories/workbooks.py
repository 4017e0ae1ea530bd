"""Workbooks as people and attackers make them."""

import io
import zipfile

from xlsxwriter import Workbook

ROWS = (("code", "name"), ("001", "城关区"), ("2", "七里河区"))


def workbook(*sheets, rows=ROWS, hidden=(), **options):
    """Return the bytes of a workbook: pairs of a title and rows, or one sheet of ``rows``.

    A cell is a value, or a value with the options of its format.
    """
    file = io.BytesIO()
    with Workbook(file, {"in_memory": True, **options}) as book:
        for title, lines in sheets or [("Sheet1", rows)]:
            sheet = book.add_worksheet(title)
            if title in hidden:
                sheet.hide()
            for row, cells in enumerate(lines):
                for column, cell in enumerate(cells):
                    value, shape = cell if isinstance(cell, tuple) else (cell, None)
                    if value is None:
                        continue
                    write = sheet.write_string if isinstance(value, str) and value[:1] != "=" else sheet.write
                    write(row, column, value, book.add_format(shape) if shape else None)
    return file.getvalue()


def parts_of(data):
    """Return the parts of a packed file by name."""
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def packed(parts, method=zipfile.ZIP_DEFLATED):
    """Pack parts into a file."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as out:
        for name, part in parts.items():
            out.writestr(name, part)
    return file.getvalue()


def changed(data, changes):
    """Return a workbook with other parts; a function changes what is there, None takes it out."""
    parts = parts_of(data)
    for name, change in changes.items():
        part = change(parts[name]) if callable(change) else change
        if part is None:
            del parts[name]
        else:
            parts[name] = part.encode() if isinstance(part, str) else part
    return packed(parts)


def with_cells(xml):
    """Return a workbook whose sheet holds this XML in place of its rows."""
    name = "xl/worksheets/sheet1.xml"

    def other(part):
        before, _, rest = part.partition(b"<sheetData>")
        return before + b"<sheetData>" + xml.encode() + b"</sheetData>" + rest.partition(b"</sheetData>")[2]

    return changed(workbook(), {name: other})


def bomb(unpacked):
    """Return a workbook of one sheet whose rows unpack to so many bytes."""
    row = '<row><c t="inlineStr"><is><t>' + "0" * 9000 + "</t></is></c></row>"
    return with_cells(row * (unpacked // len(row)))


def lying(data):
    """Return a packed file whose every part says that it holds one byte."""
    file = bytearray(data)
    for mark, place in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        at = file.find(mark)
        while at >= 0:
            file[at + place : at + place + 4] = b"\1\0\0\0"
            at = file.find(mark, at + 4)
    return bytes(file)
