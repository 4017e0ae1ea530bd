"""The WSGI entry: ``gunicorn wsgi:app``; ``flask`` finds it by itself.

Without a secret nothing is served. ``flask`` then still has the commands that need neither server nor
database, so that trustees make their keys and count on a machine of their own.
"""

import click
from flask.cli import FlaskGroup

from config import NoSecret, Settings
from survey.application import create_app, create_offline_app


def _looks_for_a_command() -> bool:
    # `flask run`, `shell` and `routes` load the application inside their own context, gunicorn in none.
    context = click.get_current_context(silent=True)
    return context is not None and isinstance(context.command, FlaskGroup)


try:
    app = create_app(Settings.from_env())
except NoSecret as missing:
    if not _looks_for_a_command():
        raise
    app = create_offline_app(str(missing))
