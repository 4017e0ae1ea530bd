"""The nine steps of a round, each with where it stands and why (任务清单). Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from survey.core.errors import N_
from survey.rounds.lifecycle import Blocker
from survey.rounds.models import State


class Standing(StrEnum):
    """Where a step stands."""

    DONE = "done"
    TODO = "todo"
    WAIT = "wait"
    PROBLEM = "problem"


WORDS = {
    Standing.DONE: N_("done"),
    Standing.TODO: N_("not done yet"),
    Standing.WAIT: N_("cannot start yet"),
    Standing.PROBLEM: N_("there is a problem"),
}


@dataclass(frozen=True)
class Told:
    """An English sentence and the figures for its places."""

    message: str
    figures: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Link:
    """A page on which a step is done."""

    endpoint: str
    label: str


@dataclass(frozen=True)
class Task:
    """One step.

    Attributes:
        name: what it is, in English.
        standing: where it stands.
        reason: why, with figures.
        first: of several reasons, the first.
        links: its pages, the usual one first.
    """

    name: str
    standing: Standing
    reason: Told
    first: Told | None = None
    links: tuple[Link, ...] = ()


@dataclass(frozen=True)
class Facts:
    """What the list is made of.

    Attributes:
        state: of the round.
        questionnaire: its reference.
        roster: subjects on the roster.
        rated: subjects of it that somebody rates.
        groups: lines of voters.
        planned: ballots planned by them.
        classes: ballot classes of them.
        keys: public keys.
        blockers: what keeps it from opening.
        issued: codes of main batches that are not void.
        spare: codes of spare batches.
        printed: whether slips or a list of codes were made at the desk.
        rehearsal: whether one is there now.
        rehearsed: whether one was made and cleared.
        opens_at: as people write it.
        closes_at: the same.
        ballots: in the urn, once it is closed.
    """

    state: State
    questionnaire: str
    roster: int = 0
    rated: int = 0
    groups: int = 0
    planned: int = 0
    classes: int = 0
    keys: int = 0
    blockers: tuple[Blocker, ...] = ()
    issued: int = 0
    spare: int = 0
    printed: bool = False
    rehearsal: bool = False
    rehearsed: bool = False
    opens_at: str = ""
    closes_at: str = ""
    ballots: int = 0

    @property
    def opened(self) -> bool:
        """Whether it is open, or was."""
        return self.state not in (State.DRAFT, State.READY)

    def about(self, *parts: str) -> tuple[Blocker, ...]:
        """Return the blockers that lie in some parts of the round."""
        return tuple(one for one in self.blockers if one.about in parts)

    @property
    def amiss(self) -> tuple[Blocker, ...]:
        """What must be right before codes are issued: all blockers but a rehearsal."""
        return tuple(one for one in self.blockers if one.about != "rehearsal")


def tasks(facts: Facts) -> tuple[Task, ...]:
    """Return the nine steps in their order."""
    return (
        _questionnaire(facts),
        _subjects(facts),
        _voters(facts),
        _batches(facts),
        _codes(facts),
        _print(facts),
        _rehearsal(facts),
        _open(facts),
        _afterwards(facts),
    )


def next_task(steps: Sequence[Task]) -> tuple[int, Task] | None:
    """Return the first step that is not done, with its number from 1; what cannot start comes after what can."""
    numbered = [(i, step) for i, step in enumerate(steps, 1) if step.standing is not Standing.DONE]
    can = [(i, step) for i, step in numbered if step.standing is not Standing.WAIT]
    return next(iter(can or numbered), None)


def _because(found: Sequence[Blocker]) -> tuple[Told, Told]:
    first = found[0]
    return Told(N_("%(n)s things stand in the way; the first:"), {"n": len(found)}), Told(first.message, first.figures)


def _questionnaire(facts: Facts) -> Task:
    reason = Told("%(questionnaire)s", {"questionnaire": facts.questionnaire})
    links = (Link("desk.rounds.questionnaire", N_("Choose the questionnaire")),)
    return Task(N_("Questionnaire"), Standing.DONE, reason, links=links)


def _subjects(facts: Facts) -> Task:
    name, links = N_("Units and classes"), (Link("desk.subjects.index", N_("Roster of units and cadres")),)
    if facts.opened:
        return Task(name, Standing.DONE, Told(N_("%(rated)s subjects are rated"), {"rated": facts.rated}), links=links)
    if not facts.roster:
        return Task(name, Standing.TODO, Told(N_("The roster is empty: nobody can be rated")), links=links)
    found = facts.about("subjects")
    if found:
        return Task(name, Standing.PROBLEM, *_because(found), links)
    figures: dict[str, object] = {"roster": facts.roster, "rated": facts.rated}
    reason = Told(N_("%(roster)s subjects on the roster, %(rated)s of them are rated here"), figures)
    return Task(name, Standing.DONE, reason, links=links)


def _voters(facts: Facts) -> Task:
    name = N_("Voters and weights")
    links = (Link("desk.rounds.voters", N_("Voters")), Link("desk.rounds.rules", N_("Rules and weights")))
    if not facts.roster and not facts.opened:
        return Task(name, Standing.WAIT, Told(N_("The roster is empty: nobody can be rated")), links=links)
    if not facts.groups:
        return Task(name, Standing.TODO, Told(N_("There are no voters yet: 0 ballots are planned")), links=links)
    found = facts.about("voters", "rules")
    if found:
        return Task(name, Standing.PROBLEM, *_because(found), links)
    figures: dict[str, object] = {"groups": facts.groups, "planned": facts.planned, "classes": facts.classes}
    reason = Told(N_("%(groups)s lines of voters in %(classes)s classes, %(planned)s ballots planned"), figures)
    return Task(name, Standing.DONE, reason, links=links)


def _batches(facts: Facts) -> Task:
    name = N_("Batches, numbers and key")
    links = (Link("desk.rounds.keys", N_("Key")), Link("desk.rounds.about", N_("Title and times")))
    if not facts.groups:
        return Task(name, Standing.WAIT, Told(N_("There are no voters yet: 0 ballots are planned")), links=links)
    keys, times = facts.about("keys"), facts.about("times")
    if times:
        return Task(name, Standing.PROBLEM, *_because(times), links[::-1])
    if keys:
        return Task(name, Standing.TODO, Told(keys[0].message, keys[0].figures), links=links)
    figures: dict[str, object] = {
        "groups": facts.groups,
        "planned": facts.planned,
        "keys": facts.keys,
        "opens": facts.opens_at,
        "closes": facts.closes_at,
    }
    sentence = N_(
        "%(groups)s batches with %(planned)s codes, sealed to %(keys)s key(s); open from %(opens)s to %(closes)s"
    )
    return Task(name, Standing.DONE, Told(sentence, figures), links=links)


def _codes(facts: Facts) -> Task:
    name, links = N_("Codes"), (Link("desk.printing.show", N_("Issue and print")),)
    figures: dict[str, object] = {"issued": facts.issued, "planned": facts.planned, "spare": facts.spare}
    issued = Told(N_("%(issued)s of %(planned)s planned codes are issued, %(spare)s spare ones"), figures)
    if facts.planned and facts.issued >= facts.planned:
        return Task(name, Standing.DONE, issued, links=links)
    if facts.amiss and not facts.opened:
        return Task(name, Standing.WAIT, *_because(facts.amiss), links)
    standing = Standing.WAIT if facts.state in (State.CLOSED, State.COUNTED) else Standing.TODO
    return Task(name, standing, issued, links=links)


def _print(facts: Facts) -> Task:
    name, links = N_("Print or export"), (Link("desk.printing.show", N_("Issue and print")),)
    if not facts.issued + facts.spare:
        return Task(name, Standing.WAIT, Told(N_("No codes are issued yet: 0 slips to print")), links=links)
    if facts.printed:
        figures: dict[str, object] = {"n": facts.issued + facts.spare}
        return Task(name, Standing.DONE, Told(N_("Slips were made; %(n)s codes are issued"), figures), links=links)
    reason = Told(N_("%(n)s codes are issued; no slips were made here"), {"n": facts.issued + facts.spare})
    return Task(name, Standing.DONE if facts.opened else Standing.TODO, reason, links=links)


def _rehearsal(facts: Facts) -> Task:
    name, links = N_("Rehearsal"), (Link("desk.rehearsal.show", N_("Rehearse")),)
    if facts.rehearsal:
        reason = Told(N_("The rehearsal is there: try it, then clear it; before that the round cannot open"))
        return Task(name, Standing.TODO, reason, links=links)
    if facts.rehearsed:
        return Task(name, Standing.DONE, Told(N_("It was rehearsed, and the rehearsal is cleared")), links=links)
    if facts.opened:
        return Task(name, Standing.DONE, Told(N_("It was opened without a rehearsal")), links=links)
    found = facts.about("subjects", "voters", "rules")
    if found:
        return Task(name, Standing.WAIT, *_because(found), links)
    return Task(name, Standing.TODO, Told(N_("Not rehearsed yet; it takes a minute and never counts")), links=links)


def _open(facts: Facts) -> Task:
    name, links = N_("Open"), (Link("desk.running.show", N_("Open")),)
    times: dict[str, object] = {"opens": facts.opens_at, "closes": facts.closes_at}
    if facts.opened:
        reason = Told(N_("Opened; ballots are taken from %(opens)s to %(closes)s"), times)
        return Task(name, Standing.DONE, reason, links=links)
    if facts.blockers:
        return Task(name, Standing.WAIT, *_because(facts.blockers), links)
    if not facts.issued:
        return Task(name, Standing.WAIT, Told(N_("No codes are issued yet: nobody could vote")), links=links)
    reason = Told(N_("Everything is ready; ballots would be taken from %(opens)s to %(closes)s"), times)
    return Task(name, Standing.TODO, reason, links=links)


def _afterwards(facts: Facts) -> Task:
    links = tuple(_afterwards_links(facts.state))
    if facts.state is State.OPEN:
        sentence = N_("It takes ballots until %(closes)s: watch the response, then close")
        return Task(_AFTERWARDS, Standing.TODO, Told(sentence, {"closes": facts.closes_at}), links=links)
    if facts.state is State.CLOSED:
        sentence = N_("Closed with %(ballots)s ballots: count them, with a second person")
        return Task(_AFTERWARDS, Standing.TODO, Told(sentence, {"ballots": facts.ballots}), links=links)
    if facts.state is State.COUNTED:
        return Task(_AFTERWARDS, Standing.DONE, Told(N_("Counted; score it and print the reports")), links=links)
    return Task(_AFTERWARDS, Standing.WAIT, Told(N_("The round is not open yet")), links=links)


_AFTERWARDS = N_("Watch, close, count, score, report")


def _afterwards_links(state: State) -> Iterator[Link]:
    if state in (State.OPEN, State.CLOSED):
        yield Link("desk.watching.show", N_("Response"))
    if state is State.OPEN:
        yield Link("desk.running.show", N_("Close"))
    if state in (State.CLOSED, State.COUNTED):
        yield Link("desk.counting.show", N_("Count"))
    if state is State.COUNTED:
        yield Link("desk.results.show", N_("Results"))
