"""Report tables as files: CSV, XLSX, JSON and the counts for SPSS. The suffix of the file chooses."""

from collections.abc import Callable, Sequence
from pathlib import Path

from survey.core.errors import N_, Refused
from survey.reports.exports.csv import write_csv
from survey.reports.exports.json import write_json
from survey.reports.exports.xlsx import write_xlsx
from survey.reports.table import Table


def _write_sav(tables: Sequence[Table], path: Path) -> tuple[Path, ...]:
    # Loading pandas takes longer than most commands run.
    from survey.reports.exports.sav import write_sav  # noqa: PLC0415

    return write_sav(tables, path)


WRITERS: dict[str, Callable[[Sequence[Table], Path], tuple[Path, ...]]] = {
    ".csv": write_csv,
    ".json": write_json,
    ".sav": _write_sav,
    ".xlsx": write_xlsx,
}


def write_report(tables: Sequence[Table], path: Path) -> tuple[Path, ...]:
    """Write the tables in the format of the file's suffix and return every file written.

    Raises:
        Refused: for a suffix that no report has.
    """
    writer = WRITERS.get(path.suffix.lower())
    if writer is None:
        raise Refused(
            N_("A report is a file in %(known)s; %(file)s is none of them"),
            known=" ".join(sorted(WRITERS)),
            file=path.name,
        )
    return writer(tables, path)
