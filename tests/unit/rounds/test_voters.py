"""The voters file: who votes in which class, how many, about whom."""

import pytest

from survey.core.errors import Invalid
from survey.rounds.voters import Lookup, VoterLine, read_voters, resolve
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
    "more than the country": (
        "a,A,10000001,own\n",
        ["v.csv:2 planned: '10000001' is too large; the most is 10000000"],
    ),
    "nobody to rate": ("a,A,1,\n", ["v.csv:2 subjects: this text is empty or too short"]),
    "no group": (",A,1,own\n", [f"v.csv:2 group: '' {CODE}"]),
    "no class": ("a,,1,own\n", [f"v.csv:2 class: '' {CLASS}"]),
    "a class in Chinese": ("a,甲,1,own\n", [f"v.csv:2 class: '甲' {CLASS}"]),
    "a class left open": (
        "a,A,1,own=\n",
        ["v.csv:2 subjects: own=: a class stands after the =, for example own=A"],
    ),
    "a class in Chinese after a word": (
        "a,A,1,own type:x=甲\n",
        ["v.csv:2 subjects: type:x=甲: a class stands after the =, for example own=A"],
    ),
    "left out, and yet a class": (
        "a,A,1,type:x\nb,A,1,type:x -own=B\n",
        ["v.csv:3 subjects: -own=B leaves subjects out, so their class says nothing; leave out the = and what follows"],
    ),
    "words without a subject": (
        "a,A,1,- type: =B\n",
        [f"v.csv:2 subjects: {word} names no subject; write a code, type:NAME or own" for word in ("-", "type:", "=B")],
    ),
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
    assert resolve(VoterLine(group, "A", 1, words), Lookup(ROSTER)).subjects == tuple(codes)


def test_every_subject_that_is_not_there_is_named():
    with pytest.raises(Invalid) as refused:
        resolve(VoterLine("office", "A", 1, "620102 999 type:town type: own"), Lookup(ROSTER))

    assert [problem.say() for problem in refused.value.problems] == [
        f"group office rates {word}, but no such subject was imported" for word in ("999", "type:town", "type:", "own")
    ]


CADRES = (
    Subject(code="U1", name="教育局", unit_type="office"),
    Subject(code="U2", name="财政局", unit_type="office"),
    Subject(code="P1", name="王伟", kind="cadre", unit_type="cadres", parent="U1", rank="head"),
    Subject(code="P2", name="李丽", kind="cadre", unit_type="cadres", parent="U2", rank="head"),
)
COUNTS_AS = {
    "another class for all": ("type:cadres=B", {"P1": "B", "P2": "B"}),
    "its own class says nothing": ("type:cadres=A", {"P1": "A", "P2": "A"}),
    "another class for its own": ("type:cadres own=C", {"U1": "C", "P1": "C", "P2": "A"}),
    "of two words the later holds": ("own=C type:cadres=B", {"U1": "C", "P1": "B", "P2": "B"}),
    "without its own": ("type:cadres -own", {"P2": "A"}),
    "left out wherever the minus stands": ("-own type:cadres", {"P2": "A"}),
    "without one": ("type:office type:cadres=B -P2", {"U1": "A", "U2": "A", "P1": "B"}),
    "without a type": ("U1 P1 -type:cadres", {"U1": "A"}),
}


@pytest.mark.parametrize(("words", "classes"), COUNTS_AS.values(), ids=COUNTS_AS)
def test_as_which_class_a_ballot_counts(words, classes):
    voters = resolve(VoterLine("U1", "A", 1, words), Lookup(CADRES))

    assert {code: voters.class_of(code) for code in voters.subjects} == classes
    assert voters.class_of("") == "A"
    assert "A" not in voters.classes.values(), "only what differs is kept"


@pytest.mark.parametrize("words", ["type:cadres -type:cadres", "own -U1 -P1", "U2 -U2"])
def test_who_leaves_everybody_out_is_told(words):
    with pytest.raises(Invalid, match="group U1 is left with nobody to rate"):
        resolve(VoterLine("U1", "A", 1, words), Lookup(CADRES))


def test_a_subject_left_out_that_is_not_there_is_named():
    with pytest.raises(Invalid, match="rates 999, but no such subject"):
        resolve(VoterLine("U1", "A", 1, "own -999"), Lookup(CADRES))
