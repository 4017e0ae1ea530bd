"""A count's piles and spreads by subject: summed over all voters, and by voter group and class for weighting."""

from collections import Counter, defaultdict
from collections.abc import Iterable

from survey.counting.figures import Count
from survey.rounds.definition import FrozenRound

Voters = tuple[str, str]
Place = tuple[str, str]


class Answers:
    """The answers of a count.

    A question of the ballot as a whole is about the ballot's subject when there is only one, else about none ("").

    Attributes:
        counts: ballots by option, by (subject, item).
        ballots: valid ballots that had the item on them, by (subject, item).
        spreads: n, sum and sum of squares of the ballots' own indices, by subject.
        counts_of: ``counts`` by voter group and class.
        spreads_of: ``spreads`` by voter group and class.
    """

    def __init__(self, frozen: FrozenRound, count: Count) -> None:
        """Sort a count's figures by what they are about."""
        only = {
            (voter.group, voter.ballot_class): voter.subjects[0] for voter in frozen.voters if len(voter.subjects) == 1
        }
        self.ballots: Counter[Place] = Counter()
        self.counts_of: defaultdict[Place, defaultdict[Voters, Counter[str]]] = defaultdict(_by_voters)
        self.spreads_of: defaultdict[str, defaultdict[Voters, Counter[str]]] = defaultdict(_by_voters)
        for pile in count.piles:
            voters = (pile.group, pile.ballot_class)
            place = (pile.subject or only.get(voters, ""), pile.item)
            self.counts_of[place][voters].update(pile.counts)
            self.ballots[place] += count.valid(*voters, frozen.questionnaire.item(pile.item).sheet)
        with_own = {(spread.group, spread.ballot_class) for spread in count.spreads if spread.subject}
        for spread in count.spreads:
            voters = (spread.group, spread.ballot_class)
            # Where both kinds are scored, only the questions about the subject tell how far its ballots differ:
            # the two spreads are of the same ballots and cannot be added.
            if spread.subject or voters not in with_own:
                subject = spread.subject or only.get(voters, "")
                found = self.spreads_of[subject][voters]
                found.update(n=spread.n, total=spread.total, squares=spread.squares)
        self.counts = {place: _together(parts.values()) for place, parts in self.counts_of.items()}
        self.spreads = {subject: _together(parts.values()) for subject, parts in self.spreads_of.items()}


def _by_voters() -> defaultdict[Voters, Counter[str]]:
    return defaultdict(Counter)


def _together(parts: Iterable[Counter[str]]) -> Counter[str]:
    whole: Counter[str] = Counter()
    for part in parts:
        whole.update(part)
    return whole
