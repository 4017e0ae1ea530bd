"""The public bundle (公开包): what everybody may see of a published run, signed, and bound to the exact bundle. Pure.

It has the tables with their suppressed cells, and no figure that stands behind them; so nobody can compute the run anew
from it. The commitment binds the office to one exact bundle, which examiners get (docs/adr/0020).
"""

import hashlib
import hmac
import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from survey.bundles.contents import (
    EVIDENCE,
    MANIFEST,
    SCHEME,
    SIGNATURE,
    SUBJECTS,
    Documents,
    input_documents,
    plain_table,
)
from survey.bundles.reading import compare, json_of, listed_in, mapping_of, misshapen, signed_by, stop_changed
from survey.bundles.signing import Signer, commitment
from survey.bundles.verify import Verified
from survey.core.errors import N_, Refused, same
from survey.core.ids import canonical_json, content_hash
from survey.core.software import software
from survey.reports.disclosure import HIDDEN
from survey.reports.scores import score_report, score_tables
from survey.scoring.run import Run

FORMAT = "public bundle 1"
SCORES, READ_ME = "scores.json", "READ-ME.txt"
NAMES = re.compile(r"scheme\.json|scores\.json|READ-ME\.txt|(questionnaires|printed)/[^/]+\.json")
INPUTS = re.compile(rf"{re.escape(SCHEME)}|{re.escape(SUBJECTS)}|{re.escape(EVIDENCE)}|rounds/.*")
SHORT = 16
REMARKS = "texts"
A_HASH, HEX = re.compile("[0-9a-f]{64}"), re.compile(f"[0-9a-f]{{{SHORT},}}")

WORDS = """民声　公开成果包

它能证明：这些表格由签名者公布，公布以后未被改动；并且签名者已对唯一一份精确成果包作出承诺，核查人员取得那一份，即可
验证这些表格确由票数得出。
它不能证明：分数计算无误。可能暴露个人作答的数字均已隐去（*），票数不在包内，仅凭本包无法重新计分。
验证：flask bundle verify 文件.zip；持有精确成果包的核查人员：flask bundle verify 精确.zip --public 文件.zip

Minsheng, public bundle

It proves that the signer published these tables and that nothing in them was changed since; and it binds the signer to
one exact bundle: an examiner who has that one can show that these tables follow from it.
It does not prove that the scores are right. Figures that could tell what somebody answered are hidden (*), and the
counts are not in it, so the run cannot be computed anew from this bundle alone.
Verify: flask bundle verify FILE.zip; with the exact bundle: flask bundle verify EXACT.zip --public FILE.zip
"""


@dataclass(frozen=True)
class Published:
    """Which run everybody sees.

    Attributes:
        number: the run's.
        at: since when.
        rounds: those whose own reports are published here too, so that their tables may stand in the bundle.
    """

    number: int
    at: datetime
    rounds: Collection[str] = ()


@dataclass(frozen=True)
class VerifiedPublic:
    """A public bundle whose files are as signed.

    Attributes:
        files: how many were compared.
        rounds: whose tables are in it.
    """

    scheme: str
    number: int
    published: str
    signer: str
    made_by: str
    commitment: str
    files: int
    rounds: tuple[str, ...]


# --- making ------------------------------------------------------------------------------------------------------


def sign_exact(files: Mapping[str, bytes], signer: Signer) -> dict[str, bytes]:
    """Return the files of an exact bundle with the signature, and what opens the public bundle's commitment to it."""
    document = signer.sign(files[MANIFEST]) | {"opening": signer.opening(_bound_by(files))}
    return {**files, SIGNATURE: canonical_json(document)}


def public_bundle(run: Run, published: Published, signer: Signer) -> dict[str, bytes]:
    """Return every file of a published run's public bundle; the same run gives the same bytes."""
    files = {name: canonical_json(document) for name, document in public_documents(run, published.rounds).items()}
    files[READ_ME] = WORDS.encode()
    inputs = {name: _sha256(canonical_json(document)) for name, document in input_documents(run.inputs).items()}
    bound = _bound(run.content_hash, inputs)
    manifest = {
        "minsheng": FORMAT,
        "software": software(),
        "scheme": run.inputs.scheme.reference,
        "run": published.number,
        "published": published.at.isoformat(timespec="seconds"),
        "commitment": commitment(signer.opening(bound), bound),
        "files": {name: _sha256(data) for name, data in files.items()},
    }
    files[MANIFEST] = canonical_json(manifest)
    files[SIGNATURE] = canonical_json(signer.sign(files[MANIFEST]))
    return files


def public_documents(run: Run, rounds: Collection[str]) -> Documents:
    """Return the tables of a run and of some of its rounds as everybody may see them, by file name.

    A round that several places counted is left out: its joined tables less those of one place would tell the other's.
    """
    report = score_report(run, same)
    tables = score_tables(report)
    documents: Documents = {
        SCHEME: run.inputs.scheme.document(),
        SCORES: {"scheme": run.inputs.scheme.reference, "tables": [plain_table(table) for table in tables]},
    }
    for name in sorted(set(rounds) & _counted_once(run)):
        asked = run.rounds[name].frozen.questionnaire
        documents[f"questionnaires/{asked.reference}.json"] = asked.document()
        # The report has made them already; remarks never leave the office.
        protected = (table for table in report.disclosed.rounds[name].tables if table.name != REMARKS)
        documents[f"printed/{name}.json"] = {"round": name, "tables": [plain_table(table) for table in protected]}
    hashes = {digest[:SHORT] for digest in _exact_hashes(run)}
    return {name: _without(document, hashes) for name, document in documents.items()}


def _counted_once(run: Run) -> set[str]:
    names = [part.name for part in run.inputs.rounds]
    return {name for name in names if names.count(name) == 1}


def _exact_hashes(run: Run) -> Iterator[str]:
    """Give the hashes that stand in reports and cover exact figures: whoever guesses hidden cells could try them."""
    yield run.content_hash
    for one in (*run.inputs.rounds, *run.rounds.values()):
        yield from (one.count.figures_hash, one.count.content_hash, one.count.without_texts().content_hash)


def _without(document: Any, hashes: Collection[str]) -> Any:  # noqa: ANN401 - any JSON value
    """Return a document with every hash hidden, whole or shortened, that begins as one of these."""
    match document:
        case str():
            return HEX.sub(lambda found: HIDDEN if found[0][:SHORT] in hashes else found[0], document)
        case dict():
            return {name: _without(one, hashes) for name, one in document.items()}
        case list():
            return [_without(one, hashes) for one in document]
    return document


def _bound_by(exact: Mapping[str, bytes]) -> str:
    manifest = json.loads(exact[MANIFEST])
    inputs = {name: digest for name, digest in manifest["files"].items() if INPUTS.fullmatch(name)}
    return _bound(manifest["run_hash"], inputs)


def _bound(run_hash: str, inputs: Mapping[str, str]) -> str:
    """Return the hash of all that a run is made of and gives; no matter which version packed it."""
    return content_hash({"run_hash": run_hash, "files": inputs})


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


# --- verifying ---------------------------------------------------------------------------------------------------


def is_public(files: Mapping[str, bytes]) -> bool:
    """Tell whether a bundle says that it is a public one."""
    return MANIFEST in files and mapping_of(files, MANIFEST).get("minsheng") == FORMAT


def verify_public(files: Mapping[str, bytes], *, signer: str = "") -> VerifiedPublic:
    """Check the signature and every file's hash; what follows from counts is not checked, they are not here.

    Args:
        files: of a public bundle, by name.
        signer: the fingerprint that is expected; any when empty.

    Raises:
        Refused: naming the first thing that is not as it should be.
    """
    found = signed_by(files, signer)
    listed = listed_in(files, FORMAT)
    for name, digest in listed.items():
        if not NAMES.fullmatch(name):
            raise Refused(N_("A public bundle has no file %(name)s"), name=name)
        if _sha256(files[name]) != digest:
            stop_changed(files, name)
        if name != READ_ME:
            json_of(files, name)
    manifest = mapping_of(files, MANIFEST)
    texts = [manifest.get(name) for name in ("scheme", "published", "software", "commitment")]
    if not (all(isinstance(text, str) for text in texts) and isinstance(manifest.get("run"), int)):
        raise misshapen(MANIFEST)
    if not A_HASH.fullmatch(manifest["commitment"]):
        raise misshapen(MANIFEST)
    return VerifiedPublic(
        scheme=manifest["scheme"],
        number=manifest["run"],
        published=manifest["published"],
        signer=found,
        made_by=manifest["software"],
        commitment=manifest["commitment"],
        files=len(listed),
        rounds=_rounds_in(listed),
    )


def _rounds_in(names: Collection[str]) -> tuple[str, ...]:
    return tuple(
        sorted(name.removeprefix("printed/").removesuffix(".json") for name in names if name.startswith("printed/"))
    )


def expect_from(public: Mapping[str, bytes], exact: Mapping[str, bytes], verified: Verified) -> VerifiedPublic:
    """Check that a public bundle is bound to an exact one, and that its tables follow from it.

    Args:
        public: the files of the public bundle.
        exact: those of the exact one.
        verified: what verifying the exact one gave.

    Raises:
        Refused: when they are of two signers or two runs, or the first table that differs is named.
    """
    found = verify_public(public, signer=verified.signer)
    opening = mapping_of(exact, SIGNATURE).get("opening")
    if not (isinstance(opening, str) and A_HASH.fullmatch(opening)):
        raise Refused(N_("The exact bundle does not say what opens the commitment; export it with this version"))
    if not hmac.compare_digest(commitment(opening, _bound_by(exact)), found.commitment):
        raise Refused(
            N_("The public bundle of run %(run)s of %(scheme)s is bound to another exact bundle than this one"),
            run=found.number,
            scheme=found.scheme,
        )
    expected = public_documents(verified.run, found.rounds)
    compare({name: data for name, data in public.items() if name != READ_ME}, expected, found.made_by)
    return found
