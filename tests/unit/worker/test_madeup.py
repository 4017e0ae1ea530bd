"""Ballots of made-up voters: the door takes every one of them."""

from random import Random

import pytest

from survey.core.errors import Refused
from survey.questionnaires.form import Form
from survey.questionnaires.kinds import KINDS
from survey.questionnaires.schema import Questionnaire, read_questionnaire
from survey.questionnaires.service import library_file
from survey.rounds.limits import breaches
from survey.rounds.rules import Limit
from survey.subjects.roster import Subject
from survey.worker.madeup import WRITTEN, fill
from tests.factories.ballots import FEW_EXCELLENT, annual_review, mixed_review, two_sheets
from tests.factories.questionnaires import FOLDER

LIBRARY = ("democratic-ballot", "political-test", "public-safety", "public-satisfaction", "service-rating")
MADE = (annual_review(5), annual_review(), mixed_review(), two_sheets())
SUBJECTS = [
    Subject(code="u1", name="教育局"),
    *(Subject(code=f"p{n}", name="王秀英", kind="cadre", parent="u1", rank="deputy") for n in range(12)),
]


def questionnaires():
    files = [*(library_file(name) for name in LIBRARY), *sorted(FOLDER.glob("*.yaml"))]
    return [*(read_questionnaire(file) for file in files), *MADE]


def form(asked, subjects=SUBJECTS):
    return Form(asked, subjects)


def chance(seed):
    return Random(seed)  # noqa: S311 - a test that fails must fail again


def limit(**fields):
    return Limit.model_validate(fields)


@pytest.mark.parametrize("asked", questionnaires(), ids=lambda asked: asked.id)
def test_every_ballot_is_one_that_the_door_takes(asked):
    made = form(asked)
    for seed in range(20):
        answers = fill(made, (), chance(seed))

        assert made.missing(answers) == ()
        assert made.decode(made.encode(answers)) == answers


def test_every_kind_of_question_is_answered():
    seen = set()
    for asked in questionnaires():
        made = form(asked)
        answers = [fill(made, (), chance(seed)) for seed in range(20)]
        seen |= {one.item.kind for one in made.questions if any(one.name in found for found in answers)}
    assert seen == set(KINDS)


def test_what_is_not_asked_is_not_answered_and_what_then_is_asked_is():
    made = form(annual_review())
    for seed in range(30):
        answers = fill(made, (), chance(seed))
        poor = {name.partition(":")[2] for name, answer in answers.items() if answer == 4}
        assert {name.partition(":")[2] for name in answers if name.startswith("why:")} == poor
        assert all(answers[f"why:{subject}"] == WRITTEN for subject in poor)


@pytest.mark.parametrize(
    "limits",
    [
        [FEW_EXCELLENT],
        [{"item": "overall", "options": ["ex"], "most": 0}, {"item": "overall", "options": ["poor"], "least": 5}],
        [{"item": "overall", "options": ["ex", "ok", "fair", "dk"], "most": 0}],
    ],
)
def test_every_ballot_keeps_the_limits(limits):
    made, kept = form(annual_review(5)), [limit(**one) for one in limits]
    for seed in range(20):
        answers = fill(made, kept, chance(seed))

        assert breaches(kept, made, answers) == ()
        assert made.missing(answers) == ()


def test_numbers_keep_the_limits_and_their_places():
    mark = {"id": "mark", "kind": "number", "per": "subject", "zh": "分", "en": "Mark", "minimum": "-1.5", "maximum": 9}
    asked = Questionnaire.model_validate(
        {"id": "marks", "version": 1, "title": {"zh": "分", "en": "Marks"}, "items": [mark | {"places": 2}]}
    )
    made, kept = form(asked), [limit(item="mark", at_least=8, share="1/10")]
    answers = [fill(made, kept, chance(seed)) for seed in range(20)]

    assert all(breaches(kept, made, found) == () for found in answers)
    assert len({number for found in answers for number in found.values()}) > 100


def test_limits_that_no_ballot_keeps_are_said_to_be_so():
    everything = ["ex", "ok", "fair", "poor", "dk"]
    kept = [limit(item="overall", options=everything, most=0), limit(item="overall", options=everything, least=1)]
    with pytest.raises(Refused, match="No made-up ballot was found that keeps the limits"):
        fill(form(annual_review()), kept, chance(1))
