"""The walls between the rooms stand, and each would be seen to fall."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LONGEST = 400

# (the file with a forbidden import, the import, the contract that must notice)
TRESPASSES = [
    ("survey/reports/planted.py", "import survey.ballots", "box"),
    ("survey/cli/planted.py", "import survey.ballots", "box"),
    ("survey/web/planted.py", "import survey.ballots", "box"),
    ("survey/counting/planted.py", "import survey.codes", "strangers"),
    ("survey/scoring/planted.py", "import survey.codes", "strangers"),
    ("survey/turnout/planted.py", "import survey.ballots", "turnout"),
    ("survey/codes/planted.py", "import survey.casting", "door"),
    ("survey/scoring/rules/planted.py", "import sqlalchemy", "pure"),
    ("survey/scoring/rules/planted_frame.py", "import pandas", "pure"),
    ("survey/counting/planted_page.py", "import flask", "flask"),
    ("survey/reports/planted_form.py", "import forms", "forms"),
    ("survey/core/planted.py", "import survey.storage", "flow"),
    ("survey/ballots/planted.py", "import survey.codes", "flow"),
    ("survey/rounds/planted.py", "import survey.counting", "flow"),
    ("survey/drawer.py", "", "flow"),
]


def check_imports(folder, contract=None):
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--no-logo"]
    if contract:
        command += ["--contract", contract]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=120)


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    folder = tmp_path_factory.mktemp("copy")
    shutil.copy(ROOT / "pyproject.toml", folder)
    for package in ("survey", "forms"):
        shutil.copytree(ROOT / package, folder / package, ignore=lambda _, names: [n for n in names if "__pyc" in n])
    return folder


def test_no_room_reaches_where_it_must_not():
    run = check_imports(ROOT)
    assert run.returncode == 0, run.stdout


@pytest.mark.parametrize(("file", "line", "contract"), TRESPASSES, ids=[row[0] for row in TRESPASSES])
def test_a_planted_import_is_seen(copy, file, line, contract):
    planted = copy / file
    planted.write_text(f'"""Planted by a test."""\n\n{line}\n')
    run = check_imports(copy, contract)
    planted.unlink()
    assert run.returncode == 1, run.stdout
    assert file.removesuffix(".py").replace("/", ".") in run.stdout or "drawer" in run.stdout


def test_no_file_is_too_long_to_read():
    files = [*ROOT.glob("survey/**/*.py"), *ROOT.glob("forms/**/*.py"), *ROOT.glob("templates/**/*.html")]
    long = {str(file.relative_to(ROOT)) for file in files if len(file.read_text().splitlines()) > LONGEST}
    assert long == set()


def test_no_column_joins_a_code_to_a_ballot():
    import survey.tables  # noqa: F401 - fills the metadata
    from survey.storage.base import Base

    tables = {"codes": set(), "ballots": set()}
    for mapper in Base.registry.mappers:
        room = mapper.class_.__module__.split(".")[1]
        if room in tables:
            tables[room].add(mapper.local_table)
    assert all(tables.values()), "a room without tables"
    columns = {room: {column.name for table in found for column in table.columns} for room, found in tables.items()}
    # What both rooms may know is what many codes and many ballots have in common.
    assert columns["codes"] & columns["ballots"] <= {"round_id", "voter_group_id"}
    names = {room: {table.name for table in found} for room, found in tables.items()}
    for room, other in (("codes", "ballots"), ("ballots", "codes")):
        targets = {key.column.table.name for table in tables[room] for key in table.foreign_keys}
        assert not targets & names[other]
