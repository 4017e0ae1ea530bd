"""A weighted survey from its file to its report, on both engines: phones, urn, count, weights."""

import json
from decimal import Decimal

import pytest

from survey.casting import admit
from survey.core import clock
from survey.core.errors import Refused
from survey.storage.engine import reading
from tests.unit.scoring.weighted_rounds import CLASSES, RAKING

PLANNED = dict(zip(CLASSES, (16, 12, 10, 8), strict=True))
VOTERS = "group,class,planned,subjects\n" + "".join(f"620102,{name},{n},own\n" for name, n in PLANNED.items())
OWN = RAKING | {"limits": {"answers": 5}}


def class_of(site, code):
    with reading(site.engine) as connection:
        key = site.app.extensions["minsheng"].code_key
        return admit(connection, code, key=key, now=clock.now()).ballot.ballot_class


def counted(site, weighting):
    """Let everybody answer: those in the country a step lower, and in every class some lower still."""
    phone = site.phone()
    seen = dict.fromkeys(CLASSES, 0)
    for code in site.round(voters=VOTERS, rules={"minimum": 5}, weighting=weighting):
        name = class_of(site, code)
        phone.vote(code, (1 if name.startswith("country") else 0) + seen[name] % 3)
        seen[name] += 1
    assert seen == PLANNED
    site.count()


def report(site, tmp_path):
    out = tmp_path / "report.json"
    result = site.app.test_cli_runner().invoke(args=["report", "spring", "--out", str(out), "--language", "en"])
    assert result.exit_code == 0, result.stderr
    return {name: table["rows"] for name, table in json.loads(out.read_text()).items()}


def test_a_weighted_survey(site, tmp_path):
    counted(site, OWN)

    tables = report(site, tmp_path)

    (unit,) = tables["units"]
    assert Decimal(str(unit["index"])) < Decimal(str(unit["unweighted"])), "the country, less content, weighs more"
    assert {row["category"]: float(row["weighted"]) for row in tables["weights"]} == {
        "Town": 52.0,
        "Country": 48.0,
        "18-44": 55.0,
        "45-65": 45.0,
    }
    assert any(row["note"] == "Trimming of weights" for row in tables["method"])


def test_margins_that_do_not_fit_the_voters_keep_a_round_shut(site):
    with pytest.raises(Refused) as error:
        site.round(weighting=RAKING)

    assert "the voters citizen are in no category" in str(error.value.message % error.value.figures)
