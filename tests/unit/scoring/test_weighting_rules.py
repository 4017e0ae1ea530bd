from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.core.errors import Refused
from survey.scoring.rules.insufficient import Insufficient
from survey.scoring.rules.weighting import Limits, Margin, Merge, Weights, rake, refusal

HOUSE = Limits(
    tolerance=Decimal("1e-6"),
    rounds=50,
    least=Fraction(1, 3),
    most=Fraction(3),
    fewest=1,
    design_effect=Decimal("2.5"),
    class_answers=10,
    off=Decimal("0.01"),
)
PATIENT = replace(HOUSE, tolerance=Decimal("1e-10"), rounds=10_000)
UNTRIMMED = replace(PATIENT, least=Fraction(1, 10**6), most=Fraction(10**6))

TOWN, AGE = ("town", "country"), ("young", "middle", "old")


def margin(name, people, **more):
    targets = {part: Fraction(n) for part, n in people.items()}
    return Margin(name, targets, sum(targets.values()), more)


def people(parts):
    return st.lists(st.integers(1, 20), min_size=len(parts), max_size=len(parts)).map(
        lambda numbers: dict(zip(parts, numbers, strict=True))
    )


margins = st.tuples(people(TOWN).map(lambda one: margin("place", one)), people(AGE).map(lambda one: margin("age", one)))
counts = st.fixed_dictionaries({(place, age): st.integers(1, 200) for place in TOWN for age in AGE})


@given(counts, margins, st.sampled_from([PATIENT, UNTRIMMED]))
def test_weights_are_positive_and_sum_to_the_answers(counts, margins, limits):
    weights = rake(counts, margins, limits)

    assert min(weights.of.values()) > 0
    assert float(weights.total) == pytest.approx(weights.n, abs=weights.n * 1e-6)
    assert weights.design_effect >= 1
    assert 0 < weights.effective_n <= weights.n


@given(counts, margins)
def test_untrimmed_weights_meet_every_margin(counts, margins):
    weights = rake(counts, margins, UNTRIMMED)

    assert max(share.off for share in weights.shares) < Fraction(2, 10**6)
    assert weights.trimmed == ()


@given(counts, margins)
def test_trimmed_weights_keep_to_their_limits(counts, margins):
    weights = rake(counts, margins, PATIENT)

    assert all(Decimal("0.333333") <= weight <= 3 for weight in weights.of.values())
    at_a_limit = {cell for cell, weight in weights.of.items() if weight in {Decimal("0.333333"), Decimal(3)}}
    assert at_a_limit <= set(weights.trimmed)


@given(counts, margins)
def test_raking_twice_changes_nothing(counts, margins):
    once = rake(counts, margins, UNTRIMMED)
    twice = rake(counts, margins, UNTRIMMED, start=once.of)

    # The second raking begins with weights at six decimals; of the smallest weights that is 1 in 1000.
    for cell, weight in once.of.items():
        assert float(twice.of[cell]) == pytest.approx(float(weight), rel=2e-3)


@given(counts, margins, st.randoms(use_true_random=False))
def test_the_order_of_cells_changes_nothing(counts, margins, random):
    cells = list(counts)
    random.shuffle(cells)

    assert rake({cell: counts[cell] for cell in cells}, margins, HOUSE) == rake(counts, margins, HOUSE)


@given(counts, margins, st.integers(2, 9))
def test_shares_and_numbers_of_people_give_the_same_weights(counts, margins, times):
    scaled = tuple(
        Margin(one.name, {part: share * times for part, share in one.targets.items()}, one.total * times)
        for one in margins
    )

    assert rake(counts, scaled, HOUSE) == rake(counts, margins, HOUSE)


@given(counts, margins, st.integers(2, 9))
def test_a_scale_of_the_starting_weights_changes_nothing(counts, margins, times):
    start = {cell: Decimal(1 + number) for number, cell in enumerate(counts)}

    one = rake(counts, margins, UNTRIMMED, start)
    other = rake(counts, margins, UNTRIMMED, {cell: weight * times for cell, weight in start.items()})

    for cell, weight in one.of.items():
        assert float(other.of[cell]) == pytest.approx(float(weight), abs=2e-6)
    assert one.start == other.start
    begun = sum(n * float(one.start[cell]) for cell, n in counts.items())
    assert begun == pytest.approx(one.n, abs=one.n * 1e-6)


@given(st.dictionaries(st.sampled_from("abcd"), st.integers(1, 99), min_size=1), st.data())
def test_one_margin_is_post_stratification(answers, data):
    population = margin("h", data.draw(people(tuple(answers))))

    weights = rake({(part,): n for part, n in answers.items()}, [population], UNTRIMMED)

    n = sum(answers.values())
    for part, number in answers.items():
        formula = population.targets[part] / population.total / Fraction(number, n)
        assert abs(Fraction(weights.of[part,]) - formula) <= Fraction(1, 2 * 10**6) + Fraction(1, 10**9)


def test_what_trimming_cuts_off_is_shared_out_among_the_others():
    weights = rake({("a",): 1, ("b",): 49, ("c",): 50}, [margin("h", {"a": 10, "b": 45, "c": 45})], HOUSE)

    # Untrimmed a would weigh 10. The 97 left over for 99 answers keep the proportion of b to c, 45/49 to 45/50.
    assert weights.of["a",] == 3
    assert weights.trimmed == (("a",),)
    assert [str(weights.of[part,]) for part in "bc"] == ["0.989796", "0.970000"]
    assert weights.total == pytest.approx(100, abs=1e-4)
    farthest = max(weights.shares, key=lambda share: share.off)
    assert (farthest.part, float(farthest.have), farthest.want) == ("a", pytest.approx(0.03), Fraction(1, 10))
    few = replace(HOUSE, class_answers=1)
    assert refusal(weights, few).say() == (
        "margin h: trimmed, class a has 0.03 instead of 0.1; at most 0.01 off is allowed"
    )
    assert refusal(weights, replace(few, off=Decimal("0.0699"))) is not None
    assert refusal(weights, replace(few, off=Decimal("0.0701"))) is None


def test_an_empty_class_is_merged_with_its_neighbour_and_never_weighted_up():
    old = margin("age", {"young": 40, "middle": 40, "old": 20}, old="middle")
    weights = rake({("young",): 50, ("middle",): 50, ("old",): 0}, [old], HOUSE)

    assert weights.merges == (Merge("age", "old", "middle", 0),)
    assert {cell: str(weight) for cell, weight in weights.of.items()} == {
        ("young",): "0.800000",
        ("middle",): "1.200000",
    }
    assert [(share.part, share.n, share.want) for share in weights.shares] == [
        ("young", 50, Fraction(2, 5)),
        ("middle", 50, Fraction(3, 5)),
    ]


def test_a_class_with_few_answers_is_merged_when_the_limits_say_so_and_keeps_its_neighbours_weight():
    ages = margin("age", {"young": 40, "middle": 40, "old": 20}, old="middle", middle="young")
    answers = {("young",): 50, ("middle",): 45, ("old",): 5}

    weights = rake(answers, [ages], replace(HOUSE, fewest=10))

    assert weights.merges == (Merge("age", "old", "middle", 5),)
    assert weights.of["old",] == weights.of["middle",]
    assert weights.classes["old",] == ("middle",)
    assert rake(answers, [ages], HOUSE).merges == ()


def test_merging_goes_on_until_somebody_answered():
    ages = margin("age", {"young": 40, "middle": 40, "old": 20}, old="middle", middle="young")

    weights = rake({("young",): 50}, [ages], HOUSE)

    assert weights.merges == (Merge("age", "middle", "young", 0), Merge("age", "old", "young", 0))
    assert weights.of == {("young",): Decimal(1)}


def test_few_answers_without_a_neighbour_stay_and_are_not_published():
    ages = margin("age", {"young": 60, "old": 40})
    weights = rake({("young",): 60, ("old",): 9}, [ages], replace(HOUSE, fewest=10))

    assert weights.merges == ()
    assert refusal(weights, HOUSE).say() == (
        "margin age: class old has 9 answers, at least 10 are needed for a weighted figure"
    )
    assert refusal(rake({("young",): 60, ("old",): 10}, [ages], HOUSE), HOUSE) is None


@pytest.mark.parametrize(
    "neighbours", [{}, {"old": "middle", "middle": "old"}, {"old": "old"}], ids=["none", "a circle", "itself"]
)
def test_an_empty_class_without_a_way_out_gives_no_weights(neighbours):
    ages = margin("age", {"old": 20, "middle": 30, "young": 50}, **neighbours)

    found = rake({("young",): 50}, [ages], HOUSE)

    assert found.say() == "margin age: nobody answered of class old (20 of 100); name a class to merge"


def test_uneven_weights_are_not_published():
    uneven = rake({("a",): 400, ("b",): 20}, [margin("h", {"a": 10, "b": 90})], UNTRIMMED)

    assert refusal(uneven, HOUSE).say() == (
        "the weights are too uneven: design effect 17.020500 of 420 answers, at most 2.5 is allowed"
    )
    exactly = replace(HOUSE, design_effect=uneven.design_effect)
    assert refusal(uneven, exactly) is None


def test_weights_that_do_not_settle_are_refused_with_the_worst_class():
    limits = replace(HOUSE, least=Fraction(1, 10**40), most=Fraction(10**40))
    # Nobody of the country is young, yet more are young than live in town.
    impossible = [margin("place", {"town": 20, "country": 80}), margin("age", {"young": 50, "old": 50})]
    found = rake({("town", "young"): 50, ("town", "old"): 50, ("country", "old"): 50}, impossible, limits)

    assert found.say() == "no weights found in 50 rounds: in margin place, class town has 0.5 instead of 0.2"


def test_without_answers_there_are_no_weights():
    found = rake({("a",): 0}, [margin("h", {"a": 1})], HOUSE)

    assert isinstance(found, Insufficient)
    assert found.say() == "no answer to weight"


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (
            Margin("place", {"town": Fraction("0.52"), "country": Fraction("0.47")}),
            "margin place: its classes sum to 0.99, but must sum to 1",
        ),
        (
            Margin("place", {"town": Fraction(1), "country": Fraction(0)}),
            "margin place: class country has the share 0; a class needs a share above 0",
        ),
        (
            Margin("place", {"town": Fraction("1.5"), "country": Fraction("-0.5")}),
            "margin place: class country has the share -0.5; a class needs a share above 0",
        ),
        (Margin("place", {"town": Fraction(1)}), "7 answers are of class country, which margin place does not have"),
        (
            Margin("place", {"town": Fraction(1, 2), "country": Fraction(1, 2)}, neighbours={"town": "sea"}),
            "margin place: town is to be merged with sea, but there are only town, country",
        ),
    ],
)
def test_a_wrong_margin_is_refused(wrong, sentence):
    with pytest.raises(Refused) as refused:
        rake({("town",): 50, ("country",): 7}, [wrong], HOUSE)

    assert str(refused.value) == sentence


@pytest.mark.parametrize(
    "wrong",
    [
        {"least": Fraction(0)},
        {"least": Fraction(2)},
        {"most": Fraction(1, 2)},
        {"rounds": 0},
        {"fewest": 0},
        {"class_answers": 0},
        {"tolerance": Decimal(0)},
    ],
)
def test_limits_that_no_weights_can_keep_are_a_fault(wrong):
    with pytest.raises(ValueError, match="no weights keep these limits"):
        replace(HOUSE, **wrong)


def test_a_weighted_mean_lies_between_its_cells():
    weights = rake({("a",): 30, ("b",): 10}, [margin("h", {"a": 1, "b": 1})], HOUSE)

    assert isinstance(weights, Weights)
    assert float(weights.mean({("a",): Fraction(60), ("b",): Fraction(80)})) == pytest.approx(70, abs=1e-4)
