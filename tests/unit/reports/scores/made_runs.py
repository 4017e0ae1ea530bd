"""Runs with counted rounds: three counties, one of them with too few answers; cadres with ballots of two classes."""

from datetime import UTC, date, datetime

from survey.reports.scores import Numbered, score_report
from survey.rounds.definition import VoterGroup
from survey.scoring.evidence import Evidence
from survey.scoring.grades import grade_units
from survey.scoring.run import Run, RunInputs, score_run
from survey.scoring.scheme import Scheme
from survey.scoring.sources import CountedRound
from survey.subjects.roster import Subject
from survey.turnout.rules import Disposition
from tests.factories.ballots import questionnaire, review_items
from tests.factories.schemes import gansu_units, scheme
from tests.unit.scoring.made_rounds import count_ballots, frozen_round, same_answers, subject

MADE_AT = datetime(2027, 1, 15, 9, 30, tzinfo=UTC)
CITIZENS = {
    "A": same_answers("safety:A", vs=20, s=40, f=20, d=10, vd=6),
    "B": same_answers("safety:B", vs=60, s=90, f=40, d=8, vd=12),
    "C": same_answers("safety:C", vs=3, s=1),
}
CLASSES = [
    {"code": "A", "zh": "领导", "en": "leaders", "weight": 40, "minimum": 3},
    {"code": "B", "zh": "职工", "en": "staff", "weight": 60, "minimum": 5},
]
BANDS = [
    {"id": "good", "zh": "优秀", "en": "Good", "at_least": 80},
    {"id": "fair", "zh": "合格", "en": "Fair", "at_least": 60},
    {"id": "poor", "zh": "不合格", "en": "Poor"},
]
GATE = {
    "id": "routine-low",
    "zh": "平时考核<60",
    "en": "Routine below 60",
    "when": {"kind": "component", "component": "routine", "operator": "<", "value": 60},
    "effect": "block_top",
}


def counties_scheme(**fields):
    document = {
        "id": "counties",
        "version": 1,
        "title": {"zh": "县区考核", "en": "Counties"},
        "year": 2026,
        "components": [
            {"id": "routine", "zh": "平时考核", "en": "Routine", "source": {"kind": "import"}},
            {"id": "growth", "zh": "发展", "en": "Growth", "source": {"kind": "import"}},
            _of_round("public", "群众满意度", "Satisfaction", round="autumn", figure="index"),
        ],
        "types": [
            {
                "id": "county",
                "zh": "县",
                "en": "County",
                "selects": ["type:county"],
                "weights": {"routine": 40, "growth": 30, "public": 30},
            }
        ],
        "gates": [GATE],
        "gradings": [{"id": "grades", "bands": BANDS, "quotas": [{"grade": "good", "share": "1/3"}]}],
    }
    return Scheme.model_validate(document | fields)


def cadres_scheme(**fields):
    document = {
        "id": "cadres",
        "title": {"zh": "干部考核", "en": "Cadres"},
        "components": [
            {"id": "routine", "zh": "平时考核", "en": "Routine", "source": {"kind": "import"}},
            _of_round("review", "民主测评", "Democratic review", round="review", figure="ballot"),
        ],
        "types": [
            {
                "id": "cadre",
                "zh": "干部",
                "en": "Cadre",
                "selects": ["type:cadres"],
                "weights": {"routine": 40, "review": 60},
            }
        ],
        "gates": [],
    }
    return counties_scheme(**(document | fields))


def _of_round(name, zh, en, **source):
    return {"id": name, "zh": zh, "en": en, "source": {"kind": "round", **source}}


def figure(code, component, value, kind="figure", source="文件〔2026〕3号"):
    return Evidence(kind, code, component, "", value, source, "考核办", date(2027, 1, 5))


def counties_run(names=None, cast=CITIZENS, scheme_=None, evidence=(), minimum=1):
    names = names or {}
    counties = [subject(code, **({"name": names[code]} if code in names else {})) for code in "ABC"]
    frozen = frozen_round(counties, minimum=minimum)
    turnout = tuple(Disposition(code, "citizen", 100, waiting=0, spent=90, void=0, expired=10) for code in "ABC")
    counted = CountedRound(frozen, count_ballots(frozen, cast), turnout)
    filed = [figure(code, name, value) for code, *values in ROWS for name, value in zip(NAMES, values, strict=True)]
    inputs = RunInputs.of(scheme_ or counties_scheme(), counties, [*filed, *evidence], [counted])
    return score_run(inputs)


NAMES = ("routine", "growth")
ROWS = (("A", "88.5", "91.25"), ("B", "92", "87"), ("C", "59.5", "70"))

PEOPLE = tuple(
    Subject(code=code, name=name, kind="cadre", unit_type="cadres", group="局", rank="deputy")
    for code, name in (("P1", "王伟"), ("P2", "李丽"), ("P3", "𬭎龑"))
)
MANY = {"A": {"ex": 6, "ok": 6}, "B": {"ex": 10, "ok": 9, "fair": 7}}
FEW = {"A": {"ex": 6, "ok": 5, "poor": 1}, "B": {"ex": 10, "ok": 9, "fair": 7}}
TINY = {"A": {"ex": 2, "poor": 1}, "B": {"ex": 9, "ok": 9}}


def _ballots(votes):
    return {
        ballot_class: [
            {"overall:P1": p1, "overall:P2": p2, "overall:P3": p3}
            for p1, p2, p3 in zip(*(_each(votes[code][ballot_class]) for code in ("P1", "P2", "P3")), strict=True)
        ]
        for ballot_class in ("A", "B")
    }


def _each(counts):
    return [option for option, times in counts.items() for _ in range(times)]


def cadres_run(votes=None, scheme_=None, evidence=(), classes=CLASSES):
    votes = votes or {"P1": MANY, "P2": FEW, "P3": MANY}
    voters = [VoterGroup(name, name, 30, ("P1", "P2", "P3")) for name in ("A", "B")]
    frozen = frozen_round(
        PEOPLE,
        questionnaire(review_items(reasons=False), "made"),
        voters,
        id="review",
        title={"zh": "民主测评", "en": "Democratic review"},
        kind="ballot",
        rules={"classes": classes, "minimum": 1},
        disclosure={"min_cell": 5, "min_class": 5, "min_text": 5},
    )
    turnout = tuple(Disposition(one, one, 30, waiting=0, spent=20, void=0, expired=10) for one in ("A", "B"))
    counted = CountedRound(frozen, count_ballots(frozen, _ballots(votes)), turnout, {("A", "A"): 30, ("B", "B"): 30})
    filed = [figure(one.code, "routine", "90.5") for one in PEOPLE]
    return score_run(RunInputs.of(scheme_ or cadres_scheme(), PEOPLE, [*filed, *evidence], [counted]))


def gansu_run():
    rule, units = scheme("gansu"), gansu_units()
    return Run(RunInputs(rule, (), (), ()), {}, tuple(units), grade_units(rule, units))


def report(run, translate=str, language="zh"):
    return score_report(Numbered(run, 3, "", MADE_AT, "0.1.0"), translate, language)


def lines(said):
    return [one.text for one in said.walk()]
