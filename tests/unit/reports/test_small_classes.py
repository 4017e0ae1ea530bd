"""Three leaders in a class of their own: the total is printed, their votes stay open. Every table is looked at anew."""

import random
from bisect import bisect_left
from collections import Counter
from fractions import Fraction
from itertools import chain, combinations_with_replacement, permutations, product

import pytest

from survey.core.numbers import half_up
from survey.reports.disclosure import HIDDEN
from survey.reports.disclosure.ballot import protect_ballots
from survey.rounds.definition import VoterGroup
from survey.scoring.ballots import score_ballots
from survey.subjects.roster import Subject
from tests.factories.ballots import CLASSES, review_items
from tests.factories.ballots import questionnaire as ballot_questionnaire
from tests.unit.reports.test_ballots import tables_of
from tests.unit.scoring.made_rounds import count_ballots, frozen_round

POINTS = {"ex": 95, "ok": 80, "fair": 65, "poor": 50}
VOTES = {"ex": 45, "ok": 35, "fair": 12, "poor": 4, "dk": 4}
WEIGHTS = {one["code"]: one["weight"] for one in CLASSES}
SIZES = [(24, 28, 3), (16, 20, 3), (12, 18, 30), (3, 18, 35)]
CODES = ("P1", "P2", "P3")
MIN_CLASS = 5


def voted(sizes, seed=1):
    """Return random ballots by class, and what they come to."""
    asked = ballot_questionnaire(review_items(5, reasons=False), "made")
    items = [item.id for item in asked.items]
    people = [Subject(code=c, name="某", kind="cadre", unit_type="cadres", group="cadres", rank="head") for c in CODES]
    rng = random.Random(seed)  # noqa: S311 - the same votes in every run
    cast = {
        name: [
            {f"{item}:{code}": rng.choices(list(VOTES), list(VOTES.values()))[0] for item in items for code in CODES}
            for _ in range(n)
        ]
        for name, n in zip("ABC", sizes, strict=True)
    }
    voters = [VoterGroup(name, name, 60, CODES) for name in cast]
    rules = {"minimum": 1, "classes": list(CLASSES)}
    frozen = frozen_round(people, asked, voters, kind="ballot", rules=rules)
    return cast, score_ballots(frozen, count_ballots(frozen, cast))


def about(cast, code):
    """Return what each ballot says of one subject, "don't know" left out."""
    return {
        name: [{k.split(":")[0]: v for k, v in one.items() if k.endswith(f":{code}") and v != "dk"} for one in ballots]
        for name, ballots in cast.items()
    }


def changes_of(ballots, code, items, shown):
    """Give single votes that could have been others: (how far the total moves, what of whose votes changed)."""
    hidden = {
        (name, item)
        for name, item in product(ballots, items)
        if not shown.mean(code, name) and not any(shown.votes(code, item, name, option) for option in POINTS)
    }
    singles = {}
    for name, item in sorted(hidden):
        n = sum(1 for one in ballots[name] if one)
        for old, new in permutations(POINTS, 2):
            for length in {len(one) for one in ballots[name] if one.get(item) == old}:
                worth = Fraction(WEIGHTS[name] * (POINTS[new] - POINTS[old]), 100 * n * length)
                singles[name, item, old, new, length] = worth
    for one, worth in singles.items():
        if not any(shown.votes(code, one[1], "", option) for option in POINTS):
            yield worth, (one,)
        for two, back in singles.items():
            if one < two and one[1] == two[1] and one[2:4] == two[3:1:-1]:
                yield worth + back, (one, two)


def possible(ballots, votes):
    """Tell whether so many ballots cast the votes that are to be others."""
    for name, item, old, _, length in votes:
        taken = sum(times for key, times in votes.items() if key[:3] == (name, item, old) and key[4] == length)
        if taken > sum(1 for one in ballots[name] if one.get(item) == old and len(one) == length):
            return False
    return True


def distributions(ballots, steps, total, name, item):
    """Return other ways in which a class may have voted on an item while the total prints the same."""
    printed = half_up(total, 2)
    found = {()}
    others = sorted((s for s in steps if all(one[:2] != (name, item) for one in s[1])), key=lambda s: s[0])
    worths = [worth for worth, _ in others]
    own = [step for step in steps if any(one[:2] == (name, item) for one in step[1])]
    pairs = ((one + two, (*votes, *more)) for (one, votes), (two, more) in combinations_with_replacement(own, 2))
    for worth, votes in chain(own, pairs):
        mine = tuple(sorted(one[2:4] for one in votes if one[:2] == (name, item)))
        before, after = ([change[i] for change in mine] for i in (0, 1))
        # Who goes on from where another came from has changed nothing between them.
        if mine in found or set(before) & set(after):
            continue
        if len(found) >= 3:
            break
        for middle, more in ((Fraction(0), ()), *others):
            at = bisect_left(worths, -worth - middle - Fraction(1, 100))
            while at < len(others) and mine not in found and worths[at] <= -worth - middle + Fraction(1, 100):
                moved = worth + middle + worths[at]
                if half_up(total + moved, 2) == printed and possible(ballots, Counter([*votes, *more, *others[at][1]])):
                    found.add(mine)
                at += 1
            if mine in found:
                break
    return found


@pytest.mark.parametrize("sizes", SIZES)
def test_the_total_is_shown_and_the_votes_of_a_small_class_stay_open(sizes):
    cast, results = voted(sizes)
    shown = protect_ballots(results)
    small = [name for name, n in zip("ABC", sizes, strict=True) if n < MIN_CLASS]
    for subject in results.subjects:
        assert shown.total(subject.code)
        items = [item.item for item in subject.items]
        ballots = about(cast, subject.code)
        steps = list(changes_of(ballots, subject.code, items, shown))
        for name in small:
            assert not shown.mean(subject.code, name)
            for item in items:
                assert not any(shown.votes(subject.code, item, name, option) for option in POINTS)
                ways = distributions(ballots, steps, subject.exact, name, item)
                assert len(ways) >= 3, (subject.code, name, item)


@pytest.mark.parametrize("sizes", SIZES)
def test_a_small_class_takes_the_mean_and_the_votes_of_the_next_smallest_with_it(sizes):
    _, results = voted(sizes)
    shown = protect_ballots(results)
    (least, following, _) = sorted(zip(sizes, "ABC", strict=True))
    if least[0] >= MIN_CLASS:
        return
    for subject in results.subjects:
        assert not shown.mean(subject.code, following[1])
        assert not any(
            shown.votes(subject.code, item.item, following[1], option) for item in subject.items for option in POINTS
        )


def test_the_total_at_six_decimals_is_printed_only_where_nothing_is_hidden():
    _, results = voted((24, 28, 3))
    for row in tables_of(results)["results"]:
        assert row["stored"] == HIDDEN
        assert row["total"] != HIDDEN
    _, open_results = voted((240, 280, 260))
    rows = tables_of(open_results)["results"]
    assert [row["stored"] for row in rows] == [one.stored for one in open_results.subjects]
