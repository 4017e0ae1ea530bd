"""The loop of service ratings in a terminal."""

import json

import pytest

from survey.ratings import service
from survey.storage.engine import unit_of_work
from tests.factories.ratings import FRIDAY, days, rate

MINT = "ratings mint {} --plan zhejiang-2019 --item 不动产登记 --unit 620102 --closed 2026-11-20T10:00"


@pytest.fixture
def run(site, monkeypatch):
    monkeypatch.setenv("LC_ALL", "C")
    site.app.test_cli_runner().invoke(args=["ratings", "plan", "zhejiang-2019"])

    def run(line, status=0):
        result = site.app.test_cli_runner().invoke(args=line.split())
        assert result.exit_code == status, result.output
        return json.loads(result.stdout) if "--json" in line else result.output

    return run


def bad(site, case_id=1, level="l1"):
    with unit_of_work(site.engine) as session:
        rate(session, service.get_case(session, case_id), level, now=FRIDAY)


def test_a_plan_is_added_once_from_a_file_or_by_its_name(run, tmp_path):
    assert run("ratings plan dezhou-2020 --json")["new"] is True
    assert run("ratings plan dezhou-2020 --json")["new"] is False
    file = tmp_path / "own.yaml"
    file.write_text("id: own\n")
    assert "own.yaml:1" in run(f"ratings plan {file}", 1)
    assert "No rating plan nowhere" in run("ratings plan nowhere", 1)


def test_the_same_case_is_minted_with_the_same_code(run, site):
    first, again = run(MINT.format("A1") + " --json"), run(MINT.format("A1") + " --json")
    assert (first["new"], again["new"], first["code"]) == (True, False, again["code"])
    assert first["url"] == f"HTTP://127.0.0.1:8000/R/{first['code']}"
    assert site.phone().get(f"/R/{first['code']}").status == 200
    assert "can be rated" in run(MINT.format("A2"))
    assert "was minted before" in run(MINT.format("A2"))
    other = MINT.format("A2").replace("不动产登记", "公积金")
    assert "error: The case A2 was minted before with another item" in run(other, 1)
    assert "There is no rating plan none" in run("ratings mint A3 --plan none --item x --unit y", 1)


def test_bad_ratings_are_listed_and_their_steps_taken(run, site):
    run(MINT.format("A1") + " --office 6201 --anonymous")
    assert run("ratings list --json") == {"rows": []}
    bad(site)
    (row,) = run("ratings list --json")["rows"]
    assert (row["case"], row["state"], row["office"]) == ("A1", "received", "6201")
    assert row["due"] == "2026-11-21T00:00:00+08:00"
    assert run("ratings list --office 6202 --json") == {"rows": []}
    assert "A1" in run("ratings list")
    assert "needs a note" in run("ratings step 1 assigned", 1)
    assert run("ratings step 1 assigned --note 三号窗口李四 --json")["state"] == "assigned"
    run("ratings step 1 unreached --note 电话无人接听")
    run("ratings step 1 appealed --note 评错办件 --by li")
    assert "Whoever appealed cannot decide" in run("ratings step 1 misjudged --note 评错办件 --by li", 1)
    assert run("ratings step 1 misjudged --note 评错办件 --by wang --json")["state"] == "misjudged"
    assert "There is no case 7" in run("ratings step 7 assigned --note 三号窗口", 1)
    run("ratings step 1 rerated", 2)  # nobody rates for anybody


def test_indicators_are_printed_by_group_and_period(run, site):
    for ref in ("A1", "A2", "A3"):
        run(MINT.format(ref))
    bad(site, 1, "l5")
    bad(site, 2, "l2")
    (row,) = run("ratings indicators --plan zhejiang-2019 --json")["rows"]
    assert (row["cases"], row["rated"], row["good"], row["visited"]) == (3, "66.67", "50.00", "0.00")
    (row,) = run("ratings indicators --plan zhejiang-2019 --by unit --json")["rows"]
    assert row["name"] == "620102"
    day = (FRIDAY + days(1)).date()
    (row,) = run(f"ratings indicators --plan zhejiang-2019 --from {day} --json")["rows"]
    assert (row["cases"], row["rated"], row["index"]) == (0, None, None)
    assert run("ratings indicators --plan zhejiang-2019 --by item --office 6202 --json") == {"rows": []}
    assert "66.67" in run("ratings indicators --plan zhejiang-2019")
