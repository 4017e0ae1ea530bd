"""A page compressed in pieces is a page that every gzip reader takes."""

import gzip
import io
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.web.prepared import PreparedPage


@given(st.binary(max_size=3000), st.binary(max_size=300), st.binary(max_size=3000))
def test_gzipped_gives_back_plain(before, hole, after):
    page = PreparedPage(before, after)
    assert page.plain(hole) == before + hole + after
    assert gzip.decompress(page.gzipped(hole)) == before + hole + after


@pytest.mark.parametrize("size", [0, 1, 65_535])
def test_holes_of_every_size(size):
    page = PreparedPage(b"before", b"after")
    hole = b"x" * size
    assert gzip.GzipFile(fileobj=io.BytesIO(page.gzipped(hole))).read() == b"before" + hole + b"after"


def test_a_reader_that_gets_it_in_pieces():
    packed = PreparedPage(b"a" * 5000, b"b" * 5000).gzipped(b"hole")
    reader = zlib.decompressobj(16 + zlib.MAX_WBITS)
    got = b"".join(reader.decompress(packed[i : i + 7]) for i in range(0, len(packed), 7))
    assert got == b"a" * 5000 + b"hole" + b"b" * 5000
    assert reader.eof
    assert reader.unused_data == b""
