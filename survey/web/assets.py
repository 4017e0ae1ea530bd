"""The stylesheet, the script and the icon: named after their content, so that a phone keeps them for good."""

import gzip
import hashlib
from dataclasses import dataclass
from pathlib import Path

from flask import Blueprint, Flask, Response, abort, request

FOLDER = Path(__file__).parents[1] / "static"
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}

static = Blueprint("static", __name__)


@dataclass(frozen=True)
class Asset:
    """A file as it is sent."""

    name: str
    mimetype: str
    plain: bytes
    gzipped: bytes


def _read(file: Path) -> Asset:
    content = file.read_bytes()
    name = f"{file.stem}.{hashlib.sha256(content).hexdigest()[:12]}{file.suffix}"
    return Asset(name, TYPES[file.suffix], content, gzip.compress(content, mtime=0))


ASSETS = {file.name: _read(file) for file in sorted(FOLDER.iterdir()) if file.suffix in TYPES}
BY_NAME = {asset.name: asset for asset in ASSETS.values()}


def register(app: Flask) -> None:
    """Serve the files, and give templates ``asset('site.css')``."""
    app.register_blueprint(static)
    app.jinja_env.globals["asset"] = lambda name: f"/static/{ASSETS[name].name}"


@static.get("/static/<name>")
def file(name: str) -> Response:
    """Send one file; its address changes with its content."""
    asset = BY_NAME.get(name) or abort(404)
    packed = request.accept_encodings["gzip"] > 0
    response = Response(asset.gzipped if packed else asset.plain, mimetype=asset.mimetype)
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    response.headers["Vary"] = "Accept-Encoding"
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    return response
