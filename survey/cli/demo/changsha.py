"""The Changsha demo's job: departments, districts, counties and cadres, and whether the classes are the source's."""

from collections import Counter
from fractions import Fraction

from survey.cli.demo.steps import DATA
from survey.cli.demo.yearly import make_run
from survey.cli.edge import say_table, work
from survey.core.errors import N_, Refused
from survey.core.textfile import read_table
from survey.reports.scores import ScoreReport
from survey.reports.table import rounded
from survey.scoring.run import Run
from survey.subjects.service import import_roster

COLUMNS = {
    "who": N_("Who is assessed"),
    "grade": N_("Grade"),
    "n": N_("Number"),
    "share": N_("Of all, %"),
    "expected": N_("In the source"),
}


def score() -> Run:
    """Import the roster and the figures, score, and publish."""
    with work() as session:
        import_roster(session, DATA / "changsha-subjects.csv")
        files = [DATA / f"changsha-{name}.csv" for name in ("components", "history")]
        return make_run(session, DATA / "changsha.yaml", *files)


def classes(report: ScoreReport) -> list[dict[str, object]]:
    """Return how many were given each class, beside the number that the source names."""
    units = report.run.grades.units
    given = Counter((unit.unit_type, unit.grade) for unit in units)
    sizes = Counter(unit.unit_type for unit in units)
    rows: list[dict[str, object]] = []
    for row in read_table(DATA / "changsha-expected.csv", ("types", "grade", "n")):
        types, grade = row.cells["types"].split(), row.cells["grade"]
        n = sum(given[name, grade] for name in types)
        a_unit = next(unit for unit in units if unit.unit_type == types[0])
        named = [one for one in report.scheme.types if one.id in types]
        rows.append(
            {
                "who": " + ".join(report.words(one) for one in named),
                "grade": report.grade_name(a_unit, grade),
                "n": n,
                "share": rounded(Fraction(100 * n, sum(sizes[name] for name in types)), 2),
                "expected": int(row.cells["n"]),
            }
        )
    return rows


def expect_the_source(rows: list[dict[str, object]]) -> None:
    """Refuse a result that is not the one of the source.

    Raises:
        Refused: naming every class that differs.
    """
    wrong = [
        f"{row['who']} {row['grade']} {row['n']} != {row['expected']}" for row in rows if row["n"] != row["expected"]
    ]
    if wrong:
        raise Refused(N_("The result is not that of the source: %(what)s"), what="; ".join(wrong))


def print_classes(rows: list[dict[str, object]]) -> None:
    """Print the numbers of each class beside the source's."""
    say_table(rows, COLUMNS, as_json=False)
