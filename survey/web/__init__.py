"""The pages: the only room that knows Flask's requests and templates (网页)."""

from flask import Flask

from survey.web import (
    answer,
    api,
    assets,
    desk,
    errors,
    guard,
    hall,
    headers,
    health,
    i18n,
    numerals,
    rate,
    redaction,
    results,
    scores,
    services,
    who,
    wrong_codes,
)


def register(app: Flask) -> None:
    """Add the public pages and everything that stands around them."""
    redaction.install()
    made = services.register(app)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    # A doubled slash is another address, not a redirect.
    app.url_map.merge_slashes = False
    guard.register(app, made.settings.base_url)
    headers.register(app, made.settings.base_url)
    i18n.register(app)
    numerals.register(app)
    assets.register(app)
    errors.register(app)
    wrong_codes.register(app)
    app.register_blueprint(health.health)
    if made.settings.surface != "desk":
        for room in (answer, rate, results, scores, hall, who):
            room.register(app)
    if made.settings.surface != "public":
        desk.register(app)
        api.register(app, made)
