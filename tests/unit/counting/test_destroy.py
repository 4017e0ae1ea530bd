"""After the objections the envelopes are gone from the database's files, and a search that finds them shows it."""

import sqlite3
import struct
from datetime import timedelta
from hashlib import shake_256
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from survey.ballots.models import Envelope
from survey.casting import close
from survey.core import clock
from survey.core.errors import AlreadyDone, Refused, same
from survey.core.keys import PrivateKey, read_private_key
from survey.core.sentences import write_moment
from survey.counting.destroy import destroy_urn, needles_of, shred_urns
from survey.counting.models import CountRow
from survey.counting.service import count_round, get_count, keep_count
from survey.reports.figures import report_tables
from survey.rounds.models import Round
from survey.rounds.service import frozen_round, get_round
from survey.scoring.component import score_round
from survey.storage.engine import make_engine, snapshot, unit_of_work
from survey.storage.shred import search
from survey.storage.traces import BLOCK, STEP, WIDTH, Needles
from survey.turnout.queries import get_turnout
from tests.factories.ballots import annual_review, open_ballots
from tests.factories.casting import admitted, cast_with
from tests.factories.rounds import KEY, PASSPHRASE, two_trustees

GRADES = ("1", "2", "3", "2")
ONLY_SQLITE = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
ONLY_POSTGRES = pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
_opened: dict[bytes, PrivateKey] = {}


def private_keys(folder: Path, *names: str) -> list[PrivateKey]:
    """Open key files; each only once, for that takes half a second by intention."""
    for data in (contents := [(folder / f"{name}.key").read_bytes() for name in names]):
        if data not in _opened:
            file = folder / "opening.key"
            file.write_bytes(data)
            _opened[data] = read_private_key(file, PASSPHRASE)
    return [_opened[data] for data in contents]


def held(engine, folder, name, **fields):
    """Hold a round: eight ballots, closed and counted."""
    made = open_ballots(engine, folder, KEY, name=name, cadres=5, **({"objection_days": 0} | fields))
    cadres = [subject.code for subject in made.frozen.subjects if subject.kind == "cadre"]
    for grade in GRADES:
        for ballot_class in ("B", "C"):
            now = clock.now()
            ballot = {f"overall:{code}": grade for code in cadres} | {f"overall:{cadres[0]}": "3"}
            cast_with(engine, admitted(engine, made.code(ballot_class), now), ballot, opened_at=now, now=now)
    keys = ("party", "discipline") if made.frozen.definition.seal == "trustees" else ("office",)
    with unit_of_work(engine) as session:
        row = get_round(session, name)
        close(session, row, clock.now())
        keep_count(session, row, count_round(session, row, private_keys(folder, *keys)), clock.now())


@pytest.fixture
def two_rounds(engine, tmp_path):
    """Give a round to be destroyed, sealed to two trustees, and one that stays."""
    held(engine, tmp_path, "review", **two_trustees(tmp_path))
    held(engine, tmp_path, "other")


@pytest.fixture
def superuser(engine, engine_name, postgres_server):
    """Give an engine whose role may ask where the files lie; SQLite needs none."""
    if engine_name == "sqlite":
        yield engine
        return
    other = make_engine(engine.url.set(username="postgres").render_as_string(hide_password=False))
    yield other
    other.dispose()


def needles(engine, name, now=None):
    with snapshot(engine) as session:
        return needles_of(session, get_round(session, name), now or clock.now())


def destroyed(engine, name, now=None):
    with unit_of_work(engine) as session:
        return destroy_urn(session, get_round(session, name), now or clock.now())


def checkpoint(engine):
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("CHECKPOINT")


def traces(engine, wanted, *, log=None):
    found = search(engine, wanted)
    assert found.why_not is None
    assert sum(one.size for one in found.files) > 10_000
    return sum(found.traces(log=one) for one in (True, False) if log in (None, one))


@pytest.mark.usefixtures("two_rounds")
def test_what_was_found_before_is_gone_afterwards(superuser, engine_name):
    if engine_name == "sqlite":
        # The server goes on meanwhile: as long as anybody has the file open, SQLite keeps its log.
        server = sqlite3.connect(superuser.url.database)
        server.execute("SELECT count(*) FROM round").fetchone()
    else:
        checkpoint(superuser)
    gone, kept = needles(superuser, "review"), needles(superuser, "other")
    assert len(gone) >= 3 * 8
    for wanted in (gone, kept):
        assert traces(superuser, wanted) >= len(wanted)
    assert destroyed(superuser, "review") == 8
    assert shred_urns(superuser) == ()
    assert traces(superuser, gone, log=False) == 0
    assert traces(superuser, kept) >= len(kept)
    in_log = traces(superuser, gone, log=True)
    # The server's log is the server's: what it holds is told, not hidden.
    if engine_name == "sqlite":
        assert in_log == 0
        server.close()
    else:
        assert in_log > 0


@ONLY_SQLITE
@pytest.mark.usefixtures("two_rounds")
def test_a_build_that_only_deletes_is_caught(engine):
    gone = needles(engine, "review")
    with sqlite3.connect(engine.url.database) as connection:
        connection.execute("PRAGMA secure_delete=OFF")
        connection.execute("DELETE FROM envelope")
    connection.close()
    assert traces(engine, gone, log=False) > 0


@ONLY_SQLITE
@pytest.mark.usefixtures("two_rounds")
def test_a_log_that_was_not_emptied_is_caught(engine):
    held_open = sqlite3.connect(engine.url.database, isolation_level=None)
    held_open.execute("BEGIN")
    held_open.execute("SELECT count(*) FROM round").fetchone()
    with sqlite3.connect(engine.url.database) as connection:
        connection.execute("PRAGMA secure_delete=OFF")
        connection.execute("UPDATE envelope SET voter_group_id = voter_group_id + 1")
        connection.commit()
        connection.execute("UPDATE envelope SET voter_group_id = voter_group_id - 1")
        connection.commit()
        gone = needles(engine, "review")
        connection.execute("DELETE FROM envelope")
    connection.close()
    assert traces(engine, gone, log=True) > 0
    held_open.close()


@ONLY_SQLITE
@pytest.mark.usefixtures("two_rounds")
def test_who_reads_all_the_time_is_told_of(engine, monkeypatch):
    destroyed(engine, "review")
    reader = sqlite3.connect(engine.url.database, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM round").fetchone()
    with engine.begin() as connection:
        connection.execute(text("UPDATE round SET name = name"))
    monkeypatch.setattr("survey.storage.shred.SQLITE_PATIENCE", 10)
    assert any("Somebody was reading" in problem.say() for problem in shred_urns(engine))
    reader.close()
    assert shred_urns(engine) == ()


@ONLY_POSTGRES
@pytest.mark.usefixtures("two_rounds")
def test_a_build_that_only_deletes_is_caught_on_postgresql(superuser):
    gone = needles(superuser, "review")
    destroyed(superuser, "review")
    checkpoint(superuser)
    assert traces(superuser, gone, log=False) > 0


@ONLY_POSTGRES
def test_statistics_keep_no_copy(superuser, tmp_path):
    # Short envelopes are copied whole into PostgreSQL's statistics, where an administrator lets it gather them.
    held(superuser, tmp_path, "review", asked=annual_review(reasons=False))
    with superuser.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ALTER TABLE envelope ALTER COLUMN sealed SET STATISTICS 100")
        connection.exec_driver_sql("ANALYZE envelope")
        connection.exec_driver_sql("CHECKPOINT")
        sealed = connection.scalars(select(Envelope.sealed)).all()
        assert all(len(one) < 1024 for one in sealed)
        statistics = connection.exec_driver_sql("SELECT pg_relation_filepath('pg_statistic')").scalar()
    gone = needles(superuser, "review")
    assert [one.traces > 0 for one in search(superuser, gone).files if one.file.match(statistics)] == [True]
    destroyed(superuser, "review")
    assert shred_urns(superuser) == ()
    assert traces(superuser, gone, log=False) == 0


@ONLY_POSTGRES
@pytest.mark.usefixtures("two_rounds")
def test_an_ordinary_role_says_what_it_may_not(engine, superuser, postgres_server, tmp_path):
    gone = needles(engine, "review")
    destroyed(engine, "review")
    refused = [problem.say() for problem in shred_urns(engine)]
    assert refused == ["The database refused CHECKPOINT: InsufficientPrivilege"]
    found = search(engine, gone)
    assert found.files == ()
    assert "may not ask where the files" in found.why_not.say()
    # Told where the files are, it searches them; but only those of this very server.
    found = search(engine, gone, postgres_server.data)
    assert found.why_not is None
    assert found.traces(log=False) == 0
    assert found.traces(log=True) > 0
    (tmp_path / "global").mkdir()
    (tmp_path / "global" / "pg_control").write_bytes(struct.pack("=Q", 1))
    assert "is not the data directory" in search(engine, gone, tmp_path).why_not.say()
    assert "cannot be read" in search(engine, gone, tmp_path / "nowhere").why_not.say()


def test_objections_are_waited_for(engine, tmp_path):
    held(engine, tmp_path, "review", objection_days=15)
    now = clock.now()
    with unit_of_work(engine) as session:
        row = get_round(session, "review")
        end = row.counted_at + timedelta(days=15)
        with pytest.raises(Refused) as refusal:
            destroy_urn(session, row, end - timedelta(seconds=1))
        assert f"until {write_moment(end, same)}; until then" in refusal.value.say()
        assert session.scalar(select(func.count()).select_from(Envelope)) == 8
        assert row.destroyed_at is None
    with pytest.raises(Refused, match="possible until"):
        needles(engine, "review", now)
    assert len(needles(engine, "review", end)) > 0
    assert destroyed(engine, "review", end) == 8


def test_only_a_counted_round_is_destroyed_and_only_once(engine, tmp_path):
    made = open_ballots(engine, tmp_path, KEY, objection_days=0)
    with pytest.raises(Refused, match="is open; its envelopes are destroyed after it is counted"):
        destroyed(engine, made.name)
    held(engine, tmp_path, "other")
    assert destroyed(engine, "other") == 8
    with pytest.raises(AlreadyDone, match=r"were destroyed at \d+ [A-Z][a-z]+ 20\d\d, "):
        destroyed(engine, "other")
    with pytest.raises(AlreadyDone, match=r"were destroyed at \d+ [A-Z][a-z]+ 20\d\d, "):
        needles(engine, "other")


@pytest.mark.usefixtures("two_rounds")
def test_an_urn_that_was_changed_after_the_count_is_evidence(engine):
    with engine.begin() as connection:
        round_id = connection.scalar(select(Round.id).where(Round.name == "review"))
        one = connection.scalar(select(Envelope.urn_key).where(Envelope.round_id == round_id).limit(1))
        connection.execute(Envelope.__table__.delete().where(Envelope.__table__.c.urn_key == one))
    with pytest.raises(Refused, match="is not the one that was counted"):
        needles(engine, "review")


@pytest.mark.usefixtures("two_rounds")
def test_without_a_sound_count_nothing_is_destroyed(engine):
    with engine.begin() as connection:
        connection.execute(CountRow.__table__.update().values(content_hash="0" * 64))
    with pytest.raises(Refused, match="stored count of review was changed"):
        destroyed(engine, "review")
    with engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(Envelope)) == 16


@pytest.mark.usefixtures("two_rounds")
def test_count_turnout_and_report_outlive_the_envelopes(engine, tmp_path):
    def record():
        with unit_of_work(engine) as session:
            row = get_round(session, "review")
            count = get_count(session, row)
            turnout = get_turnout(session, row)
            report = report_tables(score_round(frozen_round(session, row.id), count), turnout, str, language="en")
        return count.to_bytes(), turnout, [(table.name, list(table.records())) for table in report]

    before = record()
    destroyed(engine, "review")
    assert record() == before
    assert sum(part.spent for part in before[1]) == 8
    with unit_of_work(engine) as session, pytest.raises(AlreadyDone, match="a count never changes"):
        count_round(session, get_round(session, "review"), private_keys(tmp_path, "party", "discipline"))


def test_the_search_finds_a_piece_wherever_it_begins(tmp_path):
    value = bytes(range(256)) * 16
    assert len(Needles([value])) == 1 + 1  # the same kilobyte four times, and its end
    wanted = Needles([bytes([n]) + value[n : n + 40] for n in range(100)])
    for start in (0, 1, 7, 4000, BLOCK - 8, BLOCK - 7, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK - 3):
        content = bytearray(2 * BLOCK + 100)
        content[start : start + 8] = bytes([5]) + value[5:12]
        (tmp_path / "file").write_bytes(content)
        found = wanted.search(tmp_path / "file")
        assert (found.traces, found.size) == (1, len(content)), start


def test_any_page_of_a_value_has_a_piece_of_it():
    value = shake_256(b"one").digest(9000)
    wanted = Needles([value])
    for start in range(0, len(value) - STEP - WIDTH, 97):
        assert wanted.count(value[start : start + STEP + WIDTH]) >= 1
    assert wanted.count(shake_256(b"another").digest(1 << 20)) == 0


def test_empty_space_and_short_values_are_no_pieces():
    assert len(Needles([b"\0" * 50, b"short", b""])) == 0
    assert Needles([b"\0" * 50]).count(b"\0" * 5000) == 0
    assert Needles([b"12345678"]).count(b"12345678") == 1
    assert Needles([b"12345678"]).count(b"1234567") == 0
