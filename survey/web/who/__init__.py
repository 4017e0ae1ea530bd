"""Who can see what (谁能看到什么): made from the tables and the settings, so that it cannot say something else."""

from flask import Flask

from survey.web.who.pages import who


def register(app: Flask) -> None:
    """Add the page; it is open to all."""
    app.register_blueprint(who)
