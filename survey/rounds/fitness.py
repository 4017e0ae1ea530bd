"""Whether a round's rules fit its questionnaire and its subjects; each misfit blocks opening. Pure."""

from collections.abc import Iterator, Sequence

from survey.core.errors import N_
from survey.questionnaires.form import Form
from survey.questionnaires.kinds.number import NumberItem
from survey.questionnaires.schema import Questionnaire
from survey.questionnaires.words import Item
from survey.rounds.definition import RoundDefinition, VoterGroup
from survey.rounds.grading import gives_points
from survey.rounds.lifecycle import Blocker
from survey.rounds.rules import Limit
from survey.rounds.weighting import Margin
from survey.subjects.roster import Subject

# What a page can send at once, with room for what the form says of itself; see survey/web/guard.py.
MOST_QUESTIONS = 380

_CORRECT_RULES = N_("correct the rules of the round, or its questionnaire")
_CORRECT_MARGINS = N_("correct the margins of the round's weighting, or the voters file")
_CORRECT_VOTERS = N_("correct the voters file, or the questionnaire")


def misfits(
    definition: RoundDefinition, questionnaire: Questionnaire, voters: Sequence[VoterGroup], roster: Sequence[Subject]
) -> tuple[Blocker, ...]:
    """List what does not fit."""
    return (
        *_kind(definition, questionnaire),
        *_classes(definition, voters),
        *_weighting(definition, voters),
        *(misfit for limit in definition.rules.limits for misfit in _limit(limit, questionnaire)),
        *_grades(definition, questionnaire),
        *_ballots(definition, questionnaire, voters, roster),
    )


def _kind(definition: RoundDefinition, questionnaire: Questionnaire) -> Iterator[Blocker]:
    if definition.kind == "posneg" and not questionnaire.sheets:
        message = N_("A positive/negative test needs two sheets; %(questionnaire)s has one form")
        yield Blocker(message, _CORRECT_RULES, {"questionnaire": questionnaire.reference})
    for item in questionnaire.items:
        # A voter's index must lie on one sheet: nothing joins the two.
        if item.sheet > 1 and gives_points(item):
            message = N_("The item %(item)s on the second sheet gives points; only the first sheet's can be scored")
            yield Blocker(message, _CORRECT_RULES, {"item": item.id})
    if definition.rules.test_levels and definition.kind != "posneg":
        yield Blocker(N_("test_levels is for rounds of the kind posneg"), _CORRECT_RULES)
    if definition.rules.test_levels and not any(gives_points(item) for item in questionnaire.items):
        yield Blocker(N_("test_levels needs a positive mean, but no item gives points"), _CORRECT_RULES)
    if definition.kind in ("opinion", "rating"):
        yield from _only_of_ballots(definition, questionnaire)


def _only_of_ballots(definition: RoundDefinition, questionnaire: Questionnaire) -> Iterator[Blocker]:
    """Give what an opinion survey would take and then not heed; its index is made of its items."""
    rules = definition.rules
    heedless = {"grade_by": rules.grade_by != "items", "trim_above": rules.trim_above, "levels": rules.levels}
    for field, said in heedless.items():
        if said:
            message = N_("%(field)s is for rounds of the kinds ballot and posneg")
            yield Blocker(message, _CORRECT_RULES, {"field": field})
    for item in questionnaire.items:
        if isinstance(item, NumberItem) and item.scored:
            message = N_("The number %(item)s is marked scored; that is for rounds of the kinds ballot and posneg")
            yield Blocker(message, _CORRECT_RULES, {"item": item.id})


def _classes(definition: RoundDefinition, voters: Sequence[VoterGroup]) -> Iterator[Blocker]:
    if not definition.rules.classes:
        return
    used = {voter.class_of(code) for voter in voters for code in voter.subjects}
    for code in sorted(used - {one.code for one in definition.rules.classes}):
        message = N_("Ballots count as class %(ballot_class)s, which the rules do not name")
        yield Blocker(message, _CORRECT_RULES, {"ballot_class": code})


def _weighting(definition: RoundDefinition, voters: Sequence[VoterGroup]) -> Iterator[Blocker]:
    margins = () if definition.weighting is None else definition.weighting.margins
    rated = sorted({code for voter in voters for code in voter.subjects})
    for margin in margins:
        by_class = bool(margin.categories[0].classes)
        used = {voter.ballot_class if by_class else voter.group for voter in voters}
        named = {name for one in margin.categories for name in one.voters}
        for name in sorted(used - named):
            message = N_("Margin %(margin)s: the voters %(voters)s are in no category")
            yield Blocker(message, _CORRECT_MARGINS, {"margin": margin.id, "voters": name})
        for name in sorted(named - used):
            message = N_("Margin %(margin)s names %(voters)s, but there are no such voters")
            yield Blocker(message, _CORRECT_MARGINS, {"margin": margin.id, "voters": name})
        for code in sorted(set(margin.categories[0].own) - set(rated)):
            message = N_("Margin %(margin)s has shares for %(subject)s, which nobody rates")
            yield Blocker(message, _CORRECT_MARGINS, {"margin": margin.id, "subject": code})
        yield from _reached(margin, voters, rated)


def _reached(margin: Margin, voters: Sequence[VoterGroup], rated: Sequence[str]) -> Iterator[Blocker]:
    """Give the categories that nobody asked about a subject could ever fill."""
    for code in rated:
        asked = [margin.category(one.group, one.ballot_class) for one in voters if code in one.subjects]
        for category in margin.categories:
            if category not in asked and category.merge_into is None:
                message = N_(
                    "Margin %(margin)s: nobody of the category %(category)s is asked about %(subject)s; "
                    "name a category to merge it with"
                )
                yield Blocker(
                    message,
                    _CORRECT_MARGINS,
                    {"margin": margin.id, "category": category.id, "subject": code},
                )


def _limit(limit: Limit, questionnaire: Questionnaire) -> Iterator[Blocker]:
    item = _item(questionnaire, limit.item)
    if item is None or item.per != "subject":
        message = N_("A limit names the item %(item)s, which is not asked per subject")
        yield Blocker(message, _CORRECT_RULES, {"item": limit.item})
        return
    if not limit.options and item.kind != "number":
        message = N_("A limit counts numbers of %(item)s, which is no number")
        yield Blocker(message, _CORRECT_RULES, {"item": limit.item})
    yield from _options(item, limit.options)


def _grades(definition: RoundDefinition, questionnaire: Questionnaire) -> Iterator[Blocker]:
    rules = definition.rules
    grades = [item for item in questionnaire.items if item.overall]
    if rules.grade_by == "overall" and not grades:
        message = N_("The score is to come from the overall grade, but no item is marked overall")
        yield Blocker(message, _CORRECT_RULES)
    for grade in grades:
        if rules.grade_by == "overall" and not gives_points(grade):
            message = N_("The score is to come from the overall grade %(item)s, which gives no points")
            yield Blocker(message, _CORRECT_RULES, {"item": grade.id})
    if rules.levels is None:
        return
    item = _item(questionnaire, rules.levels.item)
    if item is None:
        message = N_("The levels look at the item %(item)s, which does not exist")
        yield Blocker(message, _CORRECT_RULES, {"item": rules.levels.item})
        return
    yield from _options(item, tuple(option for step in rules.levels.steps for option in step.options))


def _options(item: Item, codes: Sequence[str]) -> Iterator[Blocker]:
    for code in sorted(set(codes) - {option.code for option in item.options}):
        message = N_("The rules name the option %(code)s, which %(item)s does not have")
        yield Blocker(message, _CORRECT_RULES, {"code": code, "item": item.id})


def _ballots(
    definition: RoundDefinition, questionnaire: Questionnaire, voters: Sequence[VoterGroup], roster: Sequence[Subject]
) -> Iterator[Blocker]:
    by_code = {subject.code: subject for subject in roster}
    for voter in voters:
        form = Form(questionnaire, [by_code[code] for code in voter.subjects])
        figures = {"group": voter.group, "ballot_class": voter.ballot_class, "n": len(form.questions)}
        if not all(sheet.questions for sheet in form.sheets):
            message = N_("The ballot of group %(group)s, class %(ballot_class)s has a form without a question")
            yield Blocker(message, _CORRECT_VOTERS, figures, about="voters")
        if len(form.questions) > MOST_QUESTIONS:
            message = N_("The ballot of group %(group)s, class %(ballot_class)s has %(n)s questions; %(most)s fit")
            yield Blocker(message, _CORRECT_VOTERS, {**figures, "most": MOST_QUESTIONS}, about="voters")
        for limit in definition.rules.limits:
            asked = sum(question.item.id == limit.item for question in form.questions)
            if asked and limit.least is not None and limit.least > asked:
                message = N_("A limit asks for at least %(least)s of %(item)s on a ballot about %(n)s subjects")
                yield Blocker(message, _CORRECT_RULES, {"least": limit.least, "item": limit.item, "n": asked})


def _item(questionnaire: Questionnaire, item_id: str) -> Item | None:
    return next((item for item in questionnaire.items if item.id == item_id), None)
