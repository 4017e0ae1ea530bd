"""flask demo heping does the whole job: three rounds of one year over HTTP, two ledgers, the yearly result."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STREETS = ("劝业场街道", "小白楼街道", "五大道街道", "新兴街道", "南营门街道", "南市街道")


@pytest.mark.xdist_group("demo")
def test_three_rounds_of_one_year_stand_side_by_side(tmp_path):
    environment = os.environ | {
        "MINSHENG_SECRET_KEY": "s" * 40,
        "MINSHENG_DATABASE_URL": f"sqlite:///{tmp_path / 'demo.db'}",
        "PYTHONPATH": str(ROOT),
        "FLASK_APP": str(ROOT / "wsgi.py"),
        "LC_ALL": "C.UTF-8",
    }
    run = subprocess.run(
        [sys.executable, "-m", "flask", "demo", "heping", "--port", "0"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-2000:]
    ledgers, year = run.stdout.split("Heping, pledges of the year (demo)")
    assert [line.strip() for line in ledgers.splitlines() if line.strip() in STREETS] == list(STREETS)
    for heading in ("2026-02-10", "2026-07-10", "2026-12-20"):
        assert ledgers.count(heading) == 2 * len(STREETS)
    assert all(year.count(street) == 1 for street in STREETS)
    assert "quota of Excellent: 2 of 6 in the group" in year
