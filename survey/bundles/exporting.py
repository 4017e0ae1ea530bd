"""Take a kept run out of the database as a bundle: exact for examiners, or public for everybody."""

from sqlalchemy.orm import Session

from survey.bundles.contents import bundle_files
from survey.bundles.public import Published, public_bundle, sign_exact
from survey.bundles.signing import Signer
from survey.bundles.verify import verify
from survey.core.errors import N_, Refused
from survey.rounds.service import list_rounds
from survey.scoring.run import Run
from survey.scoring.service import KeptRun, run_again

EXPORTED = N_("Took the exact bundle of run %(number)s of %(scheme)s: %(reason)s")
"""For the log."""


def exact_bundle(session: Session, kept: KeptRun, signer: Signer) -> tuple[Run, dict[str, bytes]]:
    """Compute a kept run anew; return it with every file of its signed bundle.

    Raises:
        Refused: for a what-if, and when the run can no longer be computed anew.
    """
    expect_exportable(kept)
    run = run_again(session, kept)
    files = sign_exact(bundle_files(run), signer)
    # What does not verify here would verify nowhere.
    verify(files)
    return run, files


def expect_exportable(kept: KeptRun) -> None:
    """Do nothing when a run may be exported.

    Raises:
        Refused: for a what-if.
    """
    if kept.what_if:
        raise Refused(
            N_("Run %(number)s is a what-if (%(what)s); it is never exported"), number=kept.number, what=kept.what_if
        )


def published_rounds(session: Session) -> frozenset[str]:
    """Return the rounds whose own reports everybody sees here."""
    return frozenset(row.name for row in list_rounds(session) if row.published_at is not None)


def published_bundle(kept: KeptRun, run: Run, rounds: frozenset[str], signer: Signer) -> dict[str, bytes]:
    """Return every file of a published run's public bundle.

    Args:
        kept: the run as kept.
        run: the same, computed anew.
        rounds: those whose own reports are published here.
        signer: the installation.

    Raises:
        Refused: when it is not published.
    """
    if kept.published_at is None:
        raise Refused(
            N_("Run %(number)s of %(scheme)s is not published; there is no public bundle of it"),
            number=kept.number,
            scheme=kept.scheme,
        )
    return public_bundle(run, Published(kept.number, kept.published_at, rounds), signer)
