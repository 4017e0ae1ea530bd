"""The public pages of service ratings (好差评): rate a handled case, re-rate it after its correction."""

import hmac

from flask import Blueprint, Flask

from survey.web.guard import check_post
from survey.web.rate import pages
from survey.web.rate.opened import EXTENSION
from survey.web.stamp import Stamps


def register(app: Flask) -> None:
    """Add the pages; they are open to all, and every post passes the guard."""
    # A key of their own: no stamp of a rating is one of a ballot.
    key = hmac.digest(app.extensions["minsheng"].stamp_key, b"service rating", "sha256")
    app.extensions[EXTENSION] = Stamps(key)
    rating = Blueprint("rate", __name__)
    rating.before_request(check_post)
    pages.add_pages(rating)
    app.register_blueprint(rating)
