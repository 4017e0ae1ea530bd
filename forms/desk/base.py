"""What all forms of the desk have in common."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import IntegerField, TextAreaField
from wtforms.validators import InputRequired, Length

LONGEST_NUMBER = 9
REASON_LEAST = 4
REASON_MOST = 300


def stripped(value: str | None) -> str | None:
    """Return a text without the blanks around it."""
    return value.strip() if value else value


class WholeField(IntegerField):
    """A whole number of at most nine digits; WTForms' own checks fail at hundreds of them."""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Take what was typed."""
        if valuelist and len(valuelist[0].strip()) > LONGEST_NUMBER:
            raise ValueError(self.gettext("Not a valid integer value."))
        super().process_formdata(valuelist)


class DeskForm(FlaskForm):
    """A form whose post is checked against forgery; its token lives as long as the session."""


class ReasonForm(DeskForm):
    """Asks why, before something that cannot be undone."""

    reason = TextAreaField(
        _("Reason"), [InputRequired(), Length(REASON_LEAST, REASON_MOST)], filters=[stripped], render_kw={"rows": 2}
    )
