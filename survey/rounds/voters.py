"""Read who votes: groups, ballot classes, ballots planned, and the subjects each rates."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints

from survey.core.errors import N_, Invalid, Problem
from survey.core.model import Frozen
from survey.core.textfile import read_table
from survey.core.validation import Like, validate
from survey.rounds.definition import VoterGroup
from survey.subjects.roster import Code, Subject

COLUMNS = ("group", "class", "planned", "subjects")
OWN = "own"
TYPE = "type:"


class _Cells(Frozen):
    group: Code
    ballot_class: Annotated[
        str,
        Like(
            "[A-Za-z][A-Za-z0-9_-]{0,19}",
            N_("%(value)s is no class; allowed: letters, digits, - and _, a letter first, at most 20 characters"),
        ),
        Field(alias="class"),
    ]
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
            cells = validate(row.cells, _Cells, f"{file.name}:{row.line}")
        except Invalid as error:
            problems.extend(error.problems)
            continue
        key = (cells.group, cells.ballot_class)
        if key in first:
            problems.append(
                Problem(
                    f"{file.name}:{row.line}",
                    N_("group %(group)s, class %(ballot_class)s stands here and on line %(line)s"),
                    {"group": key[0], "ballot_class": key[1], "line": first[key]},
                )
            )
        first.setdefault(key, row.line)
        lines.append(VoterLine(cells.group, cells.ballot_class, cells.planned, cells.subjects))
    if problems:
        raise Invalid(problems)
    return tuple(lines)


def resolve(line: VoterLine, roster: Sequence[Subject]) -> VoterGroup:
    """Return the voters with the codes of the subjects they rate, in the roster's order.

    Raises:
        Invalid: when a subject is unknown or a type has no subject.
    """
    known = {subject.code for subject in roster}
    wanted: set[str] = set()
    problems = []
    for word in line.subjects.split():
        if word.startswith(TYPE):
            found = {subject.code for subject in roster if subject.unit_type == word.removeprefix(TYPE)}
        else:
            found = known & {line.group if word == OWN else word}
        if not found:
            problems.append(
                Problem(
                    "",
                    N_("group %(group)s rates %(word)s, but no such subject was imported"),
                    {"group": line.group, "word": word},
                )
            )
        wanted |= found
    if problems:
        raise Invalid(problems)
    return VoterGroup(
        line.group, line.ballot_class, line.planned, tuple(subject.code for subject in roster if subject.code in wanted)
    )
