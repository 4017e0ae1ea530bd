"""Keyed digests and canonical bytes."""

import hashlib
import hmac
import json
from typing import Any


def canonical_json(value: Any) -> bytes:  # noqa: ANN401 - any JSON value
    """Serialise to the one form that is hashed: sorted keys, no spaces, UTF-8, no floats.

    Raises:
        TypeError: for a value JSON cannot hold exactly (a float, a Decimal, a date).
    """
    _refuse_floats(value)
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _refuse_floats(value: Any) -> None:  # noqa: ANN401
    if isinstance(value, float):
        message = f"{value!r}: a float has no canonical form"
        raise TypeError(message)
    if isinstance(value, dict):
        for part in value.values():
            _refuse_floats(part)
    elif isinstance(value, list | tuple):
        for part in value:
            _refuse_floats(part)


def content_hash(value: Any) -> str:  # noqa: ANN401
    """Return the SHA-256 of the canonical JSON, as 64 hex digits."""
    return hashlib.sha256(canonical_json(value)).hexdigest()


def gives_hash(value: Any, expected: str) -> bool:  # noqa: ANN401
    """Tell whether a value still is what was hashed."""
    try:
        return content_hash(value) == expected
    except TypeError:
        return False


def derive_key(secret: str, purpose: str) -> bytes:
    """Return the 32-byte key for one purpose; keys of two purposes tell nothing of each other."""
    return hmac.digest(secret.encode(), purpose.encode(), "sha256")
