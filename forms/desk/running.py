"""The forms of rehearsing, running and counting a round."""

from flask_babel import lazy_gettext as _
from wtforms import FileField, IntegerField, PasswordField
from wtforms.validators import InputRequired, NumberRange

from forms.desk.base import DeskForm

USUAL_CODES = 3
MOST_CODES = 20


class RehearseForm(DeskForm):
    """How many codes each voter group of a rehearsal gets."""

    codes = IntegerField(
        _("Codes for each group and class"),
        [InputRequired(), NumberRange(1, MOST_CODES)],
        default=USUAL_CODES,
        render_kw={"inputmode": "numeric", "min": 1, "max": MOST_CODES},
    )


class OfficeKeyForm(DeskForm):
    """The office's private key, for one count."""

    key = FileField(_("Private key file of the office"), render_kw={"accept": ".key,.pem"})
    passphrase = PasswordField(_("Passphrase of the key"), [InputRequired()], render_kw={"autocomplete": "off"})


class SignedCountForm(DeskForm):
    """A count that the trustees made on their own machine."""

    file = FileField(_("Signed count file"), render_kw={"accept": ".json,.count"})
