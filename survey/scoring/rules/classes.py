"""Ballot classes (票种): each class's mean, and their weighted total T = sum(w M) / sum(w)."""

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from fractions import Fraction

from survey.core.errors import N_, same
from survey.scoring.rules.index import Part, weighted_mean
from survey.scoring.rules.insufficient import Insufficient

NO_CLASS = N_("no class of ballots has a weight")
NOTHING_ENTERS = N_("every class of ballots was left out: %(parts)s")
CLASSES_SHORT = N_("too few ballots in class: %(parts)s")
CLASS_SHORT = N_("class %(ballot_class)s has %(n)d ballots, at least %(minimum)d are needed")
CLASS_SEPARATOR = N_("; ")


@dataclass(frozen=True)
class ClassMean:
    """The ballots of one class that was planned for a subject.

    Attributes:
        weight: against the other classes; of weight 0 it is reported but does not enter.
        minimum: under so many ballots the class says nothing.
        n: valid ballots that score the subject, before any trimming.
        mean: of those ballots, exact; none when there are none.
    """

    code: str
    weight: Fraction
    minimum: int
    n: int
    mean: Fraction | None

    @property
    def short(self) -> bool:
        """Whether it has too few ballots to say anything."""
        return self.mean is None or self.n < self.minimum


@dataclass(frozen=True)
class ClassesShort(Insufficient):
    """Why there is no total: every class under its minimum, with its figures."""

    short: tuple[ClassMean, ...] = ()

    def say(self, translate: Callable[[str], str] = same, name: Callable[[str], str] = same) -> str:
        """Return one sentence for each class; ``name`` turns the code of a class into its name."""
        return translate(CLASS_SEPARATOR).join(
            translate(CLASS_SHORT) % {"ballot_class": name(one.code), "n": one.n, "minimum": one.minimum}
            for one in self.short
        )


@dataclass(frozen=True)
class Total:
    """A weighted total with what it was made of.

    Attributes:
        entered: codes of the classes in it.
        left_out: codes of the planned classes that were short and that staff approved to leave out.
    """

    value: Fraction
    entered: tuple[str, ...]
    left_out: tuple[str, ...] = ()


def shortage(classes: Sequence[ClassMean], renormalise: AbstractSet[str] = frozenset()) -> ClassesShort | None:
    """Return which weighing classes are short of ballots and were not approved to be left out; none when none is."""
    blocking = tuple(one for one in classes if one.weight != 0 and one.short and one.code not in renormalise)
    return ClassesShort(CLASSES_SHORT, parts=tuple(one.code for one in blocking), short=blocking) if blocking else None


def class_total(classes: Sequence[ClassMean], renormalise: AbstractSet[str] = frozenset()) -> Total | Insufficient:
    """Weigh the means of all classes that were planned for a subject.

    Args:
        classes: every planned class, those without ballots too.
        renormalise: classes that staff approved to leave out should they be short; the weights of the others then
            count as the whole. A class with enough ballots enters in any case: leaving it out would be a choice
            of result.

    Returns:
        The total, or which classes are short of ballots. The weights are never shared out in silence.

    Raises:
        ValueError: when a weight is negative.
    """
    weighing = [one for one in classes if one.weight != 0]
    if not weighing:
        return Insufficient(NO_CLASS)
    short = shortage(classes, renormalise)
    if short is not None:
        return short
    left_out = tuple(one.code for one in weighing if one.short)
    entering = [Part(one.code, one.weight, one.mean) for one in weighing if one.mean is not None and not one.short]
    if not entering:
        return Insufficient(NOTHING_ENTERS, parts=left_out)
    value = weighted_mean(entering)
    assert isinstance(value, Fraction)
    return Total(value, tuple(part.code for part in entering), left_out)
