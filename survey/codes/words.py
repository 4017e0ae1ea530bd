"""The words that stand on slips, posters and cover sheets of a round, in the language of the paper."""

from urllib.parse import urlsplit

from survey.codes.cover import Cover
from survey.codes.entry import SIGNS, STEPS, WARNING
from survey.codes.poster import Poster
from survey.codes.sheets import Heading
from survey.core.errors import N_
from survey.core.language import translator
from survey.core.sentences import write_moment
from survey.rounds.definition import RoundDefinition
from survey.rounds.models import Round
from survey.rounds.rules import BallotClass

REHEARSAL = "试填 TEST"
"""Across all that is printed for a rehearsal, whatever the language: nobody may take it for the real round."""


def fingerprints(row: Round) -> tuple[str, ...]:
    """Return the fingerprints of the keys that a round's ballots are sealed to."""
    return tuple(key["fingerprint"] for key in row.public_keys)


def make_heading(
    definition: RoundDefinition,
    language: str,
    base_url: str,
    *,
    keys: tuple[str, ...] = (),
    ballot_class: BallotClass | None = None,
) -> Heading:
    """Return the words that stand on every slip of a round, or of one class's ballots."""
    say = translator(language)
    return Heading(
        title=definition.title.words(language),
        organiser=definition.organiser.words(language),
        closes=write_moment(definition.closes_at, say),
        note=say(N_("This code can be used once. No name, no phone number, no login, no fee.")),
        address=base_url,
        label_code=say(N_("Code")),
        label_closes=say(N_("Until")),
        label_address=say(N_("Or type at")),
        instructions=(
            say(N_("1. Scan the QR code, or open the address and type the code.")),
            say(N_("2. Answer, look it over, and submit. You may change everything until then.")),
            say(N_("3. No name goes with your answers. Afterwards you may throw this slip away.")),
        ),
        scale_note=say(N_("50 mm: print at 100 %, without fitting to the page")),
        ballot_class=class_words(ballot_class, language),
        ballot_code=say(N_("Ballot %(code)s")) % {"code": ballot_class.code} if ballot_class else "",
        label_keys=say(N_("Key")),
        keys=keys,
        watermark=REHEARSAL if definition.rehearsal else "",
    )


def class_words(ballot_class: BallotClass | None, language: str) -> str:
    """Return which ballot it is, as people say it; nothing where classes have no names."""
    if ballot_class is None:
        return ""
    names = {"code": ballot_class.code, "name": ballot_class.words(language)}
    return translator(language)(N_("Ballot %(code)s (%(name)s)")) % names


def make_poster(definition: RoundDefinition, language: str, base_url: str, keys: tuple[str, ...]) -> Poster:
    """Return the words of a round's poster."""
    say = translator(language)
    host = urlsplit(base_url).hostname or ""
    title = definition.title.words(language)
    return Poster(
        base_url=base_url,
        title=f"{REHEARSAL} - {title}" if definition.rehearsal else title,
        organiser=definition.organiser.words(language),
        steps=tuple(f"{sign} {say(step)}" for sign, step in zip(SIGNS, STEPS, strict=True)),
        once=say(N_("Each code can be used once")),
        check=say(N_("Check in your browser that the address begins with %(host)s")) % {"host": host},
        warning=say(WARNING),
        distance=say(N_("Scan from no farther than %(metres)s m")),
        contact=say(N_("Help: %(contact)s")) % {"contact": definition.contact},
        label_keys=say(N_("Sealed to the key")),
        keys=keys,
    )


def make_covers(
    definition: RoundDefinition,
    language: str,
    stacks: list[tuple[str, int, int]],
    *,
    group: str,
    ballot_class: str,
) -> list[Cover]:
    """Return the cover sheets of one box's stacks.

    Args:
        definition: the round's.
        language: of the paper.
        stacks: of each its file's name, its slips and its pages.
        group: the voter group, as people say it.
        ballot_class: the class, as people say it.
    """
    say = translator(language)
    facts = (
        (say(N_("Office")), definition.organiser.words(language)),
        (say(N_("Round")), f"{definition.title.words(language)} ({definition.id})"),
        (say(N_("Voter group")), group),
        (say(N_("Ballot class")), ballot_class),
    )
    return [
        Cover(
            title=say(N_("Stack %(number)s of %(stacks)s, %(slips)s slips"))
            % {"number": number, "stacks": len(stacks), "slips": slips},
            facts=(
                *facts,
                (say(N_("Sheets of paper")), str(pages)),
                (say(N_("File")), file),
            ),
            signers=tuple(say(signer) for signer in _SIGNERS),
            columns=tuple(say(column) for column in _COLUMNS),
            notes=tuple(say(note) for note in _NOTES),
        )
        for number, (file, slips, pages) in enumerate(stacks, start=1)
    ]


_SIGNERS = (N_("Printed and cut"), N_("Slips counted"), N_("Handed over"), N_("Received"), N_("Left over, returned"))
_COLUMNS = (N_("Step"), N_("Slips"), N_("Name and signature"), N_("Date and time"))
_NOTES = (
    N_("Write on this sheet only. No slip has a number, and none may get one."),
    N_("Put the slips of one box together, mix them, and let everybody draw one. Nobody notes who drew which."),
)
