"""docs/reference.md moves with the code: what a person can type or set stands in it."""

import re
from pathlib import Path

import click
import pytest

ROOT = Path(__file__).parents[2]
FLASKS_OWN = {"run", "shell", "routes"}


@pytest.fixture(scope="module")
def reference():
    return (ROOT / "docs" / "reference.md").read_text()


@pytest.fixture(scope="module")
def application():
    from wsgi import app

    return app


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
    pages = {rule.rule for rule in application.url_map.iter_rules() if not rule.rule.startswith("/static/")}
    assert pages, "no page was found"
    assert {page for page in pages if f"`{page}`" not in reference} == set()


def test_nothing_documented_has_gone(application, reference):
    commands = set(command_lines(application.cli))
    documented = set(re.findall(r"^#+ `(flask [a-z -]+?)(?: [A-Z\[-].*)?`", reference, re.MULTILINE))
    assert documented - commands == set()
