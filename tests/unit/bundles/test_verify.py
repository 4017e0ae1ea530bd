"""A bundle is computed anew from nothing but itself; whatever was changed is named."""

import json
import re
import time
import tomllib
from pathlib import Path

import pytest

from survey.bundles.archive import pack, unpack
from survey.bundles.contents import EVIDENCE, MANIFEST, RESULTS, SCHEME, SIGNATURE, SUBJECTS, bundle_files, manifest
from survey.bundles.signing import Signer
from survey.bundles.verify import verify
from survey.core.errors import Refused, SurveyError
from survey.core.ids import canonical_json
from survey.scoring.run import score_run
from tests.factories.bundles import COUNTIES, SECRET, TRUSTEES, bundle, held_at, inputs, signed

NAMES = sorted(bundle())
PRINTED = "printed/autumn.json"
ONE = next(name for name in NAMES if name.endswith("count.json")).rsplit("/", 1)[0]


def refused(files, **options):
    started = time.perf_counter()
    with pytest.raises(SurveyError) as told:
        verify(files, **options)
    assert time.perf_counter() - started < 1
    return str(told.value)


def edited(files, name, edit):
    """Return the bundle with one document changed in place, and signed again by whoever has the secret."""
    document = json.loads(files[name])
    edit(document)
    changed = files | {name: canonical_json(document)}
    changed[MANIFEST] = canonical_json(manifest_of(changed))
    return signed(changed)


def manifest_of(files):
    others = {name: data for name, data in files.items() if name not in (MANIFEST, SIGNATURE)}
    return manifest(score_run(inputs()), others, json.loads(files[MANIFEST])["software"])


# --- a sound bundle ----------------------------------------------------------------------------------------------


def test_a_bundle_verifies_with_nothing_but_itself():
    files = bundle()
    verified = verify(unpack(pack(files), "x.zip"))
    assert verified.run.content_hash == score_run(inputs()).content_hash
    assert verified.signer == Signer(SECRET).fingerprint
    assert verified.files == len(files) - 2
    assert [(one.round, one.ballots, one.unsigned) for one in verified.counts] == [
        ("autumn", 30, ()),
        ("autumn", 29, ()),
    ]
    assert set(verified.counts[0].keys) == {key.public.fingerprint for key in TRUSTEES}


def test_the_same_run_gives_the_same_bytes_and_no_float_stands_in_them():
    assert pack(bundle()) == pack(bundle())
    for data in bundle().values():
        assert json.loads(data, parse_float=pytest.fail) is not None


def test_the_manifest_says_what_it_is():
    document = json.loads(bundle()[MANIFEST])
    project = tomllib.loads(Path("pyproject.toml").read_text())["project"]
    assert (document["minsheng"], document["software"]) == ("bundle 1", project["version"])
    assert document["scheme"] == "counties-yearly@2"
    assert set(document["files"]) == set(NAMES) - {MANIFEST, SIGNATURE}


def test_no_remark_leaves_the_office_and_none_can_be_tried_out():
    files = bundle()
    assert not any("一句只有考核办看得到的话".encode() in data for data in files.values())
    # A signature over the count with its remarks would tell who guesses them that they are right.
    whole = {one["signature"] for county in COUNTIES for one in held_at(county).signatures}
    assert not any(signature.encode() in data for data in files.values() for signature in whole)


def test_the_printed_tables_hide_small_cells_as_shown():
    tables = {table["name"]: table["rows"] for table in json.loads(bundle()[PRINTED])["tables"]}
    small = [row for row in tables["items"] if row["code"] == "620103"]
    assert small, tables.keys()
    assert "3" not in {str(value) for row in small for value in row.values()}, "three said very satisfied"


def test_the_office_s_seal_has_no_trustees_and_says_so():
    verified = verify(bundle(*(held_at(county, seal="office") for county in COUNTIES)))
    assert {one.seal for one in verified.counts} == {"office"}


def test_a_scheme_written_in_another_order_gives_the_same_result():
    files = bundle()
    assert json.loads(files[SCHEME])["types"][0]["weights"] == {"economy": "70", "public": "30"}
    assert verify(files)


# --- whatever was changed is named -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_every_file_edited_without_the_secret_is_named(name):
    files = bundle()
    digits = [match.start() for match in re.finditer(rb"[0-9]", files[name])]
    for place in digits[:: max(1, len(digits) // 25)]:
        data = bytearray(files[name])
        data[place] = ord("0") + (data[place] - ord("0") + 1) % 10
        told = refused(files | {name: bytes(data)})
        assert name in told or (name == MANIFEST and "manifest.json or signature.json" in told), (place, told)


@pytest.mark.parametrize("name", NAMES)
def test_every_file_that_is_gone_is_named(name):
    files = bundle()
    del files[name]
    assert f"The bundle has no {name}" in refused(files)


def test_a_file_that_nobody_signed_is_named():
    assert "holds more.json, which its manifest does not name" in refused(bundle() | {"more.json": b"{}"})
    files = bundle() | {"more.json": b"{}"}
    files[MANIFEST] = canonical_json(manifest_of(files))
    assert "holds more.json, which does not follow from its inputs" in refused(signed(files))


def test_a_changed_result_is_named_by_its_place_though_nobody_signed_it_again():
    files = bundle()
    score = json.loads(files[RESULTS])["results"]["units"][0]["score"]
    changed = files[RESULTS].replace(json.dumps(score).encode(), b'"99.123456"', 1)
    told = refused(files | {RESULTS: changed})
    assert told == f"results.json: results > units > 620102 > score: {score} here, 99.123456 in the bundle"


def raise_score(document):
    document["results"]["units"][1]["score"] = "95.000001"


def raise_printed(document):
    document["tables"][0]["rows"][0]["rank"] = 7


def reword(document):
    document["title"]["zh"] = "别的问卷"


def other_run(document):
    document["run_hash"] = "0" * 64


INSIDE = {
    "results": (RESULTS, raise_score, "results.json: results > units > 620103 > score: "),
    "printed": (PRINTED, raise_printed, "printed/autumn.json: tables > units > rows > 620102 > rank: 1 here, 7 in"),
    "questionnaire": ("questionnaires/satisfaction@3.json", reword, "title > zh: 满意度调查 here, 别的问卷 in"),
    "evidence": (
        EVIDENCE,
        lambda some: some[0].update(value="99"),
        "results.json: inputs > evidence > 620102 > value: 99",
    ),
    "subjects": (
        SUBJECTS,
        lambda some: some[0].update(name="别县"),
        "results.json: inputs > subjects > 620102 > name: 别县",
    ),
    "scheme": (SCHEME, lambda scheme: scheme["types"][0].update(zh="别的"), "results.json: inputs > scheme > types"),
    "figures": (
        f"{ONE}/count.json",
        lambda count: count["piles"][0]["counts"].update(vs=13),
        "the trustee with the key",
    ),
    "turnout": (
        f"{ONE}/turnout.json",
        lambda turnout: turnout["dispositions"][0].update(void=3),
        "printed/autumn.json",
    ),
    "frozen": (
        f"{ONE}/frozen.json",
        lambda frozen: frozen["definition"].update(contact="110"),
        f"{ONE}/frozen.json in the bundle is not",
    ),
    "a trustee": (
        f"{ONE}/signatures.json",
        lambda some: some[0].update(figures="00" * 64),
        "the trustee with the key",
    ),
    "a signature that is none": (
        f"{ONE}/signatures.json",
        lambda some: some[0].update(figures="zz"),
        "the trustee with the key",
    ),
    "one evidence too many": (
        EVIDENCE,
        lambda some: some.append(some[0] | {"subject": "nobody"}),
        "evidence.json: nobody",
    ),
    "an unknown field": (SCHEME, lambda scheme: scheme.update(colour="red"), "scheme.json in the bundle does not have"),
    "a remark": (f"{ONE}/count.json", lambda count: count.update(texts=[]), "count.json: texts"),
    "votes below 0": (
        f"{ONE}/count.json",
        lambda count: count["piles"][0]["counts"].update(vs=-1),
        "that no count of this round can have",
    ),
    "votes that are words": (
        f"{ONE}/count.json",
        lambda count: count["piles"][0]["counts"].update(vs="12"),
        "that no count of this round can have",
    ),
    "votes for nothing": (
        f"{ONE}/count.json",
        lambda count: count["piles"][0]["counts"].update(xx=1),
        "that no count of this round can have",
    ),
    "another subject": (
        f"{ONE}/count.json",
        lambda count: count["piles"][0].update(subject="6299"),
        "that no count of this round can have",
    ),
    "another item": (
        f"{ONE}/count.json",
        lambda count: count["piles"][0].update(item="none"),
        f"{ONE} in the bundle does not have the form",
    ),
    "another round": (f"{ONE}/count.json", lambda count: count.update(round="winter"), "is of another round"),
    "turnout of nobody": (
        f"{ONE}/turnout.json",
        lambda turnout: turnout["dispositions"][0].update(group="none"),
        "that no count of this round can have",
    ),
}


@pytest.mark.parametrize("case", INSIDE)
def test_who_has_the_secret_cannot_change_anything_either(case):
    name, edit, told = INSIDE[case]
    assert told in refused(edited(bundle(), name, edit))


def test_another_run_hash_is_named():
    files = bundle()
    document = json.loads(files[MANIFEST])
    other_run(document)
    assert "manifest.json: run_hash: " in refused(signed(files | {MANIFEST: canonical_json(document)}))


def test_a_later_version_is_told_where_the_figures_part():
    files = bundle()
    document = json.loads(files[MANIFEST]) | {"software": "9.9"}
    changed = edited(signed(files | {MANIFEST: canonical_json(document)}), RESULTS, raise_score)
    assert "which version 9.9 made; this is version" in refused(changed)
    document["minsheng"] = "bundle 2"
    assert "The bundle has the format bundle 2" in refused(signed(files | {MANIFEST: canonical_json(document)}))


# --- who signed --------------------------------------------------------------------------------------------------


def test_who_signed_is_compared_with_who_should_have():
    files, right = bundle(), Signer(SECRET).fingerprint
    assert verify(files, signer=right.replace(" ", "").upper())
    other = signed(files, secret="another secret")
    assert verify(other).signer != right
    assert f"not by {right}" in refused(other, signer=right)


@pytest.mark.parametrize(
    "change",
    [
        {"signature": "00" * 64},
        {"signature": "00"},
        {"signature": "zz"},
        {"signature": None},
        {"public_key": "00" * 32},
        {"public_key": "00"},
        {"public_key": ["a"]},
        {"fingerprint": "0000"},
    ],
)
def test_a_signature_that_does_not_fit(change):
    files = bundle()
    document = json.loads(files[SIGNATURE]) | change
    told = refused(files | {SIGNATURE: canonical_json(document)})
    assert "manifest.json or signature.json was changed" in told


def test_a_count_whose_trustees_did_not_sign_the_figures_is_told():
    part = held_at(COUNTIES[0])
    old = [{name: one[name] for name in ("fingerprint", "signature")} for one in part.signatures]
    verified = verify(bundle(type(part)(part.frozen, part.count, part.turnout, {}, tuple(old)), held_at(COUNTIES[1])))
    unsigned = {one.origin: one.unsigned for one in verified.counts}
    assert len(unsigned[part.frozen.content_hash[:16]]) == 2
    assert sorted(map(len, unsigned.values())) == [0, 2]


# --- what is no JSON of ours -------------------------------------------------------------------------------------

BROKEN = {
    "ten thousand brackets": b"[" * 10_000 + b"]" * 10_000,
    "deep, but read": b"[" * 400 + b"]" * 400,
    "not UTF-8": b'{"a":"\xff"}',
    "half a surrogate": b'{"a":"\\ud800"}',
    "NaN": b'{"a":NaN}',
    "infinite": b'{"a":-Infinity}',
    "a float": b'{"a":1.5}',
    "a number without end": b'{"a":' + b"9" * 10_000 + b"}",
    "the same key twice": b'{"a":1,"a":1}',
    "spaces": b'{"a": 1}',
    "nothing": b"",
    "a text": b'"a"',
    "a number": b"1",
    "a list": b"[1,2]",
    "an object": b'{"a":{"b":[]}}',
    "null": b"null",
}


@pytest.mark.parametrize("data", BROKEN.values(), ids=BROKEN)
@pytest.mark.parametrize("name", NAMES)
def test_what_is_no_file_of_a_bundle_is_told_at_once(name, data):
    files = bundle() | {name: data}
    if name not in (MANIFEST, SIGNATURE):
        files[MANIFEST] = canonical_json(manifest_of(files))
    told = refused(signed(files) if name != SIGNATURE else files)
    assert told
    assert "Traceback" not in told


def test_counts_that_do_not_fit_together_are_refused():
    files = bundle_files(score_run(inputs()))
    other = held_at(COUNTIES[1], rules={"minimum": 2})
    with pytest.raises(Refused, match="rules > minimum is"):
        score_run(inputs(held_at(COUNTIES[0]), other))
    assert files
