"""What would change before anything is filed, and what of it needs a second person."""

import pytest

from survey.core.errors import Invalid
from survey.scoring.evidence import Evidence
from survey.scoring.previewing import apart, changes, standing_hash


def piece(value="90", kind="figure", subject="v1", name="work", source="w.pdf"):
    return Evidence(kind, subject, name, "", value, source, "Zhang")


def test_what_is_new_replaced_and_taken_back_is_told_apart():
    known = [piece("90"), piece("80", subject="v2")]
    found = changes(known, [piece("95"), piece("-", subject="v2"), piece("70", subject="v3")])
    assert [(one.before and one.before.value, one.after and one.after.value) for one in found] == [
        ("90", "95"),
        ("80", None),
        (None, "70"),
    ]
    assert [one.of.subject for one in found] == ["v1", "v2", "v3"]


def test_what_says_the_same_again_changes_nothing():
    assert changes([piece()], [piece()]) == ()
    assert len(changes([piece()], [piece(source="again.pdf")])) == 1, "another document is a change"


def test_what_nobody_filed_is_not_taken_back():
    with pytest.raises(Invalid):
        changes([], [piece("-")])


def test_points_decisions_and_approvals_need_a_second_person():
    kinds = ("figure", "level", "veto", "entry", "history", "decision", "approval")
    at_once, waiting = apart(piece(kind=kind) for kind in kinds)
    assert [one.kind for one in at_once] == ["figure", "level", "veto", "history"]
    assert [one.kind for one in waiting] == ["entry", "decision", "approval"]


def test_whatever_is_filed_meanwhile_is_noticed_in_any_order():
    some = [piece(), piece(subject="v2")]
    assert standing_hash(some) == standing_hash(some[::-1])
    assert standing_hash(some) != standing_hash(some[:1])
