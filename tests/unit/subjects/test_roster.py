"""A roster is read whole, or every fault of it is told by line and nothing is taken."""

import pytest
from sqlalchemy import func, select

from survey.core.errors import Invalid
from survey.storage.engine import unit_of_work
from survey.subjects.models import SubjectRow
from survey.subjects.roster import read_roster
from survey.subjects.service import import_roster, list_subjects
from tests.factories.rounds import SUBJECTS
from tests.factories.sentences import lines

HEADER = "code,name,kind,unit_type,group,parent,rank,population\n"
CODE = "is no code; allowed: letters, digits, . _ and -, a letter or digit first, at most 40 characters"

FAULTS = {
    "a code twice": (
        "1,a,unit,,,,,\n2,b,unit,,,,,\n1,c,unit,,,,,\n",
        ["s.csv:4: the code 1 stands here and on line 2"],
    ),
    "a code three times": (
        "1,a,unit,,,,,\n1,b,unit,,,,,\n1,c,unit,,,,,\n",
        ["s.csv:3: the code 1 stands here and on line 2", "s.csv:4: the code 1 stands here and on line 2"],
    ),
    "no code": (",a,unit,,,,,\n", [f"s.csv:2 code: '' {CODE}"]),
    "a code with a space": ("62 01,a,unit,,,,,\n", [f"s.csv:2 code: '62 01' {CODE}"]),
    "a code in Chinese": ("城关,a,unit,,,,,\n", [f"s.csv:2 code: '城关' {CODE}"]),
    "a code in full-width digits": ("６２,a,unit,,,,,\n", [f"s.csv:2 code: '６２' {CODE}"]),
    "no name": ("1,,unit,,,,,\n", ["s.csv:2 name: this text is empty or too short"]),
    "a long name": (f"1,{'区' * 101},unit,,,,,\n", ["s.csv:2 name: this text is longer than 100 characters"]),
    "no kind": ("1,a,,,,,,\n", ["s.csv:2 kind: '' is not allowed; allowed: unit, cadre"]),
    "a bad kind": ("1,a,person,,,,,\n", ["s.csv:2 kind: 'person' is not allowed; allowed: unit, cadre"]),
    "a bad rank": ("1,a,cadre,,,,chief,\n", ["s.csv:2 rank: 'chief' is not allowed; allowed: head, deputy"]),
    "nobody": ("1,a,unit,,,,,0\n", ["s.csv:2 population: '0' is too small; the least is 1"]),
    "half a person": ("1,a,unit,,,,,1.5\n", ["s.csv:2 population: '1.5' is not a whole number"]),
    "several faults": (
        "1,,unit,,,,,x\n2,b,unit,,,,,\n2,c,unit,,,,,\n",
        [
            "s.csv:2 name: this text is empty or too short",
            "s.csv:2 population: 'x' is not a whole number",
            "s.csv:4: the code 2 stands here and on line 3",
        ],
    ),
}


def file_of(tmp_path, written):
    file = tmp_path / "s.csv"
    file.write_bytes(written if isinstance(written, bytes) else written.encode())
    return file


@pytest.mark.parametrize(("written", "told"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_told_by_line(tmp_path, written, told):
    with pytest.raises(Invalid) as refused:
        read_roster(file_of(tmp_path, HEADER + written))

    assert lines(refused.value) == told


def test_an_unknown_column_is_told_with_those_known(tmp_path):
    with pytest.raises(Invalid) as refused:
        read_roster(file_of(tmp_path, "code,name,kind,unit_type,group,parent,phone\n1,a,unit,,,,139\n"))

    known = "code,name,kind,unit_type,group,parent,rank"
    assert lines(refused.value) == [
        f"s.csv:1: the column rank is missing; the header must name: {known}",
        f"s.csv:1: the column phone is unknown; known: {known},population",
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "utf-16"])
def test_a_roster_is_read_in_its_order(tmp_path, encoding):
    subjects = read_roster(file_of(tmp_path, SUBJECTS.replace("\n", "\r\n").encode(encoding)))

    assert [subject.name for subject in subjects] == ["兰州市", "城关区", "七里河区"]
    assert [subject.population for subject in subjects] == [None, 1484016, 719933]


def count(engine):
    with unit_of_work(engine) as session:
        return session.scalar(select(func.count()).select_from(SubjectRow))


def import_file(engine, file):
    with unit_of_work(engine) as session:
        return import_roster(session, file)


def test_nothing_of_a_faulty_roster_is_imported(engine, tmp_path):
    # Given 500 good lines and a bad last one
    good = "".join(f"{i},区,unit,,,,,\n" for i in range(500))
    file = file_of(tmp_path, f"{HEADER}{good}7,again,unit,,,,,\n")
    # When it is imported
    with pytest.raises(Invalid, match="code 7 stands here and on line 9"):
        import_file(engine, file)
    # Then nothing is
    assert count(engine) == 0


def test_an_import_replaces_subjects_of_the_same_code_and_keeps_the_others(engine, tmp_path):
    import_file(engine, file_of(tmp_path, SUBJECTS))
    import_file(engine, file_of(tmp_path, f"{HEADER}620102,城关新区,unit,county,counties,6201,,2000000\n"))

    with unit_of_work(engine) as session:
        names = {subject.code: subject.name for subject in list_subjects(session)}
        assert names == {"6201": "兰州市", "620102": "城关新区", "620103": "七里河区"}
        assert [subject.code for subject in list_subjects(session, ["620103", "6201"])] == ["6201", "620103"]


def test_quotes_and_markup_in_a_name_are_only_a_name(engine, tmp_path):
    name = """'); DROP TABLE subject;-- <script>{{7*7}}"""
    import_file(engine, file_of(tmp_path, f'{HEADER}1,"{name}",unit,,,,,\n'))

    with unit_of_work(engine) as session:
        assert list_subjects(session)[0].name == name
