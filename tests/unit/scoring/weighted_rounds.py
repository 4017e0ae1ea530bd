"""Rounds whose answers are weighted: four voter classes of a county, in two margins (W13)."""

from survey.rounds.definition import VoterGroup
from survey.scoring.component import score_round
from tests.unit.scoring.made_rounds import count_ballots, frozen_round, questionnaire, subject

TENS = [
    {"code": f"p{n}", "zh": f"{n}分", "en": f"{n} points", "points": n, "satisfied": n >= 80} for n in range(0, 101, 10)
]
ITEM = {
    "id": "safety",
    "kind": "scale",
    "scale": "tens",
    "per": "subject",
    "zh": "您对社会治安是否满意？",
    "en": "Are you satisfied with public safety?",
}
CLASSES = ("town-young", "town-older", "country-young", "country-older")
# Of every class so many ballots by points; their means are 71, 75, 80 and 84.
W13 = {
    "town-young": {70: 189, 80: 21},
    "town-older": {70: 45, 80: 45},
    "country-young": {70: 6, 80: 48, 90: 6},
    "country-older": {80: 24, 90: 16},
}
PLACE = {
    "id": "place",
    "zh": "城乡",
    "en": "Town and country",
    "categories": [
        {"id": "town", "zh": "城", "en": "Town", "classes": ["town-young", "town-older"], "share": 0.52},
        {"id": "country", "zh": "乡", "en": "Country", "classes": ["country-young", "country-older"], "share": 0.48},
    ],
}
AGE = {
    "id": "age",
    "zh": "年龄",
    "en": "Age",
    "categories": [
        {"id": "young", "zh": "18-44", "en": "18-44", "classes": ["town-young", "country-young"], "share": 0.55},
        {"id": "older", "zh": "45-65", "en": "45-65", "classes": ["town-older", "country-older"], "share": 0.45},
    ],
}
RAKING = {"method": "raking", "margins": [PLACE, AGE]}


def tens(*items):
    form = questionnaire().model_dump(mode="json")
    form["scales"] = {"tens": TENS}
    form["items"] = list(items) or [ITEM]
    return type(questionnaire()).model_validate(form)


def ballots(points, code="A", item="safety"):
    return [{f"{item}:{code}": f"p{worth}"} for worth, n in points.items() for _ in range(n)]


def weighted_round(answers, weighting=RAKING, *, asked=None, subjects=None, rated=("A",), **definition):
    """Make a round and its count; ``answers``: by subject, then by class, ballots (or ballots by points)."""
    subjects = subjects or [subject("A")]
    voters = [VoterGroup(f"{code}-{name}", name, 500, (code,)) for code in rated for name in CLASSES]
    fields = {} if weighting is None else {"weighting": weighting}
    frozen = frozen_round(subjects, asked or tens(), voters, **fields, **definition)
    cast = {
        f"{code}-{name}": ballots(points, code) if isinstance(points, dict) else points
        for code in rated
        for name, points in answers[code].items()
    }
    return frozen, count_ballots(frozen, cast)


def scored(answers, weighting=RAKING, **more):
    return score_round(*weighted_round({"A": answers} if "A" not in answers else answers, weighting, **more))
