"""The one door: who is admitted, and that a code and its ballot go in together or not at all."""

import secrets
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete, func, insert, select, update

from survey import casting
from survey.ballots.models import Envelope
from survey.casting import (
    CodeUsed,
    NotYetOpen,
    RoundClosed,
    Unbalanced,
    UnknownCode,
    cast,
    reconcile,
    seal_ballot,
)
from survey.codes.generator import draw_codes
from survey.codes.models import Code
from survey.codes.service import void_batch
from survey.rounds.service import get_round
from survey.storage.engine import reading, transaction, unit_of_work
from tests.factories.casting import admitted, cast_code, cast_with
from tests.factories.rounds import CLOSES, DURING, OPENS, MadeRound, make_round

WORK = {"first": "1", "work:620102": "2"}
SECOND = timedelta(seconds=1)


@pytest.fixture
def made(engine: Engine, tmp_path: Path) -> MadeRound:
    return make_round(engine, tmp_path)


def codes_of(made: MadeRound, group: str = "620102") -> list[str]:
    return [issued.code for issued in made.issue() if issued.group == group]


def envelopes(engine: Engine) -> int:
    with reading(engine) as connection:
        return connection.scalar(select(func.count()).select_from(Envelope)) or 0


def states(engine: Engine) -> dict[str, int]:
    with reading(engine) as connection:
        return dict(connection.execute(select(Code.state, func.count()).group_by(Code.state)).all())


def test_a_code_is_admitted_and_cast_once(made: MadeRound) -> None:
    made.open()
    code = codes_of(made)[0]
    admission = admitted(made.engine, code)
    assert [q.name for q in admission.ballot.form.questions][:2] == ["first", "work:620102"]
    assert envelopes(made.engine) == 0
    cast_with(made.engine, admission, WORK)
    assert envelopes(made.engine) == 1
    assert states(made.engine) == {"issued": 11, "spent": 1}
    with pytest.raises(CodeUsed):
        admitted(made.engine, code)
    with pytest.raises(CodeUsed):
        cast_with(made.engine, admission, WORK)
    assert envelopes(made.engine) == 1


def test_the_same_form_again_is_accepted_again_and_stored_once(made: MadeRound) -> None:
    made.open()
    admission = admitted(made.engine, codes_of(made)[0])
    form = secrets.token_bytes(32)
    for _ in range(3):
        cast_with(made.engine, admission, WORK, cast_key=form)
    # Even after closing: whoever never saw the answer must learn that the ballot is in.
    cast_with(made.engine, admission, WORK, cast_key=form, now=CLOSES + timedelta(days=1))
    made.close()
    cast_with(made.engine, admission, WORK, cast_key=form, now=CLOSES + timedelta(days=1))
    assert envelopes(made.engine) == 1


def test_unknown_void_and_inactive_codes_look_alike(made: MadeRound, tmp_path: Path) -> None:
    with unit_of_work(made.engine) as session:
        row = get_round(session, made.name)
        row.state = "ready"
    not_open = codes_of(made)[0]
    sentences = set()
    for code in (not_open, draw_codes(1)[0]):
        with pytest.raises(UnknownCode) as unknown:
            admitted(made.engine, code)
        sentences.add(str(unknown.value))
    made.open()
    admission = admitted(made.engine, not_open)
    with unit_of_work(made.engine) as session:
        void_batch(session, get_round(session, made.name), "620102-citizen-1")
    with pytest.raises(UnknownCode) as void:
        admitted(made.engine, not_open)
    with pytest.raises(UnknownCode):
        cast_with(made.engine, admission, WORK)
    assert {*sentences, str(void.value)} == sentences
    assert envelopes(made.engine) == 0


@pytest.mark.parametrize(
    ("now", "opened_at", "refusal"),
    [
        (OPENS - SECOND, OPENS - SECOND, NotYetOpen),
        (CLOSES - SECOND, DURING, None),
        (CLOSES + SECOND, CLOSES - SECOND, None),
        (CLOSES + SECOND, CLOSES + SECOND, RoundClosed),
        (CLOSES + timedelta(minutes=10) - SECOND, CLOSES - SECOND, None),
        (CLOSES + timedelta(minutes=10), CLOSES - SECOND, RoundClosed),
    ],
)
def test_the_clock_decides(made: MadeRound, now: object, opened_at: object, refusal: type[Exception] | None) -> None:
    made.open(OPENS - timedelta(days=1))
    admission = admitted(made.engine, codes_of(made)[0])
    if refusal is None:
        cast_with(made.engine, admission, WORK, opened_at=opened_at, now=now)  # type: ignore[arg-type]
        assert envelopes(made.engine) == 1
        return
    with pytest.raises(refusal):
        cast_with(made.engine, admission, WORK, opened_at=opened_at, now=now)  # type: ignore[arg-type]
    assert envelopes(made.engine) == 0
    assert states(made.engine) == {"issued": 12}


def test_a_closed_round_takes_nothing_even_before_its_time(made: MadeRound) -> None:
    made.open()
    admission = admitted(made.engine, codes_of(made)[0])
    made.close(DURING)
    with pytest.raises(RoundClosed):
        cast_with(made.engine, admission, WORK)
    with pytest.raises(RoundClosed):
        admitted(made.engine, codes_of_closed(made))
    assert envelopes(made.engine) == 0


def codes_of_closed(made: MadeRound) -> str:
    """Give a code of a closed round: put one in, as if it had been printed before."""
    code = draw_codes(1)[0]
    with transaction(made.engine) as connection:
        row = connection.execute(select(Code.round_id, Code.batch_id).limit(1)).one()
        connection.execute(
            insert(Code),
            {
                "round_id": row.round_id,
                "batch_id": row.batch_id,
                "state": "issued",
                "digest": casting.digest(code, b"the key of code digests in tests"),
            },
        )
    return code


def test_closing_waits_for_a_ballot_under_way_and_whoever_comes_after_is_refused(made: MadeRound) -> None:
    made.open()
    codes = codes_of(made)
    first, late = admitted(made.engine, codes[0]), admitted(made.engine, codes[1])
    sealed = seal_ballot(first.ballot, {"first": 1})
    with ThreadPoolExecutor(2) as others:
        with transaction(made.engine) as connection:
            cast(
                connection,
                first.ballot,
                sealed,
                code_digest=first.digest,
                cast_key=b"k" * 32,
                opened_at=DURING,
                now=DURING,
            )
            closing = others.submit(made.close, DURING)
            with pytest.raises(TimeoutError):
                closing.result(0.5)
            coming = others.submit(cast_with, made.engine, late, WORK)
            with pytest.raises(TimeoutError):
                coming.result(0.5)
        closing.result(20)
        refusal = coming.exception(20)
    # On SQLite the late one may be served before the closing one: then it is in the urn, and counted.
    assert refusal is None or isinstance(refusal, RoundClosed)
    with reading(made.engine) as connection:
        assert reconcile(connection, 1) == (2 if refusal is None else 1)


def test_when_the_envelope_cannot_be_stored_the_code_stays_unspent(
    made: MadeRound, monkeypatch: pytest.MonkeyPatch
) -> None:
    made.open()
    admission = admitted(made.engine, codes_of(made)[0])

    def disk_full(*_args: object, **_figures: object) -> None:
        raise OSError

    monkeypatch.setattr(casting, "drop", disk_full)
    with pytest.raises(OSError):  # noqa: PT011 - made above
        cast_with(made.engine, admission, WORK)
    assert states(made.engine) == {"issued": 12}


def test_finding_a_code_reads_no_other_code(made: MadeRound, engine_name: str) -> None:
    made.open()
    made.issue()
    find = casting._FIND[engine_name].compile(made.engine, compile_kwargs={"render_postcompile": True})
    with transaction(made.engine) as connection:
        if engine_name == "sqlite":
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {find}", (b"x",)).all()
            lines = [row.detail for row in plan]
            assert any(line.startswith("SEARCH code USING PRIMARY KEY (round_id=? AND digest=?)") for line in lines), (
                lines
            )
            return
        connection.exec_driver_sql("SET LOCAL enable_seqscan TO off")  # a table of 12 rows is read whole otherwise
        plan = connection.exec_driver_sql(f"EXPLAIN {find}", {"digest": b"x"}).scalars().all()
    assert any("Index Cond" in line and "round_id" in line and "digest" in line for line in plan), plan


def test_all_envelopes_of_a_round_have_one_size(made: MadeRound) -> None:
    made.open()
    for group, fields in (("620102", WORK), ("620102", {"last": "说" * 20}), ("offices", {"first": "5"})):
        code = next(c.code for c in made.issue(spare=1) if c.group == group)
        cast_code(made.engine, code, fields)
    with reading(made.engine) as connection:
        sizes = {len(sealed) for sealed in connection.scalars(select(Envelope.sealed))}
    assert len(sizes) == 1


def test_the_urn_reconciles_group_by_group(made: MadeRound) -> None:
    made.open()
    for code in codes_of(made)[:2]:
        cast_code(made.engine, code, WORK)
    with reading(made.engine) as connection:
        assert reconcile(connection, 1) == 2
    with transaction(made.engine) as connection:
        connection.execute(
            update(Envelope)
            .values(voter_group_id=2)
            .where(Envelope.urn_key == select(func.min(Envelope.urn_key)).scalar_subquery())
        )
    with reading(made.engine) as connection, pytest.raises(Unbalanced, match="620102 citizen has 2 spent codes but 1"):
        reconcile(connection, 1)


@pytest.mark.parametrize("fault", ["an envelope too many", "an envelope too few"])
def test_a_stuffed_or_robbed_urn_is_seen(made: MadeRound, fault: str) -> None:
    made.open()
    cast_code(made.engine, codes_of(made)[0], WORK)
    with transaction(made.engine) as connection:
        if fault == "an envelope too few":
            connection.execute(delete(Envelope))
        else:
            connection.execute(
                insert(Envelope), {"round_id": 1, "urn_key": b"x" * 16, "voter_group_id": 1, "sealed": b"y"}
            )
    with reading(made.engine) as connection, pytest.raises(Unbalanced):
        reconcile(connection, 1)
