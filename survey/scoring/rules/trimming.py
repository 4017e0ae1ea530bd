"""Trimming (去掉一个最高分、一个最低分): with many raters the highest and the lowest do not count."""

from fractions import Fraction

from survey.scoring.rules.index import NOTHING_SCORED, Mean
from survey.scoring.rules.insufficient import Insufficient

FEWEST = 2  # with one rater besides the two that are dropped


def trimmed_mean(n: int, total: Fraction, ends: Fraction | None, above: int | None) -> Mean | Insufficient:
    """Average scores of which only figures are known; of more than ``above``, one highest and one lowest are dropped.

    Args:
        n: how many scores there are.
        total: their sum.
        ends: the sum of the lowest and the highest; needed only where they are dropped.
        above: none never drops any.

    Raises:
        ValueError: when ``above`` is so small that nothing might be left, or the ends are needed and missing.
    """
    if above is not None and above < FEWEST:
        message = f"dropping two of {above + 1} leaves nothing"
        raise ValueError(message)
    if n == 0:
        return Insufficient(NOTHING_SCORED)
    if above is None or n <= above:
        return Mean(total, n)
    if ends is None:
        message = f"of {n} scores the highest and the lowest are dropped, but they are not known"
        raise ValueError(message)
    return Mean(total - ends, n - 2)
