"""A draft is written without files by the same rules as with them; once opened, or under codes, it stays."""

import pytest

from survey.codes.service import expect_none_issued
from survey.core.errors import AlreadyDone, Invalid, NotFound, Refused
from survey.core.keys import office_key_pair, read_private_key, read_public_key
from survey.questionnaires.service import add_questionnaire
from survey.rounds import drafting, roster
from survey.rounds.definition import RoundDefinition, read_definition
from survey.rounds.models import State
from survey.rounds.service import check_round, get_round, list_voter_groups
from survey.rounds.voters import VoterLine
from survey.storage.engine import unit_of_work
from survey.subjects.roster import Subject
from survey.subjects.service import add_subject, import_roster
from tests.factories.questionnaires import fixture
from tests.factories.rounds import DURING, PASSPHRASE, make_round, two_trustees, write_round

LINES = (VoterLine("620102", "citizen", 5, "own"), VoterLine("offices", "A", 3, "type:county"))


def definition_of(folder, **fields):
    return read_definition(write_round(folder, **fields))


@pytest.fixture
def begun(engine, tmp_path):
    """Give a database with a questionnaire and a roster, and nothing else."""
    write_round(tmp_path)
    with unit_of_work(engine) as session:
        add_questionnaire(session, fixture("per-subject"))
        import_roster(session, tmp_path / "subjects.csv")
    return engine


def draft(engine, folder, **fields):
    with unit_of_work(engine) as session:
        key = read_public_key(folder / "office.pub")
        definition = definition_of(folder, **fields)
        keys = [] if definition.seal == "trustees" else [("office.pub", key)]
        return drafting.new_draft(session, definition, LINES, keys, office="gansu").name


def changing(engine, act, name="spring"):
    with unit_of_work(engine) as session:
        return act(session, get_round(session, name))


def voters_of(engine, name="spring"):
    with unit_of_work(engine) as session:
        rows = list_voter_groups(session, get_round(session, name))
        return [(row.group, row.ballot_class, row.planned, row.subjects) for row in rows]


# --- writing one ---


def test_a_draft_without_files_becomes_ready_like_one_with_files(begun, tmp_path):
    draft(begun, tmp_path)

    assert changing(begun, lambda session, row: check_round(session, row, DURING)) == ()
    assert changing(begun, lambda _, row: (row.state, row.office)) == (State.READY, "gansu")
    assert voters_of(begun) == [("620102", "citizen", 5, "own"), ("offices", "A", 3, "type:county")]


def test_a_name_is_given_once(begun, tmp_path):
    draft(begun, tmp_path)

    with pytest.raises(AlreadyDone, match="There is a round spring already; give the new one another id"):
        draft(begun, tmp_path)


def test_files_replace_a_draft_and_leave_it_to_its_office(begun, tmp_path):
    draft(begun, tmp_path)
    make_round(begun, tmp_path)

    assert changing(begun, lambda _, row: row.office) == "gansu"
    assert len(voters_of(begun)) == 3


def test_an_unknown_questionnaire_is_not_found(begun, tmp_path):
    with pytest.raises(NotFound, match="There is no questionnaire none@1"):
        draft(begun, tmp_path, questionnaire="none@1")


# --- what it says ---


def test_a_changed_draft_is_checked_again(begun, tmp_path):
    draft(begun, tmp_path)
    changing(begun, lambda session, row: check_round(session, row, DURING))

    def rename(session, row):
        definition = RoundDefinition.model_validate(row.definition)
        title = definition.title.model_copy(update={"en": "Another title"})
        drafting.change_definition(session, row, definition.model_copy(update={"title": title}))

    changing(begun, rename)
    assert changing(begun, lambda _, row: (row.state, row.definition["title"]["en"])) == (State.DRAFT, "Another title")


def test_a_draft_keeps_its_name_and_its_seal_keeps_its_kind_of_key(begun, tmp_path):
    draft(begun, tmp_path)

    with pytest.raises(Refused, match="The name of spring stays"):
        changing(
            begun, lambda session, row: drafting.change_definition(session, row, definition_of(tmp_path, id="autumn"))
        )
    with pytest.raises(Refused, match="The seal trustees needs keys of the kind trustee; take the present ones away"):
        changing(
            begun,
            lambda session, row: drafting.change_definition(
                session, row, definition_of(tmp_path, **two_trustees(tmp_path))
            ),
        )


# --- voters ---


def test_lines_of_voters_are_added_changed_and_removed(begun, tmp_path):
    draft(begun, tmp_path)
    changing(begun, lambda session, row: drafting.add_voters(session, row, [VoterLine("620103", "citizen", 4, "own")]))
    with unit_of_work(begun) as session:
        first, second, _ = (row.id for row in list_voter_groups(session, get_round(session, "spring")))

    changing(
        begun,
        lambda session, row: drafting.change_voters(session, row, first, VoterLine("620102", "citizen", 50, "own")),
    )
    gone = changing(begun, lambda session, row: drafting.remove_voters(session, row, second))

    assert gone == LINES[1]
    assert voters_of(begun) == [("620102", "citizen", 50, "own"), ("620103", "citizen", 4, "own")]


def test_a_group_and_class_stands_once_however_it_comes(begun, tmp_path):
    draft(begun, tmp_path)
    with unit_of_work(begun) as session:
        second = list_voter_groups(session, get_round(session, "spring"))[1].id
    acts = [
        lambda session, row: drafting.add_voters(session, row, LINES[:1]),
        lambda session, row: drafting.change_voters(session, row, second, LINES[0]),
        lambda session, row: drafting.replace_voters(session, row, [*LINES, LINES[0]]),
    ]
    for act in acts:
        with pytest.raises(Invalid, match="group 620102, class citizen stands there already"):
            changing(begun, act)
    assert voters_of(begun) == [("620102", "citizen", 5, "own"), ("offices", "A", 3, "type:county")]


def test_all_voters_are_replaced_at_once(begun, tmp_path):
    draft(begun, tmp_path)

    changing(begun, lambda session, row: drafting.replace_voters(session, row, LINES[1:]))
    assert voters_of(begun) == [("offices", "A", 3, "type:county")]


def test_a_line_of_another_round_is_not_found(begun, tmp_path):
    draft(begun, tmp_path)
    draft(begun, tmp_path, id="autumn")
    with unit_of_work(begun) as session:
        foreign = list_voter_groups(session, get_round(session, "autumn"))[0].id

    with pytest.raises(NotFound, match="spring has no such line of voters"):
        changing(begun, lambda session, row: drafting.remove_voters(session, row, foreign))


# --- keys ---


def test_the_office_has_one_key_which_can_be_taken_away(begun, tmp_path):
    draft(begun, tmp_path)
    another, _ = office_key_pair(PASSPHRASE)

    with pytest.raises(Refused, match=r"The round has its keys; take one away before you add new\.pub"):
        changing(begun, lambda session, row: drafting.add_key(session, row, another, "new.pub"))

    held = read_public_key(tmp_path / "office.pub").fingerprint
    changing(begun, lambda session, row: drafting.remove_key(session, row, held))
    changing(begun, lambda session, row: drafting.add_key(session, row, another, "new.pub"))

    kept, definition = changing(begun, lambda _, row: (row.public_keys, row.definition))
    assert [one["fingerprint"] for one in kept] == [another.fingerprint]
    assert definition["key"] is None
    with pytest.raises(NotFound, match="spring has no key"):
        changing(begun, lambda session, row: drafting.remove_key(session, row, held))


def test_a_key_pair_made_in_memory_opens_with_its_passphrase(tmp_path):
    public, private = office_key_pair(PASSPHRASE)
    (tmp_path / "made.key").write_bytes(private)

    assert read_private_key(tmp_path / "made.key", PASSPHRASE).public == public
    assert PASSPHRASE.encode() not in private


def test_two_different_trustees_seal_and_one_alone_blocks_opening(begun, tmp_path):
    fields = two_trustees(tmp_path)
    draft(begun, tmp_path, **fields)
    first, second = (read_public_key(tmp_path / name) for name in fields["keys"])
    office = read_public_key(tmp_path / "office.pub")

    def blockers():
        found = changing(begun, lambda session, row: check_round(session, row, DURING))
        return [(one.about, one.message % one.figures) for one in found]

    assert blockers() == [("keys", "There are no trustees' keys to seal the ballots with")]
    changing(begun, lambda session, row: drafting.add_key(session, row, first, "a.pub"))
    assert blockers() == [("keys", "There is only one trustee's key; the seal needs two")]
    with pytest.raises(Refused, match=r"a\.pub is the same key again"):
        changing(begun, lambda session, row: drafting.add_key(session, row, first, "a.pub"))
    with pytest.raises(Refused, match=r"office\.pub holds a key of the kind office; the seal trustees needs one"):
        changing(begun, lambda session, row: drafting.add_key(session, row, office, "office.pub"))
    changing(begun, lambda session, row: drafting.add_key(session, row, second, "b.pub"))
    assert blockers() == []


# --- what no longer changes ---

CHANGES = {
    "definition": lambda session, row: drafting.change_definition(
        session, row, RoundDefinition.model_validate(row.definition)
    ),
    "voters": lambda session, row: drafting.replace_voters(session, row, LINES),
    "a line more": lambda session, row: drafting.add_voters(session, row, [VoterLine("x", "A", 1, "own")]),
    "a line less": lambda session, row: drafting.remove_voters(session, row, list_voter_groups(session, row)[0].id),
    "key": lambda session, row: drafting.remove_key(session, row, row.public_keys[0]["fingerprint"]),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_nothing_of_an_open_round_changes(engine, tmp_path, change):
    made = make_round(engine, tmp_path)
    made.open()

    with pytest.raises(Refused, match="spring was opened: what it asks, of whom and under which key is frozen"):
        changing(engine, change)


def test_codes_hold_a_draft_fast(engine, tmp_path):
    made = make_round(engine, tmp_path)
    changing(engine, lambda session, row: check_round(session, row, DURING))
    changing(engine, expect_none_issued)
    made.issue()

    with pytest.raises(Refused, match="12 codes of spring are issued: what they were issued for never changes"):
        changing(engine, expect_none_issued)
    with pytest.raises(AlreadyDone, match="Codes of spring are issued already"):
        changing(engine, lambda session, row: drafting.replace_voters(session, row, LINES))


# --- the roster below it ---


def test_a_subject_that_a_round_needs_stays_on_the_roster(engine, tmp_path):
    made = make_round(engine, tmp_path)
    using = "620103 is needed by 1 rounds that are not counted: spring"

    with unit_of_work(engine) as session, pytest.raises(Refused, match=using):
        roster.remove_subject(session, "620103")
    made.open()
    with unit_of_work(engine) as session:
        assert roster.rounds_using(session, "6201") == ["spring"]
        with pytest.raises(Refused, match=using):
            roster.remove_subject(session, "620103")


def test_a_subject_that_nobody_needs_is_removed(begun, tmp_path):
    draft(begun, tmp_path)
    changing(begun, lambda session, row: drafting.replace_voters(session, row, LINES[:1]))

    with unit_of_work(begun) as session:
        roster.remove_subject(session, "620103")
        assert roster.rounds_using(session, "620102") == ["spring"]


def test_a_line_that_cannot_be_resolved_still_needs_the_codes_it_names(begun, tmp_path):
    draft(begun, tmp_path)
    lines = [VoterLine("x", "A", 1, "620103 type:town -9"), VoterLine("620102", "A", 1, "own type:town")]
    changing(begun, lambda session, row: drafting.replace_voters(session, row, lines))

    with unit_of_work(begun) as session:
        assert roster.rounds_using(session, "620103") == ["spring"]
        assert roster.rounds_using(session, "620102") == ["spring"]
        assert roster.rounds_using(session, "6201") == []


def test_drafts_follow_the_roster(begun, tmp_path):
    draft(begun, tmp_path)
    changing(begun, lambda session, row: drafting.replace_voters(session, row, [VoterLine("x", "A", 1, "620109")]))
    with unit_of_work(begun) as session:
        roster.check_drafts(session, DURING)
    assert changing(begun, lambda _, row: row.state) == State.DRAFT

    with unit_of_work(begun) as session:
        add_subject(session, Subject(code="620109", name="新区"))
        roster.check_drafts(session, DURING)
    assert changing(begun, lambda _, row: row.state) == State.READY


def test_the_roster_moves_no_open_round(engine, tmp_path):
    make_round(engine, tmp_path).open()

    with unit_of_work(engine) as session:
        roster.check_drafts(session, DURING)
    assert changing(engine, lambda _, row: row.state) == State.OPEN
