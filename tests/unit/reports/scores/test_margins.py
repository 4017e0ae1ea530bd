"""What chance leaves open stands in an explanation only where the rounds' reports show the errors it is made of."""

from dataclasses import replace

from survey.scoring.grades import grade_units
from tests.unit.reports.scores.made_runs import counties_run, report
from tests.unit.scoring.made_rounds import same_answers

ENOUGH = {
    "A": same_answers("safety:A", vs=20, s=40, f=20, d=10, vd=6),
    "B": same_answers("safety:B", vs=60, s=90, f=40, d=8, vd=12),
    "C": same_answers("safety:C", vs=30, s=40, f=20, d=10, vd=8),
}


def sampled(run):
    """Give every reading of the round its error, whether or not the run already has them."""
    (counted,) = run.rounds.values()
    errors = {unit.code: unit.error for unit in counted.opinions.units}
    units = [
        replace(one, readings=one.readings | {"public": replace(one.readings["public"], error=errors[one.code])})
        for one in run.units
    ]
    return replace(run, units=tuple(units), grades=grade_units(run.inputs.scheme, units))


def margins(run, code):
    return [one.text for one in report(run, language="en").explanation(code).walk() if one.kind == "margin"]


def test_places_and_the_nearest_line_stand_in_the_explanation():
    found = margins(sampled(counties_run(cast=ENOUGH)), "A")

    assert found[0] == "places 1-2 cannot be told apart"
    assert "from the line 80 (Good), at 95 % " in found[1]


def test_beside_a_subject_that_is_hidden_nobody_s_places_are_told_and_its_distance_neither():
    run = sampled(counties_run())

    assert run.grades.unit("C").rank_low is not None
    assert margins(run, "C") == []
    assert [" from the line " in one for one in margins(run, "A")] == [True]
