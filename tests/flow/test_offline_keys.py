"""Trustees' machines have no settings and no database: keys are made there, and nothing is served."""

import json
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from survey.application import create_offline_app

ROOT = Path(__file__).parents[2]
FLASK = Path(sys.executable).with_name("flask")
MISSING = "error: MINSHENG_SECRET_KEY has 0 characters; at least 32 are needed."
PASSPHRASE = "correct horse"


@pytest.fixture
def machine(tmp_path):
    (tmp_path / "phrase").write_text(PASSPHRASE)
    (tmp_path / "wrong").write_text("another passphrase")

    def run(*args, text=None, **environment):
        """Run flask where there is nothing: no .env, no secret, no database."""
        clean = {
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path / "home"),
            "LC_ALL": "C.UTF-8",
            "FLASK_SKIP_DOTENV": "1",
        }
        return subprocess.run(
            [FLASK, "--app", ROOT / "wsgi.py", *args],
            cwd=tmp_path,
            env=clean | environment,
            input=text,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    return run


@pytest.fixture
def runs(machine, tmp_path, monkeypatch):
    """Run a command of the same application in this process, which takes no seconds to start."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    runner = create_offline_app(MISSING).test_cli_runner()
    return lambda *args: runner.invoke(args=args)


def does(machine, *args, text=None):
    result = machine(*args, "--json", text=text)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def test_a_trustee_makes_prints_and_restores_a_key_offline(machine, tmp_path):
    made = does(machine, "keys", "trustee", "监督员甲", "--out", "jia.v1", "--passphrase-file", "phrase")
    assert (made["private"], made["public"]) == ("jia.v1.key", "jia.v1.pub")
    assert does(machine, "keys", "fingerprint", "jia.v1.pub") == {
        "kind": "trustee",
        "fingerprint": made["fingerprint"],
    }
    assert does(machine, "keys", "paper", "jia.v1.key", "--out", "jia.pdf")["fingerprint"] == made["fingerprint"]
    assert (tmp_path / "jia.pdf").read_bytes().startswith(b"%PDF")

    text = (tmp_path / "jia.v1.key").read_text()
    back = does(machine, "keys", "restore", "--out", "back", "--passphrase-file", "phrase", text=text.lower())
    assert (back["name"], back["fingerprint"]) == ("监督员甲", made["fingerprint"])
    assert (tmp_path / "back.key").read_text() == text
    assert (tmp_path / "back.pub").read_bytes() == (tmp_path / "jia.v1.pub").read_bytes()

    # Nothing but these files: no database, no folder for one.
    expected = {"phrase", "wrong", "jia.v1.key", "jia.v1.pub", "jia.pdf", "back.key", "back.pub", "home"}
    assert {file.name for file in tmp_path.iterdir()} == expected


def test_what_goes_wrong_in_restoring_is_one_clear_line(runs, tmp_path):
    runs("keys", "trustee", "甲", "--out", "jia", "--passphrase-file", "phrase")
    lines = (tmp_path / "jia.key").read_text().splitlines()
    (tmp_path / "typed.txt").write_text("\n".join([*lines[:5], lines[5].replace(lines[5][3], "0", 1), *lines[6:]]))

    for file, phrase, told in [
        ("typed.txt", "phrase", "error: line 3 was mistyped\n"),
        ("jia.key", "wrong", "error: The passphrase does not open this key"),
        ("none.txt", "phrase", "error: none.txt: the file cannot be read"),
    ]:
        result = runs("keys", "restore", file, "--out", "back", "--passphrase-file", phrase)
        assert result.exit_code == 1
        assert result.stderr.startswith(told)
        assert len(result.stderr.splitlines()) == 1
    again = runs("keys", "restore", "jia.key", "--out", "jia", "--passphrase-file", "phrase")
    assert "jia.key exists already; a key is never overwritten" in again.stderr
    assert not (tmp_path / "back.key").exists()


def test_the_office_makes_its_key_offline_too(runs):
    made = json.loads(runs("keys", "office", "--passphrase-file", "phrase", "--json").stdout)

    shown = json.loads(runs("keys", "fingerprint", "office.pub", "--json").stdout)
    assert shown == {"kind": "office", "fingerprint": made["fingerprint"]}


def test_without_a_secret_nothing_is_served(machine):
    for command in ("run", "shell", "routes"):
        result = machine(command)
        assert result.returncode == 1
        assert result.stderr.startswith(MISSING)


def test_a_secret_that_is_too_short_is_an_error_everywhere(machine):
    result = machine("keys", "fingerprint", "x.pub", MINSHENG_SECRET_KEY="short")

    assert result.returncode == 1
    assert result.stderr.startswith("error: MINSHENG_SECRET_KEY has 5 characters")


def test_gunicorn_fails_at_start_even_when_a_flask_command_started_it(tmp_path):
    clean = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "FLASK_RUN_FROM_CLI": "true"}
    result = subprocess.run(
        [sys.executable, "-c", "import wsgi"],
        cwd=tmp_path,
        env=clean,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert result.returncode == 1
    assert result.stderr.startswith(MISSING)


# --- every other command ---

OFFLINE = {"keys", "count", "bundle verify"}
"""Commands with a way that needs no database."""


def all_commands(group, words=()):
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from all_commands(command, (*words, name))
        else:
            yield (*words, name), command


def least_arguments(command):
    """Make up what the command cannot be called without."""
    for parameter in command.params:
        if parameter.required:
            kind = parameter.type
            value = kind.choices[0] if isinstance(kind, click.Choice) else "1"
            yield from [value] if isinstance(parameter, click.Argument) else [parameter.opts[0], value]


def test_every_other_command_needs_the_settings():
    application = create_offline_app(MISSING)
    runner = application.test_cli_runner()
    refused = []
    for words, command in all_commands(application.cli):
        if {words[0], " ".join(words)} & (OFFLINE | {"run", "shell", "routes"}):
            continue
        result = runner.invoke(args=[*words, *least_arguments(command)])
        assert result.exit_code == 1, (words, result.output)
        assert MISSING in result.output, words
        refused.append(words)
    assert len(refused) > 10


def test_an_application_without_settings_has_no_page():
    application = create_offline_app(MISSING)

    assert list(application.url_map.iter_rules()) == []
    assert application.test_client().get("/").status_code == 404
