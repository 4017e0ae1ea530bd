"""Voters who write what only the test knows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from tests.secrecy.evidence import GRADES, Holder

SHORTEST = 30
WEIGHTS = (40, 25, 20, 10, 5)


@dataclass(frozen=True)
class Voter:
    """Somebody with a slip, what she ticks, and what she writes."""

    holder: Holder
    grade: str
    remark: str


def draw_voters(codes: Sequence[tuple[str, bytes, str]], draw: Random) -> list[Voter]:
    """Let everybody think of a grade and of a remark, and return them in the order in which they come.

    No two remarks of a group are equally long: an envelope without padding would tell each from all others.

    Args:
        codes: code, digest and group.
        draw: the seed.
    """
    coming = draw.sample(codes, len(codes))
    lengths = {group: draw.sample(range(SHORTEST, SHORTEST + n), n) for group, n in _sizes(codes).items()}
    return [
        Voter(
            Holder(code, of_code, group, arrival),
            draw.choices(GRADES, WEIGHTS)[0],
            _remark(lengths[group].pop(), draw),
        )
        for arrival, (code, of_code, group) in enumerate(coming)
    ]


def _sizes(codes: Sequence[tuple[str, bytes, str]]) -> Mapping[str, int]:
    groups = [group for _, _, group in codes]
    return {group: groups.count(group) for group in dict.fromkeys(groups)}


def _remark(length: int, draw: Random) -> str:
    marker = f"记号{draw.randbytes(6).hex()}"
    return marker + "".join(chr(draw.randrange(0x4E00, 0x9FA5)) for _ in range(length - len(marker)))
