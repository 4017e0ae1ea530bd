"""The form on the front page."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import StringField


class CodeEntryForm(FlaskForm):
    """One text field for the 20 digits, never masked."""

    class Meta:
        """Nothing here acts in anybody's name: there is no session, so there is nothing to forge."""

        csrf = False

    code = StringField(_("Code"))
