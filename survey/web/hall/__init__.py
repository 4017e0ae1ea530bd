"""The meeting room (会场): what the projector shows, and what the host may do."""

from flask import Blueprint, Flask

from survey.web.guard import check_post
from survey.web.hall import host, projector
from survey.web.hall.links import HallClosed, closed_page


def register(app: Flask) -> None:
    """Add the pages; each is open to whoever has its link, and every post passes the guard."""
    pages = Blueprint("hall", __name__)
    pages.before_request(check_post)
    projector.add_pages(pages)
    host.add_pages(pages)
    pages.register_error_handler(HallClosed, closed_page)
    app.register_blueprint(pages)
