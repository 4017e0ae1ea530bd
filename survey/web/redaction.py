"""No log line ever holds a code or a host's link: every record is cleaned when it is made, before any handler sees it.

A record factory reaches all loggers and handlers, also those that gunicorn, werkzeug or SQLAlchemy
add later; a filter would have to be hung on each of them.
"""

import logging
import re
import traceback

# Twenty digits, also full-width ones, alone or parted the way people and addresses part them.
CODE = re.compile(r"(?:\d(?:[\s_+-]|%20|%2[Dd])?){19}\d")
REMOVED = "[code]"
LINK = re.compile(r"(/(?:host|hall)/)[^\s/?'\"]+")
# Where a program's token or a webhook's key stands in an address, though it belongs into a header.
KEY = re.compile(r"(mst_|whsec_)[\w.+/=-]+")
KEY_REMOVED = r"\1[secret]"
LINK_REMOVED = r"\1[link]"
_MARK = "cleans_codes"


def without_codes(text: str) -> str:
    """Return ``text`` with every 20-digit code and every signed link replaced."""
    return KEY.sub(KEY_REMOVED, LINK.sub(LINK_REMOVED, CODE.sub(REMOVED, text)))


def install() -> None:
    """Make this process's log records clean; calling it again changes nothing."""
    make = logging.getLogRecordFactory()
    if getattr(make, _MARK, False):
        return

    def make_clean(*args: object, **kwargs: object) -> logging.LogRecord:
        record = make(*args, **kwargs)
        record.msg = without_codes(record.getMessage())
        record.args = None
        if record.exc_info and record.exc_info[0] is not None:
            record.exc_text = without_codes("".join(traceback.format_exception(*record.exc_info)).rstrip())
        return record

    setattr(make_clean, _MARK, True)
    logging.setLogRecordFactory(make_clean)
