"""Secret ballots on the site: opened, filled in person by person, counted in the urn."""

from sqlalchemy import func, select

from survey.ballots.models import Envelope
from survey.codes.models import Code, CodeState
from survey.storage.engine import reading
from tests.factories.ballots import CLASSES, open_ballots

EX, OK, POOR, DK = "1", "2", "4", "5"
PLAIN = {"minimum": 3, "classes": list(CLASSES)}


def opened(site, asked=None, **fields):
    key = site.app.extensions["minsheng"].code_key
    return open_ballots(site.engine, site.folder, key, asked, **fields)


def spent(site):
    """Count codes spent, and see that each has left one envelope of each sheet."""
    with reading(site.engine) as connection:
        codes = connection.scalar(select(func.count()).where(Code.state == CodeState.SPENT))
        sheets = connection.execute(select(Envelope.sheet, func.count()).group_by(Envelope.sheet)).all()
    assert all(n == codes for _, n in sheets)
    return codes


def grades(page, *values, item="overall"):
    """Return the fields of a page with the persons' grades in list order; the last value goes on to the end."""
    names = [name for name in page.form.choices if name.startswith(f"{item}:")]
    marks = [*values, *[values[-1]] * len(names)][: len(names)]
    return page.fields() | {name: [mark] for name, mark in zip(names, marks, strict=True) if mark}


def press(phone, page, value, **more):
    """Press a button that changes nothing but the page."""
    return phone.post(page.form.action, page.fields() | more | {"_switch": [value]})
