"""Charts as SVG: text stays text, the same figures give the same bytes, and they print in black and white."""

import io
import threading
import warnings
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from decimal import Decimal

import matplotlib as mpl
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from survey.core.errors import N_
from survey.core.numbers import half_up
from survey.reports.disclosure import Shown, protect_components
from survey.reports.names import Names
from survey.reports.units import INDEX_PLACES
from survey.scoring.policy import possible
from survey.scoring.results import Components

# Drawn with the font that comes with matplotlib, so that no machine's fonts move anything; then the reader's fonts.
DRAWN_FONT = "DejaVu Sans"
READERS_FONTS = "'Noto Sans SC', 'Noto Sans CJK SC', 'Microsoft YaHei', 'PingFang SC', sans-serif"
NO_METADATA = {"Date": None, "Creator": None, "Format": None, "Type": None}

# Inches; the margins hold the longest name, the title and the axis whatever the number of bars.
WIDTH, BAR, TOP, BOTTOM = 7.5, 0.28, 0.45, 0.55
LEFT_SHARE, RIGHT_SHARE = 0.28, 0.91
LONGEST_NAME = 16

TITLE = N_("Index of %(group)s, with 95 %% intervals")
AXIS = N_("Index")
ALT = N_(
    "Bar chart: index of the %(n)d units of %(group)s. First %(first)s with %(best)s, "
    "last %(last)s with %(least)s. The figures stand in the table of units."
)
EVERYBODY = N_("all units")


# matplotlib keeps its settings, and Python its warnings, for the whole process; two drawings would mix theirs.
_one_at_a_time = threading.Lock()


@dataclass(frozen=True)
class Chart:
    """A drawing and what it shows in words."""

    svg: str
    alt: str


@dataclass(frozen=True)
class _Bar:
    name: str
    index: Decimal
    low: Decimal
    high: Decimal


def ranking_chart(
    components: Components, group: str, translate: Callable[[str], str], shown: Shown | None = None
) -> Chart | None:
    """Draw the ranked units of one ranking group, the first on top; none when no unit of it is ranked.

    Args:
        components: the scored round.
        group: the ranking group.
        translate: from an English sentence of the program to the reader's language.
        shown: what of it may be shown, when the caller has decided it already.
    """
    names = Names(components.frozen, translate, "")
    bars = _bars(components, names, group, shown or protect_components(components))
    if not bars:
        return None
    shown_group = group or translate(EVERYBODY)
    with _one_at_a_time, _style():
        svg = _svg(_draw(components, bars, translate(TITLE) % {"group": shown_group}, translate(AXIS)))
    alt = translate(ALT) % {
        "n": len(bars),
        "group": shown_group,
        "first": bars[0].name,
        "best": half_up(bars[0].index, INDEX_PLACES),
        "last": bars[-1].name,
        "least": half_up(bars[-1].index, INDEX_PLACES),
    }
    return Chart(svg, alt)


def _style() -> AbstractContextManager[None]:
    return mpl.rc_context(
        {
            "svg.fonttype": "none",
            # Without a salt the ids inside an SVG are drawn anew each time.
            "svg.hashsalt": "minsheng",
            "font.family": DRAWN_FONT,
            "font.size": 9.0,
            # A name with dollar signs is a name, not a formula.
            "text.parse_math": False,
        }
    )


def _bars(components: Components, names: Names, group: str, shown: Shown) -> list[_Bar]:
    ranked = sorted(
        (
            unit
            for unit in components.units
            if unit.rank is not None and unit.code not in shown.hidden and names.group(unit.code) == group
        ),
        key=lambda unit: unit.rank or 0,
    )
    bars = []
    for unit in ranked:
        assert unit.stored is not None
        low, high = unit.stored, unit.stored
        if unit.interval is not None and unit.code not in shown.without_spread:
            low, high = unit.interval.low, unit.interval.high
        bars.append(_Bar(names.subject(unit.code), unit.stored, low, high))
    return bars


def _draw(components: Components, bars: list[_Bar], title: str, axis: str) -> Figure:
    height = TOP + BOTTOM + BAR * len(bars)
    lowest, highest = (float(end) for end in possible(components.frozen.questionnaire))
    figure = Figure(figsize=(WIDTH, height))
    FigureCanvasSVG(figure)
    plot = figure.add_axes((LEFT_SHARE, BOTTOM / height, RIGHT_SHARE - LEFT_SHARE, 1 - (TOP + BOTTOM) / height))
    places = range(len(bars))
    values = [float(bar.index) for bar in bars]
    whiskers = (
        [float(bar.index - bar.low) for bar in bars],
        [float(bar.high - bar.index) for bar in bars],
    )
    plot.barh(
        places,
        [value - lowest for value in values],
        left=lowest,
        height=0.62,
        color="#d0d0d0",
        edgecolor="black",
        linewidth=0.6,
    )
    plot.errorbar(values, places, xerr=whiskers, fmt="none", ecolor="black", elinewidth=1.0, capsize=2.5)
    for place, bar in zip(places, bars, strict=True):
        plot.annotate(
            f"{half_up(bar.index, INDEX_PLACES)}",
            (1.01, place),
            xycoords=("axes fraction", "data"),
            va="center_baseline",
        )
    plot.set_yticks(places, [_shortened(bar.name) for bar in bars])
    plot.set_ylim(len(bars) - 0.5, -0.5)
    plot.set_xlim(lowest, highest)
    plot.set_xlabel(axis)
    plot.set_title(title, loc="left", fontsize=10.5)
    plot.tick_params(axis="y", length=0)
    plot.spines[["top", "right"]].set_visible(False)
    return figure


def _shortened(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"


def _svg(figure: Figure) -> str:
    drawn = io.StringIO()
    with warnings.catch_warnings():
        # A character that the drawing's font lacks is in the reader's.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        figure.savefig(drawn, format="svg", metadata=NO_METADATA)
    return drawn.getvalue().replace(f"'{DRAWN_FONT}'", READERS_FONTS)
