"""A bundle's file: the same bytes anywhere; what is no bundle is told in one sentence, at once."""

import io
import random
import time
import zipfile

import pytest

from survey.bundles import archive
from survey.bundles.archive import pack, read_archive, unpack, write_archive
from survey.core.errors import Refused

FILES = {"scheme.json": b"{}", "rounds/autumn/ab12/count.json": b'{"n":1}', "manifest.json": b"[]"}


def refused(data):
    started = time.perf_counter()
    with pytest.raises(Refused) as told:
        unpack(data, "x.zip")
    assert time.perf_counter() - started < 1
    return str(told.value)


def zipped(entries, compression=zipfile.ZIP_STORED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as made:
        for name, data in entries:
            made.writestr(name, data)
    return out.getvalue()


def test_the_same_files_give_the_same_bytes():
    assert pack(FILES) == pack(dict(reversed(FILES.items())))
    assert unpack(pack(FILES), "x.zip") == FILES
    dates = {entry.date_time for entry in zipfile.ZipFile(io.BytesIO(pack(FILES))).infolist()}
    assert dates == {(1980, 1, 1, 0, 0, 0)}


def test_written_whole_or_not_at_all(tmp_path):
    file = tmp_path / "a.zip"
    write_archive(file, FILES)
    assert read_archive(file) == FILES
    assert [one.name for one in tmp_path.iterdir()] == ["a.zip"]
    with pytest.raises(Refused, match="exists already"):
        write_archive(file, FILES)
    with pytest.raises(Refused, match="There is no file"):
        read_archive(tmp_path / "none.zip")


def test_the_order_in_the_archive_does_not_matter():
    assert unpack(zipped(reversed(FILES.items())), "x.zip") == FILES


def test_a_file_that_is_too_large_is_not_read(tmp_path, monkeypatch):
    file = tmp_path / "a.zip"
    write_archive(file, FILES)
    monkeypatch.setattr(archive, "LARGEST_BUNDLE", 100)
    with pytest.raises(Refused, match="at most 100"):
        read_archive(file)


@pytest.mark.parametrize("data", [b"", b"PK", b"no archive at all" * 9, b"\0" * 10_000])
def test_what_is_no_archive(data):
    assert "x.zip is no bundle, or it was damaged" in refused(data)


def test_every_truncation_is_refused():
    data = pack(FILES)
    for length in range(len(data)):
        assert "x.zip" in refused(data[:length])


def test_random_damage_is_refused_or_changes_nothing_but_contents():
    # Given the archive with one byte changed, a thousand times
    data, chance = pack(FILES), random.Random(4)  # noqa: S311 - the same damage for everybody
    for _ in range(1000):
        damaged = bytearray(data)
        damaged[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        # When it is read, then it is refused in words, or only a part that nobody reads was hit
        try:
            found = unpack(bytes(damaged), "x.zip")
        except Refused:
            continue
        assert set(found.values()) <= set(FILES.values())


@pytest.mark.parametrize(
    "name",
    ["../scheme.json", "/etc/passwd", "a//b", "a/../b", "C:\\x", "a\\b", ".hidden", "a/" * 5 + "b", "é", "a\0b"],
)
def test_names_that_no_bundle_has(name):
    # The library cleans some names when writing, so the bytes are made by hand.
    raw = name.encode()
    assert "which no bundle has" in refused(zipped([("n" * len(raw), b"{}")]).replace(b"n" * len(raw), raw))


def test_the_same_name_twice():
    with pytest.warns(UserWarning, match="Duplicate"):
        data = zipped([("scheme.json", b"{}"), ("scheme.json", b"[]")])
    assert "holds the file scheme.json twice" in refused(data)


def test_a_bomb_is_not_unpacked():
    assert "packed or encrypted" in refused(zipped([("scheme.json", b"0" * 200_000_000)], zipfile.ZIP_DEFLATED))


def test_files_that_share_their_bytes_are_refused():
    # Given a directory in which many files stand at the same place
    data = zipped([(f"n{i:03d}", b"x" * (1000 if i == 0 else 0)) for i in range(100)])
    with zipfile.ZipFile(io.BytesIO(data)) as made:
        first = made.infolist()[0]
    start = data.index(b"PK\1\2")
    entry = bytearray(data[start : start + 46])
    entry[16:28] = first.CRC.to_bytes(4, "little") + (1000).to_bytes(4, "little") * 2
    head, directory = data[:start], data[start:]
    shared = b"".join(bytes(entry[:42]) + bytes(4) + directory[i * 50 + 46 : i * 50 + 50] for i in range(100))
    assert "no bundle, or it was damaged" in refused(head + shared + directory[len(shared) :])


def test_too_many_files_are_refused_before_they_are_read():
    assert "at most 20,000" in refused(zipped([(f"n{i}", b"") for i in range(20_001)]))
    huge = bytearray(pack(FILES))
    huge[-10:-6] = (2**32 - 1).to_bytes(4, "little")
    assert "at most 20,000" in refused(bytes(huge))


def test_a_large_archive_or_one_with_a_comment_is_none_of_ours():
    data = pack(FILES)
    assert "no bundle" in refused(data[:-2] + b"\x03\x00abc")
    assert "no bundle" in refused(data[:-22] + b"PK\6\7" + bytes(16) + data[-22:])


def test_an_encrypted_file_is_refused():
    data = bytearray(pack(FILES))
    data[data.index(b"PK\1\2") + 8] |= 1
    assert "packed or encrypted" in refused(bytes(data))
