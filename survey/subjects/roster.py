"""Read a roster of subjects from a CSV file, all or nothing."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from survey.core.errors import N_, Invalid, Problem
from survey.core.model import Frozen
from survey.core.textfile import Progress, Row, read_table, silent
from survey.core.validation import Like, validate

COLUMNS = ("code", "name", "kind", "unit_type", "group", "parent", "rank")
OPTIONAL = ("population",)

Code = Annotated[
    str,
    Like(
        "[0-9A-Za-z][0-9A-Za-z._-]{0,39}",
        N_("%(value)s is no code; allowed: letters, digits, . _ and -, a letter or digit first, at most 40 characters"),
    ),
]


class Subject(Frozen):
    """A unit (单位) or a cadre (干部) that is assessed.

    Attributes:
        group: the ranking group inside which it is compared.
        parent: the code of the unit above it; empty, or a code outside the roster, at the top.
        rank: head (正职) or deputy (副职), for cadres.
        population: how many people it stands for, when that is known.
    """

    code: Code
    name: Annotated[str, StringConstraints(min_length=1, max_length=100, strip_whitespace=True)]
    kind: Literal["unit", "cadre"] = "unit"
    unit_type: str = ""
    group: str = ""
    parent: str = ""
    rank: Literal["", "head", "deputy"] = ""
    population: Annotated[int, Field(ge=1)] | None = None


def read_roster(file: Path) -> tuple[Subject, ...]:
    """Return the subjects of a CSV file or workbook, in its order.

    Raises:
        Invalid: with every fault by line; a code that stands twice names both lines.
    """
    return roster_of(read_table(file, COLUMNS, OPTIONAL), file.name)


def roster_of(rows: Sequence[Row], name: str, *, on_progress: Progress = silent) -> tuple[Subject, ...]:
    """Return the subjects of a table's rows.

    Args:
        rows: with the cells of ``COLUMNS`` and perhaps of ``OPTIONAL``.
        name: of the file.
        on_progress: told the number of rows after each.

    Raises:
        Invalid: as ``read_roster``.
    """
    problems: list[Problem] = []
    subjects: list[Subject] = []
    first: dict[str, int] = {}
    for row in rows:
        on_progress(1)
        try:
            subjects.append(subject_of(row.cells, f"{name}:{row.line}"))
        except Invalid as error:
            problems.extend(error.problems)
            continue
        code = subjects[-1].code
        if code in first:
            problems.append(
                Problem(
                    f"{name}:{row.line}",
                    N_("the code %(code)s stands here and on line %(line)s"),
                    {"code": code, "line": first[code]},
                )
            )
        first.setdefault(code, row.line)
    if problems:
        raise Invalid(problems)
    return tuple(subjects)


def subject_of(cells: Mapping[str, str], where: str = "") -> Subject:
    """Return one subject from its cells as text.

    Args:
        cells: by column, as in a roster; an empty cell leaves its field as it is by itself.
        where: the row's place, which every fault names before the column.

    Raises:
        Invalid: with every fault of the cells.
    """
    said = {column: value for column, value in cells.items() if value or column in ("code", "name", "kind")}
    return validate(said, Subject, where)
