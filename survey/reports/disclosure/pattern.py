"""One pattern for a whole count: what of it may be shown, on whatever page, in whatever file, however late. Pure.

The pattern is a function of the count and of what its round froze. Every report only leaves something out of it, so
that two reports held side by side show no more than the pattern: a whole minus one part of it, the classes and
their sum, today's file and next week's page.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any

from survey.reports.disclosure.audit import Exposure, Reason, Watch, audit
from survey.reports.disclosure.printed import Rounded
from survey.reports.disclosure.rows import (
    CHOICES,
    Factors,
    Protection,
    is_small,
    is_unanimous,
    known_least,
    protect,
    reasons,
    watches,
)
from survey.rounds.rules import Disclosure

# How many exposed figures are covered between two audits.
AT_ONCE = 4

Key = Hashable
_Cell = tuple[Key, str]
_Terms = dict[_Cell, Fraction | int]


@dataclass(frozen=True)
class Line:
    """One row of counts: the votes by option that a subject got on an item, from all or from one class.

    Attributes:
        cells: votes by option, of the options that say something; "don't know" stays outside and visible.
        figures: what is printed beside the row, the most wanted first; see ``protect``.
        best: the options that unanimity may show; none where no option is better than another.
        parts: the keys of the lines that it is the sum of, option by option.
        group: lines of one group are hidden together, as those of one class about one subject.
    """

    key: Key
    cells: Mapping[str, int]
    figures: tuple[Factors, ...] = ()
    best: frozenset[str] = frozenset()
    parts: tuple[Key, ...] = ()
    group: Key = None

    @property
    def total(self) -> int:
        """All votes of the row."""
        return sum(self.cells.values())


@dataclass(frozen=True)
class Joint:
    """A figure made of several lines: a class mean, a weighted total, the index of a unit.

    Attributes:
        terms: the factor of every cell in it, by (key of a line without parts, option).
        group: it is hidden with this group.
        step: what one more in its last printed decimal is worth, in the unit of the terms; none when it is exact.
    """

    key: Key
    terms: Mapping[tuple[Key, str], Fraction | int]
    group: Key = None
    step: Fraction | None = None


@dataclass(frozen=True)
class Pattern:
    """What of a count may be shown. Totals of lines, not the votes in them, are no part of it.

    Attributes:
        lines: for every line the hidden options and how many of its figures, from the first, are shown.
        whole: the lines that are hidden whole, with every figure beside them.
        joints: the keys of the joint figures that are shown.
        exposed: what is given back in spite of all; empty unless totals alone say too much.
    """

    lines: Mapping[Key, Protection]
    whole: frozenset[Key]
    joints: frozenset[Key]
    exposed: Mapping[Key, Exposure]

    def shows(self, line: Key, option: str) -> bool:
        """Tell whether a count may be shown; options outside the line's cells always may."""
        return option not in self.lines[line].hidden

    def shows_joint(self, joint: Key) -> bool:
        """Tell whether a joint figure may be shown."""
        return joint in self.joints


def protect_count(
    lines: Iterable[Line],
    joints: Sequence[Joint] = (),
    *,
    disclosure: Disclosure,
    ballots: Mapping[Key, int] | None = None,
) -> Pattern:
    """Decide for every cell and figure of a count whether it may be shown.

    1. A line of too few votes, or of votes all alike (unanimity), is hidden whole; so is every line of a group
       with fewer ballots than ``min_class``.
    2. Every other line hides its small cells and what gives them back beside it.
    3. Lines that share sums or figures are audited together. What is given back is covered: a cell by the smallest
       of the same option in a line of the same sum, then in its own line; a whole line by its smallest sister with
       her mean, then by one sum after the other; when no cover is left, joint figures are given up from the last.

    Args:
        lines: lines of parts and sums, each once.
        joints: the most wanted first.
        disclosure: the round's rules.
        ballots: how many valid ballots each group of lines has.
    """
    # What is covered first must not depend on the order in which somebody gives the lines.
    by_key = {line.key: line for line in sorted(lines, key=lambda line: str(line.key))}
    made = [joint for joint in joints if joint.terms]
    found_lines: dict[Key, Protection] = {}
    whole: set[Key] = set()
    shown = {joint.key for joint in joints if not joint.terms}
    exposed: dict[Key, Exposure] = {}
    for family in _families(by_key, made):
        work = _Family(family.lines, family.joints, disclosure, ballots or {})
        work.settle()
        found_lines |= work.lines
        whole |= work.whole
        shown |= {joint.key for joint in work.shown}
        exposed |= work.exposed
    return Pattern(found_lines, frozenset(whole), frozenset(shown), exposed)


@dataclass
class _Members:
    lines: dict[Key, Line] = field(default_factory=dict)
    joints: list[Joint] = field(default_factory=list)


def _families(lines: Mapping[Key, Line], joints: Sequence[Joint]) -> Iterator[_Members]:
    """Give the lines that share a sum, a group or a joint figure, with these figures."""
    head = {key: key for key in lines}

    def top(key: Key) -> Key:
        while head[key] != key:
            head[key] = head[head[key]]
            key = head[key]
        return key

    groups: dict[Key, Key] = {}
    for line in lines.values():
        tied = list(line.parts)
        if line.group is not None:
            tied.append(groups.setdefault(line.group, line.key))
        for other in tied:
            head[top(other)] = top(line.key)
    for joint in joints:
        touched = [line for line, _ in joint.terms]
        for other in touched[1:]:
            head[top(other)] = top(touched[0])
    members: defaultdict[Key, _Members] = defaultdict(_Members)
    for key, line in lines.items():
        members[top(key)].lines[key] = line
    for joint in joints:
        members[top(next(iter(joint.terms))[0])].joints.append(joint)
    yield from members.values()


@dataclass(frozen=True)
class _OfLine:
    """Names a watched cell."""

    line: Key
    option: str


@dataclass(frozen=True)
class _OfJoint:
    """Names a watched joint figure."""

    key: Key


class _Family:
    """Lines that may tell on one another, while it is decided what of them is shown."""

    def __init__(
        self, lines: Mapping[Key, Line], joints: Sequence[Joint], disclosure: Disclosure, ballots: Mapping[Key, int]
    ) -> None:
        self._of = lines
        self._disclosure = disclosure
        self._ballots = ballots
        self._also: defaultdict[Key, set[str]] = defaultdict(set)
        self._covered: set[Key] = set()
        self.whole: set[Key] = set()
        self.shown = list(joints)
        self._joints = joints
        self.lines: dict[Key, Protection] = {}
        self.exposed: dict[Key, Exposure] = {}
        for line in lines.values():
            if is_small(ballots.get(line.group, 0), disclosure.min_class):
                self._hide_group(line.group)
            elif self._is_hidden_whole(line):
                self.whole.add(line.key)
        self._own = frozenset(self.whole)

    def _is_hidden_whole(self, line: Line) -> bool:
        return is_small(line.total, self._disclosure.min_cell) or is_unanimous(
            line.cells, self._disclosure.unanimity, line.best
        )

    def _hide_group(self, group: Key) -> None:
        self.whole |= set(self._groups[group])
        self.shown = [joint for joint in self.shown if joint.group != group]

    @cached_property
    def _groups(self) -> dict[Key, list[Key]]:
        groups: defaultdict[Key, list[Key]] = defaultdict(list)
        for line in self._of.values():
            if line.group is not None:
                groups[line.group].append(line.key)
        return groups

    @cached_property
    def _sums(self) -> dict[Key, list[Line]]:
        """The sums that each line is a part of."""
        sums: defaultdict[Key, list[Line]] = defaultdict(list)
        for line in self._of.values():
            for part in line.parts:
                sums[part].append(line)
        return sums

    def settle(self) -> None:
        """Hide until nothing hidden is given back, or nothing is left to hide."""
        self._protect_lines()
        if len(self._of) == 1 and not self._joints:
            return
        while True:
            self.exposed = self._audit()
            if not self.exposed or not self._cover():
                return
            self._protect_lines()

    def _protect_lines(self) -> None:
        for key, line in self._of.items():
            if key in self.whole:
                self.lines[key] = Protection(frozenset(line.cells), 0)
            else:
                self.lines[key] = protect(line.cells, self._disclosure.min_cell, line.figures, self._also[key])

    # --- the audit ------------------------------------------------------------------------------------------------

    def _audit(self) -> dict[Key, Exposure]:
        if not any(found.hidden for found in self.lines.values()):
            return {}
        table = {
            (key, option): n for key, line in self._of.items() if not line.parts for option, n in line.cells.items()
        }
        least: dict[_Cell, int] = {}
        watched: list[Watch] = []
        known_reasons: list[Reason] = []
        for key, line in self._of.items():
            hidden = self.lines[key].hidden
            watched += [self._watch(line, watch) for watch in watches(line.cells, hidden, self._disclosure.min_cell)]
            if key in self.whole:
                continue
            if not line.parts:
                known = known_least(line.cells, hidden)
                least |= {(key, option): n for option, n in known.items()}
            known_reasons += [
                Reason(tuple(self._terms(line, one) for one in reason.sums), reason.below)
                for reason in reasons(line.cells, hidden - self._also[key], self._disclosure.min_cell)
            ]
        shown = {joint.key for joint in self.shown}
        watched += [
            self._watch_joint(joint) for joint in self._joints if joint.key not in shown and joint.group is not None
        ]
        return audit(
            table,
            self._published(sums=False),
            watched,
            joining=[
                *self._published(sums=True),
                *(joint.terms if joint.step is None else Rounded(joint.terms, joint.step) for joint in self.shown),
            ],
            least=least,
            reasons=known_reasons,
            enough=AT_ONCE,
        )

    def _watch(self, line: Line, watch: Watch) -> Watch:
        # Of lines that are hidden whole only for others, each cell must be as open as in a row of its own.
        choices = min(CHOICES, line.total + 1) if line.key in self._own else watch.choices
        return Watch(_OfLine(line.key, str(watch.key)), self._terms(line, watch.terms), choices)

    def _watch_joint(self, joint: Joint) -> Watch:
        # A mean hidden only for another class may be narrow; the other is watched itself.
        small = is_small(self._ballots.get(joint.group, 0), self._disclosure.min_class)
        rounded = joint.step is not None
        return Watch(_OfJoint(joint.key), joint.terms, CHOICES if small and rounded else 1, nearly=rounded)

    def _published(self, *, sums: bool) -> Iterator[_Terms]:
        for line in self._of.values():
            if bool(line.parts) == sums:
                found = self.lines[line.key]
                yield self._terms(line, dict.fromkeys(line.cells, 1))
                for option in line.cells:
                    if option not in found.hidden:
                        yield self._terms(line, {option: 1})
                for figure in line.figures[: found.figures]:
                    yield self._terms(line, figure)

    def _terms(self, line: Line, factors: Mapping[Any, Fraction | int]) -> _Terms:
        """Write a sum over a line's options as one over the atoms, the cells of lines without parts."""
        keys = line.parts or (line.key,)
        return {
            (key, option): factor for option, factor in factors.items() for key in keys if option in self._of[key].cells
        }

    # --- covers ---------------------------------------------------------------------------------------------------

    def _cover(self) -> bool:
        """Hide more for what the audit found; return whether there was anything left to hide."""
        cells = [key for key in self.exposed if isinstance(key, _OfLine)]
        part = [cell for cell in cells if cell.line not in self.whole]
        for cell in part:
            self._cover_cell(self._of[cell.line], cell.option)
        if part:
            return True
        touched = {cell.line for cell in cells}
        for joint in self._joints:
            if _OfJoint(joint.key) in self.exposed:
                touched |= {key for key, _ in joint.terms if self._of[key].group == joint.group}
        return self._cover_whole(touched)

    def _cover_cell(self, line: Line, option: str) -> None:
        """Hide the smallest visible count of the same option in another line of the sum, else one of its own line."""
        relatives = [*line.parts, *(part for total in self._sums.get(line.key, ()) for part in total.parts)]
        column = [
            (self._of[key].cells[option], str(key), key)
            for key in dict.fromkeys(relatives)
            if self._of[key].cells.get(option) and self._is_visible(key, option)
        ]
        row = [(n, other) for other, n in line.cells.items() if n and self._is_visible(line.key, other)]
        if column:
            self._also[min(column)[2]].add(option)
        elif row and line.key not in self._covered:
            self._covered.add(line.key)
            self._also[line.key].add(min(row)[1])
        else:
            self.whole.add(line.key)

    def _is_visible(self, key: Key, option: str) -> bool:
        return option not in self.lines[key].hidden and option not in self._also[key]

    def _cover_whole(self, touched: set[Key]) -> bool:
        """Hide more for the sake of lines that are hidden whole; return whether there was anything left to hide.

        First go the joint figures of their own groups, then the smallest sister with her mean, then one of the sums
        that both are in, then the last joint figure that is made of them.
        """
        groups = {self._of[key].group for key in touched} - {None}
        own = [joint for joint in self.shown if joint.group in groups]
        telling = [joint for joint in self.shown if any(key in touched for key, _ in joint.terms)]
        sums = [total for key in touched for total in self._sums.get(key, ())]
        sisters = {key for total in sums for key in total.parts} | {key for joint in telling for key, _ in joint.terms}
        sisters |= {key for line in touched for key in self._of[line].parts}
        # Of a sister whose votes are all hidden the mean may be shown; it is given up before what both are in.
        open_groups = {joint.group for joint in self.shown} - {None}
        visible = [self._size(key) for key in sisters if key not in self.whole or self._of[key].group in open_groups]
        if own:
            self.shown = [joint for joint in self.shown if joint not in own]
        elif visible:
            key = min(visible)[2]
            self.whole.add(key)
            if self._of[key].group is not None:
                self._hide_group(self._of[key].group)
        elif more := {total.key for total in sums} - self.whole:
            # One sum may do; the least wanted is the last.
            self.whole.add(max(more, key=str))
        elif telling:
            self.shown.remove(telling[-1])
        elif self.shown or self._of.keys() - self.whole:
            self.shown, self.whole = [], set(self._of)
        else:
            return False
        return True

    def _size(self, key: Key) -> tuple[int, str, Key]:
        line = self._of[key]
        return self._ballots.get(line.group, line.total), str(key), key
