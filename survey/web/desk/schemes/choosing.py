"""Which runs can stand beside a run: others of its scheme, and those of other years."""

from flask_babel import gettext
from sqlalchemy.orm import Session

from survey.scoring.models import ScoreRun
from survey.scoring.service import get_scheme, list_runs, list_schemes
from survey.web.desk.schemes.room import Kept, title_of
from survey.web.display import local_day


def other_runs(session: Session, kept: Kept) -> list[tuple[str, str]]:
    """Return the runs to compare with, earlier years and published runs first; of each a value and a label."""
    names = dict.fromkeys(row.id for row in list_schemes(session))
    found = []
    for name in names:
        scheme = get_scheme(session, name)
        for row in list_runs(session, name):
            if (name, row.number) != (kept.run.scheme, kept.run.number):
                order = (scheme.year >= kept.scheme.year, -scheme.year, name, row.published_at is None, -row.number)
                made = local_day(row.made_at)
                found.append((order, f"{name}:{row.number}", _label(title_of(scheme), row, made)))
    return [(value, label) for _, value, label in sorted(found)]


def _label(title: str, row: ScoreRun, made: str) -> str:
    figures = {"title": title, "number": row.number, "made": made, "what_if": row.what_if}
    sentence = gettext("%(title)s, run %(number)s of %(made)s", **figures)
    if row.what_if:
        sentence = gettext("%(title)s, run %(number)s of %(made)s, what if: %(what_if)s", **figures)
    elif row.published_at is not None:
        sentence = gettext("%(title)s, run %(number)s of %(made)s, published", **figures)
    return str(sentence)
