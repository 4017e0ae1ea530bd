"""The count ceremony: two trustees, here or on a machine of their own; nothing else opens, nothing changed passes."""

import secrets
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete, insert, select

from survey.ballots.models import Envelope
from survey.casting import close
from survey.core import clock
from survey.core.errors import Refused, SurveyError
from survey.core.keys import PrivateKey, new_trustee_key, read_private_key
from survey.counting.service import count_file, count_round, export_urn, get_count, keep_count, take_count
from survey.counting.signed import SignedCount, read_signed
from survey.counting.urnfile import read_urn
from survey.rounds.service import get_round
from survey.storage.engine import unit_of_work
from tests.factories.ballots import BallotRound, open_ballots, two_sheets
from tests.factories.casting import admitted, cast_with
from tests.factories.rounds import KEY, PASSPHRASE, two_trustees

GRADES = ("1", "2", "3", "2")


def cast(engine: Engine, code: str, fields: dict[str, str]) -> None:
    now = clock.now()
    cast_with(engine, admitted(engine, code, now), fields, opened_at=now, now=now)


def ballot(made: BallotRound, grade: str) -> dict[str, str]:
    cadres = [subject.code for subject in made.frozen.subjects if subject.kind == "cadre"]
    # One grade is another, so that nobody says the same of everybody.
    return {f"overall:{code}": grade for code in cadres} | {f"overall:{cadres[0]}": "2" if grade != "2" else "3"}


@pytest.fixture
def closed(engine: Engine, tmp_path: Path) -> BallotRound:
    """Give a closed round of eight ballots, sealed to two trustees."""
    made = open_ballots(engine, tmp_path, KEY, cadres=5, rules={"minimum": 3}, **two_trustees(tmp_path))
    for grade in GRADES:
        for ballot_class in ("B", "C"):
            cast(engine, made.code(ballot_class), ballot(made, grade))
    with unit_of_work(engine) as session:
        close(session, get_round(session, made.name), clock.now())
    return made


_opened: dict[bytes, PrivateKey] = {}


def keys(folder: Path, *names: str) -> list[PrivateKey]:
    """Open key files; each only once, for that takes half a second by intention."""
    result = []
    for file in (folder / f"{name}.key" for name in names):
        data = file.read_bytes()
        if data not in _opened:
            _opened[data] = read_private_key(file, PASSPHRASE)
        result.append(_opened[data])
    return result


def both(folder: Path) -> list[PrivateKey]:
    return keys(folder, "party", "discipline")


def counted(engine: Engine, folder: Path) -> SignedCount:
    with unit_of_work(engine) as session:
        return count_round(session, get_round(session, "review"), both(folder))


def exported(engine: Engine, file: Path) -> Path:
    with unit_of_work(engine) as session:
        export_urn(session, get_round(session, "review"), file)
    return file


def taken(engine: Engine, file: Path) -> SignedCount:
    with unit_of_work(engine) as session:
        return take_count(session, get_round(session, "review"), file)


def test_neither_key_alone_opens_anything_and_says_so(closed, engine, tmp_path):
    for name, other in (("party", 1), ("discipline", 0)):
        with unit_of_work(engine) as session, pytest.raises(Refused) as refusal:
            count_round(session, get_round(session, "review"), keys(tmp_path, name))
        assert f"the key {closed.frozen.keys[other].fingerprint} is missing" in refusal.value.say(str)
        assert "The urn is untouched" in refusal.value.say(str)


def test_a_wrong_key_is_refused_by_its_fingerprint(closed, engine, tmp_path):
    new_trustee_key("other", tmp_path / "other.key", tmp_path / "other.pub", PASSPHRASE)
    (other,) = keys(tmp_path, "other")
    with unit_of_work(engine) as session, pytest.raises(Refused) as refusal:
        count_round(session, get_round(session, "review"), [*keys(tmp_path, "party"), other])
    assert other.public.fingerprint in refusal.value.say(str)
    assert closed.frozen.keys[1].fingerprint in refusal.value.say(str)


@pytest.mark.usefixtures("closed")
def test_the_keys_may_come_in_any_order_and_both_sign(engine, tmp_path):
    with unit_of_work(engine) as session:
        row = get_round(session, "review")
        one = count_round(session, row, both(tmp_path))
        other = count_round(session, row, both(tmp_path)[::-1])
    assert one.count.to_bytes() == other.count.to_bytes()
    assert sum(one.count.ballots.values()) == 8
    assert all(one.is_signed_by(key.public) for key in both(tmp_path))


def test_away_from_the_server_the_count_is_the_same_bytes(closed, engine, tmp_path):
    # Given the urn on a memory stick
    urn = exported(engine, tmp_path / "review.urn")
    # When it is opened without the database
    away = count_file(urn, both(tmp_path))
    away.write(tmp_path / "review.count")
    # Then the figures are those of the server's own count, and come back into the record with both signatures
    assert away.count.to_bytes() == counted(engine, tmp_path).count.to_bytes()
    signed = taken(engine, tmp_path / "review.count")
    with unit_of_work(engine) as session:
        row = get_round(session, "review")
        keep_count(session, row, signed, clock.now())
        assert get_count(session, row) == away.count
    assert [one["fingerprint"] for one in signed.signatures] == [key.fingerprint for key in closed.frozen.keys]


def test_the_urn_file_holds_no_code_and_no_order_of_arrival(closed, engine, tmp_path):
    urn = exported(engine, tmp_path / "review.urn")
    _, chunks = read_urn(urn, 3)
    sealed = [envelope[-1] for chunk in chunks for envelope in chunk]
    assert sealed == sorted(sealed)
    assert len(sealed) == 8
    assert not any(code.encode() in urn.read_bytes() for codes in closed.codes.values() for code in codes)


@pytest.mark.usefixtures("closed")
def test_any_order_of_the_rows_gives_the_same_bytes(engine, tmp_path):
    before = exported(engine, tmp_path / "before.urn").read_bytes()
    expected = counted(engine, tmp_path).count.to_bytes()
    with engine.begin() as connection:
        rows = [dict(row) for row in connection.execute(select(Envelope.__table__)).mappings()]
        connection.execute(delete(Envelope))
        for row in sorted(rows, key=lambda row: row["sealed"][::-1]):
            connection.execute(insert(Envelope), row | {"urn_key": secrets.token_bytes(16)})
    assert exported(engine, tmp_path / "after.urn").read_bytes() == before
    assert counted(engine, tmp_path).count.to_bytes() == expected


@pytest.mark.usefixtures("closed")
def test_an_urn_file_with_one_byte_changed_is_not_opened(engine, tmp_path):
    good = exported(engine, tmp_path / "review.urn").read_bytes()
    for place in (0, 20, len(good) // 2, len(good) - 70, len(good) - 1):
        bad = bytearray(good)
        bad[place] ^= 1
        (tmp_path / "bad.urn").write_bytes(bad)
        with pytest.raises(Refused, match="is no urn file, or it was changed"):
            count_file(tmp_path / "bad.urn", both(tmp_path))
    (tmp_path / "bad.urn").write_bytes(good[:40])
    with pytest.raises(Refused, match="is no urn file, or it was changed"):
        count_file(tmp_path / "bad.urn", both(tmp_path))


@pytest.mark.usefixtures("closed")
def test_a_count_with_one_byte_changed_is_not_taken(engine, tmp_path):
    count_file(exported(engine, tmp_path / "review.urn"), both(tmp_path)).write(tmp_path / "good.count")
    good = (tmp_path / "good.count").read_bytes()
    for old, new in ((b'"n":4', b'"n":5'), (b'"urn_root":"', b'"urn_root":"0'), (b'"signature":"', b'"signature":"f')):
        assert old in good
        (tmp_path / "bad.count").write_bytes(good.replace(old, new, 1))
        with pytest.raises(Refused):
            taken(engine, tmp_path / "bad.count")
    assert taken(engine, tmp_path / "good.count").count == read_signed(tmp_path / "good.count").count


@pytest.mark.usefixtures("closed")
def test_a_count_that_one_trustee_did_not_sign_is_not_taken(engine, tmp_path):
    signed = count_file(exported(engine, tmp_path / "review.urn"), both(tmp_path))
    SignedCount(signed.count, signed.signatures[:1]).write(tmp_path / "half.count")
    with pytest.raises(Refused, match="is not signed by the trustee") as refusal:
        taken(engine, tmp_path / "half.count")
    assert signed.signatures[1]["fingerprint"] in refusal.value.say(str)
    forged = ({**signed.signatures[0], "fingerprint": signed.signatures[1]["fingerprint"]},)
    SignedCount(signed.count, (signed.signatures[0], *forged)).write(tmp_path / "forged.count")
    with pytest.raises(Refused, match="is not signed by the trustee"):
        taken(engine, tmp_path / "forged.count")


@pytest.mark.usefixtures("closed")
def test_the_count_of_another_urn_is_not_taken(engine, tmp_path):
    count_file(exported(engine, tmp_path / "review.urn"), both(tmp_path)).write(tmp_path / "review.count")
    with engine.begin() as connection:
        one = connection.scalar(select(Envelope.urn_key).limit(1))
        connection.execute(delete(Envelope).where(Envelope.urn_key == one))
    with pytest.raises(Refused, match="was counted from another urn"):
        taken(engine, tmp_path / "review.count")


@pytest.mark.usefixtures("closed")
def test_a_spoilt_envelope_is_named_and_the_others_count(engine, tmp_path):
    with engine.begin() as connection:
        one = connection.execute(select(Envelope.urn_key, Envelope.sealed).limit(1)).one()
        changed = bytes([one.sealed[0] ^ 1]) + one.sealed[1:]
        where = Envelope.__table__.c.urn_key == one.urn_key
        connection.execute(Envelope.__table__.update().where(where).values(sealed=changed))
    count = counted(engine, tmp_path).count
    assert len(count.unreadable) == 1
    assert sum(count.ballots.values()) == 7


def test_two_sheets_of_one_sitting_share_nothing_but_their_group(engine, tmp_path):
    made = open_ballots(
        engine, tmp_path, KEY, two_sheets(), cadres=2, kind="posneg", rules={"minimum": 3}, **two_trustees(tmp_path)
    )
    for answer in ("1", "2", "3"):
        fields = {f"{item}{n}:P00{p}": answer for item in ("pos", "neg") for n in (1, 2, 3) for p in (1, 2)}
        cast(engine, made.code("C"), fields)
    with engine.connect() as connection:
        rows = connection.execute(select(Envelope.sheet, Envelope.urn_key, Envelope.sealed)).all()
    assert sorted(row.sheet for row in rows) == [1, 1, 1, 2, 2, 2]
    assert len({row.urn_key for row in rows}) == 6
    assert len({len(row.sealed) for row in rows}) == 1
    with unit_of_work(engine) as session:
        close(session, get_round(session, made.name), clock.now())
    count = counted(engine, tmp_path).count
    assert count.valid("hall", "C", 1) == count.valid("hall", "C", 2) == 3
    assert {pile.item for pile in count.piles} == {f"{item}{n}" for item in ("pos", "neg") for n in (1, 2, 3)}


@pytest.mark.usefixtures("closed")
@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_the_offline_command_needs_neither_settings_nor_database(engine, tmp_path):
    urn = exported(engine, tmp_path / "review.urn")
    (tmp_path / "words").write_text(PASSPHRASE)
    command = [sys.executable, "-m", "flask", "count", "--offline", urn, "--out", tmp_path / "review.count"]
    for name in ("party", "discipline"):
        command += ["--key", tmp_path / f"{name}.key"]
    root = Path(__file__).resolve().parents[3]
    run = subprocess.run(
        [*map(str, command), "--passphrase-file", str(tmp_path / "words")],
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(root), "FLASK_APP": str(root / "wsgi.py"), "LANG": "C.UTF-8"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert "8 of 8 envelopes" in run.stdout
    assert read_signed(tmp_path / "review.count").count == counted(engine, tmp_path).count


def test_a_file_that_is_no_count_is_refused(tmp_path):
    for content in (b"", b"[]", b"{}", b"[" * 100_000, b'{"count": 1}'):
        (tmp_path / "bad.count").write_bytes(content)
        with pytest.raises(SurveyError, match="is no count"):
            read_signed(tmp_path / "bad.count")
    with pytest.raises(Refused, match="There is no file"):
        read_signed(tmp_path / "none.count")
