"""Counting: figures only, exact, the same bytes whatever the order; nothing is dropped silently."""

from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert, select, update

from survey.ballots.models import Envelope
from survey.core.errors import AlreadyDone, NotFound, Refused
from survey.core.keys import new_office_key, read_private_key
from survey.counting.figures import Count, Pile
from survey.counting.models import CountRow
from survey.counting.service import count_round, get_count, keep_count
from survey.counting.signed import SignedCount
from survey.rounds.service import get_round
from survey.storage.engine import snapshot, transaction, unit_of_work
from tests.factories.casting import cast_code
from tests.factories.rounds import CLOSES, PASSPHRASE, MadeRound, make_round

BALLOTS = (
    ("620102", {"first": "1", "work:620102": "1", "conduct:620102": "2"}),
    ("620102", {"first": "2", "work:620102": "5", "conduct:620102": "4", "why:620102": "慢"}),
    ("620102", {"work:620102": "5", "last": "谢谢"}),
    ("620103", {"work:620103": "3", "conduct:620103": "3"}),
    ("offices", {"work:620102": "1", "work:620103": "2", "last": "再见"}),
)


@pytest.fixture
def closed(engine: Engine, tmp_path: Path) -> MadeRound:
    """Give a closed round with five ballots."""
    made = make_round(engine, tmp_path)
    made.open()
    codes = made.issue()
    for group, fields in BALLOTS:
        code = next(issued for issued in codes if issued.group == group)
        codes.remove(code)
        cast_code(engine, code.code, fields)
    made.close()
    return made


def counted(made: MadeRound) -> Count:
    key = read_private_key(made.folder / "office.key", PASSPHRASE)
    with unit_of_work(made.engine) as session:
        return count_round(session, get_round(session, made.name), [key]).count


def pile(count: Count, group: str, subject: str, item: str) -> Pile:
    return next(p for p in count.piles if (p.group, p.subject, p.item) == (group, subject, item))


def test_every_answer_falls_on_its_own_pile(closed: MadeRound) -> None:
    count = counted(closed)
    assert count.ballots == {("620102", "citizen"): 3, ("620103", "citizen"): 1, ("offices", "A"): 1}
    assert pile(count, "620102", "620102", "work").counts == {"": 0, "good": 1, "fair": 0, "poor": 0, "bad": 0, "dk": 2}
    assert pile(count, "620102", "", "first").counts == {"": 1, "good": 1, "fair": 1, "poor": 0, "bad": 0, "dk": 0}
    assert pile(count, "offices", "620103", "work").counts["fair"] == 1
    assert pile(count, "620102", "620102", "why").counts == {"": 2, "written": 1}
    assert [(t.subject, t.item, t.text) for t in count.texts if t.item == "why"] == [("620102", "why", "慢")]
    assert {t.text for t in count.texts if t.item == "last"} == {"谢谢", "再见"}
    for p in count.piles:
        assert sum(p.counts.values()) == count.ballots[p.group, p.ballot_class], "every ballot stands once on each pile"


def test_of_the_ballots_own_indices_only_number_sum_and_squares_are_kept(closed: MadeRound) -> None:
    spread = next(s for s in counted(closed).spreads if (s.group, s.subject) == ("620102", "620102"))
    own = [Decimal(90), Decimal(0)]  # (100+80)/2, then only the conduct of the second; the third says nothing scored
    assert (spread.n, spread.total, spread.squares) == (
        2,
        sum(int(x * 10_000) for x in own),
        sum(int(x * 10_000) ** 2 for x in own),
    )


def test_the_same_bytes_whatever_the_order_of_the_rows(closed: MadeRound) -> None:
    first = counted(closed)
    with transaction(closed.engine) as connection:
        for i, key in enumerate(connection.scalars(select(Envelope.urn_key)).all()):
            connection.execute(update(Envelope).where(Envelope.urn_key == key).values(urn_key=bytes([255 - i]) * 16))
    assert counted(closed).to_bytes() == first.to_bytes()


def test_spoilt_envelopes_are_reported_by_number(closed: MadeRound) -> None:
    with transaction(closed.engine) as connection:
        rows = connection.execute(select(Envelope.urn_key, Envelope.voter_group_id, Envelope.sealed)).all()
        spoilt = next(row for row in rows if row.voter_group_id == 1)
        connection.execute(
            update(Envelope)
            .where(Envelope.urn_key == spoilt.urn_key)
            .values(sealed=spoilt.sealed[:-1] + bytes([spoilt.sealed[-1] ^ 1]))
        )
        copied = next(row for row in rows if row.voter_group_id == 2)
        connection.execute(
            insert(Envelope), {"round_id": 1, "urn_key": b"c" * 16, "voter_group_id": 2, "sealed": copied.sealed}
        )
        moved = next(row for row in rows if row.voter_group_id == 3)
        connection.execute(update(Envelope).where(Envelope.urn_key == moved.urn_key).values(voter_group_id=1))
    count = counted(closed)
    assert len(count.unreadable) == 2, "one with a bit turned, one moved to another group"
    assert len(count.duplicates) == 1
    assert set(count.unreadable) | set(count.duplicates) <= set(range(1, 7))
    assert sum(count.ballots.values()) + 3 == 6, "all that went in comes out: counted, unreadable or copy"


def test_a_copy_in_another_group_never_replaces_the_original(closed: MadeRound) -> None:
    with transaction(closed.engine) as connection:
        original = connection.execute(select(Envelope.sealed).where(Envelope.voter_group_id == 3)).scalar_one()
        connection.execute(
            insert(Envelope), {"round_id": 1, "urn_key": b"c" * 16, "voter_group_id": 1, "sealed": original}
        )
    count = counted(closed)
    assert count.ballots["offices", "A"] == 1
    assert (len(count.unreadable), count.duplicates) == (1, ())


def test_the_progress_adds_up_to_the_envelopes(closed: MadeRound) -> None:
    key = read_private_key(closed.folder / "office.key", PASSPHRASE)
    steps: list[int] = []
    with snapshot(closed.engine) as session:
        count_round(session, get_round(session, closed.name), [key], on_progress=steps.append)
    assert sum(steps) == len(BALLOTS)


def test_nobody_waits_for_a_count(closed: MadeRound) -> None:
    key = read_private_key(closed.folder / "office.key", PASSPHRASE)

    def write_meanwhile(_n: int) -> None:
        with transaction(closed.engine) as connection:
            connection.execute(update(Envelope).where(Envelope.round_id == 999).values(voter_group_id=1))

    with snapshot(closed.engine) as session:
        count_round(session, get_round(session, closed.name), [key], on_progress=write_meanwhile)


def test_a_wrong_key_leaves_the_urn_alone(closed: MadeRound) -> None:
    new_office_key(closed.folder / "other.key", closed.folder / "other.pub", PASSPHRASE)
    key = read_private_key(closed.folder / "other.key", PASSPHRASE)
    with unit_of_work(closed.engine) as session, pytest.raises(Refused, match=r"does not fit.*The urn is untouched"):
        count_round(session, get_round(session, closed.name), [key])
    with pytest.raises(Refused, match="passphrase"):
        read_private_key(closed.folder / "office.key", "not this one")
    assert sum(counted(closed).ballots.values()) == 5


def test_only_a_closed_round_is_counted_and_only_once(engine: Engine, tmp_path: Path) -> None:
    made = make_round(engine, tmp_path)
    made.open()
    with pytest.raises(Refused, match="is open; it is counted after it is closed"):
        counted(made)
    made.close()
    count = counted(made)
    assert sum(count.ballots.values()) == 0
    with unit_of_work(engine) as session:
        keep_count(session, get_round(session, made.name), SignedCount(count), CLOSES)
    with pytest.raises(AlreadyDone):
        counted(made)


def test_a_kept_count_comes_back_whole_and_a_changed_one_not_at_all(closed: MadeRound) -> None:
    count = counted(closed)
    with unit_of_work(closed.engine) as session:
        row = get_round(session, closed.name)
        with pytest.raises(NotFound):
            get_count(session, row)
        keep_count(session, row, SignedCount(count), CLOSES)
    with unit_of_work(closed.engine) as session:
        assert get_count(session, get_round(session, closed.name)) == count
        session.execute(update(CountRow).values(content_hash="0" * 64))
        with pytest.raises(Refused, match="was changed"):
            get_count(session, get_round(session, closed.name))
