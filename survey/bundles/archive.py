"""The bundle as one file: a plain ZIP whose bytes depend on nothing but its contents.

Nothing is compressed, sorted by name, dated 1980. What is read is bounded, and never written to a disk.
"""

import io
import re
import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path

from survey.core.errors import N_, Refused

LARGEST_BUNDLE = 500_000_000
MOST_FILES = 20_000
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9@._-]{0,79}(/[A-Za-z0-9][A-Za-z0-9@._-]{0,79}){0,3}")
LONGEST_ENTRY = 500
"""Bytes that the directory of an archive has for one file."""

_BEGINNING = (1980, 1, 1, 0, 0, 0)
_UNIX, _PLAIN_FILE = 3, 0o100644 << 16
_END, _END_OF_LARGE = b"PK\5\6", b"PK\6\7"
# Signature, two disk numbers, files on this disk and in all, size and place of the directory, length of a comment.
_END_RECORD = struct.Struct("<4s4HLLH")
_LOCATOR = 20
_ENCRYPTED = 1

DAMAGED = (
    zipfile.BadZipFile,
    struct.error,
    ValueError,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,
)
"""What the library raises for archives that are none."""


def pack(files: Mapping[str, bytes]) -> bytes:
    """Return the archive of some files by name; the same bytes on any machine."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _BEGINNING)
            entry.create_system, entry.external_attr = _UNIX, _PLAIN_FILE
            archive.writestr(entry, files[name])
    return out.getvalue()


def write_archive(file: Path, files: Mapping[str, bytes]) -> None:
    """Write an archive; killed half-way it leaves nothing under the file's name.

    Raises:
        Refused: when the file exists.
    """
    if file.exists():
        raise Refused(N_("%(file)s exists already; nothing is overwritten"), file=file)
    part = file.with_name(file.name + ".part")
    part.write_bytes(pack(files))
    part.rename(file)


def read_archive(file: Path) -> dict[str, bytes]:
    """Return the files of an archive by name, whatever their order.

    Raises:
        Refused: when it is missing, too large, damaged, packed, or has names that no bundle has.
    """
    try:
        size = file.stat().st_size
        if size > LARGEST_BUNDLE:
            raise Refused(
                N_("%(file)s has %(n)s bytes; a bundle has at most %(most)s"), file=file, n=size, most=LARGEST_BUNDLE
            )
        data = file.read_bytes()
    except FileNotFoundError as error:
        raise Refused(N_("There is no file %(file)s"), file=file) from error
    return unpack(data, file.name)


def unpack(data: bytes, file: str) -> dict[str, bytes]:
    """Return the files of an archive by name; see ``read_archive``."""
    _check_end(data, file)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_names(archive.infolist(), len(data), file)
            return {entry.filename: archive.read(entry) for entry in archive.infolist()}
    except DAMAGED as error:
        raise _damaged(file) from error


def _damaged(file: str) -> Refused:
    return Refused(N_("%(file)s is no bundle, or it was damaged"), file=file)


def _check_end(data: bytes, file: str) -> None:
    """Refuse by its last bytes what would take long to read."""
    if len(data) < _END_RECORD.size:
        raise _damaged(file)
    signature, _, _, _, n, size, _, comment = _END_RECORD.unpack(data[-_END_RECORD.size :])
    large = data[: -_END_RECORD.size][-_LOCATOR:].startswith(_END_OF_LARGE)
    if signature != _END or comment or large:
        raise _damaged(file)
    if n > MOST_FILES or size > MOST_FILES * LONGEST_ENTRY:
        raise Refused(N_("%(file)s holds %(n)s files; a bundle has at most %(most)s"), file=file, n=n, most=MOST_FILES)


def _check_names(entries: list[zipfile.ZipInfo], size: int, file: str) -> None:
    seen: set[str] = set()
    if len(entries) > MOST_FILES:
        raise Refused(
            N_("%(file)s holds %(n)s files; a bundle has at most %(most)s"), file=file, n=len(entries), most=MOST_FILES
        )
    for entry in entries:
        name = entry.orig_filename
        if not NAME.fullmatch(name) or name != entry.filename:
            raise Refused(
                N_("%(file)s holds a file with the name %(name)s, which no bundle has"), file=file, name=repr(name)[:80]
            )
        if name in seen:
            raise Refused(N_("%(file)s holds the file %(name)s twice"), file=file, name=name)
        seen.add(name)
        if entry.compress_type != zipfile.ZIP_STORED or entry.flag_bits & _ENCRYPTED:
            raise Refused(
                N_("%(file)s holds %(name)s packed or encrypted; the files of a bundle are stored as they are"),
                file=file,
                name=name,
            )
    if sum(entry.file_size for entry in entries) > size:
        raise _damaged(file)
