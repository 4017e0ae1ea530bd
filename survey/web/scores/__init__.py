"""Published scores (计分结果): everybody's grade, and why, for everybody to check."""

from flask import Flask

from survey.web.scores.pages import scores


def register(app: Flask) -> None:
    """Add the pages."""
    app.register_blueprint(scores)
