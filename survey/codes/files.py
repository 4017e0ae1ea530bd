"""codes.csv: the one form in which codes stand in clear between issuing and printing."""

import csv
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from survey.codes.generator import address, is_code
from survey.codes.service import IssuedCode
from survey.codes.sheets import Slip
from survey.core.errors import N_, Invalid, Problem
from survey.core.textfile import read_table
from survey.rounds.definition import RoundDefinition
from survey.rounds.rules import BallotClass

COLUMNS = ("batch", "group", "class", "code", "url")
MOST_SLIPS = 1_000_000


def write_codes(file: Path, issued: Iterable[IssuedCode], base_url: str) -> None:
    """Write issued codes in their order; the file is its owner's alone, and on the disk when this returns."""
    file.touch(mode=0o600)
    with file.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow(COLUMNS)
        writer.writerows((c.batch, c.group, c.ballot_class, c.code, address(base_url, c.code)) for c in issued)
        out.flush()
        os.fsync(out.fileno())


def read_codes(file: Path) -> list[tuple[IssuedCode, str]]:
    """Return the code and the address of each line, in the file's order.

    Raises:
        Invalid: for a fault of the table, or with the line of whatever is no code.
    """
    rows = read_table(file, COLUMNS, most_rows=MOST_SLIPS)
    problems = [
        Problem(f"{file.name}:{row.line}", N_("this is not a code")) for row in rows if not is_code(row.cells["code"])
    ]
    if problems:
        raise Invalid(problems)
    return [(IssuedCode(*(row.cells[column] for column in COLUMNS[:4])), row.cells["url"]) for row in rows]


def read_slips(file: Path) -> list[tuple[str, Slip]]:
    """Return the ballot class and the slip of each line; as ``read_codes``."""
    return [(one.ballot_class, Slip(one.code, url)) for one, url in read_codes(file)]


def read_own(file: Path) -> tuple[str, list[str]]:
    """Return the batch and the codes of a file that ``write_codes`` wrote for one batch, however large."""
    with file.open(newline="", encoding="utf-8") as lines:
        reader = csv.DictReader(lines)
        batch, codes = "", []
        for row in reader:
            batch = row["batch"]
            codes.append(row["code"])
    return batch, codes


def by_class(
    definition: RoundDefinition, slips: Sequence[tuple[str, Slip]]
) -> list[tuple[str, BallotClass | None, list[Slip]]]:
    """Return what is printed apart: where the ballots' classes stand on the slips, a part for each class.

    Returns:
        The class's code, nothing where all slips are one part; its rule, where it has one; the slips.
    """
    named = {code: definition.rules.ballot_class(code) for code in sorted({code for code, _slip in slips})}
    if len(named) > 1 and any(named.values()):
        return [(code, rule, [slip for of, slip in slips if of == code]) for code, rule in named.items()]
    only = next(iter(named.values()), None) if len(named) == 1 else None
    return [("", only, [slip for _class, slip in slips])]
