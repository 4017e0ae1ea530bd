"""flask db: bring the tables up to date."""

from flask.cli import AppGroup

from survey.cli.edge import edge, json_option, minsheng, note, say, work
from survey.core.errors import N_
from survey.staff.models import ROOT
from survey.storage import migrate
from survey.storage.engine import reading

UPGRADED = N_("Brought the tables from the revision %(before)s to %(revision)s")
"""For the log, which is one of them."""

db = AppGroup("db", help="The database's tables.")


@db.command("upgrade")
@json_option
@edge
def upgrade(as_json: bool) -> None:
    """Run the migrations that are missing."""
    engine = minsheng().engine
    with reading(engine) as connection:
        before = migrate.current(connection)
    migrate.upgrade(engine)
    if before != migrate.head():
        with work() as session:
            note(session, ROOT, UPGRADED, before=before or "-", revision=migrate.head())
    say({"revision": migrate.head()}, N_("The tables are at revision %(revision)s"), as_json=as_json)
