"""The language of what programs are told: English, or Chinese for whoever asks for it."""

from flask import g, request

from survey.web.display import Display

LANGUAGES = ("en", "zh")


def choose_language() -> None:
    """Take ``?lang=``, else Accept-Language, else English, for the present request."""
    if g.get("api_language"):
        return
    asked = request.args.get("lang", "")
    accepted = request.accept_languages.best_match(LANGUAGES, "en")
    g.api_language = asked if asked in LANGUAGES else accepted
    g.display = Display(lang=g.api_language)


def language() -> str:
    """Return it as a header names it."""
    return "zh-CN" if g.get("api_language") == "zh" else "en"
