"""A public bundle shows what everybody may see, proves who published it, and is bound to one exact bundle."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from survey.bundles.archive import pack, unpack
from survey.bundles.contents import MANIFEST, SIGNATURE, bundle_files
from survey.bundles.public import READ_ME, SCORES, Published, expect_from, public_bundle, sign_exact, verify_public
from survey.bundles.signing import Signer, commitment
from survey.bundles.verify import verify
from survey.core.errors import Refused
from survey.core.ids import canonical_json
from survey.scoring.run import RunInputs, score_run
from tests.factories.bundles import COUNTIES, SCHEME, SECRET, filed, held_at, signed

AT = datetime(2026, 12, 20, 8, tzinfo=UTC)
SIGNER = Signer(SECRET)
STRANGER = Signer("another secret of forty characters......")
COUNTY = COUNTIES[0]


def run_of(*parts, value="89.90"):
    parts = parts or (held_at(COUNTY),)
    codes = {code for part in parts for code in (subject.code for subject in part.frozen.subjects)}
    some = [one for one in COUNTIES if one.code in codes]
    return score_run(RunInputs.of(SCHEME, some, [filed(one, value) for one in some], parts))


def public(run=None, rounds=("autumn",), signer=SIGNER):
    return public_bundle(run or run_of(), Published(3, AT, rounds), signer)


def exact(run=None, signer=SIGNER):
    return sign_exact(bundle_files(run or run_of()), signer)


def follows(one, other):
    return expect_from(one, other, verify(other))


def test_it_verifies_with_nothing_but_itself_and_says_what_it_is():
    files = public()
    found = verify_public(unpack(pack(files), "x.zip"))
    assert (found.scheme, found.number, found.published) == ("counties-yearly@2", 3, "2026-12-20T08:00:00+00:00")
    assert (found.signer, found.files, found.rounds) == (SIGNER.fingerprint, len(files) - 2, ("autumn",))
    assert pack(public()) == pack(files), "the same run gives the same bytes"


def test_it_is_no_exact_bundle_and_an_exact_one_is_not_public():
    with pytest.raises(Refused, match="public bundle 1"):
        verify(public())
    with pytest.raises(Refused, match="bundle 1"):
        verify_public(exact())


def test_it_holds_no_counts_no_evidence_and_no_roster():
    names = {name.split("/")[0] for name in public()}
    assert names == {MANIFEST, SIGNATURE, READ_ME, SCORES, "scheme.json", "printed", "questionnaires"}


def test_no_hash_of_exact_figures_is_in_it_for_hidden_cells_could_be_tried_against_it():
    run = run_of()
    text = b"".join(public(run).values()).decode()
    (part,) = run.inputs.rounds
    for digest in (run.content_hash, part.count.figures_hash, part.count.content_hash):
        assert digest[:16] not in text
    assert run.inputs.scheme.content_hash in text, "what everybody knows stays"


def test_the_commitment_cannot_be_tried_out_without_what_opens_it():
    files, other = exact(), exact(run_of(value="89.80"))
    found = json.loads(public()[MANIFEST])["commitment"]
    opening = json.loads(files[SIGNATURE])["opening"]
    assert opening not in json.dumps(json.loads(public()[MANIFEST]))
    assert json.loads(other[SIGNATURE])["opening"] != opening, "each run has its own"
    assert commitment("00" * 32, "11" * 32) != found
    assert json.loads(public(signer=STRANGER)[MANIFEST])["commitment"] != found


def test_an_examiner_shows_that_it_follows_from_the_exact_bundle():
    found = follows(public(), exact())
    assert found.rounds == ("autumn",)
    assert follows(public(rounds=()), exact()).rounds == (), "with or without the rounds' own tables"


@pytest.mark.parametrize("change", ["figure", "count", "signer"])
def test_another_exact_bundle_is_told(change):
    other = {
        "figure": lambda: exact(run_of(value="89.80")),
        "count": lambda: exact(run_of(held_at(COUNTY, contact="another"))),
        "signer": lambda: exact(signer=STRANGER),
    }[change]()
    with pytest.raises(Refused, match=r"bound to another exact bundle|is signed by"):
        follows(public(), other)


def test_a_table_that_does_not_follow_is_named_though_it_is_signed():
    # Given an office that publishes another score than it computed, and binds itself to the true bundle
    files = public()
    document = json.loads(files[SCORES])
    document["tables"][0]["rows"][0]["score"] = "99.00"
    forged = _signed_again(files, {SCORES: canonical_json(document)})
    verify_public(forged)
    # When an examiner has both, then the place is named
    with pytest.raises(Refused, match=r"scores\.json: tables > overview .*99\.00 in the bundle"):
        follows(forged, exact())


def _signed_again(files, changed):
    import hashlib

    files = files | changed
    manifest = json.loads(files[MANIFEST])
    manifest["files"] |= {name: hashlib.sha256(data).hexdigest() for name, data in changed.items()}
    files[MANIFEST] = canonical_json(manifest)
    return files | {SIGNATURE: canonical_json(SIGNER.sign(files[MANIFEST]))}


def test_a_count_that_several_places_made_has_no_tables_of_its_own_in_it():
    run = run_of(*(held_at(one) for one in COUNTIES))
    assert not [name for name in public(run) if name.startswith(("printed/", "questionnaires/"))]
    assert follows(public(run), exact(run)).rounds == ()


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        (SCORES, b'{"a":1}', "was changed after the bundle was signed"),
        (MANIFEST, b"{}", "manifest.json or signature.json was changed"),
        ("evidence.json", b"[]", "which its manifest does not name"),
    ],
)
def test_what_was_changed_is_named(name, content, told):
    with pytest.raises(Refused, match=told):
        verify_public(public() | {name: content})


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"commitment": "12"}, "does not have the form"),
        ({"run": "3"}, "does not have the form"),
        ({"scheme": 3}, "does not have the form"),
        ({"minsheng": "bundle 9"}, "has the format bundle 9"),
    ],
)
def test_a_manifest_of_another_form_is_told(change, told):
    files = public()
    files[MANIFEST] = canonical_json(json.loads(files[MANIFEST]) | change)
    with pytest.raises(Refused, match=told):
        verify_public(files | {SIGNATURE: canonical_json(SIGNER.sign(files[MANIFEST]))})


def test_a_file_that_no_public_bundle_has_is_told_though_it_is_signed():
    with pytest.raises(Refused, match=r"A public bundle has no file evidence\.json"):
        verify_public(_signed_again(public(), {"evidence.json": b"[]"}))
    with pytest.raises(Refused, match="no canonical JSON"):
        verify_public(_signed_again(public(), {SCORES: b"{ }"}))


def test_an_exact_bundle_of_an_earlier_version_says_that_it_cannot_open_the_commitment():
    files = signed(bundle_files(run_of()))
    with pytest.raises(Refused, match="export it with this version"):
        follows(public(), files)


def test_another_signer_than_expected_is_told():
    with pytest.raises(Refused, match="not by 0000"):
        verify_public(public(), signer="0000")


def test_a_reader_finds_in_it_what_it_proves_and_what_not():
    words = public()[READ_ME].decode()
    assert "不能证明" in words
    assert "It does not prove that the scores are right" in words


def test_remarks_stay_in_the_office():
    part = held_at(COUNTY)
    assert part.count.texts
    assert not any("一句只有考核办看得到的话".encode() in data for data in public(run_of(replace(part))).values())
