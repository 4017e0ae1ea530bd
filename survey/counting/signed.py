"""A count with the signatures of the trustees who opened the urn, as it travels back from the counting machine."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from survey.core.errors import N_, Refused
from survey.core.ids import canonical_json
from survey.core.keys import KeyKind, PrivateKey, PublicKey
from survey.counting.figures import Count

PURPOSE = b"minsheng count 1\0"
FIGURES_PURPOSE = b"minsheng figures 1\0"
LARGEST_FILE = 200_000_000


@dataclass(frozen=True)
class SignedCount:
    """A count and who signed its hash.

    Attributes:
        signatures: ``fingerprint``, ``signature`` (hex) and ``figures`` (hex; over the count without the remarks,
            missing in older counts) of each trustee; none under the office's seal.
    """

    count: Count
    signatures: tuple[Mapping[str, str], ...] = ()

    def is_signed_by(self, key: PublicKey) -> bool:
        """Tell whether the holder of a key signed this count; a signature over the figures must be right, too."""
        own = [one for one in self.signatures if one["fingerprint"] == key.fingerprint]
        if any("figures" in one for one in own) and not figures_signed_by(key, self.count, own):
            return False
        return _is_signed(own, key, "signature", _message(self.count))

    def write(self, file: Path) -> None:
        """Write the count and its signatures.

        Raises:
            Refused: when the file exists.
        """
        if file.exists():
            raise Refused(N_("%(file)s exists already; nothing is overwritten"), file=file)
        document = {
            "minsheng": "count 1",
            "hash": self.count.content_hash,
            "signatures": [dict(one) for one in self.signatures],
            "count": self.count.document(),
        }
        file.write_bytes(canonical_json(document) + b"\n")


def sign(count: Count, keys: Sequence[PrivateKey]) -> SignedCount:
    """Sign a count with every trustee's key: whole, and without the remarks, so that figures alone can be checked."""
    return SignedCount(
        count,
        tuple(
            {
                "fingerprint": key.public.fingerprint,
                "signature": key.sign(_message(count)).hex(),
                "figures": key.sign(_figures_message(count)).hex(),
            }
            for key in keys
            if key.kind is KeyKind.TRUSTEE
        ),
    )


def figures_signed_by(key: PublicKey, count: Count, signatures: Iterable[Mapping[str, str]]) -> bool:
    """Tell whether the holder of a key signed the figures of a count; the remarks may be missing."""
    return _is_signed(signatures, key, "figures", _figures_message(count))


def read_signed(file: Path) -> SignedCount:
    """Read what ``SignedCount.write`` wrote.

    Raises:
        Refused: when the file is missing, is no count, or was changed.
    """
    try:
        data = file.read_bytes() if file.stat().st_size <= LARGEST_FILE else b""
        document = json.loads(data)
        count = Count.from_document(document["count"])
        signatures = tuple(
            {
                "fingerprint": str(one["fingerprint"]),
                **{name: bytes.fromhex(one[name]).hex() for name in ("signature", "figures") if name in one},
            }
            for one in document["signatures"]
        )
    except FileNotFoundError as error:
        raise Refused(N_("There is no file %(file)s"), file=file) from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Refused(N_("%(file)s is no count, or it was damaged"), file=file) from error
    if data != canonical_json(document) + b"\n" or count.content_hash != document.get("hash"):
        raise Refused(N_("%(file)s was changed: its figures no longer give their hash"), file=file)
    return SignedCount(count, signatures)


def _message(count: Count) -> bytes:
    return PURPOSE + count.content_hash.encode()


def _figures_message(count: Count) -> bytes:
    return FIGURES_PURPOSE + count.figures_hash.encode()


def _is_signed(signatures: Iterable[Mapping[str, str]], key: PublicKey, name: str, message: bytes) -> bool:
    try:
        return any(
            key.verify(bytes.fromhex(one[name]), message)
            for one in signatures
            if one["fingerprint"] == key.fingerprint and name in one
        )
    except ValueError:
        return False
