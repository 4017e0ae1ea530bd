"""The count sheets of a ballot (票数统计): one for each class of ballots and one for all, each checked."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from survey.counting.figures import Count
from survey.rounds.definition import FrozenRound
from survey.scoring.rules.sheet import CountSheet, SheetVerdict, check_sheet, item_votes
from survey.turnout.rules import Disposition

Present = Mapping[tuple[str, str], int | None]


@dataclass(frozen=True)
class Sheets:
    """The count sheets of a round.

    Attributes:
        classes: by the ballots' own class; unreadable envelopes tell none, so they stand in the whole only.
        whole: all classes together; of two sheets, the first.
        second: all classes together on the second sheet; none where there is one.
        verdict: whether the vote counts and every identity holds.
        all_equal: valid ballots that say the same of everybody.
        inconsistent: overall grades more than one step off the items of the same ballot.
    """

    classes: Mapping[str, CountSheet]
    whole: CountSheet
    verdict: SheetVerdict
    all_equal: int
    inconsistent: int
    second: CountSheet | None = None


def count_sheets(frozen: FrozenRound, count: Count, turnout: Sequence[Disposition], present: Present) -> Sheets:
    """Return the count sheets of a counted round.

    Args:
        frozen: what the round's opening froze.
        count: its count.
        turnout: its response account after closing.
        present: how many came, by group and class; none where nobody entered it.
    """
    codes = dict.fromkeys(one.ballot_class for one in turnout)
    classes = {code: _sheet([one for one in turnout if one.ballot_class == code], count, present) for code in codes}
    # Nobody can tell which sheet an unreadable envelope is; those that are missing on a sheet are.
    whole = _with_unreadable(_sheet(turnout, count, present), len(count.unreadable))
    second = None
    if frozen.questionnaire.sheets:
        left = len(count.unreadable) - whole.unreadable
        second = _with_unreadable(_sheet(turnout, count, present, 2), left)
    asked = (
        item_votes(
            f"{pile.item}:{pile.subject} ({pile.group} {pile.ballot_class})",
            frozen.questionnaire.item(pile.item).options,
            pile.counts,
            count.valid(pile.group, pile.ballot_class, frozen.questionnaire.item(pile.item).sheet),
        )
        for pile in count.piles
        if _one_option(frozen, pile.item)
    )
    verdict = check_sheet(whole, frozen.definition.rules.quorum, tuple(asked))
    if second is not None:
        verdict = replace(verdict, faults=(*verdict.faults, *check_sheet(second).faults))
    return Sheets(
        classes,
        whole,
        verdict,
        sum(one.all_equal for one in count.sheets),
        sum(one.inconsistent for one in count.sheets),
        second,
    )


def _with_unreadable(sheet: CountSheet, most: int) -> CountSheet:
    missing = max(0, sheet.returned - sheet.valid - sheet.all_void)
    return replace(sheet, unreadable=min(missing, most))


def _one_option(frozen: FrozenRound, item_id: str) -> bool:
    item = frozen.questionnaire.item(item_id)
    return bool(item.options) and not item.multiple_values


def _sheet(parts: Sequence[Disposition], count: Count, present: Present, sheet: int = 1) -> CountSheet:
    names = {(part.group, part.ballot_class) for part in parts}
    came = [present.get(name) for name in sorted(names)]
    own = [one for one in count.sheets if (one.group, one.ballot_class) in names and one.sheet == sheet]
    return CountSheet(
        expected=sum(part.planned for part in parts),
        present=None if None in came else sum(n for n in came if n is not None),
        issued=sum(part.issued for part in parts),
        returned=sum(part.spent for part in parts),
        valid=sum(one.valid for one in own),
        void=_together(one.void for one in own),
    )


def _together(parts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    together: dict[str, int] = {}
    for part in parts:
        for reason, n in part.items():
            together[reason] = together.get(reason, 0) + n
    return together
