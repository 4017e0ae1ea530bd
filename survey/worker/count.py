"""The jobs ``count`` and ``urn``: open the urn of a closed round under the office's seal, or write it to a file.

A count writes nothing until its end: killed anywhere before, nothing has happened, and it is started anew with the
key. What it writes goes in one transaction with the proposal that two people signed.
"""

import json

from survey import casting
from survey.core.clock import now
from survey.core.errors import N_
from survey.core.keys import KeyKind, PrivateKey
from survey.counting import service
from survey.rounds.service import get_round
from survey.staff.audit import record
from survey.staff.proposals import Kind, carry_out, get_proposal
from survey.storage.engine import snapshot, unit_of_work
from survey.worker.work import Work

DONE = N_(
    "Counted the round %(round)s: %(envelopes)s envelopes, hash of the count %(hash)s, root of the urn %(root)s. "
    "%(first)s proposed it, %(second)s confirmed it"
)
"""For the log."""


def pack_key(key: PrivateKey) -> bytes:
    """Return what travels as a count job's secret."""
    return json.dumps({"kind": key.kind.value, "secret": key.secret.hex()}).encode()


def count(work: Work) -> None:
    """Open the urn and write the count down.

    The payload: ``round``; ``proposal``: the number of the confirmed one. The secret: ``pack_key`` of the office's key.

    Raises:
        Refused: when the urn does not reconcile, the key does not fit, or the proposal was taken back meanwhile.
    """
    document = json.loads(work.secret)
    key = PrivateKey(KeyKind(document["kind"]), bytes.fromhex(document["secret"]))
    work.secret = b""
    with snapshot(work.engine) as session:
        row = get_round(session, work.payload["round"])
        envelopes = casting.reconcile(session.connection(), row.id)
        work.begin(envelopes, N_("envelopes"))
        signed = service.count_round(session, row, [key], on_progress=work.step)
    with unit_of_work(work.engine) as session:
        work.hold(session)
        row = get_round(session, work.payload["round"])
        proposal = get_proposal(session, int(work.payload["proposal"]), Kind.COUNT, row.name)
        carry_out(proposal)
        service.keep_count(session, row, signed, now())
        record(
            session,
            work.actor,
            work.office,
            DONE,
            round=row.name,
            envelopes=envelopes,
            hash=signed.count.content_hash[:16],
            root=signed.count.urn_root[:16],
            first=proposal.proposed_name,
            second=proposal.decided_name,
        )
    work.result = {"envelopes": envelopes, "root": signed.count.urn_root, "hash": signed.count.content_hash}


def export_urn(work: Work) -> None:
    """Write the sorted envelopes to a file that the trustees carry to their own machine.

    The payload: ``round``.

    Raises:
        Refused: when the round is not closed, or the urn does not reconcile.
    """
    name = work.payload["round"]
    place = work.folder / "urn.part"
    # A worker before may have died over it; the file is quickly made again, and whole only at the end.
    place.unlink(missing_ok=True)
    place.with_name(place.name + ".part").unlink(missing_ok=True)
    with snapshot(work.engine) as session:
        row = get_round(session, name)
        envelopes = casting.reconcile(session.connection(), row.id)
        work.begin(envelopes, N_("envelopes"))
        root = service.export_urn(session, row, place, on_progress=work.step)
    work.result = {"envelopes": envelopes, "root": root}
    work.give(place, f"{name}.urn", "application/octet-stream")
