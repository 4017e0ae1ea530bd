"""round.yaml `weighting:` - every fault by line and field, and what must fit the voters file."""

from fractions import Fraction

import pytest

from survey.core.errors import Invalid
from survey.rounds.definition import RoundDefinition, VoterGroup, read_definition
from survey.rounds.fitness import misfits
from tests.factories.rounds import write_round
from tests.factories.sentences import lines
from tests.unit.scoring.made_rounds import subject
from tests.unit.scoring.weighted_rounds import AGE, CLASSES, PLACE, RAKING, tens, weighted_round

TOWN, COUNTRY = PLACE["categories"]


def place(town=None, country=None, **fields):
    return PLACE | {"categories": [TOWN | (town or {}), COUNTRY | (country or {})]} | fields


def only(margin, **fields):
    return {"method": "post-stratification", "margins": [margin]} | fields


def without(category, field):
    return {name: value for name, value in category.items() if name != field}


PEOPLE = [without(one, "share") | {"population": n} for one, n in ((TOWN, 700), (COUNTRY, 300))]
IN_CATEGORIES = "weighting.margins.1.categories"
NO_SHARE = "is no share; write for example 2/3 or 0.2"

FAULTS = {
    "shares that do not sum": (
        only(place({"share": 0.5})),
        f"{IN_CATEGORIES}: the shares of margin place sum to 0.98 instead of 1 (share)",
    ),
    "a percentage": (
        only(place({"share": "52%"})),
        f"{IN_CATEGORIES}.1.share: 52% {NO_SHARE}",
    ),
    "no number": (
        only(place({"share": "nan"})),
        f"{IN_CATEGORIES}.1.share: nan is no share; write for example 2/3 or 0.2",
    ),
    "negative": (
        only(place({"share": -0.52})),
        f"{IN_CATEGORIES}.1.share: -0.52 is no share; write for example 2/3 or 0.2",
    ),
    "a share of nobody": (
        only(place({"share": 0}, {"share": 1})),
        f"{IN_CATEGORIES}.1.share: a category needs a share above 0; leave out what nobody belongs to",
    ),
    "an empty target": (only(place() | {"categories": []}), f"{IN_CATEGORIES}: too few entries; the least is 1"),
    "a class in two categories": (
        only(place({}, {"classes": ["town-young"]})),
        f"{IN_CATEGORIES}.2.classes: town-young stands in the category town already; everybody is in one of a margin",
    ),
    "classes and groups": (
        only(place({"groups": ["x"]})),
        f"{IN_CATEGORIES}.1.classes: a category names either its voter classes or its voter groups",
    ),
    "neither share nor population": (
        only(PLACE | {"categories": [without(TOWN, "share"), COUNTRY]}),
        f"{IN_CATEGORIES}.1.share: a category has either a share or a population",
    ),
    "shares and populations": (
        only(PLACE | {"categories": [PEOPLE[0], COUNTRY]}),
        f"{IN_CATEGORIES}.2: all categories of a margin have a share, or all a population",
    ),
    "nobody lives there": (
        only(PLACE | {"categories": [PEOPLE[0] | {"population": 0}, PEOPLE[1]]}),
        f"{IN_CATEGORIES}.1.population: 0 is too small; the least is 1",
    ),
    "shares of a subject that do not sum": (
        only(place({"shares": {"A": 0.5}}, {"shares": {"A": 0.6}})),
        f"{IN_CATEGORIES}: the shares of margin place sum to 1.1 instead of 1 (A)",
    ),
    "shares of a subject in one category only": (
        only(place({"shares": {"A": 0.5}})),
        f"{IN_CATEGORIES}.2: all categories of a margin name the same subjects in shares or populations",
    ),
    "merged with itself": (
        only(place({"merge_into": "town"})),
        f"{IN_CATEGORIES}.1.merge_into: there is no other category town to merge with; allowed: country",
    ),
    "a category twice": (
        only(place({}, {"id": "town"})),
        f"{IN_CATEGORIES}.2.id: the name town stands here twice",
    ),
    "two margins to stratify by": (
        RAKING | {"method": "post-stratification"},
        "weighting.margins: post-stratification has one margin; with several write method: raking",
    ),
    "one margin to rake to": (
        only(PLACE, method="raking"),
        "weighting.margins: raking has several margins; with one write method: post-stratification",
    ),
    "a margin twice": (
        RAKING | {"margins": [PLACE, PLACE]},
        "weighting.margins.2.id: the name place stands here twice",
    ),
    "another method": (
        only(PLACE, method="magic"),
        "weighting.method: 'magic' is not allowed; allowed: post-stratification, raking",
    ),
    "a smallest weight of nothing": (
        only(PLACE, limits={"least": 0}),
        "weighting.limits.least: the smallest weight must be above 0",
    ),
    "a largest weight below the mean": (
        only(PLACE, limits={"most": 0.5}),
        "weighting.limits.most: 0.5 is too small; the least is 1",
    ),
    "no answers needed": (
        only(PLACE, limits={"answers": 0}),
        "weighting.limits.answers: 0 is too small; the least is 1",
    ),
}


@pytest.mark.parametrize(("weighting", "sentence"), FAULTS.values(), ids=FAULTS)
def test_every_fault_has_its_field(tmp_path, weighting, sentence):
    file = write_round(tmp_path, weighting=weighting)

    with pytest.raises(Invalid) as error:
        read_definition(file)

    assert [line.split(" ", 1)[1] for line in lines(error.value)] == [sentence]


@pytest.mark.parametrize("kind", ["ballot", "posneg"])
def test_ballots_are_never_weighted(tmp_path, kind):
    file = write_round(tmp_path, kind=kind, weighting=RAKING)

    with pytest.raises(Invalid) as error:
        read_definition(file)

    assert lines(error.value)[0].endswith("voters of a ballot are a census of a roster; do not rake ballots")


def test_a_round_without_weights_keeps_its_document_and_one_with_them_reads_it_again(tmp_path):
    plain = read_definition(write_round(tmp_path))
    assert "weighting" not in plain.model_dump(mode="json")

    weighted = read_definition(write_round(tmp_path, weighting=RAKING))
    again = RoundDefinition.model_validate(weighted.model_dump(mode="json"))

    assert again == weighted
    assert again.weighting.limits.least == Fraction(1, 3)
    assert again.weighting.margins[0].targets("A") == {"town": Fraction("0.52"), "country": Fraction("0.48")}


def test_numbers_of_people_of_one_subject(tmp_path):
    margin = PLACE | {"categories": [one | {"populations": {"A": 10}} for one in PEOPLE]}

    read = read_definition(write_round(tmp_path, weighting=only(margin))).weighting.margins[0]

    assert read.targets("A") == {"town": 10, "country": 10}
    assert read.targets("B") == {"town": 700, "country": 300}


def found(weighting, voters=None):
    frozen, _ = weighted_round({"A": {}}, weighting)
    blockers = misfits(frozen.definition, tens(), voters or frozen.voters, [subject("A")])
    return [one.message % one.figures for one in blockers]


def test_margins_that_fit_block_nothing():
    assert found(RAKING) == []


def test_voters_in_no_category_and_categories_of_no_voters_block_opening():
    classes = {"classes": ["country-young", "country-oldest"]}

    assert found(only(place({}, classes))) == [
        "Margin place: the voters country-older are in no category",
        "Margin place names country-oldest, but there are no such voters",
    ]


def test_a_category_that_nobody_asked_about_a_subject_is_in_blocks_unless_it_is_merged():
    voters = [VoterGroup(f"A-{name}", name, 10, ("A",)) for name in CLASSES[:2]]
    voters += [VoterGroup(f"B-{name}", name, 10, ("B",)) for name in CLASSES[2:]]
    merged = place({"merge_into": "country"}, {"merge_into": "town"})

    def blocked(margin):
        frozen, _ = weighted_round({"A": {}}, only(margin))
        roster = [subject("A"), subject("B")]
        return [one.message % one.figures for one in misfits(frozen.definition, tens(), voters, roster)]

    assert blocked(PLACE) == [
        "Margin place: nobody of the category country is asked about A; name a category to merge it with",
        "Margin place: nobody of the category town is asked about B; name a category to merge it with",
    ]
    assert blocked(merged) == []


def test_shares_for_a_subject_that_nobody_rates_block_opening():
    margin = place({"shares": {"Z": 0.5}}, {"shares": {"Z": 0.5}})

    assert found(only(margin)) == ["Margin place has shares for Z, which nobody rates"]


def test_groups_may_tell_the_categories():
    groups = {"town": ["A-town-young", "A-town-older"], "country": ["A-country-young", "A-country-older"]}
    categories = [without(one, "classes") | {"groups": groups[one["id"]]} for one in PLACE["categories"]]

    assert found(RAKING | {"margins": [PLACE | {"categories": categories}, AGE]}) == []
