"""flask db: bring the tables up to date."""

from flask.cli import AppGroup

from survey.cli.edge import edge, json_option, minsheng, say
from survey.core.errors import N_
from survey.storage import migrate

db = AppGroup("db", help="The database's tables.")


@db.command("upgrade")
@json_option
@edge
def upgrade(as_json: bool) -> None:
    """Run the migrations that are missing."""
    migrate.upgrade(minsheng().engine)
    say({"revision": migrate.head()}, N_("The tables are at revision %(revision)s"), as_json=as_json)
