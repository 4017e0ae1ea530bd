"""The response account after AAPOR's Standard Definitions: outcomes, rates, and how many of the unknown count. Pure.

The letters are AAPOR's: I complete, P partial, R refused or broken off, NC not reached, O other, UH and UO unknown
whether eligible (household, other), NE not eligible; e is the share of the unknown that is taken as eligible.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import astuple, dataclass, field
from decimal import Decimal
from fractions import Fraction

from survey.core.errors import N_, Refused, same
from survey.core.numbers import half_up
from survey.turnout.rules import Disposition

STORED_PLACES = 6
LETTERS = ("I", "P", "R", "NC", "O", "UH", "UO", "NE")

NEGATIVE = N_("%(outcome)s is %(n)d; the number of an outcome cannot be below 0")
E_OUTSIDE = N_("e is %(e)s; the share of the unknown that is eligible lies between 0 and 1")
E_MISSING = N_("for %(n)d it is not known whether they are eligible; e must be stated")
E_UNKNOWABLE = N_("e cannot be worked out from %(n)d whose eligibility is known; state it")
PARTICIPANTS = N_("%(n)d participants through an open channel; nobody knows how many saw it, so there is no rate")
SHARE_OUTSIDE = N_("an opened form has %(share)s of its scored questions answered; that lies between 0 and 1")
MORE_OPENED = N_("%(opened)d forms were opened and not handed in, but only %(unused)d codes are unused")

E_CASRO = N_("e = known eligible / (known eligible + not eligible), proportional allocation (CASRO)")
E_STATED = N_("e as stated by those responsible for the survey")
E_NOT_NEEDED = N_("e is not needed: of nobody it is unknown whether they are eligible")

CODE_SPENT = N_("code spent: a form was handed in")
CODE_PARTIAL = N_("opened, not handed in, at least %(share)s of the scored questions answered")
CODE_BROKEN_OFF = N_("opened, not handed in, less than %(share)s of the scored questions answered")
CODE_UNUSED = N_("code not used; who only opened the form or refused is not recorded and is counted here")
CODE_VOID = N_("code taken back: not delivered, or no longer one of those asked")


@dataclass(frozen=True)
class Account:
    """Where all who were to be asked ended; each person in exactly one outcome, in the order of ``LETTERS``.

    Raises:
        Refused: when a number is below 0.
    """

    complete: int = 0
    partial: int = 0
    refused: int = 0
    not_reached: int = 0
    other: int = 0
    unknown_household: int = 0
    unknown_other: int = 0
    not_eligible: int = 0

    def __post_init__(self) -> None:
        for letters, n in zip(LETTERS, astuple(self), strict=True):
            if n < 0:
                raise Refused(NEGATIVE, outcome=letters, n=n)

    @property
    def answered(self) -> int:
        """I + P."""
        return self.complete + self.partial

    @property
    def eligible(self) -> int:
        """(I + P) + (R + NC + O): all who are known to be eligible."""
        return self.answered + self.refused + self.not_reached + self.other

    @property
    def unknown(self) -> int:
        """UH + UO."""
        return self.unknown_household + self.unknown_other


@dataclass(frozen=True)
class Participants:
    """Those who took part through a channel open to everybody, such as a poster: a number, never a rate."""

    n: int

    @property
    def message(self) -> str:
        """Why there is no rate; it takes the figure ``n``."""
        return PARTICIPANTS


@dataclass(frozen=True)
class Eligibility:
    """The share e of the unknown that is eligible, and the words that say where it comes from.

    Raises:
        Refused: when it is not between 0 and 1.
    """

    value: Fraction
    source: str = E_STATED

    def __post_init__(self) -> None:
        if not 0 <= self.value <= 1:
            raise Refused(E_OUTSIDE, e=half_up(self.value, STORED_PLACES))


@dataclass(frozen=True)
class Rate:
    """One rate with its formula and the two figures it is made of."""

    name: str
    formula: str
    above: int
    below: Fraction

    @property
    def value(self) -> Fraction | None:
        """The rate between 0 and 1, exact; none when the formula has nobody to divide by."""
        return self.above / self.below if self.below else None

    @property
    def stored(self) -> Decimal | None:
        """The rate at six decimals; none when there is none."""
        return None if self.value is None else half_up(self.value, STORED_PLACES)


@dataclass(frozen=True)
class Rates:
    """All rates of one account by name, with the e that they use."""

    account: Account
    e: Eligibility
    of: Mapping[str, Rate]


@dataclass(frozen=True)
class Mapped:
    """One line of the printed mapping: so many codes, which AAPOR outcome, and why."""

    outcome: str
    n: int
    words: str
    figures: Mapping[str, object] = field(default_factory=dict)

    def say(self, translate: Callable[[str], str] = same) -> str:
        """Return the reason in words."""
        return translate(self.words) % self.figures


@dataclass(frozen=True)
class CodeAccount:
    """The account of a list of codes with the mapping that made it."""

    account: Account
    mapping: tuple[Mapped, ...]


def casro(account: Account) -> Eligibility:
    """Return e by proportional allocation: the unknown are eligible as often as the known.

    Raises:
        Refused: when of nobody it is known.
    """
    known = account.eligible + account.not_eligible
    if known == 0:
        raise Refused(E_UNKNOWABLE, n=known)
    return Eligibility(Fraction(account.eligible, known), E_CASRO)


def rates(account: Account | Participants, e: Eligibility | None = None) -> Rates:
    """Work out RR1-RR6, COOP1-COOP4, REF1-REF3 and CON1-CON3.

    Args:
        account: the outcomes.
        e: may be left out only when nobody's eligibility is unknown.

    Raises:
        Refused: for an open channel, which has no rate, and when e is needed and missing.
    """
    if isinstance(account, Participants):
        raise Refused(account.message, n=account.n)
    if e is None:
        if account.unknown:
            raise Refused(E_MISSING, n=account.unknown)
        e = Eligibility(Fraction(1), E_NOT_NEEDED)
    contacted = account.answered + account.refused + account.other
    known = "(I + P) + (R + NC + O)"
    bases = (
        (f"{known} + UH + UO", Fraction(account.eligible + account.unknown)),
        (f"{known} + e(UH + UO)", account.eligible + e.value * account.unknown),
        (known, Fraction(account.eligible)),
    )
    with_other = ("(I + P) + R + O", Fraction(contacted))
    without_other = ("(I + P) + R", Fraction(account.answered + account.refused))
    complete, answered = ("I", account.complete), ("(I + P)", account.answered)
    refused, reached = ("R", account.refused), ("((I + P) + R + O)", contacted)
    families = {
        "RR": [(above, below) for below in bases for above in (complete, answered)],
        "COOP": [(above, below) for below in (with_other, without_other) for above in (complete, answered)],
        "REF": [(refused, below) for below in bases],
        "CON": [(reached, below) for below in bases],
    }
    made = (
        Rate(f"{family}{number}", f"{above[0]} / ({below[0]})", above[1], below[1])
        for family, pairs in families.items()
        for number, (above, below) in enumerate(pairs, start=1)
    )
    return Rates(account, e, {rate.name: rate for rate in made})


def account_of_codes(
    parts: Iterable[Disposition], partial_from: Fraction, opened: Iterable[Fraction] = ()
) -> CodeAccount:
    """Return the account of a list of codes; everybody on the list is known to be eligible.

    Our own answering pages keep nothing about a form that was only opened; ``opened`` is for channels that do, such
    as interviews by telephone.

    Args:
        parts: the dispositions of all groups.
        partial_from: share of the scored questions from which a form that was not handed in is partial.
        opened: of each form opened and not handed in, the share of scored questions answered.

    Raises:
        Refused: when a share is not between 0 and 1, or more were opened than are unused.
    """
    dispositions, shares = tuple(parts), tuple(opened)
    for share in shares:
        if not 0 <= share <= 1:
            raise Refused(SHARE_OUTSIDE, share=half_up(share, STORED_PLACES))
    unused = sum(part.waiting + part.expired for part in dispositions)
    if len(shares) > unused:
        raise Refused(MORE_OPENED, opened=len(shares), unused=unused)
    partial = sum(share >= partial_from for share in shares)
    account = Account(
        complete=sum(part.spent for part in dispositions),
        partial=partial,
        refused=len(shares) - partial,
        not_reached=unused - len(shares),
        not_eligible=sum(part.void for part in dispositions),
    )
    threshold = {"share": partial_from}
    mapping = (
        Mapped("I", account.complete, CODE_SPENT),
        Mapped("P", account.partial, CODE_PARTIAL, threshold),
        Mapped("R", account.refused, CODE_BROKEN_OFF, threshold),
        Mapped("NC", account.not_reached, CODE_UNUSED),
        Mapped("NE", account.not_eligible, CODE_VOID),
    )
    return CodeAccount(account, mapping)
