"""Whether the codes of a batch are let in, in the words that every page of the desk uses."""

from collections.abc import Mapping

from survey.codes.models import Batch, BatchDoor
from survey.core.errors import N_

Door = tuple[str, str]
"""A word, untranslated, and the kind of its sign."""

VOID: Door = (N_("void"), "bad")
DOORS: Mapping[BatchDoor, Door] = {
    BatchDoor.WAITING: (N_("waiting for the host"), "wait"),
    BatchDoor.OPEN: (N_("let in"), "ok"),
    BatchDoor.SHUT: (N_("closed"), "todo"),
}


def door_of(batch: Batch) -> Door:
    """Return how the door of a batch stands."""
    return VOID if batch.void else DOORS[BatchDoor(batch.door)]
