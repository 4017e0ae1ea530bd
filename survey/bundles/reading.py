"""Read the files of a bundle of either kind: hashes, canonical JSON, and where two documents differ. Pure."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, NoReturn

from survey.bundles.contents import FORMAT, MANIFEST, SIGNATURE
from survey.bundles.signing import signer_of
from survey.core.difference import first_difference
from survey.core.errors import N_, Refused
from survey.core.ids import canonical_json
from survey.core.software import software


def bytes_of(files: Mapping[str, bytes], name: str) -> bytes:
    """Return a file.

    Raises:
        Refused: when it is not there.
    """
    if name not in files:
        raise Refused(N_("The bundle has no %(name)s"), name=name)
    return files[name]


def json_of(files: Mapping[str, bytes], name: str) -> Any:  # noqa: ANN401 - any JSON value
    """Return a file's document.

    Raises:
        Refused: when it is not there, or was changed into what is no canonical JSON.
    """
    data = bytes_of(files, name)
    try:
        document = json.loads(data.decode(), parse_float=_no_number, parse_constant=_no_number)
        if canonical_json(document) == data:
            return document
    except (ValueError, RecursionError):
        pass
    raise Refused(N_("%(name)s in the bundle is no canonical JSON; it was changed"), name=name)


def _no_number(text: str) -> NoReturn:
    raise ValueError(text)


def mapping_of(files: Mapping[str, bytes], name: str) -> dict[str, Any]:
    """Return a file's document, which must be a mapping."""
    document = json_of(files, name)
    if not isinstance(document, dict):
        raise misshapen(name)
    return document


def misshapen(name: str) -> Refused:
    """Return what is raised for a file of another form."""
    return Refused(N_("%(name)s in the bundle does not have the form of such a file"), name=name)


def listed_in(files: Mapping[str, bytes], known: str = FORMAT) -> dict[str, str]:
    """Return the hashes of the manifest by name, which names exactly the files that are there.

    Raises:
        Refused: when it does not, or the bundle has another format than the known one.
    """
    document = mapping_of(files, MANIFEST)
    if document.get("minsheng") != known:
        raise Refused(
            N_("The bundle has the format %(found)s; this version of the program reads %(known)s"),
            found=document.get("minsheng"),
            known=known,
        )
    listed = document.get("files")
    if not isinstance(listed, dict):
        raise misshapen(MANIFEST)
    for name in sorted(listed):
        bytes_of(files, name)
    for name in sorted(files):
        if name not in listed and name not in (MANIFEST, SIGNATURE):
            raise Refused(N_("The bundle holds %(name)s, which its manifest does not name"), name=name)
    return listed


def signed_by(files: Mapping[str, bytes], wanted: str = "") -> str:
    """Return the fingerprint of who signed a bundle of either kind.

    Raises:
        Refused: when nobody did, or not who was wanted.
    """
    found = signer_of(bytes_of(files, MANIFEST), mapping_of(files, SIGNATURE))
    if wanted and _bare(wanted) != _bare(found):
        raise Refused(N_("The bundle is signed by %(found)s, not by %(wanted)s"), found=found, wanted=wanted)
    return found


def _bare(fingerprint: str) -> str:
    return "".join(fingerprint.split()).lower()


def stop_changed(files: Mapping[str, bytes], name: str) -> NoReturn:
    """Name a file that does not have the hash that was signed."""
    raise Refused(
        N_("%(name)s was changed after the bundle was signed: its SHA-256 is %(here)s, signed was %(there)s"),
        name=name,
        here=hashlib.sha256(files[name]).hexdigest()[:16],
        there=str(mapping_of(files, MANIFEST)["files"][name])[:16],
    )


def compare(files: Mapping[str, bytes], expected: Mapping[str, Any], made_by: str) -> None:
    """Stop at the first file that is not what was computed, naming the place."""
    for name in (*expected, *sorted(files)):
        if name in (MANIFEST, SIGNATURE) and name not in expected:
            continue
        if name not in expected:
            raise Refused(N_("The bundle holds %(name)s, which does not follow from its inputs"), name=name)
        here = canonical_json(expected[name])
        if bytes_of(files, name) == here:
            continue
        found = first_difference(json.loads(here), json_of(files, name))
        if found is None:
            continue
        figures = {"name": name, "place": found, "here": found.one, "there": found.other}
        if made_by == software():
            raise Refused(N_("%(name)s: %(place)s: %(here)s here, %(there)s in the bundle"), **figures)
        raise Refused(
            N_(
                "%(name)s: %(place)s: %(here)s here, %(there)s in the bundle, which version %(made_by)s made; "
                "this is version %(software)s"
            ),
            **figures,
            made_by=made_by,
            software=software(),
        )
