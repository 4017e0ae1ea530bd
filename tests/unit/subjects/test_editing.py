"""One subject at a time: add, change, remove."""

import pytest

from survey.core.errors import AlreadyDone, Invalid, NotFound, Refused
from survey.storage.engine import unit_of_work
from survey.subjects.roster import Subject, subject_of
from survey.subjects.service import (
    add_subject,
    change_subject,
    get_subject,
    import_roster,
    list_subjects,
    remove_subject,
)
from tests.factories.rounds import SUBJECTS
from tests.factories.sentences import lines


@pytest.fixture
def roster(engine, tmp_path):
    (tmp_path / "s.csv").write_text(SUBJECTS)
    with unit_of_work(engine) as session:
        import_roster(session, tmp_path / "s.csv")
    return engine


def test_the_first_subject_of_an_empty_roster_is_added(engine):
    with unit_of_work(engine) as session:
        add_subject(session, Subject(code="1", name="甲"))
        assert list_subjects(session) == (Subject(code="1", name="甲"),)


def test_a_new_subject_stands_at_the_end_and_a_changed_one_at_its_place(roster):
    with unit_of_work(roster) as session:
        add_subject(session, Subject(code="0", name="新区", unit_type="county"))
        change_subject(session, Subject(code="620102", name="城关新区", population=7))
        found = list_subjects(session)

    assert [one.code for one in found] == ["6201", "620102", "620103", "0"]
    assert (found[1].name, found[1].unit_type, found[1].population) == ("城关新区", "", 7)


def test_a_code_is_given_once_and_must_be_there_to_change(roster):
    with unit_of_work(roster) as session:
        with pytest.raises(AlreadyDone, match="The roster has the code 6201 already"):
            add_subject(session, Subject(code="6201", name="x"))
        with pytest.raises(NotFound, match="The roster has no code 9"):
            change_subject(session, Subject(code="9", name="x"))
        with pytest.raises(NotFound, match="The roster has no code 9"):
            get_subject(session, "9")


def test_a_parent_is_not_removed_before_what_is_below_it(roster):
    with unit_of_work(roster) as session:
        with pytest.raises(Refused, match="2 subjects of the roster name 6201 as their parent"):
            remove_subject(session, "6201")
        for code in ("620102", "620103", "6201"):
            remove_subject(session, code)
        assert list_subjects(session) == ()


def test_cells_give_the_same_sentences_as_a_file():
    with pytest.raises(Invalid) as refused:
        subject_of({"code": "a b", "name": "", "kind": "unit", "population": "1.5"})

    assert lines(refused.value) == [
        "code: 'a b' is no code; allowed: letters, digits, . _ and -, a letter or digit first, at most 40 characters",
        "name: this text is empty or too short",
        "population: '1.5' is not a whole number",
    ]
