"""All that the watch page of a round shows, put together once for the page and its files."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from sqlalchemy.orm import Session

from survey.core import clock
from survey.core.errors import N_
from survey.core.numbers import half_up
from survey.core.sentences import fill
from survey.reports.table import Table
from survey.reports.watching import (
    Moment,
    Wording,
    cells_table,
    curve_table,
    notes_table,
    shortfalls_table,
)
from survey.rounds.definition import RoundDefinition
from survey.rounds.models import Round, State
from survey.rounds.service import frozen_round
from survey.subjects.service import list_subjects
from survey.turnout.attempts import get_wrong_codes
from survey.turnout.history import get_history, now_point
from survey.turnout.rules import sum_up
from survey.turnout.watching.rules import USUAL
from survey.turnout.watching.rules.alerts import Alert, Watched, alerts
from survey.turnout.watching.rules.cells import PLACES, Aim, Axis, Cell, in_order, keys_below, make_cell
from survey.turnout.watching.rules.masking import Mask
from survey.turnout.watching.rules.pace import STRAIGHT, Curve, Period, Point, curve_of, largest, progress_at
from survey.turnout.watching.rules.sums import Key, Sums
from survey.web.desk.watching.charts import BAR_WIDTH, PaceChart, Place, bar_lengths, pace_chart, thinned
from survey.web.desk.watching.choice import WHOLE_ROUND, Choice
from survey.web.desk.watching.snapshot import Snapshot, snapshots
from survey.web.numerals import cell as read

ROWS_OF_CURVE = 24
OF_LATE = timedelta(hours=1)
"""How long wrong codes are worth an alert."""

FORMULAS = (
    N_("Issue rate = issued / planned."),
    N_("Response rate = submitted / issued; void codes are not issued."),
)
OF_TARGET = (
    N_("Shortfall = target x issued, rounded up to whole ballots, - submitted; never below 0."),
    N_(
        "On target: submitted reaches what the plan line asks for by now. Close to it: at least %(close)s %% of that. "
        "The plan line ends at the target of %(target)s %%."
    ),
)
OF_MASKS = N_(
    "— is not shown: fewer than %(least)s codes are issued, or the figure would give away a neighbour of which "
    "this holds."
)
OF_STEPS = N_(
    "This secret round is shown in steps of %(step)s, batch by batch, and no batch is shown complete before closing. "
    "Totals are the sums of what is shown."
)
OF_MINUTES = N_("Figures are read once a minute. The curve is of the whole round, at most one point in ten minutes.")


@dataclass(frozen=True)
class Section:
    """A table and what its lines are about; the last line, the total, has no cell."""

    axis: Axis
    table: Table
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Shortfalls:
    """The largest shortfalls with their bars."""

    table: Table
    cells: tuple[Cell, ...]
    bars: tuple[str, ...]


@dataclass(frozen=True)
class Screen:
    """What is shown.

    Attributes:
        at: when the figures were read.
        whole: the whole round.
        looked_at: what the tables are about.
        step: what ballots are rounded down to; 1 is exact.
        shortfalls: none without a target, and of parts of the round.
        chart: none when nothing of the whole round may be shown, of parts of it, and of a round never opened.
    """

    round: Round
    definition: RoundDefinition
    choice: Choice
    at: datetime
    whole: Cell
    looked_at: Cell
    step: int
    sections: tuple[Section, ...]
    shortfalls: Shortfalls | None
    chart: PaceChart | None
    curve: Table | None
    alerts: tuple[Alert, ...]
    notes: Table
    names: Callable[[Key, Axis], str]
    translate: Callable[[str], str]

    least = USUAL.least_issued
    bar_width = BAR_WIDTH

    @property
    def runs(self) -> bool:
        """Whether the figures still change."""
        return self.round.state in (State.READY, State.OPEN)

    @property
    def tables(self) -> tuple[Table, ...]:
        """All tables of the page, in the order of a file."""
        found = [section.table for section in self.sections]
        found += [self.shortfalls.table] if self.shortfalls else []
        found += [self.curve] if self.curve else []
        return (*found, self.notes)

    @property
    def part_name(self) -> str:
        """What is looked at, in full; empty for the whole round."""
        key = self.choice.key
        unit = self.names(key, Axis.UNIT) if key.unit else ""
        of_class = self.names(key, Axis.CLASS) if key.ballot_class else ""
        return " · ".join(name for name in (unit, of_class, key.batch) if name)

    @property
    def chart_words(self) -> str:
        """The curve in words, for those who do not see it."""
        sentence = N_("%(rate)s %% of the codes issued are used. The figures stand in the table below.")
        return self.translate(sentence) % {"rate": self.whole.rate}

    @property
    def curve_rows(self) -> list[list[str]]:
        """The cells of the table under the curve as people read them."""
        return [[str(read(cell)) for cell in row] for row in self.curve.rows] if self.curve else []

    def unit_name(self, key: Key) -> str:
        """Return the name of a unit."""
        return self.names(key, Axis.UNIT)

    def say(self, alert: Alert) -> str:
        """Return an alert in the reader's language."""
        return fill(alert.message, alert.figures, self.translate)


@dataclass(frozen=True)
class _Pace:
    """The curves and the plan line of a round at a moment.

    Attributes:
        points: those kept, and the present one as it is shown.
        in_steps: those kept, and the present one as it would be kept.
    """

    period: Period
    points: tuple[Point, ...]
    in_steps: tuple[Point, ...]
    plan: Curve
    compared: tuple[Place, ...]
    target: int | None
    at: datetime

    @property
    def progress(self) -> Fraction:
        return progress_at(self.plan, self.period.share(self.at))

    def asked(self, share: Fraction) -> Fraction | None:
        return None if self.target is None else self.target * progress_at(self.plan, share)


def make_screen(
    session: Session, row: Round, choice: Choice, compared: Round | None, language: str, translate: Callable[[str], str]
) -> Screen:
    """Put the page together; nothing is written.

    Raises:
        NotFound: when the round has nothing of the name that is looked at.
    """
    definition = RoundDefinition.model_validate(row.definition)
    snapshot = snapshots().get(session, row)
    sums, hidden = snapshot.sums, snapshot.hidden
    choice = choice.on(sums)
    pace = _pace(session, row, definition, snapshot, compared if choice.compare else None, follow=choice.follow)
    over = row.state in (State.CLOSED, State.COUNTED)
    aim = Aim(row.target, Fraction(1) if over else pace.progress)
    names = _Names(_subjects(session, row), definition, language)
    wording = Wording(translate, names, USUAL.least_issued)
    cells = _Cells(sums, hidden, aim)
    opened = row.opened_at is not None and WHOLE_ROUND not in hidden and choice.key == WHOLE_ROUND
    return Screen(
        round=row,
        definition=definition,
        choice=choice,
        at=snapshot.at,
        whole=cells.of(WHOLE_ROUND),
        looked_at=cells.of(choice.key),
        step=snapshot.reading.step,
        sections=tuple(_sections(cells, choice, wording)),
        shortfalls=_shortfalls(cells, wording) if opened else None,
        chart=_chart(pace, translate) if opened else None,
        curve=_curve(pace, translate) if opened else None,
        alerts=_alerts(session, snapshot, pace) if row.state == State.OPEN else (),
        notes=notes_table(_notes(snapshot, cells, translate), translate),
        names=names,
        translate=translate,
    )


class _Names:
    """What keys are called: by the axis of a table, or in full where the axis is left out."""

    def __init__(self, subjects: Mapping[str, str], definition: RoundDefinition, language: str) -> None:
        self._subjects = subjects
        self._rules = definition.rules
        self._language = language

    def __call__(self, key: Key, axis: Axis) -> str:
        if axis is Axis.BATCH:
            return key.batch or ""
        if axis is Axis.CLASS:
            code = key.ballot_class or ""
            named = self._rules.ballot_class(code)
            return f"{code} {named.words(self._language)}" if named else code
        unit = key.unit or ""
        return f"{self._subjects[unit]} {unit}" if unit in self._subjects else unit


class _Cells:
    """The sums as they may be shown."""

    def __init__(self, sums: Sums, hidden: Mapping[Key, Mask], aim: Aim) -> None:
        self.sums, self.hidden, self.aim = sums, hidden, aim

    def of(self, key: Key) -> Cell:
        if key not in self.sums:
            return Cell(key, 0)
        return make_cell(key, self.sums[key], self.hidden.get(key), self.aim, USUAL)


def _subjects(session: Session, row: Round) -> dict[str, str]:
    found = frozen_round(session, row.id).subjects if row.frozen_hash else list_subjects(session)
    return {subject.code: subject.name for subject in found}


def _pace(
    session: Session,
    row: Round,
    definition: RoundDefinition,
    snapshot: Snapshot,
    compared: Round | None,
    *,
    follow: bool,
) -> _Pace:
    period = Period(definition.opens_at, definition.closes_at)
    kept = get_history(session, row)
    at = min(snapshot.at, row.closed_at) if row.closed_at else snapshot.at
    groups = snapshot.reading.groups
    whole = sum_up(groups, "")
    plan = STRAIGHT
    places: tuple[Place, ...] = ()
    if compared is not None:
        other = RoundDefinition.model_validate(compared.definition)
        its_period = Period(other.opens_at, other.closes_at)
        its_points = _points_of(session, compared)
        places = tuple((its_period.share(point.at), point.rate) for point in its_points)
        plan = curve_of(its_points, its_period) if follow else STRAIGHT
    present = Point(at, whole.issued, whole.spent)
    return _Pace(period, (*kept, present), (*kept, now_point(groups, row, at)), plan, places, row.target, at)


def _points_of(session: Session, row: Round) -> tuple[Point, ...]:
    """Return the curve of a counted round with where it ended; nothing when so few codes were issued."""
    snapshot = snapshots().get(session, row)
    if WHOLE_ROUND in snapshot.hidden or row.closed_at is None:
        return ()
    whole = snapshot.sums[WHOLE_ROUND]
    before = (point for point in get_history(session, row) if point.at < row.closed_at)
    return (*before, Point(row.closed_at, whole.issued, whole.spent))


def _axes(sums: Sums, key: Key) -> tuple[Axis, ...]:
    if key.batch is not None or (key.unit is not None and key.ballot_class is not None):
        return (Axis.BATCH,)
    if key.ballot_class is not None:
        return (Axis.UNIT,)
    several = len(keys_below(sums, key, Axis.CLASS)) > 1
    first = Axis.UNIT if key.unit is None else Axis.BATCH
    return (first, Axis.CLASS) if several else (first,)


def _sections(cells: _Cells, choice: Choice, wording: Wording) -> Sequence[Section]:
    found = []
    for axis in _axes(cells.sums, choice.key):
        lines: tuple[Cell, ...] = tuple(cells.of(key) for key in keys_below(cells.sums, choice.key, axis))
        if choice.column:
            lines = in_order(lines, choice.column, falling=choice.falling)
        table = cells_table(axis, lines, cells.of(choice.key), wording, aimed=cells.aim.target is not None)
        found.append(Section(axis, table, lines))
    return found


def _shortfalls(cells: _Cells, wording: Wording) -> Shortfalls | None:
    target = cells.aim.target
    if target is None:
        return None
    units = keys_below(cells.sums, WHOLE_ROUND, Axis.UNIT)
    shown = {cells.sums[key]: key for key in units if key not in cells.hidden}
    behind = tuple(cells.of(shown[account]) for account in largest(shown, target, USUAL.largest))
    bars = bar_lengths(cell.missing or 0 for cell in behind)
    return Shortfalls(shortfalls_table(behind, wording), behind, tuple(bars))


def _chart(pace: _Pace, translate: Callable[[str], str]) -> PaceChart:
    actual = [(pace.period.share(point.at), point.rate) for point in pace.points]
    lines: dict[str, Sequence[Place]] = {"actual": actual, "compared": pace.compared}
    if pace.target is not None:
        lines["plan"] = [(share, pace.target * way) for share, way in pace.plan]
    return pace_chart(lines, pace.period, pace.target, translate)


def _curve(pace: _Pace, translate: Callable[[str], str]) -> Table:
    origin = (Fraction(0), Fraction(0))
    moments = []
    for point in thinned(pace.points, ROWS_OF_CURVE):
        share = pace.period.share(point.at)
        asked = pace.asked(share)
        compared = progress_at((origin, *pace.compared), share) if pace.compared else None
        moments.append(
            Moment(
                point,
                None if asked is None else half_up(asked, PLACES),
                None if compared is None else half_up(compared, PLACES),
            )
        )
    return curve_table(moments, translate)


def _alerts(session: Session, snapshot: Snapshot, pace: _Pace) -> tuple[Alert, ...]:
    asked = pace.asked(pace.period.share(pace.at))
    tried = get_wrong_codes(session, clock.now() - OF_LATE)
    watched = Watched(snapshot.reading, snapshot.sums, snapshot.hidden, pace.in_steps, pace.period, asked, tried)
    return alerts(watched, clock.now(), USUAL)


def _notes(snapshot: Snapshot, cells: _Cells, translate: Callable[[str], str]) -> list[str]:
    sentences = [translate(formula) for formula in FORMULAS]
    if cells.aim.target is not None:
        figures = {"target": cells.aim.target, "close": int(USUAL.close * 100)}
        sentences += [translate(sentence) % figures for sentence in OF_TARGET]
    if cells.hidden:
        sentences.append(translate(OF_MASKS) % {"least": USUAL.least_issued})
    if snapshot.reading.step > 1:
        sentences.append(translate(OF_STEPS) % {"step": snapshot.reading.step})
    sentences.append(translate(OF_MINUTES))
    sentences.append(fill(N_("Figures as of %(at)s."), {"at": snapshot.at}, translate))
    return sentences
