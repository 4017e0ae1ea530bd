"""What did somebody tick? Guessed from all that is open, and from the grades that everybody else would tell.

The attacker of these strategies is stronger than any real one: of every voter he asks about, he knows what all the
others ticked. Whatever in the urn or on the way hangs together with the answer shows as neighbours who ticked alike.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from tests.secrecy.evidence import GRADES, Evidence, Holder, Mark, Trace
from tests.secrecy.strategies.links import LINKS

Grades = Mapping[bytes, str]


@dataclass(frozen=True)
class Guess:
    """A way to say what each code's holder ticked, none for those it says nothing of."""

    name: str
    uses: str
    find: Callable[[Evidence, Grades], Grades]


@cache
def linked(evidence: Evidence) -> Mapping[Holder, Trace]:
    """Return everybody's ballot as one transaction gives it away; else as the orders suggest."""
    for link in LINKS:
        pairs = {h: b for group in evidence.groups for h, b in link.find(evidence, group)}
        if len(pairs) == len(evidence.holders):
            return pairs
    return {}


def in_clear(evidence: Evidence, _grades: Grades) -> Grades:
    """Read the grade off the ballot."""
    found = {}
    for holder, ballot in linked(evidence).items():
        for grade in GRADES:
            if re.search(rb'(?<![0-9A-Za-z+/])"?' + grade.encode() + rb'"?(?![0-9A-Za-z+/])', ballot.content):
                found[holder.digest] = grade
    return found


def neighbour(key: Callable[[Holder, Trace], Mark]) -> Callable[[Evidence, Grades], Grades]:
    """Guess what the one next in some order ticked."""

    def find(evidence: Evidence, grades: Grades) -> Grades:
        found = {}
        ballots = linked(evidence)
        for group in evidence.groups:
            members = [holder for holder in evidence.holders_of[group] if holder in ballots]
            line = sorted(members, key=lambda holder: (key(holder, ballots[holder]), holder.digest))
            for before, holder in zip([*line[1:2], *line], line, strict=False):
                found[holder.digest] = grades[before.digest]
        return found

    return find


def timed(evidence: Evidence, grades: Grades) -> Grades:
    """Guess what the one whose casting took as long ticked."""
    line = sorted(evidence.seconds, key=lambda digest: evidence.seconds[digest])
    return {later: grades[earlier] for earlier, later in pairwise(line)}


def alike(key: Callable[[Holder, Trace], Mark]) -> Callable[[Evidence, Grades], Grades]:
    """Guess what most of the others with the same value ticked."""

    def find(evidence: Evidence, grades: Grades) -> Grades:
        ballots = linked(evidence)
        values = {holder.digest: key(holder, ballot) for holder, ballot in ballots.items()}
        if len(set(values.values())) < 2:
            return {}
        counts: dict[Mark, Counter[str]] = {}
        for digest, value in values.items():
            counts.setdefault(value, Counter())[grades[digest]] += 1
        found = {}
        for digest, value in values.items():
            others = counts[value] - Counter([grades[digest]])
            if others:
                found[digest] = others.most_common(1)[0][0]
        return found

    return find


def rising(evidence: Evidence, _grades: Grades) -> Grades:
    """Guess the grade whose figure rose on a page polled right after somebody cast."""
    found = {}
    arrived = sorted(evidence.holders, key=lambda holder: holder.arrival)
    for path in {poll.path for poll in evidence.polls}:
        polls = sorted((poll for poll in evidence.polls if poll.path == path), key=lambda poll: poll.cast)
        for earlier, later in pairwise(polls):
            before, after = _figures(earlier.text), _figures(later.text)
            rose = {grade: after[grade] - before.get(grade, 0) for grade in after}
            if rose and max(rose.values()) > 0:
                most = max(rose, key=lambda grade: rose[grade])
                found |= {holder.digest: most for holder in arrived[earlier.cast : later.cast]}
    return found


def _figures(text: str) -> Mapping[str, int]:
    found = {}
    for grade in GRADES:
        match = re.search(rf"\b{grade}\b\D{{0,40}}(\d+)", text)
        if match:
            found[grade] = int(match[1])
    return found


GUESSES = (
    Guess("grade in clear", "the grade stands in the linked ballot", in_clear),
    Guess("grade rising on a page", "the figure that rose between two polls", rising),
    Guess("neighbour: arrival", "what the one before her ticked", neighbour(lambda holder, _: holder.arrival)),
    Guess("neighbour: code", "what the holder of the next code ticked", neighbour(lambda holder, _: holder.code)),
    Guess("neighbour: digest", "the next code by digest", neighbour(lambda holder, _: holder.digest)),
    Guess("neighbour: bytes", "the next ballot by its bytes", neighbour(lambda _, ballot: ballot.content)),
    Guess("neighbour: last bytes", "the next ballot by its last bytes", neighbour(lambda _, b: b.content[::-1])),
    Guess("neighbour: the urn's key", "the next ballot by its key", neighbour(lambda _, ballot: ballot.key)),
    Guess("neighbour: length", "the next ballot by its length", neighbour(lambda _, ballot: len(ballot.content))),
    Guess("neighbour: response time", "whoever's casting took as long", timed),
    Guess("alike: length", "what most ballots of the same length ticked", alike(lambda _, b: len(b.content))),
)
