"""A run: the same inputs give the same bytes, anything else another hash."""

import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.core.errors import Invalid, Refused
from survey.scoring.evidence import Evidence
from survey.scoring.run import RunInputs, missing, score_run
from survey.scoring.scheme import Scheme
from tests.factories.counted import alike, asked, counted, frozen_round, scale, subject, voters

NAMED = {"zh": "x", "en": "x"}
SCHEME = Scheme.model_validate(
    {
        "id": "s",
        "version": 1,
        "title": NAMED,
        "year": 2026,
        "components": [
            {"id": "work", **NAMED, "source": {"kind": "import"}},
            {"id": "public", **NAMED, "source": {"kind": "round", "round": "r", "figure": "index"}},
        ],
        "types": [{"id": "t", **NAMED, "selects": ["type:county"], "weights": {"work": 70, "public": 30}}],
        "gradings": [
            {
                "id": "g",
                "bands": [{"id": "a", **NAMED, "at_least": 90}, {"id": "b", **NAMED}],
                "quotas": [{"grade": "a", "share": "0.4"}],
            }
        ],
    }
)
CODES = ("A", "B", "C", "D")
SUBJECTS = tuple(subject(code) for code in CODES)


def filed(code, value="95", name="work"):
    return Evidence("figure", code, name, "", value, "doc.pdf", "Li")


def part(number, *codes, **votes):
    frozen = frozen_round("r", SUBJECTS, [voters(f"g{number}-{c}", [c]) for c in codes], asked(options=scale(100, 50)))
    cast = {(f"g{number}-{c}", "citizen"): alike(f"safety:{c}", **(votes or {"a": 3, "b": 1})) for c in codes}
    return counted(frozen, cast)


EVIDENCE = tuple(filed(code, str(90 + i)) for i, code in enumerate(CODES))
PARTS = (part(1, "A", "B"), part(2, "C", "D"))
INPUTS = RunInputs.of(SCHEME, SUBJECTS, EVIDENCE, PARTS)
RUN = score_run(INPUTS)


def test_counts_of_several_places_are_one_round():
    assert list(RUN.rounds) == ["r"]
    assert all(unit.components["public"][0] == 87.5 for unit in RUN.grades.units)


@given(st.permutations(EVIDENCE), st.permutations(PARTS))
def test_the_order_in_which_things_came_says_nothing(evidence, parts):
    again = score_run(RunInputs.of(SCHEME, SUBJECTS, evidence, parts))

    assert again.to_bytes() == RUN.to_bytes()


@given(st.permutations(SUBJECTS))
def test_the_order_of_the_roster_changes_no_result(subjects):
    found = score_run(RunInputs.of(SCHEME, subjects, EVIDENCE, PARTS)).grades

    for code in CODES:
        one, other = found.unit(code), RUN.grades.unit(code)
        assert (one.score, one.rank, one.grade) == (other.score, other.rank, other.grade)
        assert [step.document() for step in one.steps] == [step.document() for step in other.steps]


@pytest.mark.parametrize(
    "other",
    [
        RunInputs.of(SCHEME.model_copy(update={"version": 2}), SUBJECTS, EVIDENCE, PARTS),
        RunInputs.of(SCHEME, SUBJECTS[1:], EVIDENCE, PARTS),
        RunInputs.of(SCHEME, (SUBJECTS[0].model_copy(update={"name": "Z"}), *SUBJECTS[1:]), EVIDENCE, PARTS),
        RunInputs.of(SCHEME, SUBJECTS, EVIDENCE[1:], PARTS),
        RunInputs.of(SCHEME, SUBJECTS, (replace(EVIDENCE[0], source="other.pdf"), *EVIDENCE[1:]), PARTS),
        RunInputs.of(SCHEME, SUBJECTS, (replace(EVIDENCE[0], confirmed_by="Wu"), *EVIDENCE[1:]), PARTS),
        RunInputs.of(SCHEME, SUBJECTS, EVIDENCE, PARTS[:1]),
        RunInputs.of(SCHEME, SUBJECTS, EVIDENCE, (PARTS[0], part(2, "C", "D", a=4))),
    ],
)
def test_anything_else_gives_another_hash(other):
    assert score_run(other).content_hash != RUN.content_hash


@given(st.lists(st.integers(0, 10_000), min_size=4, max_size=4))
def test_a_better_figure_never_gives_a_worse_score_or_place(numbers):
    evidence = [filed(code, f"{n / 100:.2f}") for code, n in zip(CODES, numbers, strict=True)]
    before = score_run(RunInputs.of(SCHEME, SUBJECTS, evidence, PARTS)).grades.unit("A")
    evidence[0] = filed("A", "100")
    after = score_run(RunInputs.of(SCHEME, SUBJECTS, evidence, PARTS)).grades.unit("A")

    assert after.score >= before.score
    assert after.rank <= before.rank
    assert 0 <= before.score <= 100


def test_what_does_not_concern_the_scheme_is_no_input():
    others = [subject("Z", unit_type="city")]
    same = RunInputs.of(SCHEME, (*SUBJECTS, *others), (*EVIDENCE, filed("Z")), PARTS)

    assert score_run(same).to_bytes() == RUN.to_bytes()


def test_what_an_older_version_asked_for_stays_in_the_inputs_unused():
    left = filed("A", "5", "census")

    run = score_run(RunInputs.of(SCHEME, SUBJECTS, (*EVIDENCE, left), PARTS))

    assert run.unused == (left,)
    assert run.grades.unit("A").score == RUN.grades.unit("A").score
    assert left.document() in run.document()["inputs"]["evidence"]


def test_a_figure_never_stands_in_for_a_count():
    run = score_run(RunInputs.of(SCHEME, SUBJECTS, (*EVIDENCE, filed("A", "100", "public")), PARTS))

    assert run.grades.unit("A").score == RUN.grades.unit("A").score
    assert [one.name for one in run.unused] == ["public"]


def test_inputs_with_faults():
    with pytest.raises(Invalid, match="figure A work: 500 lies outside 0 to 100"):
        score_run(RunInputs.of(SCHEME, SUBJECTS, [filed("A", "500")], PARTS))
    with pytest.raises(Invalid, match="figure A work: this stands here twice"):
        score_run(RunInputs.of(SCHEME, SUBJECTS, [filed("A"), filed("A", "96")], PARTS))
    with pytest.raises(Invalid, match="selects a subject of the roster"):
        score_run(RunInputs.of(SCHEME, [], [], PARTS))
    with pytest.raises(Invalid, match="the subject A stands here twice"):
        score_run(RunInputs.of(SCHEME, [SUBJECTS[0], SUBJECTS[0]], EVIDENCE[:1], PARTS))
    with pytest.raises(Refused, match="cannot be merged"):
        score_run(RunInputs.of(SCHEME, SUBJECTS, EVIDENCE, [PARTS[0], PARTS[0]]))


def test_what_is_still_missing():
    assert missing(RunInputs.of(SCHEME, SUBJECTS[:2], EVIDENCE[:1], ())) == {"A": ("public",), "B": ("work", "public")}
    assert set(missing(INPUTS).values()) == {()}


def test_what_a_run_has_on_a_subject():
    assert RUN.unit("B").code == "B"
    with pytest.raises(StopIteration):
        RUN.unit("Z")


def test_a_thousand_subjects_are_scored_in_seconds():
    many = [subject(f"P{i:04}") for i in range(954)]
    pieces = [filed(one.code, str(60 + i * 7 % 40)) for i, one in enumerate(many)]
    frozen = frozen_round("r", many, [voters("g", [one.code for one in many])], asked(options=scale(100, 50)))
    ballots = [{f"safety:{one.code}": "ab"[(i + j) % 3 % 2] for i, one in enumerate(many)} for j in range(10)]
    inputs = RunInputs.of(SCHEME, many, pieces, [counted(frozen, {("g", "citizen"): ballots})])
    started = time.perf_counter()

    score_run(inputs).to_bytes()

    assert time.perf_counter() - started < 20
