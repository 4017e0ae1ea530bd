"""The voters file: who votes in which class, how many, about whom."""

import pytest

from survey.core.errors import Invalid
from survey.rounds.voters import VoterLine, read_voters, resolve
from survey.subjects.roster import Subject
from tests.factories.sentences import lines

HEADER = "group,class,planned,subjects\n"
ROSTER = (
    Subject(code="6201", name="兰州市", unit_type="city"),
    Subject(code="620103", name="七里河区", unit_type="county"),
    Subject(code="620102", name="城关区", unit_type="county"),
)
CODE = "is no code; allowed: letters, digits, . _ and -, a letter or digit first, at most 40 characters"
CLASS = "is no class; allowed: letters, digits, - and _, a letter first, at most 20 characters"

FAULTS = {
    "a group and class twice": (
        "a,A,1,own\na,B,1,own\na,A,2,own\n",
        ["v.csv:4: group a, class A stands here and on line 2"],
    ),
    "nobody planned": ("a,A,0,own\n", ["v.csv:2 planned: '0' is too small; the least is 1"]),
    "less than nobody": ("a,A,-3,own\n", ["v.csv:2 planned: '-3' is too small; the least is 1"]),
    "a share for a number": ("a,A,30%,own\n", ["v.csv:2 planned: '30%' is not a whole number"]),
    "more than the country": ("a,A,10000001,own\n", ["v.csv:2 planned: '10000001' is too large; the most is 10000000"]),
    "nobody to rate": ("a,A,1,\n", ["v.csv:2 subjects: this text is empty or too short"]),
    "no group": (",A,1,own\n", [f"v.csv:2 group: '' {CODE}"]),
    "no class": ("a,,1,own\n", [f"v.csv:2 class: '' {CLASS}"]),
    "a class in Chinese": ("a,甲,1,own\n", [f"v.csv:2 class: '甲' {CLASS}"]),
    "a row too long": ("a,A,1,own,x\n", ["v.csv:2: this row has 5 cells; the header has 4"]),
    "several": ("a,A,x,own\n,A,1,own\n", ["v.csv:2 planned: 'x' is not a whole number", f"v.csv:3 group: '' {CODE}"]),
}


def file_of(tmp_path, written):
    file = tmp_path / "v.csv"
    file.write_text(HEADER + written)
    return file


@pytest.mark.parametrize(("written", "told"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_told_by_line(tmp_path, written, told):
    with pytest.raises(Invalid) as refused:
        read_voters(file_of(tmp_path, written))

    assert lines(refused.value) == told


def test_the_lines_keep_their_order(tmp_path):
    read = read_voters(file_of(tmp_path, "b,A,10,own\na,A,5,x y\n"))

    assert read == (VoterLine("b", "A", 10, "own"), VoterLine("a", "A", 5, "x y"))


RATED = {
    "own": ("620102", "own", ["620102"]),
    "codes, in the order of the roster": ("office", "620102 6201", ["6201", "620102"]),
    "a type": ("office", "type:county", ["620103", "620102"]),
    "a type and a code of it": ("office", "type:county 620102", ["620103", "620102"]),
    "all kinds of words": ("6201", "own type:county", ["6201", "620103", "620102"]),
}


@pytest.mark.parametrize(("group", "words", "codes"), RATED.values(), ids=RATED)
def test_whom_a_group_rates(group, words, codes):
    assert resolve(VoterLine(group, "A", 1, words), ROSTER).subjects == tuple(codes)


def test_every_subject_that_is_not_there_is_named():
    with pytest.raises(Invalid) as refused:
        resolve(VoterLine("office", "A", 1, "620102 999 type:town type: own"), ROSTER)

    assert [problem.say() for problem in refused.value.problems] == [
        f"group office rates {word}, but no such subject was imported" for word in ("999", "type:town", "type:", "own")
    ]
