"""The cookie of the desk: only below /desk, only for staff; a phone's request never meets it."""

from datetime import timedelta
from urllib.parse import urlsplit

from flask import Flask, Request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface

PREFIX = "/desk"


class DeskCookie(SecureCookieSessionInterface):
    """Flask's signed cookie, opened for pages of the desk alone."""

    salt = "minsheng.desk"

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Return the session of a desk page; none elsewhere, so that nothing can be set."""
        if request.path != PREFIX and not request.path.startswith(f"{PREFIX}/"):
            return None
        return super().open_session(app, request)


def register(app: Flask, key: bytes, base_url: str) -> None:
    """Sign cookies with a key of their own; over HTTPS no other site and no script can set or read them."""
    https = urlsplit(base_url).scheme == "https"
    app.secret_key = key
    app.config.update(
        SESSION_COOKIE_NAME="__Host-desk" if https else "desk",
        SESSION_COOKIE_SECURE=https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=8),
    )
    app.session_interface = DeskCookie()
