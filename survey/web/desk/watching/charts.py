"""The drawings of the watch page as points of an SVG; colours and strokes are the stylesheet's."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeVar

from survey.core.errors import N_, same
from survey.core.sentences import write_moment
from survey.turnout.watching.rules.pace import WHOLE, Period

# One unit is about a pixel on the screen the page is made for.
WIDTH, HEIGHT = 640, 300
LEFT, RIGHT, TOP, BOTTOM = 44, 14, 12, 30
GRID_STEP = 20
DATES = 4
DAY = 86_400
MOST_POINTS = 400
# What stands below the axis of time, where there is no room for the year.
DAY_AND_MONTH, DAY_AND_TIME = N_("d MMM"), N_("d MMM HH:mm")
BAR_WIDTH = 120

# (share of the time, rate in percent)
Place = tuple[Fraction, Fraction]
T = TypeVar("T")


@dataclass(frozen=True)
class Tick:
    """A line of the grid and its label."""

    at: str
    label: str


@dataclass(frozen=True)
class PaceChart:
    """The pace curve.

    Attributes:
        lines: by kind (``actual``, ``plan``, ``compared``), the points of a polyline.
        end: where the actual curve ends; none without one.
        target: the height of the target's line; none without one.
    """

    lines: Mapping[str, str]
    rates: tuple[Tick, ...]
    times: tuple[Tick, ...]
    end: tuple[str, str] | None
    target: str | None
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    top: int = TOP
    bottom: int = HEIGHT - BOTTOM


def pace_chart(
    lines: Mapping[str, Sequence[Place]], period: Period, target: int | None, translate: Callable[[str], str] = same
) -> PaceChart:
    """Lay curves out between a round's opening and closing, and 0 and 100 percent."""
    drawn = {kind: " ".join(",".join(_xy(place)) for place in thinned(places)) for kind, places in lines.items()}
    actual = lines.get("actual")
    return PaceChart(
        {kind: points for kind, points in drawn.items() if points},
        tuple(Tick(_y(Fraction(rate)), str(rate)) for rate in range(0, WHOLE + 1, GRID_STEP)),
        tuple(_dates(period, translate)),
        _xy(actual[-1]) if actual else None,
        None if target is None else _y(Fraction(target)),
    )


def thinned(places: Sequence[T], most: int = MOST_POINTS) -> list[T]:
    """Leave out points that nobody could see, never the last one."""
    every = -(-len(places) // most) or 1
    return [place for i, place in enumerate(places) if (len(places) - 1 - i) % every == 0]


def bar_lengths(values: Iterable[int]) -> list[str]:
    """Return the lengths of bars, the longest the full width."""
    values = list(values)
    longest = max(values, default=0)
    return [_written(Fraction(BAR_WIDTH * value, longest)) if longest else "0" for value in values]


def _dates(period: Period, translate: Callable[[str], str]) -> Iterable[Tick]:
    whole = period.closes_at - period.opens_at
    pattern = DAY_AND_MONTH if whole.total_seconds() > DATES * DAY else DAY_AND_TIME
    for step in range(DATES + 1):
        moment = period.opens_at + whole * step / DATES
        yield Tick(_x(Fraction(step, DATES)), write_moment(moment, translate, pattern))


def _xy(place: Place) -> tuple[str, str]:
    return _x(place[0]), _y(place[1])


def _x(share: Fraction) -> str:
    return _written(LEFT + share * (WIDTH - LEFT - RIGHT))


def _y(rate: Fraction) -> str:
    return _written(HEIGHT - BOTTOM - min(rate, Fraction(WHOLE)) / WHOLE * (HEIGHT - TOP - BOTTOM))


def _written(value: Fraction) -> str:
    return f"{float(value):.1f}".removesuffix(".0")
