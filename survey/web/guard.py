"""What a public form post must be before anybody reads it. Absent headers pass: old web views send none."""

from urllib.parse import urlsplit

from flask import Flask, abort, request

FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")
MOST_BYTES = 256 * 1024
MOST_FIELDS = 400
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


def register(app: Flask, base_url: str) -> None:
    """Limit what ``app`` reads, and for which host names it answers."""
    app.config["MAX_CONTENT_LENGTH"] = MOST_BYTES
    app.config["MAX_FORM_MEMORY_SIZE"] = MOST_BYTES
    app.config["MAX_FORM_PARTS"] = MOST_FIELDS
    app.config["TRUSTED_HOSTS"] = [urlsplit(base_url).hostname or "", *LOOPBACK]
    app.before_request(_check_path)


def _check_path() -> None:
    """Refuse an address with a zero byte: PostgreSQL has no such text, so nothing has such a name."""
    if "\0" in request.path:
        abort(404)


def check_post() -> None:
    """Refuse a post from another site, of another type, or with too many fields."""
    if request.method != "POST":
        return
    if request.headers.get("Sec-Fetch-Site") == "cross-site" or not _own_origin(request.headers.get("Origin")):
        abort(403)
    if request.mimetype not in FORM_TYPES:
        abort(415)
    # werkzeug counts the parts of multipart bodies only.
    if sum(len(values) for values in request.form.listvalues()) > MOST_FIELDS:
        abort(413)


def _own_origin(origin: str | None) -> bool:
    # Under our no-referrer policy browsers send "null" with our own forms, too; Sec-Fetch-Site tells them apart.
    return origin in (None, "null") or urlsplit(origin).netloc == request.host
