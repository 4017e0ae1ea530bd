"""A counted round's figures, once they are published (结果公布)."""

from flask import Flask

from survey.web.results.pages import results


def register(app: Flask) -> None:
    """Add the pages; they are open to all."""
    app.register_blueprint(results)
