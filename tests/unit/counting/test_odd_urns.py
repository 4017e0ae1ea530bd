"""Urns that somebody meddled with, urn files cut anywhere, and what rules set aside, trim and score at a count."""

import hashlib
import json
import secrets
from fractions import Fraction

import pytest
from sqlalchemy import insert, select, update

from survey.ballots.envelope import binding, seal
from survey.ballots.models import Envelope
from survey.casting import close
from survey.core import clock
from survey.core.errors import Refused
from survey.core.ids import canonical_json
from survey.core.keys import read_private_key
from survey.counting.figures import Count, SheetCount
from survey.counting.service import count_file, count_round, export_urn, take_count
from survey.counting.tally import ALL_EQUAL, LIMIT_BROKEN
from survey.counting.urnfile import HEAD, read_urn
from survey.rounds.models import VoterGroupRow
from survey.rounds.service import get_round
from survey.scoring.ballots import score_ballots
from survey.storage.engine import transaction, unit_of_work
from tests.factories.ballots import annual_review, open_ballots, questionnaire
from tests.factories.casting import admitted, cast_with
from tests.factories.rounds import KEY, PASSPHRASE

VOTERS = "group,class,planned,subjects\nhall,A,6,type:cadres\nhall,B,6,type:cadres\nU01,A,6,own type:cadres=B\n"
NUMBER = {
    "id": "n",
    "kind": "number",
    "scored": True,
    "minimum": 0,
    "maximum": 100,
    "places": 1,
    "per": "subject",
    "only": ["cadre"],
    "zh": "打分",
    "en": "Points",
}
OPTIONS = [{"code": f"o{i}", "zh": f"选{i}", "en": f"Option {i}"} for i in range(8)]
MANY = {"id": "m", "kind": "multiple", "zh": "多选", "en": "Several", "options": OPTIONS}


def opened(engine, folder, asked=None, **fields):
    return open_ballots(engine, folder, KEY, asked or annual_review(reasons=False), cadres=2, **fields)


def cast(engine, code, fields):
    now = clock.now()
    cast_with(engine, admitted(engine, code, now), fields, opened_at=now, now=now)


def counted(engine, folder):
    with unit_of_work(engine) as session:
        row = get_round(session, "review")
        if row.state == "open":
            close(session, row, clock.now())
        return count_round(session, row, [key_of(folder)]).count


def key_of(folder):
    return read_private_key(folder / "office.key", PASSPHRASE)


def away(engine, folder):
    """Count by way of an urn file."""
    file = folder / "review.urn"
    file.unlink(missing_ok=True)
    with unit_of_work(engine) as session:
        export_urn(session, get_round(session, "review"), file)
    return count_file(file, [key_of(folder)]).count


def drop(engine, sealed, *, group_id=1, sheet=1):
    """Put an envelope into the urn past the one door."""
    row = {"round_id": 1, "urn_key": secrets.token_bytes(16), "voter_group_id": group_id, "sheet": sheet}
    with transaction(engine) as connection:
        connection.execute(insert(Envelope), row | {"sealed": sealed})


def sealed_of(made, ballot):
    return seal(ballot, len(ballot), made.frozen.keys, binding(made.frozen.content_hash, "hall", "B"))


# --- rows that nobody cast ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("off", [-1, 1, 7])
def test_a_ballot_of_another_length_is_unreadable(engine, tmp_path, off):
    # Given a ballot whose last byte may be anything, cut or lengthened before it was sealed
    made = opened(engine, tmp_path, questionnaire([MANY], "many"), rules={})
    form = made.frozen.form(made.frozen.voters[1].subjects)
    whole = form.encode({"m": (1, 2)})
    assert len(whole) == made.frozen.ballot_size == 1
    ballot = whole[:off] if off < 0 else whole + bytes(off)
    drop(engine, sealed_of(made, ballot), group_id=2)
    cast(engine, made.code("B"), {"m": "1"})

    count = counted(engine, tmp_path)

    assert len(count.unreadable) == 1
    assert count.ballots["hall", "B"] == 1


def test_rows_of_no_group_and_no_sheet_are_unreadable_here_and_away(engine, tmp_path):
    made = opened(engine, tmp_path, voters=VOTERS, rules={})
    other = open_ballots(engine, tmp_path, KEY, cadres=2, name="other")
    assert other.frozen.definition.id == "other"
    good = {"overall:P001": "1", "overall:P002": "2"}
    cast(engine, made.code("B"), good)
    with transaction(engine) as connection:
        foreign = connection.scalar(select(VoterGroupRow.id).where(VoterGroupRow.round_id == 2).limit(1))
    ballot = made.frozen.form(made.frozen.voters[1].subjects).encode({"overall:P001": 1})
    for place in ({"group_id": foreign}, {"sheet": 3}, {"sheet": 0}, {"sheet": -1}, {"sheet": 70_000}):
        drop(engine, sealed_of(made, ballot), **({"group_id": 2} | place))

    here = counted(engine, tmp_path)

    assert len(here.unreadable) == 5
    assert here.ballots == {("hall", "A"): 0, ("hall", "B"): 1, ("U01", "A"): 0}
    assert away(engine, tmp_path).to_bytes() == here.to_bytes()


def test_voter_groups_in_another_order_change_no_exported_envelope(engine, tmp_path):
    made = opened(engine, tmp_path, voters=VOTERS, rules={})
    for ballot_class in ("A", "B"):
        cast(engine, made.code(ballot_class), {"overall:P001": "1"})
    # The export finds the groups by their names, not by their row's place.
    with transaction(engine) as connection:
        for old, new in ((1, "x"), (2, "y")):
            connection.execute(update(VoterGroupRow).where(VoterGroupRow.id == old).values(ballot_class=new))
        for old, new in ((1, "B"), (2, "A")):
            connection.execute(update(VoterGroupRow).where(VoterGroupRow.id == old).values(ballot_class=new))
    here = counted(engine, tmp_path)
    assert away(engine, tmp_path).to_bytes() == here.to_bytes()


# --- urn files ---------------------------------------------------------------------------------------------------


@pytest.fixture
def urn(engine, tmp_path):
    made = opened(engine, tmp_path, voters=VOTERS, rules={})
    for _ in range(2):
        cast(engine, made.code("B"), {"overall:P001": "1"})
    with unit_of_work(engine) as session:
        row = get_round(session, "review")
        close(session, row, clock.now())
        export_urn(session, row, tmp_path / "review.urn")
    return tmp_path / "review.urn"


def read_all(file):
    return list(read_urn(file, 10)[1])


def refused(file):
    with pytest.raises(Refused, match="is no urn file, or it was changed on its way; nothing was opened"):
        read_all(file)


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_an_urn_file_cut_anywhere_is_refused(urn):
    data = urn.read_bytes()
    lines = [i + 1 for i, byte in enumerate(data) if byte == 10][:2]
    size = HEAD.size + len(data[lines[1] + HEAD.size :]) // 3
    edges = {0, 1, *lines, *(line - 1 for line in lines), lines[1] + HEAD.size, lines[1] + size, len(data) - 32}
    for end in sorted(edges | {len(data) - 64, len(data) - 1, *range(0, len(data), 211)}):
        urn.write_bytes(data[:end])
        refused(urn)
    urn.write_bytes(data + b"x")
    refused(urn)


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
@pytest.mark.parametrize("records", [b"\0", HEAD.pack(1, 1, 10**9) + b"x", HEAD.pack(1, 1, 5) + b"xx"])
def test_records_that_do_not_fit_are_refused_though_the_checksum_is_right(urn, records):
    data = urn.read_bytes()
    start = data.index(b"\n", data.index(b"\n") + 1) + 1
    changed = data[:start] + records + bytes(32)
    urn.write_bytes(changed + hashlib.sha256(changed).digest())
    refused(urn)


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
@pytest.mark.parametrize("header", [[], {}, {"frozen": {}, "hash": "x"}, {"frozen": [], "hash": None}, 5])
def test_an_urn_file_with_another_header_is_refused(urn, header):
    magic = urn.read_bytes().split(b"\n", 1)[0]
    changed = magic + b"\n" + canonical_json(header) + b"\n" + bytes(32)
    urn.write_bytes(changed + hashlib.sha256(changed).digest())
    refused(urn)


def test_a_count_made_elsewhere_of_an_office_sealed_round_is_not_taken(engine, urn):
    signed = count_file(urn, [key_of(urn.parent)])
    assert signed.signatures == ()
    signed.write(urn.parent / "review.count")
    with unit_of_work(engine) as session, pytest.raises(Refused, match="sealed by the office alone") as refusal:
        take_count(session, get_round(session, "review"), urn.parent / "review.count")
    assert "Count it here" in refusal.value.say()


# --- rules at the count ------------------------------------------------------------------------------------------


def cast_pairs(engine, made, pairs, ballot_class="B"):
    for first, second in pairs:
        cast(engine, made.code(ballot_class), {"overall:P001": first, "overall:P002": second})


PAIRS = [("1", "1"), ("1", "2"), ("2", "2"), ("3", "3"), ("2", "3")]


def test_ballots_over_a_limit_and_ballots_all_alike_are_set_aside(engine, tmp_path):
    limit = {"item": "overall", "options": ["ex"], "most": 1, "breach": "void"}
    made = opened(engine, tmp_path, voters=VOTERS, rules={"limits": [limit], "all_equal": "void"})
    cast_pairs(engine, made, PAIRS)

    count = counted(engine, tmp_path)

    (sheet,) = (one for one in count.sheets if one.ballot_class == "B")
    assert sheet == SheetCount("hall", "B", 1, 2, {LIMIT_BROKEN: 1, ALL_EQUAL: 2}, 0, 0)
    pile = next(p for p in count.piles if (p.ballot_class, p.subject) == ("B", "P001"))
    assert pile.counts == {"": 0, "ex": 1, "ok": 1, "fair": 0, "poor": 0, "dk": 0}
    assert Count.read(count.to_bytes()) == count


def test_ballots_all_alike_are_noted_and_count(engine, tmp_path):
    made = opened(engine, tmp_path, voters=VOTERS, rules={})
    cast_pairs(engine, made, PAIRS)
    (sheet,) = (one for one in counted(engine, tmp_path).sheets if one.ballot_class == "B")
    assert (sheet.valid, sheet.void, sheet.all_equal) == (5, {}, 3)


def test_overall_grades_far_off_their_items_are_counted_not_rejected(engine, tmp_path):
    made = opened(engine, tmp_path, annual_review(2, reasons=False), voters=VOTERS, rules={})
    for item, overall in (("1", "1"), ("1", "2"), ("1", "4"), ("4", "1"), ("1", "5"), ("", "1")):
        fields = {"overall:P001": overall, "politics:P001": item}
        cast(engine, made.code("B"), {name: value for name, value in fields.items() if value})
    (sheet,) = (one for one in counted(engine, tmp_path).sheets if one.ballot_class == "B")
    assert (sheet.valid, sheet.inconsistent) == (6, 2)


def test_the_ends_of_a_class_come_from_all_groups_whose_ballots_count_as_it(engine, tmp_path):
    # Given that U01's ballots of class A count as B for cadres
    made = opened(engine, tmp_path, questionnaire([NUMBER], "numbers"), voters=VOTERS, rules={"trim_above": 4})
    (of_own,) = (voter for voter in made.frozen.voters if voter.group == "U01")
    assert {code: of_own.class_of(code) for code in of_own.subjects} == {"U01": "A", "P001": "B", "P002": "B"}
    for mark in (90, 80.5, 70):
        cast(engine, made.code("B"), {"n:P001": str(mark)})
    by_group = {"hall": [], "U01": []}
    for code in made.codes["A"]:
        by_group[admitted(engine, code, clock.now()).ballot.group].append(code)
    for mark in (10, 100):
        cast(engine, by_group["U01"].pop(), {"n:P001": str(mark)})
    for mark in (1, 2, 3, 4):
        cast(engine, by_group["hall"].pop(), {"n:P001": str(mark)})

    count = counted(engine, tmp_path)

    assert [(one.ballot_class, one.subject, one.dropped) for one in count.ends] == [("B", "P001", 1_100_000)]
    classes = score_ballots(made.frozen, count).subject("P001").classes
    (only,) = classes
    assert only.n == 9
    # Of B five are more than four: 10 and 100 are dropped; of A four are not.
    assert only.mean == Fraction(2505, 70)


def test_numbers_are_points_to_the_last_digit(engine, tmp_path):
    made = opened(engine, tmp_path, questionnaire([NUMBER], "numbers"), voters=VOTERS, rules={"minimum": 1})
    for mark in ("0", "0.1", "99.9", "100"):
        cast(engine, made.code("B"), {"n:P001": mark, "n:P002": mark})
    cast(engine, made.code("B"), {"n:P002": "33.3"})
    count = counted(engine, tmp_path)
    spreads = {s.subject: (s.n, s.total) for s in count.spreads if s.ballot_class == "B"}
    assert spreads["P001"] == (4, 2_000_000)
    assert spreads["P002"] == (5, 2_333_000)
    pile = next(p for p in count.piles if (p.ballot_class, p.subject) == ("B", "P001"))
    assert pile.counts == {"": 1, "0.0": 1, "0.1": 1, "99.9": 1, "100.0": 1}


def test_a_count_keeps_the_document_it_was_read_from():
    old = {
        "round": "r",
        "frozen_hash": "f",
        "urn_root": "u",
        "unreadable": [],
        "duplicates": [],
        "ballots": [{"group": "g", "class": "A", "n": 3}],
        "piles": [],
        "spreads": [],
        "texts": [],
    }
    count = Count.read(canonical_json(old))
    assert count.sheets == (SheetCount("g", "A", 1, 3),)
    assert count.ends == ()
    assert json.loads(count.to_bytes()) == old
    assert count.content_hash == hashlib.sha256(canonical_json(old)).hexdigest()
    assert Count.from_document(old).content_hash != count.content_hash, "what is made new is written anew"
