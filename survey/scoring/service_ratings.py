"""The indicators of service ratings (好差评) from what stands in the database, by the rules of ``good_rating``."""

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from sqlalchemy.orm import Session

from survey.core.numbers import fraction, half_up
from survey.ratings.plan import RatingPlan
from survey.ratings.queries import Figures, Grouping, Period, get_figures
from survey.scoring.rules.good_rating import Followed, GoodRating, Levels, good_rating
from survey.scoring.rules.index import Mean
from survey.scoring.rules.insufficient import Insufficient
from survey.scoring.rules.shares import Share

PERCENT_PLACES = 2
INDEX_PLACES = 4
SHARES = ("rated", "unrated", "good", "bad", "visited", "corrected", "satisfied")


@dataclass(frozen=True)
class Indicators:
    """One line: a group of cases, its figures and its indicators."""

    name: str
    figures: Figures
    indicators: GoodRating

    def row(self) -> dict[str, object]:
        """Return the line as plain values: figures, shares in percent, the index; None where there is none."""
        figures, made = self.figures, self.indicators
        return {
            "name": self.name,
            "cases": figures.closed,
            "ratings": sum(figures.levels.values()),
            **{share: percent(getattr(made, share)) for share in SHARES},
            "valid_bad": made.valid_bad,
            "excluded": figures.excluded,
            "open": figures.open,
            "overdue": figures.overdue,
            "index": str(half_up(made.index.value, INDEX_PLACES)) if isinstance(made.index, Mean) else None,
        }


def percent(share: Share | Insufficient) -> str | None:
    """Return a share in percent with two places, none when there is nothing to divide by."""
    return None if isinstance(share, Insufficient) else str(half_up(share.value * 100, PERCENT_PLACES))


def indicators(
    session: Session,
    plan: RatingPlan,
    by: Grouping,
    period: Period,
    now: datetime,
    offices: frozenset[str] | None = None,
) -> list[Indicators]:
    """Return the indicators of each group of cases, in the order of the groups' names."""
    points = {level.code: _points(level.points) for level in plan.levels}
    levels = Levels(points, tuple(level.code for level in plan.levels if not level.bad))
    return [
        Indicators(name, figures, good_rating(figures.closed, figures.levels, levels, _followed(figures)))
        for name, figures in get_figures(session, plan, by, period, now, offices).items()
    ]


def _points(points: object) -> Fraction:
    return fraction(str(points))


def _followed(figures: Figures) -> Followed:
    return Followed(
        named=figures.named,
        visited=figures.visited,
        excluded=figures.excluded,
        corrected=figures.corrected,
        satisfied=figures.satisfied,
    )
