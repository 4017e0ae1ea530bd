"""The scored parts of the demos, from their data files to the published run, without phones, on both engines."""

import json
from collections import Counter
from fractions import Fraction
from pathlib import Path

import pytest
from click.testing import Result

from config import Settings
from survey.application import create_app
from survey.cli.demo import changsha, gansu
from survey.cli.demo.steps import DATA
from survey.cli.demo.yearly import examples
from survey.core.clock import now
from survey.core.errors import Refused
from survey.counting.taken import Taken, keep_taken
from survey.questionnaires.schema import read_questionnaire
from survey.questionnaires.service import library_file
from survey.scoring import service
from survey.scoring.parts import part_document
from survey.scoring.sources import CountedRound
from survey.storage.engine import unit_of_work
from survey.subjects.roster import read_roster
from survey.subjects.service import import_roster
from tests.unit.scoring.made_rounds import count_ballots, frozen_round

GOLDEN = Path(__file__).parent.parent / "data" / "golden.json"
GRADES = {"excellent": "优秀", "good": "良好", "fair": "一般", "poor": "较差"}

# What the year gives for the fourteen prefectures, whatever a few points of public opinion do.
PREFECTURES = {
    "嘉峪关市": ("良好", ("veto",)),
    "兰州市": ("优秀", ("three-years",)),
    "酒泉市": ("良好", ("routine-90",)),
    "白银市": ("良好", ("political-good",)),
    "金昌市": ("优秀", ()),
    "张掖市": ("良好", ()),
    "庆阳市": ("一般", ("political-good", "political-low")),
    "武威市": ("优秀", ()),
    "天水市": ("良好", ("routine-90",)),
    "定西市": ("良好", ()),
    "平凉市": ("良好", ()),
    "陇南市": ("良好", ("routine-90",)),
    "临夏回族自治州": ("优秀", ()),
    "甘南藏族自治州": ("良好", ()),
}


def made_count(likes):
    """Return a count of the demo's survey in which each unit has ten ballots alike."""
    subjects = read_roster(DATA / "gansu-subjects.csv")
    asked = read_questionnaire(library_file("public-satisfaction"))
    items = [item.id for item in asked.items if item.options]
    frozen = frozen_round(subjects, asked, id=gansu.ROUND, questionnaire=asked.reference)
    cast = {one.code: [{f"{item}:{one.code}": likes(i) for item in items}] * 10 for i, one in enumerate(subjects)}
    return CountedRound(frozen, count_ballots(frozen, cast))


def take(session, part):
    document = part_document(part)
    keep_taken(session, Taken(part.name, part.frozen.content_hash, document, "made", now()))


def score_year(engine, likes):
    """Score the year of Gansu with a public that answers so."""
    with unit_of_work(engine) as session:
        import_roster(session, DATA / "gansu-subjects.csv")
        take(session, made_count(likes))
        return gansu.year(session)


@pytest.mark.parametrize(
    "likes",
    [lambda _: "s", lambda i: "s" if i % 2 else "f", lambda i: "f" if i % 2 else "s"],
    ids=["all", "odd", "even"],
)
def test_the_year_of_gansu_tells_every_rule_however_the_public_wavers(likes, engine):
    year = score_year(engine, likes)

    units = {unit.name: unit for unit in year.grades.units}
    assert len(units) == 14 + 86 + 19
    assert {name: (GRADES[units[name].grade], units[name].reasons) for name in PREFECTURES} == PREFECTURES
    assert units["酒泉市"].components["routine"][0] == Fraction("89.9")
    assert units["金昌市"].components["routine"][0] == 90
    group = [unit for unit in year.grades.units if unit.group == units["兰州市"].group]
    best = max(group, key=lambda unit: unit.score)
    assert (best.name, best.grade) == ("嘉峪关市", "good"), "the highest composite may not be first class"
    assert units["张掖市"].before_quota == "excellent", "its group has two places, and both are taken"


def test_the_year_of_gansu_is_scored_by_the_sourced_weights_kept_and_published(engine):
    year = score_year(engine, lambda _: "s")

    places = {use.group: (use.assessed, use.allotment.places, use.allotment.empty) for use in year.grades.quotas}
    assert places == {
        "市州（经济类）": (7, 2, 0),
        "市州（农业类）": (5, 2, 1),
        "市州（民族类）": (2, 1, 0),
        "县（市、区）": (86, 26, 0),
        "省直公共服务部门": (19, 6, 0),
    }
    scheme = year.inputs.scheme
    assert len(scheme.types) == 3 + 1 + 5
    assert {(one.weights["routine"], one.weights["public"]) for one in scheme.types} == {(30, 5)}
    shares = [scheme.component(f"econ-{kind}").of["development"] for kind in ("economic", "rural", "ethnic")]
    assert shares == [70, 60, 55]
    county = scheme.component("econ-county").of
    assert county["revival"] + county["strength"] == 60
    with unit_of_work(engine) as session:
        kept = service.get_run(session, "gansu-yearly")
        again = service.run_again(session, kept)
    assert (kept.number, kept.published_at is not None) == (1, True)
    assert kept.content_hash == year.content_hash == again.content_hash
    assert [year.grades.unit(code).name for code in examples(year)] == ["嘉峪关市", "兰州市"]


# --- Changsha ----------------------------------------------------------------------------------------------------


@pytest.fixture
def told(database_url, tmp_path, monkeypatch) -> Result:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    app = create_app(Settings(secret_key="k" * 40, database_url=database_url))
    yield app.test_cli_runner().invoke(args=["demo", "changsha"])
    app.extensions["minsheng"].engine.dispose()


def test_changsha_gives_the_numbers_of_the_source(told, engine):
    assert told.exit_code == 0, told.stderr
    with unit_of_work(engine) as session:
        units = service.get_run(session, "changsha-2008").document["results"]["units"]

    numbers = Counter((one["type"], one["proposed"]) for one in units)
    cadres = [numbers["head", f"class-{i}"] + numbers["deputy", f"class-{i}"] for i in range(1, 5)]
    assert [numbers["department", grade] for grade in ("first", "second", "third")] == [18, 75, 6]
    assert cadres == [163, 658, 11, 3]
    assert {(one["group"]) for one in units if one["type"] in ("head", "deputy")} == {
        "领导干部·正职",
        "领导干部·副职",
    }
    flagged = [one for one in units if one["flags"]]
    assert [(one["proposed"], one["flags"]) for one in flagged] == [("third", ["third-two-years"])] * 2
    printed = [[cell.strip() for cell in line.strip("│").split("│")][2:] for line in told.stdout.splitlines()[-8:-1]]
    assert printed == [
        ["18", "18.18", "18"],
        ["75", "75.76", "75"],
        ["6", "6.06", "6"],
        ["163", "19.52", "163"],
        ["658", "78.80", "658"],
        ["11", "1.32", "11"],
        ["3", "0.36", "3"],
    ]
    # Districts and counties are ranked apart
    golden = json.loads(GOLDEN.read_text(encoding="utf-8"))["W10b"]
    for group, n, places in (("五区", 5, "district_rank"), ("四县市", 4, "county_rank")):
        ranks = {one["name"]: one["rank"] for one in units if one["group"] == group}
        named = {name: next(rank for full, rank in ranks.items() if full.startswith(name)) for name in golden[places]}
        assert (len(ranks), named) == (n, golden[places])


def test_a_result_that_is_not_the_sources_is_refused():
    rows = [
        {"who": "市直部门", "grade": "一等", "n": 17, "expected": 18},
        {"who": "", "grade": "", "n": 6, "expected": 6},
    ]

    with pytest.raises(Refused, match="市直部门 一等 17 != 18"):
        changsha.expect_the_source(rows)
