"""The forms on programs: tokens and webhooks."""

from flask_babel import lazy_gettext as _
from wtforms import SelectField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length, NumberRange

from forms.desk.base import DeskForm, WholeField, stripped

LONGEST_NAME = 80
LONGEST_URL = 500
MOST_DAYS = 366


class TokenForm(DeskForm):
    """A token for a program."""

    name = StringField(_("Which program it is for"), [InputRequired(), Length(1, LONGEST_NAME)], filters=[stripped])
    office = SelectField(_("Office"))
    days = WholeField(_("Days it works"), [InputRequired(), NumberRange(1, MOST_DAYS)], default=90)
    scopes = SelectMultipleField(_("What it may do"), [InputRequired(_("Choose at least one"))])


class WebhookForm(DeskForm):
    """An address that is told of events."""

    url = StringField(_("Address"), [InputRequired(), Length(1, LONGEST_URL)], filters=[stripped])
    receiver = SelectField(_("Office"))
    events = SelectMultipleField(_("Of what it is told"), [InputRequired(_("Choose at least one"))])
