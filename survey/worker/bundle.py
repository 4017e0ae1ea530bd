"""The job ``bundle``: the exact bundle of a score run, verified before it is given out."""

from survey.bundles.archive import pack
from survey.bundles.exporting import exact_bundle
from survey.bundles.signing import Signer
from survey.core.errors import N_
from survey.scoring.service import get_run
from survey.storage.engine import snapshot
from survey.worker.work import Work


def run(work: Work) -> None:
    """Compute the run anew, verify it, pack it.

    The payload: ``scheme``, an id; ``number``, the run's.

    Raises:
        NotFound: when there is no such run.
        Refused: for a what-if, and when the run can no longer be computed anew.
    """
    work.begin(1, N_("bundles"))
    with snapshot(work.engine) as session:
        kept = get_run(session, work.payload["scheme"], work.payload["number"])
        made, files = exact_bundle(session, kept, Signer(work.settings.secret_key))
    place = work.folder / "bundle.zip"
    place.write_bytes(pack(files))
    work.step(1)
    work.result = {"run_hash": made.content_hash, "files": len(files)}
    work.give(place, f"{kept.scheme}-{kept.number}-exact.zip", "application/zip")
