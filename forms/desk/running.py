"""The forms of rehearsing, running and counting a round."""

import re

from flask_babel import lazy_gettext as _
from wtforms import FileField, PasswordField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, ValidationError

from forms.desk.base import DeskForm, ReasonForm, WholeField

USUAL_CODES = 3
MOST_CODES = 20
LONGEST_SCAN = 500
_A_CODE = re.compile(r"(?<!\d)(?:\d[ -]?){20}(?!\d)")
USUAL_VOTERS = 60
MOST_VOTERS = 500
"""Made-up voters of one demonstration: enough to see everything move, few enough to see it end."""


class RehearseForm(DeskForm):
    """How many codes each voter group of a rehearsal gets."""

    codes = WholeField(
        _("Codes for each group and class"),
        [InputRequired(), NumberRange(1, MOST_CODES)],
        default=USUAL_CODES,
        render_kw={"inputmode": "numeric", "min": 1, "max": MOST_CODES},
    )


class MadeUpVotersForm(DeskForm):
    """How many made-up voters answer in a rehearsal."""

    voters = WholeField(
        _("Made-up voters in all"),
        [InputRequired(), NumberRange(1, MOST_VOTERS)],
        default=USUAL_VOTERS,
        render_kw={"inputmode": "numeric", "min": 1, "max": MOST_VOTERS},
    )


class SecretField(StringField):
    """A text that no page ever shows again."""

    def _value(self) -> str:
        return ""


class VoidSlipForm(ReasonForm):
    """The code of one slip. It comes after the reason, since a scanner ends with the Enter key."""

    code = SecretField(
        _("Code of the slip"),
        [InputRequired(), Length(max=LONGEST_SCAN)],
        render_kw={"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"},
    )

    def validate_reason(self, field: StringField) -> None:
        """Refuse a code that was scanned into the wrong field, and show it no more: the reason stands in the log."""
        if _A_CODE.search(field.data or ""):
            field.data = ""
            raise ValidationError(_("There was a code in the reason; write why, and scan the slip into its own field"))


class OfficeKeyForm(DeskForm):
    """The office's private key, for one count."""

    key = FileField(_("Private key file of the office"), render_kw={"accept": ".key,.pem"})
    passphrase = PasswordField(_("Passphrase of the key"), [InputRequired()], render_kw={"autocomplete": "off"})


class SignedCountForm(DeskForm):
    """A count that the trustees made on their own machine."""

    file = FileField(_("Signed count file"), render_kw={"accept": ".json,.count"})
