"""Trustees sign a count twice: whole, and the figures alone, which may leave the office without the remarks."""

import json
from dataclasses import replace

import pytest

from survey.counting.figures import Count
from survey.counting.signed import SignedCount, figures_signed_by, read_signed, sign
from tests.factories.bundles import COUNTIES, TRUSTEES, held_at

PART = held_at(COUNTIES[0])
PUBLIC = [key.public for key in TRUSTEES]


def test_the_figures_have_one_hash_with_and_without_the_remarks():
    alone = PART.count.without_texts()
    assert PART.count.texts
    assert alone.texts == ()
    assert alone.figures_hash == PART.count.figures_hash == alone.content_hash != PART.count.content_hash
    kept = Count.read(PART.count.to_bytes())
    assert kept.without_texts().to_bytes() == alone.to_bytes() == Count.read(alone.to_bytes()).to_bytes()
    assert b"texts" not in alone.to_bytes()


def test_the_figures_are_checked_against_the_trustees_without_the_remarks():
    signed = sign(PART.count, TRUSTEES)
    for key in PUBLIC:
        assert signed.is_signed_by(key)
        assert figures_signed_by(key, PART.count.without_texts(), signed.signatures)
        assert not figures_signed_by(key, replace(PART.count, urn_root="other"), signed.signatures)
    assert not figures_signed_by(PUBLIC[0], PART.count, signed.signatures[1:])


def test_remarks_are_signed_as_part_of_the_whole_only():
    other = replace(PART.count, texts=())
    signed = SignedCount(other, sign(PART.count, TRUSTEES).signatures)
    assert not signed.is_signed_by(PUBLIC[0])
    assert figures_signed_by(PUBLIC[0], other, signed.signatures)


def test_a_count_whose_figures_were_not_signed_yet_is_still_read(tmp_path):
    old = [{name: one[name] for name in ("fingerprint", "signature")} for one in sign(PART.count, TRUSTEES).signatures]
    SignedCount(PART.count, tuple(old)).write(tmp_path / "old.count")
    read = read_signed(tmp_path / "old.count")
    assert all(read.is_signed_by(key) for key in PUBLIC)
    assert not any(figures_signed_by(key, read.count, read.signatures) for key in PUBLIC)


def test_what_is_signed_goes_into_a_file_and_comes_back(tmp_path):
    signed = sign(PART.count, TRUSTEES)
    signed.write(tmp_path / "a.count")
    assert read_signed(tmp_path / "a.count").signatures == signed.signatures
    assert set(json.loads((tmp_path / "a.count").read_bytes())["signatures"][0]) == {
        "fingerprint",
        "signature",
        "figures",
    }


@pytest.mark.parametrize("wrong", ["00" * 64, "00", "zz", ""])
def test_a_wrong_signature_over_the_figures_is_a_wrong_signature(wrong):
    first, second = sign(PART.count, TRUSTEES).signatures
    signed = SignedCount(PART.count, ({**first, "figures": wrong}, second))
    assert not signed.is_signed_by(PUBLIC[0])
    assert signed.is_signed_by(PUBLIC[1])
