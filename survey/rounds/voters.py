"""Read who votes: groups, ballot classes, ballots planned, and the subjects each rates."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints

from survey.core.errors import N_, Invalid, Problem
from survey.core.model import Frozen
from survey.core.textfile import read_table
from survey.core.validation import validate
from survey.questionnaires.selectors import TYPE, fits
from survey.rounds.definition import VoterGroup
from survey.rounds.rules import CLASS_PATTERN, ClassCode
from survey.subjects.roster import Code, Subject

COLUMNS = ("group", "class", "planned", "subjects")
OWN = "own"


class _Cells(Frozen):
    group: Code
    ballot_class: Annotated[ClassCode, Field(alias="class")]
    planned: Annotated[int, Field(ge=1, le=10_000_000)]
    subjects: Annotated[str, StringConstraints(min_length=1)]


@dataclass(frozen=True)
class VoterLine:
    """One line of a voters file, its subjects as written."""

    group: str
    ballot_class: str
    planned: int
    subjects: str


def read_voters(file: Path) -> tuple[VoterLine, ...]:
    """Return the lines of a voters file.

    Raises:
        Invalid: with every fault by line; a group and class that stand twice name both lines.
    """
    problems: list[Problem] = []
    lines: list[VoterLine] = []
    first: dict[tuple[str, str], int] = {}
    for row in read_table(file, COLUMNS):
        try:
            line = voter_line(row.cells, f"{file.name}:{row.line}")
        except Invalid as error:
            problems.extend(error.problems)
            continue
        key = (line.group, line.ballot_class)
        if key in first:
            problems.append(
                Problem(
                    f"{file.name}:{row.line}",
                    N_("group %(group)s, class %(ballot_class)s stands here and on line %(line)s"),
                    {"group": key[0], "ballot_class": key[1], "line": first[key]},
                )
            )
        first.setdefault(key, row.line)
        lines.append(line)
    if problems:
        raise Invalid(problems)
    return tuple(lines)


def voter_line(cells: Mapping[str, str], where: str = "") -> VoterLine:
    """Return one line of voters from its cells as text.

    Args:
        cells: by column, as in a voters file.
        where: the line's place, which every fault names before the column.

    Raises:
        Invalid: with every fault of the cells, and of each word of its subjects.
    """
    read = validate(dict(cells), _Cells, where)
    problems = [
        Problem(f"{where} subjects".strip(), message, {"word": word})
        for word in read.subjects.split()
        if (message := _misspelt(word))
    ]
    if problems:
        raise Invalid(problems)
    return VoterLine(read.group, read.ballot_class, read.planned, " ".join(read.subjects.split()))


def resolve(line: VoterLine, roster: Sequence[Subject]) -> VoterGroup:
    """Return the voters with the codes of the subjects they rate, in the roster's order.

    A word is a subject's code, ``type:NAME`` or ``own`` (the group's unit and its cadres); ``=B`` after it makes
    the ballot count as class B for these subjects, of two such words the later holds; a minus before it leaves
    them out, wherever it stands.

    Raises:
        Invalid: when a subject or class is unknown, a type has no subject, or none remains.
    """
    classes: dict[str, str] = {}
    left_out: set[str] = set()
    problems = []
    for word in line.subjects.split():
        bare, _, counts_as = word.removeprefix("-").partition("=")
        found = _named(bare, line.group, roster)
        if not found:
            message = N_("group %(group)s rates %(word)s, but no such subject was imported")
            problems.append(Problem("", message, {"group": line.group, "word": bare}))
        if word.startswith("-"):
            left_out |= found
        else:
            classes |= dict.fromkeys(found, counts_as or line.ballot_class)
    rated = tuple(subject.code for subject in roster if subject.code in classes and subject.code not in left_out)
    if not problems and not rated:
        problems.append(Problem("", N_("group %(group)s is left with nobody to rate"), {"group": line.group}))
    if problems:
        raise Invalid(problems)
    other = {code: classes[code] for code in rated if classes[code] != line.ballot_class}
    return VoterGroup(line.group, line.ballot_class, line.planned, rated, other)


def _misspelt(word: str) -> str | None:
    """Return what is wrong with a word itself, whatever the roster."""
    bare, equals, counts_as = word.removeprefix("-").partition("=")
    if not bare or bare == TYPE:
        return N_("%(word)s names no subject; write a code, type:NAME or own")
    if equals and word.startswith("-"):
        return N_("%(word)s leaves subjects out, so their class says nothing; leave out the = and what follows")
    if equals and not re.fullmatch(CLASS_PATTERN, counts_as):
        return N_("%(word)s: a class stands after the =, for example own=A")
    return None


def _named(word: str, group: str, roster: Sequence[Subject]) -> set[str]:
    if word.startswith(TYPE):
        return {subject.code for subject in roster if fits(word, subject)}
    if word == OWN:
        return {
            subject.code
            for subject in roster
            if subject.code == group or (subject.kind == "cadre" and subject.parent == group)
        }
    return {subject.code for subject in roster if subject.code == word}
