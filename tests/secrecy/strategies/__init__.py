"""What an attacker could try. None of these knows which build it attacks."""

from collections.abc import Iterator

from tests.secrecy.evidence import Case
from tests.secrecy.scores import Aim, Result, score, score_answers
from tests.secrecy.strategies.answers import GUESSES
from tests.secrecy.strategies.direct import DIRECT
from tests.secrecy.strategies.links import LINKS
from tests.secrecy.strategies.readings import READINGS, positions

COUNT = len(LINKS) + len(DIRECT) + len(GUESSES)


def attack(case: Case) -> Iterator[Result]:
    """Try everything."""
    yield from _links(case)
    for strategy in DIRECT:
        ways = strategy.find(case.evidence)
        yield Result(strategy.name, strategy.uses, [score(case, way, aims) for way, aims in ways.items() if aims])
    for guess in GUESSES:
        guessed = guess.find(case.evidence, case.truth.grades)
        yield Result(guess.name, guess.uses, answers=score_answers(case, guessed) if guessed else None)


def _links(case: Case) -> Iterator[Result]:
    """Try every way from a code to a ballot, and from there every way to a remark."""
    evidence = case.evidence
    read = {
        (reading.name, group): positions(reading, evidence, group) for reading in READINGS for group in evidence.groups
    }
    for link in LINKS:
        result = Result(link.name, link.uses)
        pairs = {group: link.find(evidence, group) for group in evidence.groups}
        if any(pairs.values()):
            result.envelopes = sum(
                case.truth.envelopes.get(holder.digest) == ballot.key
                for linked in pairs.values()
                for holder, ballot in linked
            )
        for reading in READINGS:
            aims = []
            for group, linked in pairs.items():
                order, places = read[reading.name, group]
                if found := {holder.digest: places[b.key] for holder, b in linked if b.key in places}:
                    aims.append(Aim(order, found))
            if aims:
                result.scores.append(score(case, reading.name, aims))
        yield result
