"""Reports of weighted rounds: what stands beside the index, which places cannot be told apart, and what is hidden."""

from decimal import Decimal
from itertools import product

import numpy as np
import pytest

from survey.core.numbers import half_up
from survey.reports.disclosure import HIDDEN, protect_components
from survey.reports.disclosure.weighted import ERROR_PLACES, INDEX, RATE, RATE_PLACES
from survey.reports.figures import report_tables
from survey.rounds.definition import VoterGroup
from survey.scoring.component import score_round
from survey.scoring.results import WEIGHTED_PLACES
from survey.turnout.rules import Disposition
from tests.unit.scoring.made_rounds import count_ballots, frozen_round, questionnaire, scale_item, subject
from tests.unit.scoring.weighted_rounds import RAKING, W13, scored

TURNOUT = (
    Disposition("A", "town", 500, waiting=0, spent=300, void=10, expired=100),
    Disposition("A", "country", 500, waiting=0, spent=100, void=0, expired=90),
)


def report(components, turnout=TURNOUT, language="en", translate=str):
    return {table.name: table for table in report_tables(components, turnout, translate, language=language)}


def row(table, **wanted):
    (found,) = [one for one in table.records() if all(one[key] == value for key, value in wanted.items())]
    return found


def test_a_weighted_index_stands_beside_the_one_without_weights():
    tables = report(scored(W13))

    unit = row(tables["units"], code="A")
    assert (unit["index"], unit["unweighted"], unit["stored"]) == (Decimal("77.12"), Decimal("74.55"), None)
    assert (unit["deff"], unit["effective"]) == (Decimal("1.3422"), Decimal("298.0"))
    assert unit["method"] == "standard error linearised, from the residuals about the weighting classes"
    assert unit["low"] < unit["index"] < unit["high"]
    item = row(tables["items"], code="A")
    assert (item["index"], item["weighted_index"]) == (Decimal("74.55"), Decimal("77.12"))
    assert item["weighted_low"] < item["weighted_rate"] < item["weighted_high"]


def test_every_category_shows_its_shares():
    rows = list(report(scored(W13))["weights"].records())

    assert [(one["category"], one["n"], one["share"], one["weighted"], one["target"]) for one in rows][:2] == [
        ("Town", 300, Decimal("75.00"), Decimal("52.00"), Decimal("52.00")),
        ("Country", 100, Decimal("25.00"), Decimal("48.00"), Decimal("48.00")),
    ]


def test_the_method_names_margins_targets_trimming_and_rounds():
    notes = {one["note"]: one["value"] for one in report(scored(W13))["method"].records()}

    assert notes["Weights"].startswith("raking")
    assert notes["Margin Town and country"] == (
        "Town 0.52 (town-young, town-older); Country 0.48 (country-young, country-older)"
    )
    assert "between 0.333333 and 3 of their mean" in notes["Trimming of weights"]
    assert "design effect above 2.5, with fewer than 10 answers" in notes["No weighted figure"]
    assert notes["Weights A县"] == "4 rounds, weights from 0.596580 to 2.432046, 0 of 4 cut"


def test_a_refused_figure_has_its_reason_with_the_names_of_the_margin():
    few = W13 | {"country-young": {70: 2, 80: 3}, "country-older": {80: 2, 90: 2}}

    tables = report(scored(few, RAKING | {"limits": {"most": 100}}), language="zh")

    unit = row(tables["units"], code="A")
    assert (unit["index"], unit["rank"], unit["unweighted"]) == (None, None, Decimal("72.43"))
    assert unit["remark"] == "margin 城乡: class 乡 has 9 answers, at least 10 are needed for a weighted figure"
    assert unit["remark"] in row(tables["items"], code="A")["remark"]


def test_no_weights_have_their_reason_in_table_and_method():
    towns = {name: points for name, points in W13.items() if name.startswith("town")}

    tables = report(scored(towns))

    reason = "margin Town and country: nobody answered of class Country (0.48 of 1); name a class to merge"
    assert row(tables["weights"], category="Town")["remark"] == reason
    assert row(tables["method"], note="Weights A县")["value"] == f"no weights: {reason}"


def test_a_round_without_weights_has_no_column_of_them():
    tables = report(scored(W13, None))

    assert "weights" not in tables
    assert "deff" not in [column.key for column in tables["units"].columns]
    assert row(tables["units"], code="A")["stored"] == Decimal("74.550000")


# --- places that cannot be told apart ------------------------------------------------------------------------


def places(shares, **fields):
    subjects = [subject(code) for code in shares]
    frozen = frozen_round(subjects, questionnaire(scale_item("safety")), **fields)
    cast = {
        code: [{f"safety:{code}": "vs"}] * best + [{f"safety:{code}": "f"}] * (100 - best)
        for code, best in shares.items()
    }
    return score_round(frozen, count_ballots(frozen, cast))


def test_every_unit_has_the_places_that_chance_leaves_open():
    rows = list(report(places({"A": 95, "B": 60, "C": 58, "D": 55}))["units"].records())

    assert [(one["rank"], one["rank_low"], one["rank_high"]) for one in rows] == [
        (1, 1, 1),
        (2, 2, 4),
        (3, 2, 4),
        (4, 2, 4),
    ]
    assert rows[0]["apart"] == "place 1 is told apart from all others"
    assert rows[1]["apart"] == "places 2-4 cannot be told apart"


def test_a_unit_whose_error_is_hidden_widens_the_places_of_others_and_has_none():
    components = places({"A": 95, "B": 98, "C": 40})
    shown = protect_components(components)
    assert "B" in shown.without_spread

    rows = {one["code"]: one for one in report(components)["units"].records()}

    assert (rows["B"]["rank_low"], rows["B"]["rank_high"]) == (None, None)
    assert (rows["C"]["rank_low"], rows["C"]["rank_high"]) == (2, 3)


# --- the response account ------------------------------------------------------------------------------------


def test_the_response_account_has_every_rate_with_its_formula_and_the_mapping():
    tables = report(scored(W13))

    assert [(one["outcome"], one["n"]) for one in tables["outcomes"].records()] == [
        ("I", 400),
        ("P", 0),
        ("R", 0),
        ("NC", 190),
        ("NE", 10),
    ]
    assert row(tables["outcomes"], outcome="NE")["reason"].startswith("code taken back")
    rr1 = row(tables["rates"], rate="RR1")
    assert (rr1["above"], rr1["below"], rr1["value"]) == (400, "590", Decimal("67.80"))
    assert rr1["formula"] == "I / ((I + P) + (R + NC + O) + UH + UO)"
    assert len(list(tables["rates"].records())) == 6 + 4 + 3 + 3


def test_where_e_stands_in_a_formula_it_is_stated():
    found = {one["rate"]: one["remark"] for one in report(scored(W13))["rates"].records()}

    assert {name for name, remark in found.items() if remark} == {"RR3", "RR4", "REF2", "CON2"}
    assert found["RR3"] == "e = 1; e is not needed: of nobody it is unknown whether they are eligible"


def test_nobody_was_asked():
    assert {one["value"] for one in report(scored({}), turnout=())["rates"].records()} == {None}


# --- what a weighted figure would tell -----------------------------------------------------------------------


def test_a_class_of_one_voice_below_the_best_hides_the_weighted_index_and_the_unit():
    tables = report(two_classes((9, 8, 3), (0, 0, 20)))

    unit = row(tables["units"], code="A")
    hidden = ("rank", "rank_low", "rank_high", "apart", "index", "unweighted", "deff", "effective", "low", "high", "n")
    assert {unit[key] for key in hidden} == {HIDDEN}
    assert unit["remark"] == "not shown, or votes could be worked out"
    assert row(tables["items"], code="A")["weighted_index"] == HIDDEN


def test_a_composite_goes_with_its_part():
    subjects = [
        subject("P", unit_type="prefecture", group="prefecture"),
        subject("A", parent="P", population=3000),
        subject("B", parent="P", population=1000),
    ]
    one_voice = {name: {100 if name.startswith("town") else 0: 20} for name in W13}
    cast = {"A": one_voice, "B": W13}
    rollup = ({"types": ("prefecture",), "weight": "population"},)

    tables = report(scored(cast, subjects=subjects, rated=("A", "B"), rollup=rollup))

    assert row(tables["units"], code="A")["index"] == row(tables["units"], code="P")["index"] == HIDDEN
    assert row(tables["units"], code="B")["index"] == Decimal("77.12")


OPTIONS = ("vs", "f", "vd")


def two_classes(town, country):
    """Make a round of one question in which two classes are weighted alike, though one has more answers."""
    categories = [
        {"id": name, "zh": name, "en": name, "classes": [name], "share": share}
        for name, share in (("town", "0.37"), ("country", "0.63"))
    ]
    margin = {"id": "place", "zh": "城乡", "en": "Place", "categories": categories}
    weighting = {"method": "post-stratification", "margins": [margin], "limits": {"answers": 1}}
    voters = [VoterGroup(name, name, 100, ("A",)) for name in ("town", "country")]
    frozen = frozen_round([subject("A")], questionnaire(scale_item("safety")), voters, weighting=weighting)
    cast = {
        name: [{"safety:A": option} for option, n in zip(OPTIONS, counts, strict=True) for _ in range(n)]
        for name, counts in (("town", town), ("country", country))
    }
    return score_round(frozen, count_ballots(frozen, cast))


def printed(components, shown):
    unit = components.unit("A")
    (item,) = unit.items
    found = {}
    if "A" not in shown.hidden:
        found["index"] = half_up(unit.index, WEIGHTED_PLACES)
    if "A" not in shown.without_spread:
        found["error"] = half_up(unit.error, ERROR_PLACES)
    if shown.shows_weighted("A", "safety", RATE):
        found["rate"] = half_up(item.weighted.rate * 100, RATE_PLACES)
    return found


@pytest.mark.parametrize(
    ("town", "country"),
    [
        ((10, 6, 7), (7, 6, 0)),
        ((7, 6, 4), (13, 7, 4)),
        ((9, 6, 7), (18, 5, 2)),
        ((9, 10, 3), (9, 6, 2)),
        ((10, 11, 3), (10, 5, 3)),
        ((6, 7, 6), (15, 6, 3)),
    ],
)
def test_every_small_cell_of_a_class_stays_one_of_three(town, country):
    """Try all tables that have the same sums and print the same, one after the other."""
    sums = np.add(town, country)
    components = two_classes(town, country)
    shown = protect_components(components)
    assert shown.shows_weighted("A", "safety", INDEX)
    assert not shown.row("A", "safety").hidden
    seen = printed(components, shown)
    alike = []
    for vs, f in product(range(sum(town) + 1), repeat=2):
        one = (vs, f, sum(town) - vs - f)
        other = tuple(int(n) for n in sums - one)
        if min(*one, *other) < 0:
            continue
        if printed(two_classes(one, other), shown) == seen:
            alike.append((one, other))

    for number, counts in enumerate((town, country)):
        for option, n in enumerate(counts):
            if 0 < n < 5:
                assert len({table[number][option] for table in alike}) >= 3


@pytest.mark.parametrize(
    ("town", "country"), [((10, 11, 2), (16, 2, 2)), ((12, 5, 0), (0, 0, 12)), ((11, 3, 8), (18, 5, 2))]
)
def test_what_no_other_table_prints_is_hidden(town, country):
    components = two_classes(town, country)

    shown = protect_components(components)

    assert printed(components, shown) == {}
    assert "A" in shown.hidden
