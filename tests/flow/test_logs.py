"""No log line holds a code, an answer, an address or a browser's name, whatever goes wrong."""

import io
import logging

import pytest
from sqlalchemy.exc import OperationalError

from survey.web import redaction
from tests.flow.site import SECRET

CODE = "12345678901234567894"
ANSWER = "村口的路灯坏了"
ADDRESS = "203.0.113.77"
BROWSER = "MicroMessenger/8.0 telltale"
NAMES = ("", "werkzeug", "gunicorn.error", "gunicorn.access", "sqlalchemy.engine", "survey.web")


@pytest.fixture
def written():
    """Listen at every logger, as deep as they talk."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(asctime)s %(name)s %(levelname)s %(message)s"))
    loggers = [logging.getLogger(name) for name in NAMES]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
    loggers[0].addHandler(handler)
    yield stream
    loggers[0].removeHandler(handler)
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)


@pytest.mark.parametrize(
    "text",
    [
        CODE,
        f"/t/{CODE}/review",
        "1234 5678 9012 3456 7894",
        "1234-5678-9012-3456-7894",
        "1234%205678%209012%203456%207894",
        "1234+5678+9012+3456+7894",
        "１２３４５６７８９０１２３４５６７８９４",
    ],
)
@pytest.mark.parametrize("name", NAMES)
def test_codes_are_removed_from_messages_arguments_and_tracebacks(written, name, text):
    redaction.install()
    redaction.install()
    log = logging.getLogger(name)
    log.error("path %s failed", text)
    log.error(f"path {text} failed")  # noqa: G004 - as careless code does
    try:
        int(text + "x")
    except ValueError:
        log.exception("with a traceback")
    lines = written.getvalue()
    assert lines.count(redaction.REMOVED) == 3
    assert text not in lines


def test_other_numbers_stay():
    for text in ("2026-11-20 20:41:00", "+86 931 0000000", "1234567890123456789", "35 of 47,600"):
        assert redaction.without_codes(text) == text


@pytest.mark.parametrize("error", [OperationalError("x", {"a": ANSWER}, Exception(ANSWER)), KeyError(ANSWER), None])
def test_an_error_while_casting_tells_the_log_nothing_of_the_voter(small_site, written, error):
    code = small_site.round()[0]
    phone = small_site.phone()
    review = phone.fill(phone.get(f"/t/{code}"), remark__620102=ANSWER)
    if error:

        def failing(code):
            del code
            raise error

        small_site.app.view_functions["answer.cast"] = failing
    page = phone.client.post(
        review.form.action,
        data=review.fields(),
        headers={"User-Agent": BROWSER},
        environ_overrides={"REMOTE_ADDR": ADDRESS},
    )
    assert page.status_code == (200 if error is None else 503 if isinstance(error, OperationalError) else 500)
    lines = written.getvalue()
    for telltale in (code, ANSWER, ADDRESS, "telltale", review.fields()["_stamp"][0], SECRET):
        assert telltale not in lines
    if error:
        assert f"{type(error).__name__} on POST /t/<code>" in lines
        assert "test_logs.py" in lines, "where it happened is told"


@pytest.mark.parametrize("room", ["host", "hall"])
def test_the_links_of_a_meeting_are_removed_from_log_lines(room):
    written = redaction.without_codes(f"Exception on /{room}/cmV2aWV3.aBc-123_xyz/open [POST]")

    assert written == f"Exception on /{room}/[link]/open [POST]"
