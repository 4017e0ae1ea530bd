"""A request that names itself is done once: sent again it gets the same answer (Idempotency-Key)."""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from survey.core.errors import N_, Refused
from survey.staff.token_models import ApiRequest

KEPT = timedelta(hours=24)

Answer = tuple[dict[str, Any], int]


class KeyReused(Refused):
    """The key named another request before."""

    def __init__(self) -> None:
        super().__init__(N_("This Idempotency-Key was sent with another request before; take a new one"))


def once(
    session: Session, token_id: str, key: str, fingerprint: bytes, do: Callable[[], Answer], now: datetime
) -> Answer:
    """Do something once for a token's key, and give the same answer again for a day.

    Whoever sends it again meanwhile waits for the first; what fails is not remembered.

    Args:
        session: the unit of work that also does it.
        token_id: whose key it is.
        key: as sent; an empty one is none, then it is simply done.
        fingerprint: the digest of all that was asked.
        do: returns plain data and an HTTP status.
        now: the present moment.

    Raises:
        KeyReused: when the key came with another fingerprint.
    """
    if not key:
        return do()
    session.execute(delete(ApiRequest).where(ApiRequest.made_at <= now - KEPT))
    digest = hashlib.sha256(key.encode()).digest()
    if not _is_first(session, token_id, digest, fingerprint, now):
        row = session.scalars(
            select(ApiRequest).where(ApiRequest.token_id == token_id, ApiRequest.digest == digest)
        ).one()
        if row.fingerprint != fingerprint:
            raise KeyReused
        return row.answer, row.status
    answer, status = do()
    row = session.get_one(ApiRequest, (token_id, digest))
    row.answer, row.status = answer, status
    session.flush()
    return answer, status


def _is_first(session: Session, token_id: str, digest: bytes, fingerprint: bytes, now: datetime) -> bool:
    values = {
        "token_id": token_id,
        "digest": digest,
        "fingerprint": fingerprint,
        "status": 0,
        "answer": {},
        "made_at": now,
    }
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement = dialect.insert(ApiRequest).values(values).on_conflict_do_nothing().returning(ApiRequest.token_id)
    return session.execute(statement).scalar_one_or_none() is not None
