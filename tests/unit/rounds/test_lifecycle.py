"""A round moves one way: draft, ready, open, closed, counted. Each state refuses what it must."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, text

from survey.casting import close
from survey.codes.service import issue_codes, void_batch
from survey.core.errors import AlreadyDone, Invalid, NotFound, Refused
from survey.core.sentences import fill
from survey.rounds.models import Round, State, VoterGroupRow
from survey.rounds.service import (
    check_round,
    create_round,
    get_round,
    list_rounds,
    list_voter_groups,
    open_round,
    publish_round,
)
from survey.storage.engine import unit_of_work
from survey.subjects.models import SubjectRow
from tests.factories.rounds import CLOSES, DURING, KEY, OPENS, VOTERS, make_round, write_round

SECOND = timedelta(seconds=1)


def create(engine, file):
    with unit_of_work(engine) as session:
        return create_round(session, file)


def check(made, now=DURING):
    with unit_of_work(made.engine) as session:
        row = get_round(session, made.name)
        found = check_round(session, row, now)
        return row.state, [(fill(blocker.message, blocker.figures), blocker.remedy) for blocker in found]


def counts(engine):
    with unit_of_work(engine) as session:
        return [session.scalar(select(func.count()).select_from(table)) for table in (Round, VoterGroupRow, SubjectRow)]


# --- creating ---


def test_a_draft_has_its_groups_in_the_order_of_their_file(engine, tmp_path):
    make_round(engine, tmp_path)

    with unit_of_work(engine) as session:
        row = get_round(session, "spring")
        assert row.state == State.DRAFT
        assert [(g.group, g.ballot_class, g.planned, g.subjects) for g in list_voter_groups(session, row)] == [
            ("620102", "citizen", 5, "own"),
            ("620103", "citizen", 4, "own"),
            ("offices", "A", 3, "type:county"),
        ]
        assert [known.name for known in list_rounds(session)] == ["spring"]


def test_a_round_that_is_not_open_is_replaced_by_its_mended_files(engine, tmp_path):
    make_round(engine, tmp_path)
    mended = make_round(engine, tmp_path, voters="group,class,planned,subjects\n620102,citizen,7,own\n")

    with unit_of_work(engine) as session:
        row = get_round(session, mended.name)
        assert [(g.group, g.planned) for g in list_voter_groups(session, row)] == [("620102", 7)]
        assert len(list_rounds(session)) == 1


def test_a_round_with_codes_or_an_open_one_is_not_replaced(engine, tmp_path):
    made = make_round(engine, tmp_path)
    with unit_of_work(engine) as session:
        assert check_round(session, get_round(session, made.name), DURING) == ()
    made.issue()
    with pytest.raises(AlreadyDone, match="Codes of spring are issued already"):
        make_round(engine, tmp_path)
    made.open()
    with pytest.raises(AlreadyDone, match="There is a round spring already; give the new one another id"):
        make_round(engine, tmp_path)


BAD_FILES = {
    "voters": ({"voters": VOTERS + "620102,citizen,1,own\n"}, Invalid, "stands here and on line 2"),
    "subjects": ({"subjects": "code,name\n1,a\n"}, Invalid, "the column kind is missing"),
    "questionnaire": ({"questionnaire": "none@1"}, NotFound, "There is no questionnaire none@1; add its file first"),
    "key": ({"key": "round.yaml"}, Refused, "is not a public key file"),
    "key file": ({"key": "none.pub"}, Refused, "There is no key file"),
    "times": ({"closes_at": OPENS.isoformat()}, Invalid, "is not after it opens"),
}


@pytest.mark.parametrize(("fields", "error", "told"), BAD_FILES.values(), ids=BAD_FILES)
def test_a_fault_in_any_file_leaves_nothing_in_the_database(engine, tmp_path, fields, error, told):
    # Given a database with a version and a round
    make_round(engine, tmp_path, id="autumn")
    before = counts(engine)
    # When a round with a fault in one of its files is created, with one more subject
    fields = {"id": "bad", "subjects": (tmp_path / "subjects.csv").read_text() + "9,新,unit,,,,,\n"} | fields
    file = write_round(tmp_path, **fields)
    with pytest.raises(error, match=told):
        create(engine, file)
    # Then nothing of it is there
    assert counts(engine) == before


def test_a_missing_file_is_named(engine, tmp_path):
    make_round(engine, tmp_path, id="autumn")
    file = write_round(tmp_path, id="bad")
    (tmp_path / "voters.csv").unlink()

    with pytest.raises(Invalid, match=r"voters\.csv: the file cannot be read"):
        create(engine, file)


def test_an_unknown_round_is_not_found(engine):
    with unit_of_work(engine) as session, pytest.raises(NotFound, match="There is no round nonsense"):
        get_round(session, "nonsense")


# --- checking ---


def test_a_draft_that_nothing_blocks_is_ready(engine, tmp_path):
    assert check(make_round(engine, tmp_path)) == (State.READY, [])


def test_every_blocker_is_listed_with_its_remedy(engine, tmp_path):
    # Given a round with everything wrong that a file can have
    made = make_round(
        engine,
        tmp_path,
        key=None,
        voters=f"{VOTERS}999,citizen,1,own\nx,A,1,6201 type:town\n",
        subjects=(
            "code,name,kind,unit_type,group,parent,rank,population\n"
            "6201,兰州市,unit,city,,,,\n620102,城关区,unit,county,,6201,,\n620103,七里河区,unit,county,,6201,,5\n"
        ),
        rollup=[{"types": ["city", "province"], "weight": "population"}],
    )
    # When it is checked after its end, Then all is told at once
    roster = "import the roster that has it, or correct the voters file"
    assert check(made, CLOSES) == (
        State.DRAFT,
        [
            ("group 999 rates own, but no such subject was imported", roster),
            ("group x rates type:town, but no such subject was imported", roster),
            (
                "There is no key to seal the ballots with",
                "make one with `flask keys office` and name its .pub file under key",
            ),
            (
                "The closing time 11 Mar 2026, 09:00 has passed",
                "write a later closes_at",
            ),
            ("The rollup names the unit type province, which no subject has", "correct the name or the roster"),
            (
                "城关区 (620102) is weighted by population, which the roster does not give",
                "fill in the population, or weight the rollup by planned",
            ),
        ],
    )


def test_a_ready_round_that_becomes_blocked_is_a_draft_again(engine, tmp_path):
    made = make_round(engine, tmp_path)
    assert check(made, CLOSES - SECOND)[0] == State.READY

    assert check(made, CLOSES)[0] == State.DRAFT


def test_a_blocked_round_does_not_open(engine, tmp_path):
    made = make_round(engine, tmp_path, key=None)

    with pytest.raises(Refused) as refused:
        made.open(CLOSES)
    assert str(refused.value) == (
        "The round cannot open: There is no key to seal the ballots with (2 blockers; see `flask rounds check spring`)"
    )
    assert check(made)[0] == State.DRAFT


# --- what each state refuses ---


def bring_to(made, state):
    if state == State.READY:
        check(made)
    if state in (State.OPEN, State.CLOSED, State.COUNTED):
        made.open()
    if state in (State.CLOSED, State.COUNTED):
        made.close()
    if state == State.COUNTED:
        with made.engine.begin() as connection:
            connection.execute(text("UPDATE round SET state = 'counted'"))


VERBS = {
    "check": (lambda session, row: check_round(session, row, DURING), {State.DRAFT, State.READY}),
    "open": (lambda session, row: open_round(session, row, DURING), {State.DRAFT, State.READY}),
    "issue": (
        lambda session, row: issue_codes(session, row, list_voter_groups(session, row), KEY),
        {State.READY, State.OPEN},
    ),
    "void": (lambda session, row: void_batch(session, row, "b"), {State.DRAFT, State.READY, State.OPEN}),
    "close": (lambda session, row: close(session, row, CLOSES), {State.OPEN}),
    "publish": (lambda session, row: publish_round(session, row, CLOSES), {State.COUNTED}),
}


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("verb", VERBS)
def test_a_state_refuses_what_it_must(engine, tmp_path, verb, state):
    made = make_round(engine, tmp_path)
    bring_to(made, state)
    act, allowed = VERBS[verb]

    with unit_of_work(engine) as session:
        row = get_round(session, made.name)
        if verb == "void" and state in allowed:
            with pytest.raises(NotFound, match="The round spring has no batch b"):
                act(session, row)
        elif state in allowed:
            act(session, row)
        else:
            with pytest.raises(Refused, match=state.value):
                act(session, row)
            assert row.state == state


def test_publishing_again_keeps_the_first_moment(engine, tmp_path):
    made = make_round(engine, tmp_path)
    bring_to(made, State.COUNTED)

    with unit_of_work(engine) as session:
        publish_round(session, get_round(session, made.name), CLOSES)
    with unit_of_work(engine) as session:
        publish_round(session, get_round(session, made.name), CLOSES + SECOND)
        assert get_round(session, made.name).published_at == CLOSES
