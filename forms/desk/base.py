"""What all forms of the desk have in common."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import TextAreaField
from wtforms.validators import InputRequired, Length

REASON_LEAST = 4
REASON_MOST = 300


def stripped(value: str | None) -> str | None:
    """Return a text without the blanks around it."""
    return value.strip() if value else value


class DeskForm(FlaskForm):
    """A form whose post is checked against forgery; its token lives as long as the session."""


class ReasonForm(DeskForm):
    """Asks why, before something that cannot be undone."""

    reason = TextAreaField(
        _("Reason"), [InputRequired(), Length(REASON_LEAST, REASON_MOST)], filters=[stripped], render_kw={"rows": 2}
    )
