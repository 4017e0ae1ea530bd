"""A count with the signatures of the trustees who opened the urn, as it travels back from the counting machine."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from survey.core.errors import N_, Refused
from survey.core.ids import canonical_json
from survey.core.keys import KeyKind, PrivateKey, PublicKey
from survey.counting.figures import Count

PURPOSE = b"minsheng count 1\0"
LARGEST_FILE = 200_000_000


@dataclass(frozen=True)
class SignedCount:
    """A count and who signed its hash.

    Attributes:
        signatures: ``fingerprint`` and ``signature`` (hex) of each trustee; none under the office's seal.
    """

    count: Count
    signatures: tuple[Mapping[str, str], ...] = ()

    def is_signed_by(self, key: PublicKey) -> bool:
        """Tell whether the holder of a key signed this count."""
        return any(
            key.verify(bytes.fromhex(one["signature"]), _message(self.count))
            for one in self.signatures
            if one["fingerprint"] == key.fingerprint
        )

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
    """Sign a count with every trustee's key."""
    return SignedCount(
        count,
        tuple(
            {"fingerprint": key.public.fingerprint, "signature": key.sign(_message(count)).hex()}
            for key in keys
            if key.kind is KeyKind.TRUSTEE
        ),
    )


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
            {"fingerprint": str(one["fingerprint"]), "signature": bytes.fromhex(one["signature"]).hex()}
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
