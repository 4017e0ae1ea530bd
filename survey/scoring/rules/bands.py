"""Which grade a score gives (等次): the first band, from the best down, that it reaches."""

from collections.abc import Sequence
from decimal import Decimal

from survey.scoring.scheme_grading import Band


def band_of(bands: Sequence[Band], score: Decimal) -> int:
    """Return the place of the band in the list; the last band takes every score that reached none."""
    last = len(bands) - 1
    return next((i for i, band in enumerate(bands[:last]) if band.at_least is None or score >= band.at_least), last)
