"""What a voter is told of a ballot: its class, how much there is to fill in, and every limit, before and after."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from flask_babel import gettext as _
from flask_babel import ngettext

from survey.casting import Ballot
from survey.questionnaires.form import Form, Question
from survey.questionnaires.words import Item
from survey.rounds.rules import Limit

NAMES_SHOWN = 6


@dataclass(frozen=True, slots=True)
class LimitFact:
    """A limit in words, and for the script that counts along.

    Attributes:
        words: what it counts: 优秀.
        sentence: the whole rule, with its figures.
        says: the counter's words, with a place for how many were given.
        most: the most that may be given, or -1.
        least: the fewest, or -1.
        values: the form values it counts; empty for numbers.
        from_: for numbers, counted from here; empty without a bound.
        below: for numbers, counted below this; empty without a bound.
    """

    item: str
    words: str
    sentence: str
    says: str
    most: int
    least: int
    values: str
    from_: str
    below: str


def class_words(ballot: Ballot, lang: str) -> str:
    """Return which class of ballot this is: B 类票(中层干部)."""
    rule = ballot.frozen.definition.rules.ballot_class(ballot.ballot_class)
    code = ballot.ballot_class
    if rule is None:
        words: str = _("You hold a class %(code)s ballot", code=code)
    else:
        words = _("You hold a class %(code)s ballot (%(name)s)", code=code, name=rule.words(lang))
    return words


def other_classes(ballot: Ballot) -> tuple[str, ...]:
    """Return a line for each other class that this ballot counts as, with the subjects."""
    names = {subject.code: subject.name for subject in ballot.form.subjects}
    classes: dict[str, list[str]] = {}
    for code, counts_as in ballot.frozen.voter_group(ballot.group, ballot.ballot_class).classes.items():
        classes.setdefault(counts_as, []).append(names[code])
    return tuple(
        _("For %(names)s your ballot counts as class %(code)s", names=_shortened(found), code=code)
        for code, found in sorted(classes.items())
    )


def _shortened(names: Sequence[str]) -> str:
    joint: str = _(", ")
    if len(names) <= NAMES_SHOWN:
        return joint.join(names)
    shown: str = _("%(names)s and %(n)s more", names=joint.join(names[:NAMES_SHOWN]), n=len(names) - NAMES_SHOWN)
    return shown


def extent(form: Form) -> str:
    """Return how much there is to fill in: 40 人 × 5 项."""
    chosen = [question for question in form.questions if question.subject is not None and question.item.kind != "text"]
    each = set(Counter(question.subject.code for question in chosen if question.subject is not None).values())
    if len(each) == 1:
        words: str = _("%(subjects)s × %(items)s", subjects=how_many(chosen), items=each.pop())
    else:
        words = _("%(subjects)s, %(answers)s answers", subjects=how_many(chosen), answers=len(chosen))
    return words


def limit_facts(limits: Sequence[Limit], form: Form, lang: str) -> tuple[LimitFact, ...]:
    """Return the limits that this form can break, in words."""
    return tuple(_limit_facts(limits, form, lang))


def _limit_facts(limits: Sequence[Limit], form: Form, lang: str) -> Iterator[LimitFact]:
    items = {question.item.id for question in form.questions if question.subject and question.item.kind != "text"}
    for limit in limits:
        asked = [question for question in form.questions if question.item.id == limit.item]
        if not asked:
            continue
        item = asked[0].item
        what = counted_words(limit, item, lang)
        named = f"{item.words(lang)} · {what}" if len(items) > 1 and limit.options else what
        most = limit.allowed(len(asked))
        bounds = (limit.at_least, limit.below)
        yield LimitFact(
            item.id,
            what,
            _sentence(limit, named, asked),
            _says(limit, what, most),
            -1 if most is None else most,
            limit.least or -1,
            ",".join(value for value, option in asked[0].choices if option.code in limit.options),
            *("" if bound is None else f"{bound:f}" for bound in bounds),
        )


def counted_words(limit: Limit, item: Item, lang: str) -> str:
    """Return what a limit counts: the options' words, or the range of numbers."""
    if limit.options:
        joint: str = _(" or ")
        return joint.join(option.words(lang) for option in item.options if option.code in limit.options)
    bounds = (("≥ ", limit.at_least), ("< ", limit.below))
    return " ".join([item.words(lang), *(f"{sign}{bound:f}" for sign, bound in bounds if bound is not None)])


def how_many(questions: Sequence[Question]) -> str:
    """Return how many subjects some questions are about, in words: 40 人."""
    subjects = {question.subject.code: question.subject.kind for question in questions if question.subject is not None}
    return _counted(len(subjects), persons="unit" not in subjects.values())


def _counted(n: int, *, persons: bool) -> str:
    if persons:
        words: str = ngettext("%(num)s person", "%(num)s persons", n)
    else:
        words = ngettext("%(num)s subject", "%(num)s subjects", n)
    return words


def _sentence(limit: Limit, what: str, asked: Sequence[Question]) -> str:
    persons = all(question.subject is not None and question.subject.kind == "cadre" for question in asked)
    most = limit.allowed(len(asked))
    if limit.least is not None:
        words: str = _("“%(what)s”: at least %(least)s", what=what, least=_counted(limit.least, persons=persons))
    elif limit.share is not None:
        figures = {"most": _counted(most or 0, persons=persons), "n": how_many(asked), "share": _share(limit.share)}
        words = _("“%(what)s”: at most %(most)s (%(share)s of %(n)s)", what=what, **figures)
    else:
        words = _("“%(what)s”: at most %(most)s", what=what, most=_counted(most or 0, persons=persons))
    kept = _("it cannot be submitted otherwise") if limit.breach == "block" else _("the ballot is void otherwise")
    return f"{words}{_('; ')}{kept}"


def _share(share: Fraction) -> str:
    percent = share * 100
    return f"{percent.numerator}%" if percent.denominator == 1 else str(share)


def _says(limit: Limit, what: str, most: int | None) -> str:
    if limit.least is not None:
        words: str = _("%(what)s {n} / at least %(least)s", what=what, least=limit.least)
    else:
        words = _("%(what)s {n} / at most %(most)s", what=what, most=most)
    return words
