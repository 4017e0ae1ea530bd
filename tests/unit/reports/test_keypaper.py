"""The paper copy gives the key back: from its QR code, and typed from its page; both open an envelope."""

import unicodedata

import pypdfium2
import pytest
import zxingcpp
from pypdfium2 import raw

from survey.ballots.envelope import binding, seal, unseal
from survey.core.errors import Refused
from survey.core.keys import new_trustee_key, read_key_text, read_private_key, read_public_key, restore_trustee_key
from survey.core.keytext import KeyText
from survey.reports.keypaper import write_paper

SECRET = "correct horse"
INFO = binding("ab" * 32, "620102", "A")


def same(sentence):
    return sentence


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("paper")
    new_trustee_key("监督员甲", folder / "a.key", folder / "a.pub", SECRET)
    write_paper(read_key_text(folder / "a.key"), folder / "a.pdf", same)
    return folder


def scanned(pdf, dpi=150):
    with pypdfium2.PdfDocument(pdf) as document:
        (page,) = document
        image = page.render(scale=dpi / 72).to_numpy()
    (code,) = zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormat.QRCode)
    return code.text


def printed(pdf):
    """Return the page's text line by line, as somebody reads it."""
    with pypdfium2.PdfDocument(pdf) as document:
        return document[0].get_textpage().get_text_bounded()


def restored(folder, text, out):
    restore_trustee_key(KeyText.read(text), out / "back.key", out / "back.pub", SECRET)
    return read_private_key(out / "back.key", SECRET)


def test_the_key_scanned_from_the_paper_opens_an_envelope(folder, tmp_path):
    sealed = seal(b"a ballot", 50, [read_public_key(folder / "a.pub")], INFO)

    key = restored(folder, scanned(folder / "a.pdf"), tmp_path)

    assert unseal(sealed, [key], INFO).rstrip(b"\0") == b"a ballot"
    assert (tmp_path / "back.key").read_bytes() == (folder / "a.key").read_bytes()
    assert (tmp_path / "back.pub").read_bytes() == (folder / "a.pub").read_bytes()


def test_the_key_typed_from_the_page_opens_an_envelope(folder, tmp_path):
    sealed = seal(b"a ballot", 50, [read_public_key(folder / "a.pub")], INFO)
    typed = printed(folder / "a.pdf").lower()

    key = restored(folder, typed, tmp_path)

    assert unseal(sealed, [key], INFO).rstrip(b"\0") == b"a ballot"


def test_the_paper_has_the_text_and_nothing_that_is_not_encrypted(folder):
    text = read_key_text(folder / "a.key")
    page = "".join(printed(folder / "a.pdf").split())

    assert scanned(folder / "a.pdf") == str(text)
    for line in str(text).splitlines():
        assert "".join(line.split()) in page
    secret = read_private_key(folder / "a.key", SECRET).secret
    for form in (secret.hex(), secret.hex().upper()):
        assert form not in page


def test_the_paper_is_its_owners_alone_and_the_same_every_time(folder, tmp_path):
    write_paper(read_key_text(folder / "a.key"), tmp_path / "again.pdf", same)

    assert (tmp_path / "again.pdf").read_bytes() == (folder / "a.pdf").read_bytes()
    assert (folder / "a.pdf").stat().st_mode & 0o077 == 0


def test_every_font_is_embedded(folder):
    with pypdfium2.PdfDocument(folder / "a.pdf") as document:
        fonts = [item.get_font() for item in document[0].get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT])]
        assert fonts
        assert all(font.is_embedded for font in fonts)


@pytest.mark.parametrize("name", ["甲" * 40, "W" * 40, "A Trustee (second) of the Party School"])
def test_the_longest_names_stay_on_the_page(folder, tmp_path, name):
    text = read_key_text(folder / "a.key")
    long = KeyText(name, text.fingerprint, text.locked)
    write_paper(long, tmp_path / "long.pdf", same)

    assert scanned(tmp_path / "long.pdf") == str(long)
    with pypdfium2.PdfDocument(tmp_path / "long.pdf") as document:
        page = document[0]
        edges = [item.get_bounds() for item in page.get_objects()]
        assert all(left >= 0 and bottom >= 0 and right <= 596 and top <= 842 for left, bottom, right, top in edges)
        assert min(bottom for _, bottom, _, _ in edges) > 30
    assert name in unicodedata.normalize("NFKC", printed(tmp_path / "long.pdf")).replace("\r\n", "")


def test_a_name_that_cannot_be_printed_is_refused_before_there_is_a_file(folder, tmp_path):
    text = read_key_text(folder / "a.key")

    with pytest.raises(Refused, match=r"U\+1F600"):
        write_paper(KeyText("😀", text.fingerprint, text.locked), tmp_path / "none.pdf", same)
    assert not (tmp_path / "none.pdf").exists()
