"""Which options of an item enter which denominator (计分口径).

Sources disagree on every one of these choices, so they are data of the questionnaire, never of this code.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Denominators:
    """How the options of one item count.

    Attributes:
        points: points of every scored option; their ballots are the denominator of the index.
        counted: options whose ballots are the base of rates.
        satisfied: options summed into the satisfaction rate (满意率).
    """

    points: Mapping[str, Fraction]
    counted: tuple[str, ...]
    satisfied: tuple[str, ...]
