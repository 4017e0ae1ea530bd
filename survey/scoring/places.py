"""Which places chance alone could give each unit of a round (名次区间), ranking group by ranking group."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from decimal import Decimal
from fractions import Fraction

from survey.scoring.results import Components
from survey.scoring.rules.insufficient import Insufficient
from survey.scoring.rules.intervals import Z95
from survey.scoring.rules.rank_bands import Band, Standing, bands

# Of whom it is not known how far chance moves them, nobody is told apart.
ENDLESS = Decimal(1_000_000_000)


def place_bands(components: Components, without: Collection[str] = ()) -> dict[str, Band]:
    """Return the band of every ranked unit with a known error.

    Args:
        components: a scored round.
        without: codes whose error must not be used, or the bands of others would tell something of it.
    """
    group_of = {subject.code: subject.group for subject in components.frozen.subjects}
    groups: defaultdict[str, dict[str, tuple[Fraction, Decimal | None]]] = defaultdict(dict)
    for unit in components.units:
        if not isinstance(unit.index, Insufficient):
            error = None if unit.code in without else unit.error
            groups[group_of[unit.code]][unit.code] = (unit.index, error)
    return {code: band for members in groups.values() for code, band in bands_of(members).items()}


def bands_of(members: Mapping[str, tuple[Fraction, Decimal | None]]) -> dict[str, Band]:
    """Return the bands of one ranking group; a member without a known error has none, and widens those of others."""
    standings = {code: Standing(value, ENDLESS if error is None else error) for code, (value, error) in members.items()}
    return {code: band for code, band in bands(standings, Z95).items() if members[code][1] is not None}
