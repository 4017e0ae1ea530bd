"""Small cells are hidden (小样本不予显示), and so is what would give them back: one pattern for a whole count."""

from survey.reports.disclosure.opinion import Shown, protect_components
from survey.reports.disclosure.pattern import Joint, Line, Pattern, protect_count
from survey.reports.disclosure.rows import HIDDEN, Protection, is_small, protect

__all__ = [
    "HIDDEN",
    "Joint",
    "Line",
    "Pattern",
    "Protection",
    "Shown",
    "is_small",
    "protect",
    "protect_components",
    "protect_count",
]
