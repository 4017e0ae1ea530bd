"""Verify a bundle with nothing but itself: signatures and hashes, then everything computed anew and compared. Pure."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from survey.bundles.contents import (
    EVIDENCE,
    MANIFEST,
    ORIGIN,
    SCHEME,
    SIGNATURE,
    SUBJECTS,
    derived_documents,
    input_documents,
    manifest,
    origin_of,
)
from survey.bundles.reading import compare, json_of, listed_in, mapping_of, misshapen, signed_by, stop_changed
from survey.core.errors import N_, Refused
from survey.core.ids import content_hash
from survey.counting.signed import figures_signed_by
from survey.rounds.definition import TRUSTEES
from survey.scoring.evidence import Evidence
from survey.scoring.parts import FROZEN, PARTS, part_from_document
from survey.scoring.run import Run, RunInputs, score_run
from survey.scoring.scheme import Scheme
from survey.scoring.sources import CountedRound
from survey.subjects.roster import Subject

DERIVED = re.compile(r"results\.json|(printed|questionnaires)/.*")
IN_ROUNDS = re.compile(rf"rounds/([^/]+)/([0-9a-f]{{{ORIGIN}}})/({'|'.join(PARTS)})\.json")
# What reading plain data of another shape raises.
MISSHAPEN = (ValueError, KeyError, TypeError, AttributeError, LookupError, ArithmeticError, StopIteration)


@dataclass(frozen=True)
class VerifiedCount:
    """One installation's count in a bundle.

    Attributes:
        ballots: valid ballots.
        keys: fingerprints of the keys that the round was sealed to.
        unsigned: fingerprints of trustees who did not sign the figures; the count is older than such signatures, or
            they were taken away.
    """

    round: str
    origin: str
    ballots: int
    seal: str
    keys: tuple[str, ...]
    unsigned: tuple[str, ...]


@dataclass(frozen=True)
class Verified:
    """A bundle that gives, computed anew, what it says.

    Attributes:
        signer: fingerprint of the installation that signed it.
        made_by: the version of the program.
        files: how many were compared.
    """

    run: Run
    signer: str
    made_by: str
    files: int
    counts: tuple[VerifiedCount, ...]


def verify(files: Mapping[str, bytes], *, signer: str = "") -> Verified:
    """Check everything that can be checked.

    Args:
        files: of a bundle, by name.
        signer: the fingerprint that is expected; any when empty.

    Raises:
        Refused, Invalid: naming the first thing that is not as it should be.
    """
    try:
        return _verify(files, signer)
    except RecursionError as error:
        raise Refused(N_("A file of the bundle is nested too deep")) from error


def _verify(files: Mapping[str, bytes], signer: str) -> Verified:
    found = signed_by(files, signer)
    listed = listed_in(files)
    changed = [name for name, digest in listed.items() if hashlib.sha256(files[name]).hexdigest() != digest]
    for name in changed:
        if not DERIVED.fullmatch(name):
            stop_changed(files, name)
    inputs = _inputs(files)
    counts = tuple(_check_seal(part) for part in inputs.rounds)
    run = _run(inputs)
    made_by = str(mapping_of(files, MANIFEST).get("software"))
    compare(files, input_documents(inputs) | derived_documents(run), made_by)
    for name in changed:
        stop_changed(files, name)
    written = manifest(run, {name: data for name, data in files.items() if name not in (MANIFEST, SIGNATURE)}, made_by)
    compare({MANIFEST: files[MANIFEST]}, {MANIFEST: written}, made_by)
    return Verified(run, found, made_by, len(listed), counts)


# --- from files to inputs -----------------------------------------------------------------------------------------


def _inputs(files: Mapping[str, bytes]) -> RunInputs:
    scheme = _read(files, SCHEME, Scheme.model_validate)
    subjects = _read(files, SUBJECTS, lambda some: [Subject.model_validate(one) for one in some])
    evidence = _read(files, EVIDENCE, lambda some: [Evidence.from_document(one) for one in some])
    return RunInputs.of(scheme, subjects, evidence, _parts(files))


def _read(files: Mapping[str, bytes], name: str, build: Any) -> Any:  # noqa: ANN401 - what build returns
    document = json_of(files, name)
    try:
        return build(document)
    except MISSHAPEN as error:
        raise misshapen(name) from error


def _parts(files: Mapping[str, bytes]) -> list[CountedRound]:
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for name in sorted(files):
        place = IN_ROUNDS.fullmatch(name)
        if place is not None:
            found.setdefault((place[1], place[2]), {})[place[3]] = json_of(files, name)
    parts = []
    for (name, origin), documents in found.items():
        for missing in PARTS:
            if missing not in documents:
                raise Refused(N_("The bundle has no %(name)s"), name=f"rounds/{name}/{origin}/{missing}.json")
        if content_hash(documents[FROZEN])[:ORIGIN] != origin:
            raise Refused(
                N_("rounds/%(name)s/%(origin)s/frozen.json in the bundle is not the round that was counted"),
                name=name,
                origin=origin,
            )
        try:
            part = part_from_document(documents)
        except MISSHAPEN as error:
            raise misshapen(f"rounds/{name}/{origin}") from error
        if part.name != name:
            raise misshapen(f"rounds/{name}/{origin}")
        parts.append(part)
    return parts


def _check_seal(part: CountedRound) -> VerifiedCount:
    """Check the trustees' signatures over the figures; one that is missing is told, one that is wrong stops."""
    frozen, unsigned = part.frozen, []
    for key in frozen.keys if frozen.definition.seal == "trustees" else ():
        if all(one["fingerprint"] != key.fingerprint for one in part.signatures):
            unsigned.append(key.fingerprint)
        elif not figures_signed_by(key, part.count, part.signatures):
            raise Refused(
                N_(
                    "The figures of %(name)s (%(origin)s) are not those that the trustee with the key %(fingerprint)s "
                    "signed"
                ),
                name=part.name,
                origin=origin_of(part),
                fingerprint=key.fingerprint,
            )
    if frozen.definition.seal == "trustees" and len(frozen.keys) < TRUSTEES:
        unsigned.append("-")
    keys = tuple(key.fingerprint for key in frozen.keys)
    ballots = sum(part.count.ballots.values())
    return VerifiedCount(part.name, origin_of(part), ballots, frozen.definition.seal, keys, tuple(unsigned))


# --- computing and comparing --------------------------------------------------------------------------------------


def _run(inputs: RunInputs) -> Run:
    try:
        return score_run(inputs)
    except MISSHAPEN as error:
        raise Refused(N_("The files of the bundle do not fit together; no score comes of them")) from error
