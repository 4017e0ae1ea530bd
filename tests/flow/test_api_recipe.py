"""docs/recipes/api.md is done as it is written: by curl, over HTTP."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from survey.staff.delivering import sign
from survey.staff.webhooks import secret_of, secret_text
from tests.factories.programs import program, with_plan, with_scheme
from tests.flow.serving import served

RECIPE = (Path(__file__).parents[2] / "docs" / "recipes" / "api.md").read_text()


@pytest.mark.skipif(shutil.which("curl") is None, reason="no curl on this machine")
def test_every_command_of_the_recipe_does_what_it_says(small_site):
    for code in small_site.round()[:9]:
        small_site.phone().vote(code)
    small_site.count()
    small_site.publish()
    with_scheme(small_site)
    with_plan(small_site)
    commands = re.findall(r"```sh\n(.*?)```", RECIPE, re.DOTALL)
    assert len(commands) == 5
    with served(small_site.app) as address:
        told = {"SITE": address, "TOKEN": program(small_site).text, "PATH": os.environ["PATH"], "NO_PROXY": "*"}
        for command in commands:
            failing = command.replace("curl -sS", "curl -sS --fail-with-body", 1)
            done = subprocess.run(["/bin/sh", "-c", failing], env=told, capture_output=True, timeout=30, check=False)
            assert done.returncode == 0, (command, done.stdout, done.stderr)
            assert done.stdout.startswith(b"{")
            assert b"problem" not in done.stdout


def test_the_recipes_check_believes_what_is_signed_here_and_nothing_else():
    names = {}
    (program_text,) = re.findall(r"```python\n(.*?)```", RECIPE, re.DOTALL)
    exec(program_text, names)  # noqa: S102 - the recipe's own lines
    import time

    body = '{"type": "round.closed"}'
    headers = sign(secret_of("k" * 40, "b" * 16), "msg_1", int(time.time()), body)
    secret = secret_text("k" * 40, "b" * 16)
    genuine = names["is_genuine"]
    assert genuine(secret, headers, body.encode())
    assert not genuine(secret, headers, body.replace("closed", "opened").encode())
    assert not genuine(secret_text("k" * 40, "c" * 16), headers, body.encode())
    old = sign(secret_of("k" * 40, "b" * 16), "msg_1", int(time.time()) - 3600, body)
    assert not genuine(secret, old, body.encode())
