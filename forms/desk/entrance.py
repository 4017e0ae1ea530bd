"""The forms for coming in."""

from flask_babel import lazy_gettext as _
from wtforms import PasswordField, SelectField, StringField
from wtforms.validators import EqualTo, InputRequired, Length, Optional

from forms.desk.base import DeskForm, stripped

LANGUAGES = {"zh": "中文", "en": "English"}
LONGEST = 200


class LoginForm(DeskForm):
    """Address, password, and a one-time password where it is set up."""

    login = StringField(
        _("E-mail address"),
        [InputRequired(), Length(max=LONGEST)],
        filters=[stripped],
        render_kw={"autocomplete": "username", "inputmode": "email"},
    )
    password = PasswordField(
        _("Password"), [InputRequired(), Length(max=LONGEST)], render_kw={"autocomplete": "current-password"}
    )
    code = StringField(
        _("One-time password, where it is set up"),
        [Optional(), Length(max=20)],
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric"},
    )


class _NewPassword(DeskForm):
    password = PasswordField(
        _("New password (at least 12 characters)"),
        [InputRequired(), Length(12, LONGEST)],
        render_kw={"autocomplete": "new-password"},
    )
    again = PasswordField(
        _("The same again"),
        [InputRequired(), EqualTo("password", _("The two passwords differ"))],
        render_kw={"autocomplete": "new-password"},
    )


class AcceptForm(_NewPassword):
    """A new account."""

    name = StringField(_("Your name, as the log will show it"), [InputRequired(), Length(1, 100)], filters=[stripped])
    language = SelectField(_("Language of the desk"), choices=LANGUAGES)


class PasswordForm(_NewPassword):
    """Another password."""

    present = PasswordField(
        _("Present password"), [InputRequired(), Length(max=LONGEST)], render_kw={"autocomplete": "current-password"}
    )


class TotpForm(DeskForm):
    """A one-time password, or the password with which they are switched off."""

    code = StringField(
        _("One-time password"), [InputRequired(), Length(max=LONGEST)], render_kw={"autocomplete": "off"}
    )
