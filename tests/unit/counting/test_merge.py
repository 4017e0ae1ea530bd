"""Counts of one round from several installations: merged, they give what one count of everything gives."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.core.errors import Refused
from survey.counting.figures import Ends, Text
from survey.counting.merge import merge_counts
from survey.rounds.definition import VoterGroup
from survey.scoring.ballots import score_ballots
from survey.scoring.component import score_round
from tests.unit.scoring.made_rounds import count_ballots, frozen_round, questionnaire, scale_item, subject

ROLLUP = ({"types": ("prefecture",), "weight": "population"},)
CLASSES = ({"code": "A", "zh": "甲", "en": "A", "weight": 60}, {"code": "B", "zh": "乙", "en": "B", "weight": 40})
CITY = subject("62", unit_type="prefecture", group="prefecture")
COUNTIES = [subject(f"62{n}", parent="62", population=1000 * n) for n in range(1, 5)]
OPTIONS = ("vs", "s", "f", "d", "vd", "dk", "")
ASKED = questionnaire(scale_item("safety"), scale_item("roads", weight=2))


def voters(county):
    # Class A of one county rates its neighbour too, and counts there as class B.
    neighbour = COUNTIES[(COUNTIES.index(county) + 1) % len(COUNTIES)].code
    return [
        VoterGroup(f"{county.code}a", "A", 10, tuple(sorted((county.code, neighbour))), {neighbour: "B"}),
        VoterGroup(county.code, "B", 10, (county.code,)),
    ]


def installation(counties, **fields):
    groups = sorted((v for county in counties for v in voters(county)), key=lambda v: (v.group, v.ballot_class))
    codes = {code for group in groups for code in group.subjects}
    subjects = [CITY, *(county for county in COUNTIES if county.code in codes)]
    rules = {"minimum": 1, "classes": CLASSES}
    return frozen_round(subjects, ASKED, groups, rollup=ROLLUP, rules=rules, **fields)


def cast_strategy():
    groups = [group for county in COUNTIES for group in voters(county)]

    def ballots(group):
        answers = {
            f"{item}:{code}": st.sampled_from(OPTIONS) for item in ("safety", "roads") for code in group.subjects
        }
        ballot = st.fixed_dictionaries(answers).map(lambda given: {name: code for name, code in given.items() if code})
        return st.lists(ballot, max_size=4)

    return st.fixed_dictionaries({group.group: ballots(group) for group in groups})


def counted(frozen, cast, root="ab"):
    return frozen, replace(count_ballots(frozen, cast), urn_root=root * 32)


@given(cast_strategy(), st.lists(st.integers(0, 2), min_size=4, max_size=4))
def test_merging_is_counting_everything_in_one_place(cast, places):
    parts = [
        counted(installation([county for county, place in zip(COUNTIES, places, strict=True) if place == own]), cast)
        for own in sorted(set(places))
    ]
    whole = counted(installation(COUNTIES), cast)

    frozen, count = merge_counts(parts)

    merged, once = score_round(frozen, count), score_round(*whole)
    assert (merged.units, merged.general) == (once.units, once.general)
    assert score_ballots(frozen, count).subjects == score_ballots(*whole).subjects
    assert (frozen.voters, frozen.subjects) == (whole[0].voters, whole[0].subjects)


def three(**fields):
    cast = {f"62{n}": [{f"safety:62{n}": "vs"}] * n for n in range(1, 4)}
    return [
        counted(installation([COUNTIES[n]], opens_at=datetime(2026, 8, n + 1, tzinfo=UTC), **fields), cast, f"{n}f")
        for n in range(3)
    ]


def test_every_order_gives_the_same_bytes():
    made = {
        (frozen.content_hash, count.to_bytes())
        for frozen, count in (merge_counts(some) for some in permutations(three()))
    }
    assert len(made) == 1


def test_step_by_step_gives_the_same_figures():
    one, two, other = three()
    at_once, stepwise = merge_counts([one, two, other]), merge_counts([merge_counts([one, two]), other])
    assert stepwise[0].document() == at_once[0].document()
    assert replace(stepwise[1], urn_root="") == replace(at_once[1], urn_root="")


def test_one_count_stays_as_it_is():
    one = three()[0]
    assert merge_counts([one]) == one
    with pytest.raises(Refused, match="no count to merge"):
        merge_counts([])


def test_the_widest_times_and_the_strictest_promises_hold():
    parts = three()
    parts[1] = counted(installation([COUNTIES[1]], announce=False, seal="trustees"), {})
    parts[2] = counted(installation([COUNTIES[2]], objection_days=60, grace_minutes=20), {})
    definition = merge_counts(parts)[0].definition
    assert (definition.announced, definition.seal, definition.objection_days) == (False, "trustees", 60)
    assert definition.opens_at == datetime(2026, 8, 1, tzinfo=UTC)


def test_spoilt_envelopes_are_numbered_as_if_the_urns_lay_one_behind_the_other():
    (one, first), (two, second), _ = three()
    first = replace(first, unreadable=(2,), duplicates=(3,))
    second = replace(second, unreadable=(1, 4))
    count = merge_counts([(one, first), (two, second)])[1]
    ordered = [first, second] if one.content_hash < two.content_hash else [second, first]
    before = 3 if ordered[0] is first else 4  # ballot, unreadable, copy; two ballots, two unreadable
    own = tuple(before + n for n in ordered[1].unreadable)
    assert count.unreadable == (*ordered[0].unreadable, *own)
    assert len(count.duplicates) == 1


def test_remarks_are_shuffled_together():
    (one, first), (two, second), _ = three()
    mine, its = (replace(count, texts=(Text("621", "why", text),)) for count, text in ((first, "慢"), (second, "好")))
    texts = merge_counts([(one, mine), (two, its)])[1].texts
    assert {text.text for text in texts} == {"慢", "好"}


def refused(*parts):
    with pytest.raises(Refused) as told:
        merge_counts(parts)
    return str(told.value)


def test_what_a_result_hangs_on_must_be_the_same():
    one, two, _ = three()
    other = frozen_round([COUNTIES[1]], ASKED, voters(COUNTIES[1])[1:], rollup=ROLLUP, rules={"classes": CLASSES})
    assert "rules > minimum is 1" in refused(one, counted(other, {})) or "rules > minimum is 30" in refused(
        one, counted(other, {})
    )
    shown = counted(installation([COUNTIES[1]], disclosure={"min_cell": 7}), {})
    assert "disclosure > min_cell is" in refused(one, shown)
    categories = [{"id": "all", "zh": "全部", "en": "All", "classes": ["A", "B"], "share": 1}]
    margin = {"id": "class", "zh": "票种", "en": "Class", "categories": categories}
    weighted = installation([COUNTIES[1]], weighting={"method": "post-stratification", "margins": [margin]})
    assert "weighting is" in refused(one, counted(weighted, {}))
    words = questionnaire(scale_item("safety"), scale_item("roads", weight=3))
    reworded = replace(two[0], questionnaire=words)
    assert "questionnaire > items > roads > weight is" in refused(one, counted(reworded, {}))
    named = replace(two[0], definition=two[0].definition.model_copy(update={"id": "winter"}))
    assert "id is" in refused(one, counted(named, {}))


def test_a_code_is_one_subject():
    one, two, _ = three()
    renamed = tuple(
        subject.model_copy(update={"population": 7}) if subject.code == "622" else subject
        for subject in two[0].subjects
    )
    told = refused(one, counted(replace(two[0], subjects=renamed), {}))
    assert "the subject 622 has the population" in told
    assert "7" in told


def test_voters_stand_in_one_count_only():
    one, _, _ = three()
    again = counted(installation([COUNTIES[0]], contact="110"), {})
    assert "the voters of group 621, class B stand in" in refused(one, again)
    assert "the voters of group 621, class B stand in" in refused(one, one)


def test_a_count_of_another_round_is_refused():
    one, two, _ = three()
    assert "is of another round" in refused((one[0], two[1]))


def trimmed(county, n, ends):
    """Return a round that drops both ends of more than four ballots, with n of them about 622."""
    rules = {"minimum": 1, "classes": CLASSES, "trim_above": 4}
    group = VoterGroup(county.code, "B", 10, ("622",))
    frozen = frozen_round([CITY, COUNTIES[1]], ASKED, [group], rollup=ROLLUP, rules=rules)
    cast = {county.code: [{"safety:622": "vs", "roads:622": "s"}] * n}
    return frozen, replace(count_ballots(frozen, cast), ends=ends)


def test_what_trimming_dropped_cannot_be_told_of_two_counts_together():
    own = (Ends("B", "622", 1),)
    alone = merge_counts([trimmed(COUNTIES[0], 5, own), trimmed(COUNTIES[1], 0, ())])[1]
    assert alone.ends == own
    few = merge_counts([trimmed(COUNTIES[0], 2, ()), trimmed(COUNTIES[1], 2, ())])[1]
    assert few.ends == ()
    assert "5 ballots of class B about 622 stand in several counts" in refused(
        trimmed(COUNTIES[0], 3, ()), trimmed(COUNTIES[1], 2, ())
    )
