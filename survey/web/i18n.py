"""Two languages: English is the source, Chinese the catalogue and what a reader gets who asked for nothing."""

from pathlib import Path

from flask import Flask, Response
from flask_babel import Babel

from survey.web.display import display

CATALOGUES = Path(__file__).parents[1] / "translations"


def register(app: Flask) -> None:
    """Translate pages into the language of their display, and say so in a header."""
    Babel(
        app,
        locale_selector=lambda: display().lang,
        default_locale="en",
        default_translation_directories=str(CATALOGUES),
    )

    @app.context_processor
    def known_everywhere() -> dict[str, object]:
        return {"display": display()}

    @app.after_request
    def name_language(response: Response) -> Response:
        if response.mimetype == "text/html":
            response.headers["Content-Language"] = "en" if display().lang == "en" else "zh-CN"
        return response
