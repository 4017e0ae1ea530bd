"""The code of a case: made from the case itself under the server's key, so that it can be given again unstored."""

import hmac

from survey.core.digits import RANGE, code_of
from survey.core.ids import canonical_json

PURPOSE = "service case"


def case_code(key: bytes, office: str, case_ref: str) -> str:
    """Return the 20 digits of a case; without the key nobody can tell them.

    Args:
        key: the server's key for code digests.
        office: the code of the office.
        case_ref: the case in the office's own system.
    """
    # 32 bytes taken modulo 10^19 prefer no number by more than one in 10^58.
    made = hmac.digest(key, canonical_json([PURPOSE, office, case_ref]), "sha256")
    return code_of(int.from_bytes(made) % RANGE)


def rating_address(base_url: str, code: str) -> str:
    """Return the address of a case's rating page in upper case, which makes the smallest QR code."""
    return f"{base_url}/r/{code}".upper()
