"""A scheme's file: what is wrong with it is said in a sentence, by line and field."""

import json
from types import SimpleNamespace

import pytest
from ruamel.yaml import YAML

from docs.schemas.make import schema
from survey.core.errors import Invalid
from survey.scoring.scheme import Scheme, read_scheme
from tests.factories.schemes import SCHEMES, scheme

WEIGHTS = "{routine: 30, year-1: 65, public: 5}"
ECONOMY = "{development: 70, other: 30}"
LAST_GATE = "  - {id: veto,"
QUOTA = "      - {grade: excellent, share: 0.3}"

# (what stands in the file, what is written instead, the place and the sentence)
FAULTS = [
    (WEIGHTS, "{routine: 31, year-1: 65, public: 5}", ":28 types.1.weights: the weights of the type first sum to 101"),
    (WEIGHTS, "{routine: 29, year-1: 65, public: 5}", ":28 types.1.weights: the weights of the type first sum to 99"),
    (WEIGHTS, "{routine: -30, year-1: 65, public: 5}", ":28 types.1.weights.routine: -30 is too small"),
    (WEIGHTS, "{routine: .nan, year-1: 65, public: 5}", ":28 types.1.weights.routine: '.nan' is not a number"),
    (WEIGHTS, "{routine: NaN, year-1: 65, public: 5}", ":28 types.1.weights.routine: 'NaN' is not a finite number"),
    (WEIGHTS, "{routine: 30%, year-1: 65, public: 5}", ":28 types.1.weights.routine: '30%' is not a number"),
    (
        WEIGHTS,
        "{rutine: 30, year-1: 65, public: 5}",
        ":28 types.1.weights.rutine: there is no component rutine; allowed",
    ),
    (WEIGHTS, WEIGHTS + ", multipliers: {public: {}}", ":28 types.1.multipliers.public: the component public is added"),
    (WEIGHTS, WEIGHTS + ", multipliers: {party: {least: 2}}", "multipliers.party.least: the least, 2, is larger than"),
    (WEIGHTS, WEIGHTS + ", multipliers: {partei: {}}", "types.1.multipliers.partei: there is no component partei"),
    (WEIGHTS, WEIGHTS + ", grading: cadres", ":28 types.1.grading: there is no set of grades cadres; allowed: groups"),
    (
        ECONOMY,
        "{development: 70, other: 20}",
        ":9 components.3.of: the weights of econ-1 sum to 90, not to its full mark",
    ),
    (
        ECONOMY,
        "{econ-1: 70, other: 30}",
        ":9 components.3.of: the component econ-1 is put together from itself: econ-1",
    ),
    (ECONOMY, "{year-1: 70, other: 30}", "is put together from itself: econ-1 > year-1 > econ-1"),
    (ECONOMY, "{develop: 70, other: 30}", ":9 components.3.of.develop: there is no component develop; allowed: "),
    ("of: " + ECONOMY, "out_of: 100", ":9 components.3.source: a component has either a source, or others"),
    ("of: " + ECONOMY, "of: " + ECONOMY + ", scale: {kind: best}", "components.3.scale: parts and periods are put"),
    ("{kind: import}", "{kind: manual}", ":7 components.1.source.kind: 'manual' is not allowed; allowed: parts, round"),
    ("figure: ballot", "figure: votes", ":13 components.7.source.item: the figure votes, and no other, names an item"),
    ("figure: ballot", "figure: votes, item: a", ":13 components.7.scale: votes become points by a scale of kind"),
    ("figure: index", "figure: test_level", ":26 components.12.source.figure: a test's level is no figure"),
    ("id: party", "id: other", ":12 components.6.id: the name other stands here twice"),
    ("2024-12-31", "2024-03-31", "components.11.source.periods: the periods must stand by date"),
    ("2024-12-31", "soon", "components.11.source.periods.2.ends: soon is no day; write for example 2024-06-30"),
    ("second-half", "first-half", "components.11.source.periods.2.id: the name first-half stands here twice"),
    ("figure: test_level", "figure: index", "levels.1.source.figure: of a round, a level takes the figure test_level"),
    (
        "component: routine, operator",
        "component: routin, operator",
        ":43 gates.1.when.component: there is no component",
    ),
    ('"<"', '"=<"', ":43 gates.1.when.operator: '=<' is not allowed; allowed: <, <=, >, >=, ==, !="),
    ("kind: veto}", "kind: vetoes}", "gates.3.when.kind: 'vetoes' is not allowed; allowed: score, component, level"),
    ("kind: veto}", "kind: veto, among: [fire]}", "gates.3.when.among: there is no veto fire; allowed: safety"),
    ("[较好, 一般, 较差]}", "[不好]}", "gates.2.when.among: the level is never 不好; allowed: 好, 较好, 一般, 较差"),
    ("level: political,", "level: politics,", "gates.2.when.level: there is no level politics; allowed: political"),
    ("    by: 1\n", "", "gates.4.by: the effect lower, and no other, says by how many grades"),
    ("    by: 1\n", "    by: 1\n    grade: good\n", "gates.4.grade: the effect cap, and no other, names a grade"),
    ("    by: 1\n", "    by: 1\n    types: [fourth]\n", "gates.4.types: there is no unit type fourth; allowed: first"),
    ("effect: flag", "effect: block_top", "gates.5.effect: a gate that waits for this year's grade can only flag"),
    (
        "effect: flag",
        "effect: cap\n    grade: good",
        "gates.5.effect: a gate that waits for this year's grade can only flag",
    ),
    ("grades: [excellent], years", "grades: [superb], years", "gates.5.when.grades: there is no grade superb; allowed"),
    (LAST_GATE, "  - {id: political-good,", "gates.3.id: the name political-good stands here twice"),
    (
        "{kind: veto}, effect: block_top}",
        "{kind: veto}, effect: cap, grade: top}",
        "gates.3.grade: there is no grade top",
    ),
    ("at_least: 80", "at_least: 95", ":64 gradings.1.bands: the bands must stand from the best down"),
    ("at_least: 80", "at_least: 80%", "gradings.1.bands.2.at_least: '80%' is not a number"),
    ("id: fair", "id: good", "gradings.1.bands.3.id: the name good stands here twice"),
    ("share: 0.3", "share: 1.3", ":70 gradings.1.quotas.1.share: 1.3 is no share"),
    ("share: 0.3", "share: 30%", ":70 gradings.1.quotas.1.share: 30% is no share"),
    ("share: 0.3", "share: 0.3, count: 2", ":70 gradings.1.quotas.1.share: a quota has either a share or a count"),
    ("{grade: excellent,", "{grade: superb,", ":70 gradings.1.quotas.1.grade: there is no grade superb; allowed"),
    ("{grade: excellent,", "{grade: poor,", "a quota on this side says nothing about the grade poor"),
    ("{grade: excellent,", "{side: bottom, grade: excellent,", "says nothing about the grade excellent"),
    (QUOTA, f"{QUOTA}\n{QUOTA}", ":71 gradings.1.quotas.2.grade: the grade excellent has two quotas in one ranking"),
    (QUOTA, f"{QUOTA}\n      - {{grade: good, share: 0.8}}", "quotas.2.share: the quotas of one ranking group share"),
    ("year: 2024\n", "year: 2024\nclip: {least: 200}\n", ":6 clip: the score would end at 100, which is not above 200"),
    ("year: 2024\n", "year: 2024\nfoo: 1\n", ":6 foo: there is no such field here; allowed: id, version"),
]

ADJUSTED = "year: 2024\nadjustments:\n  rules:\n    - {id: one, zh: 一, en: One, sign: minus, "
MARKS = "graduated: {component: party, steps: "
ADJUSTMENTS = [
    ("levels: {a: -1}}", "rules.1.levels.a: points of an adjustment are not negative"),
    (MARKS + "[{below: 96, per_point: -1}]}}", "graduated.steps: points of an adjustment are not negative"),
    (MARKS + "[{below: 90, per_point: 1}, {below: 96, per_point: 1}]}}", "the marks must stand from the highest down"),
    (MARKS + "[{below: 9, per_point: 1}]}, levels: {a: 1}}", "points come either from levels or from a component"),
    (
        "graduated: {component: partei, steps: [{below: 9, per_point: 1}]}}",
        "graduated.component: there is no component",
    ),
    ("types: [fourth]}", "adjustments.rules.1.types: there is no unit type fourth; allowed: first, second, third"),
    ("at_most: 0}", "adjustments.rules.1.at_most: 0 is too small"),
]


def refused(tmp_path, old, new, name="gansu"):
    text = (SCHEMES / f"{name}.yaml").read_text()
    assert old in text
    file = tmp_path / "scheme.yaml"
    file.write_text(text.replace(old, new, 1))
    with pytest.raises(Invalid) as caught:
        read_scheme(file)
    return caught.value


@pytest.mark.parametrize(("old", "new", "said"), FAULTS)
def test_a_fault_is_one_sentence_with_line_and_field(tmp_path, old, new, said):
    fault = refused(tmp_path, old, new)
    assert len(fault.problems) == 1
    assert said in fault.say()
    assert fault.say().startswith("scheme.yaml:")


@pytest.mark.parametrize(("rule", "said"), ADJUSTMENTS)
def test_a_fault_of_an_adjustment(tmp_path, rule, said):
    assert said in refused(tmp_path, "year: 2024\n", f"{ADJUSTED}{rule}\n").say()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("points: 190}", "points: 210}", "components.3.scale.steps.2.points: 210 points lie outside 0 to 200"),
        ("otherwise: 160", "otherwise: -1", "components.3.scale.otherwise: -1 points lie outside 0 to 200"),
        ("share: 1/3", "share: 4/3", "components.3.scale.steps.5.share: 4/3 is no share"),
    ],
)
def test_points_of_a_step_table_stay_within_the_full_mark(tmp_path, old, new, said):
    assert said in refused(tmp_path, old, new, "ruian").say()


def test_points_of_options_stay_within_the_full_mark(tmp_path):
    fault = refused(tmp_path, "satisfied: 100", "satisfied: 101", "village")
    assert "components.1.scale.points.satisfied: 101 points lie outside 0 to 100" in fault.say()


def test_periods_without_any_weight_are_refused(tmp_path):
    text = (SCHEMES / "gansu.yaml").read_text().replace("ends: 2024-06-30", "ends: 2024-06-30, weight: 0")
    (tmp_path / "none.yaml").write_text(text.replace("ends: 2024-12-31", "ends: 2024-12-31, weight: 0"))
    with pytest.raises(Invalid, match="no period has a weight"):
        read_scheme(tmp_path / "none.yaml")


def test_with_two_sets_of_grades_each_type_names_its_own(tmp_path):
    fault = refused(tmp_path, ", grading: cadres", "", "changsha")
    assert "types.3: name the set of grades (grading); allowed: units, cadres" in fault.say()


def test_deep_nesting_is_one_sentence(tmp_path):
    file = tmp_path / "deep.yaml"
    file.write_text("id: " + "[" * 10_000)
    with pytest.raises(Invalid) as caught:
        read_scheme(file)
    assert len(caught.value.problems) == 1


@pytest.mark.parametrize("file", sorted(SCHEMES.glob("*.yaml")), ids=lambda file: file.stem)
def test_a_scheme_survives_its_document(file):
    found = read_scheme(file)
    again = Scheme.model_validate(found.document())
    assert again == found
    assert again.content_hash == found.content_hash
    assert found.reference == f"{found.id}@1"


def test_the_schema_knows_every_field_of_our_own_files():
    document = json.loads(schema("scheme"))
    known = {name for model in [document, *document["$defs"].values()] for name in model["properties"]}
    named = {"of", "weights", "points", "levels", "multipliers"}  # their fields are named by people
    yaml = YAML(typ="safe")

    def fields(value):
        if isinstance(value, dict):
            inner = [fields(part) for name, part in value.items() if name not in named or isinstance(part, list)]
            return set(value).union(*inner)
        return set().union(*map(fields, value)) if isinstance(value, list) else set()

    for file in SCHEMES.glob("*.yaml"):
        assert fields(yaml.load(file)) <= known, file.name


def subject(**fields):
    return SimpleNamespace(**{"code": "c", "name": "n", "kind": "unit", "rank": "", "unit_type": "", **fields})


def test_a_type_selects_the_subjects_that_all_its_selectors_fit():
    rule = scheme("changsha")
    assert rule.type_of(subject(unit_type="区县")).id == "county"
    assert rule.type_of(subject(unit_type="市直部门")).id == "department"
    assert rule.type_of(subject(kind="cadre", rank="head", unit_type="区县")).id == "cadre"
    assert rule.type_of(subject(unit_type="企业")) is None
    assert scheme("yijun").type_of(subject()) is None, "a type without selectors selects nobody"


def test_a_type_is_concerned_by_what_it_weighs_and_what_its_rules_look_at():
    rule = scheme("wenzhou")
    assert [one.id for one in rule.concerned(rule.types[0])] == ["work", "safety"]
    gansu = scheme("gansu")
    concerned = {one.id for one in gansu.concerned(gansu.types[0])}
    assert {"econ-1", "development", "routine"} <= concerned
    assert not {"econ-2", "year-3"} & concerned
