"""The count sheet (票数统计): what was handed out and came back, whether it adds up, and whether it counts at all."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from survey.core.errors import N_, Problem
from survey.core.numbers import half_up
from survey.questionnaires.words import Option
from survey.rounds.rules import Quorum, reaches

RATE_PLACES = 2
STUFFED = N_("%(returned)d ballots came back, but only %(issued)d were issued; the vote is void and must be repeated")
NOT_ADDING_UP = N_("%(returned)d ballots came back, but %(valid)d valid and %(void)d void ones make %(total)d")
ITEM_NOT_ADDING_UP = N_(
    "%(graded)d votes, %(abstained)d abstentions and %(unknown)d don't know make %(total)d, "
    "but %(ballots)d valid ballots were asked"
)
MORE_THAN = N_("%(present)d of %(expected)d were present; more than %(share)s are needed")
AT_LEAST = N_("%(present)d of %(expected)d were present; at least %(share)s are needed")
PRESENT_UNKNOWN = N_("how many of %(expected)d were present was not entered; a quorum is needed")


@dataclass(frozen=True)
class CountSheet:
    """How many ballots there were in each state.

    Attributes:
        expected: who should have voted (应到).
        present: who came (实到); none when nobody entered it.
        issued: ballots handed out (发出).
        returned: ballots that came back (收回).
        valid: ballots that count (有效).
        void: ballots set aside, by reason (无效).
        unreadable: ballots that no one can open; they are void, too.
    """

    expected: int
    present: int | None
    issued: int
    returned: int
    valid: int
    void: Mapping[str, int]
    unreadable: int = 0

    @property
    def all_void(self) -> int:
        """Ballots that do not count, for whatever reason."""
        return sum(self.void.values()) + self.unreadable

    @property
    def attendance(self) -> Decimal | None:
        """Those present of those expected, in percent."""
        return None if self.present is None else percent(self.present, self.expected)

    @property
    def return_rate(self) -> Decimal | None:
        """Ballots returned of those issued, in percent."""
        return percent(self.returned, self.issued)

    @property
    def valid_rate(self) -> Decimal | None:
        """Ballots valid of those returned, in percent."""
        return percent(self.valid, self.returned)


@dataclass(frozen=True)
class ItemVotes:
    """The valid ballots that were asked one item, each in one of three states.

    Attributes:
        where: the question's name.
        graded: ballots by grade.
        abstained: left blank, or an option that is not counted (弃权).
        unknown: an option that is counted but not scored (不了解).
        ballots: valid ballots that were asked.
    """

    where: str
    graded: Mapping[str, int]
    abstained: int
    unknown: int
    ballots: int


@dataclass(frozen=True)
class SheetVerdict:
    """Whether a vote counts.

    Attributes:
        quorum: why too few were present.
        stuffed: why more came back than went out; an alarm.
        faults: figures that do not add up; the count is at fault, not the vote.
    """

    quorum: Problem | None
    stuffed: Problem | None
    faults: tuple[Problem, ...]

    @property
    def repeat(self) -> bool:
        """Whether the vote is void and must be repeated."""
        return self.quorum is not None or self.stuffed is not None

    @property
    def stands(self) -> bool:
        """Whether the vote counts and its figures add up."""
        return not self.repeat and not self.faults


def percent(part: int, whole: int) -> Decimal | None:
    """Return a share in percent with two decimals; none of nothing."""
    return half_up(Fraction(100 * part, whole), RATE_PLACES) if whole else None


def item_votes(where: str, options: Iterable[Option], counts: Mapping[str, int], ballots: int) -> ItemVotes:
    """Sort the answers to one item.

    Args:
        where: the question's name.
        options: of an item in which one option is chosen.
        counts: ballots by option; "" counts the blanks.
        ballots: valid ballots that were asked.
    """
    graded: dict[str, int] = {}
    abstained, unknown = counts.get("", 0), 0
    for option in options:
        n = counts.get(option.code, 0)
        if not option.counted:
            abstained += n
        elif not option.scored:
            unknown += n
        else:
            graded[option.code] = n
    return ItemVotes(where, graded, abstained, unknown, ballots)


def missed_quorum(quorum: Quorum | None, present: int | None, expected: int) -> Problem | None:
    """Return why too few were present; none when there were enough, or no quorum is needed."""
    if quorum is None:
        return None
    if present is None:
        return Problem("", PRESENT_UNKNOWN, {"expected": expected})
    if expected and reaches(Fraction(present, expected), quorum.operator, quorum.share):
        return None
    sentence = MORE_THAN if quorum.operator == ">" else AT_LEAST
    return Problem("", sentence, {"present": present, "expected": expected, "share": str(quorum.share)})


def check_sheet(sheet: CountSheet, quorum: Quorum | None = None, items: Sequence[ItemVotes] = ()) -> SheetVerdict:
    """Check a count sheet: quorum, no more ballots than were issued, and every sum."""
    return SheetVerdict(missed_quorum(quorum, sheet.present, sheet.expected), _stuffed(sheet), _faults(sheet, items))


def _stuffed(sheet: CountSheet) -> Problem | None:
    if sheet.returned <= sheet.issued:
        return None
    return Problem("", STUFFED, {"returned": sheet.returned, "issued": sheet.issued})


def _faults(sheet: CountSheet, items: Sequence[ItemVotes]) -> tuple[Problem, ...]:
    faults = []
    total = sheet.valid + sheet.all_void
    if total != sheet.returned:
        figures = {"returned": sheet.returned, "valid": sheet.valid, "void": sheet.all_void, "total": total}
        faults.append(Problem("", NOT_ADDING_UP, dict(figures)))
    for item in items:
        graded = sum(item.graded.values())
        total = graded + item.abstained + item.unknown
        if total != item.ballots:
            faults.append(
                Problem(
                    item.where,
                    ITEM_NOT_ADDING_UP,
                    {
                        "graded": graded,
                        "abstained": item.abstained,
                        "unknown": item.unknown,
                        "total": total,
                        "ballots": item.ballots,
                    },
                )
            )
    return tuple(faults)
