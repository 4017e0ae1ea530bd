"""The public pages: enter a code, answer, review, cast (填写页面)."""

from flask import Blueprint, Flask

from survey.web.answer import answering, home
from survey.web.guard import check_post


def register(app: Flask) -> None:
    """Add the public pages; they are open to all, and every post passes the guard."""
    pages = Blueprint("answer", __name__)
    pages.before_request(check_post)
    home.add_pages(pages)
    answering.add_pages(pages)
    app.register_blueprint(pages)
