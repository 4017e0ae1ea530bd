"""Ballots cast straight through the door, without pages."""

import secrets
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Engine
from werkzeug.datastructures import MultiDict

from survey.casting import Admission, admit, cast, seal_ballot
from survey.storage.engine import reading, transaction
from tests.factories.rounds import DURING, KEY


def admitted(engine: Engine, code: str, now: datetime = DURING) -> Admission:
    """Admit a code as the page does."""
    with reading(engine) as connection:
        return admit(connection, code, key=KEY, now=now)


def cast_with(
    engine: Engine,
    admission: Admission,
    fields: Mapping[str, str],
    *,
    cast_key: bytes | None = None,
    opened_at: datetime = DURING,
    now: datetime = DURING,
) -> None:
    """Cast what a form's fields say."""
    sealed = seal_ballot(admission.ballot, admission.ballot.form.read(MultiDict(fields)))
    with transaction(engine) as connection:
        cast(
            connection,
            admission.ballot,
            sealed,
            code_digest=admission.digest,
            cast_key=cast_key or secrets.token_bytes(32),
            opened_at=opened_at,
            now=now,
        )


def cast_code(engine: Engine, code: str, fields: Mapping[str, str]) -> None:
    """Admit and cast."""
    cast_with(engine, admitted(engine, code), fields)
