"""Schemes and scores at the desk; they concern the whole installation, so only the root office's members come here."""

from dataclasses import dataclass

from flask import Blueprint, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session

from survey.scoring.scheme import Scheme
from survey.scoring.service import KeptRun, get_run, get_scheme
from survey.web.display import display

schemes = Blueprint("schemes", __name__, url_prefix="/schemes")

Crumb = tuple[str, str]


def crumbs_to(scheme: Scheme | None = None, run: KeptRun | None = None) -> list[Crumb]:
    """Return the way to a page below a scheme or a run."""
    found = [(gettext("Schemes and scores"), url_for("desk.schemes.index"))]
    if scheme is not None:
        found.append((title_of(scheme), url_for("desk.schemes.show", scheme_id=scheme.id)))
    if scheme is not None and run is not None:
        address = url_for("desk.schemes.run", scheme_id=scheme.id, number=run.number)
        found.append((gettext("Run %(number)s", number=run.number), address))
    return found


def title_of(scheme: Scheme) -> str:
    """Return a scheme's title and year."""
    return f"{scheme.title.words(display().lang)} {scheme.year}"


@dataclass(frozen=True)
class Kept:
    """A run with the scheme that made it, as it was then."""

    scheme: Scheme
    run: KeptRun


def kept_at(session: Session, scheme_id: str, number: int) -> Kept:
    """Return a run.

    Raises:
        NotFound: when there is no such scheme or run.
        Refused: when what is stored no longer gives its hash.
    """
    get_scheme(session, scheme_id)
    run = get_run(session, scheme_id, number)
    return Kept(Scheme.model_validate(run.document["inputs"]["scheme"]), run)
