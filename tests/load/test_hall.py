"""flask demo hall does the whole job: sixty voters over HTTP, two trustees, the count sheet."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.xdist_group("demo")
def test_the_hall_demo_holds_counts_and_reports_a_ballot(empty_database_url, tmp_path):
    environment = os.environ | {
        "MINSHENG_SECRET_KEY": "s" * 40,
        "MINSHENG_DATABASE_URL": empty_database_url,
        "PYTHONPATH": str(ROOT),
        "FLASK_APP": str(ROOT / "wsgi.py"),
        "LC_ALL": "C.UTF-8",
        "COLUMNS": "200",
    }
    (tmp_path / "var").mkdir()
    if (ROOT / "var/fonts").is_dir():
        (tmp_path / "var/fonts").symlink_to(ROOT / "var/fonts")
    run = subprocess.run(
        [sys.executable, "-m", "flask", "demo", "hall", "--port", "0"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-2000:]
    # One of sixty looked at his ballot and put the phone away.
    assert "59 ballots were acknowledged, 59 envelopes opened away from the database by both keys" in run.stdout
    assert re.search(r"│ all .*63 .*60 .*63 .*59 .*59", run.stdout), run.stdout
    assert run.stdout.count("Weighted total") == 1
