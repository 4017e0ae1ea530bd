"""Read who votes: groups, ballot classes, ballots planned, and the subjects each rates."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints

from survey.core.errors import N_, Invalid, Problem
from survey.core.model import Frozen
from survey.core.textfile import Progress, Row, read_table, silent
from survey.core.validation import validate
from survey.questionnaires.selectors import TYPE
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
    return voters_of(read_table(file, COLUMNS), file.name)


def voters_of(rows: Sequence[Row], name: str, *, on_progress: Progress = silent) -> tuple[VoterLine, ...]:
    """Return the lines of a table's rows.

    Args:
        rows: with the cells of ``COLUMNS``.
        name: of the file.
        on_progress: told the number of rows after each.

    Raises:
        Invalid: as ``read_voters``.
    """
    problems: list[Problem] = []
    lines: list[VoterLine] = []
    first: dict[tuple[str, str], int] = {}
    for row in rows:
        on_progress(1)
        try:
            line = voter_line(row.cells, f"{name}:{row.line}")
        except Invalid as error:
            problems.extend(error.problems)
            continue
        key = (line.group, line.ballot_class)
        if key in first:
            problems.append(
                Problem(
                    f"{name}:{row.line}",
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


class Lookup:
    """A roster, looked up by the words of voter lines: many lines of a long roster are resolved in no time."""

    def __init__(self, roster: Sequence[Subject]) -> None:
        self._place = {subject.code: place for place, subject in enumerate(roster)}
        self._of_type: dict[str, set[str]] = defaultdict(set)
        self._cadres: dict[str, set[str]] = defaultdict(set)
        for subject in roster:
            self._of_type[subject.unit_type].add(subject.code)
            if subject.kind == "cadre":
                self._cadres[subject.parent].add(subject.code)

    def named(self, word: str, group: str) -> set[str]:
        """Return the codes that a word of a group's line stands for; none when it names nobody."""
        if word.startswith(TYPE):
            return self._of_type.get(word.removeprefix(TYPE), set())
        if word == OWN:
            return self._known(group) | self._cadres.get(group, set())
        return self._known(word)

    def in_order(self, codes: set[str]) -> tuple[str, ...]:
        """Return codes in the roster's order."""
        return tuple(sorted(codes, key=self._place.__getitem__))

    def _known(self, code: str) -> set[str]:
        return {code} if code in self._place else set()


def resolve(line: VoterLine, roster: Lookup) -> VoterGroup:
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
        found = roster.named(bare, line.group)
        if not found:
            message = N_("group %(group)s rates %(word)s, but no such subject was imported")
            problems.append(Problem("", message, {"group": line.group, "word": bare}))
        if word.startswith("-"):
            left_out |= found
        else:
            classes |= dict.fromkeys(found, counts_as or line.ballot_class)
    rated = roster.in_order(classes.keys() - left_out)
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
