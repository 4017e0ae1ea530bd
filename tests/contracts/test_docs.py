"""docs/reference.md moves with the code: what a person can type or set stands in it."""

import re
from pathlib import Path

import click
import pytest

from config import Settings
from survey.application import create_app

ROOT = Path(__file__).parents[2]
FLASKS_OWN = {"run", "shell", "routes"}


@pytest.fixture(scope="module")
def reference():
    return (ROOT / "docs" / "reference.md").read_text()


@pytest.fixture(scope="module")
def application(tmp_path_factory):
    file = tmp_path_factory.mktemp("docs") / "minsheng.db"
    return create_app(Settings(secret_key="s" * 32, database_url=f"sqlite:///{file}"))


def command_lines(group, words=("flask",)):
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from command_lines(command, (*words, name))
        elif not (len(words) == 1 and name in FLASKS_OWN):
            yield " ".join((*words, name))


def test_every_command_is_documented(application, reference):
    commands = set(command_lines(application.cli))
    assert commands, "no command was found"
    assert {command for command in commands if command not in reference} == set()


def test_every_setting_is_documented(reference):
    sources = [ROOT / "config.py", *ROOT.glob("survey/**/*.py"), *ROOT.glob("deploy/**/*.*")]
    settings = {name for file in sources for name in re.findall(r"\bMINSHENG_[A-Z][A-Z_]*[A-Z]\b", file.read_text())}
    assert settings, "no setting was found"
    assert {name for name in settings if f"`{name}`" not in reference} == set()


def test_every_page_is_documented(application, reference):
    pages = {rule.rule for rule in application.url_map.iter_rules()}
    assert pages, "no page was found"
    assert {page for page in pages if f"`{page}`" not in reference} == set()


def test_no_documented_command_has_gone(application, reference):
    commands = set(command_lines(application.cli))
    known = commands | {command.rsplit(" ", 1)[0] for command in commands} | {f"flask {name}" for name in FLASKS_OWN}
    gone = set()
    for written in re.findall(r"`(flask [a-z][a-z -]*)", reference):
        words = written.split()
        starts = {" ".join(words[:end]) for end in range(2, len(words) + 1)}
        if not starts & known:
            gone.add(written)
    assert gone == set()
