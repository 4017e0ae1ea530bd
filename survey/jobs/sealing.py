"""What a person typed for one job and only its worker may read: encrypted while it waits, and never kept longer."""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from survey.core.errors import N_, Refused
from survey.core.ids import derive_key

PURPOSE = "job secrets"
NONCE = 12
"""Bytes of AES-GCM's nonce, drawn anew each time and put in front."""


def seal(secret: bytes, secret_key: str, job_id: str) -> bytes:
    """Encrypt a secret for one job under the server's secret.

    Raises:
        ValueError: when the server's secret is not given.
    """
    if not secret_key:
        raise ValueError("a job's secret is encrypted under the server's")
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(derive_key(secret_key, PURPOSE)).encrypt(nonce, secret, job_id.encode())


def unseal(sealed: bytes, secret_key: str, job_id: str) -> bytes:
    """Decrypt the secret of a job.

    Raises:
        Refused: when the server's secret is another than when the job was made.
    """
    try:
        return AESGCM(derive_key(secret_key, PURPOSE)).decrypt(sealed[:NONCE], sealed[NONCE:], job_id.encode())
    except InvalidTag as error:
        raise Refused(N_("What was typed in for this job cannot be read any more; start it anew")) from error
