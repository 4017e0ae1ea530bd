"""What a round is: its name, words, times, seal. What is allowed the round's own model decides, not the form."""

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, SelectChoice, SelectField, StringField

from forms.desk.base import DeskForm, stripped

KINDS = [
    SelectChoice("opinion", _("Opinion survey")),
    SelectChoice("rating", _("Rating of services")),
    SelectChoice("ballot", _("Democratic ballot")),
    SelectChoice("posneg", _("Positive and negative test")),
]
SEALS = [
    SelectChoice("office", _("The office's key: who has it, and its passphrase, can count")),
    SelectChoice("trustees", _("Two trustees' keys: neither can count alone")),
]
LAYOUTS = [
    SelectChoice("auto", _("whichever reads better")),
    SelectChoice("by_dimension", _("one question after the other")),
    SelectChoice("by_person", _("one subject after the other")),
]
CHANNELS = [SelectChoice("codes", _("Printed one-time codes"))]
ANNOUNCE = [
    SelectChoice("", _("as usual: of surveys and ratings yes, of ballots no")),
    SelectChoice("true", _("yes")),
    SelectChoice("false", _("no")),
]
MOMENT = {"type": "datetime-local", "step": "60"}
NUMBER = {"inputmode": "numeric", "autocomplete": "off"}


class _AboutRound(DeskForm):
    title_zh = StringField(_("Title in Chinese"), filters=[stripped])
    title_en = StringField(_("Title in English"), filters=[stripped])
    organiser_zh = StringField(_("Organiser in Chinese"), filters=[stripped])
    organiser_en = StringField(_("Organiser in English"), filters=[stripped])
    contact = StringField(_("Telephone or address for questions"), filters=[stripped])
    kind = SelectField(_("Kind"), choices=KINDS)
    seal = SelectField(_("Sealed to"), choices=SEALS)
    channel = SelectField(_("How people come in"), choices=CHANNELS)
    opens_at = StringField(_("Opens"), filters=[stripped], render_kw=MOMENT)
    closes_at = StringField(_("Closes"), filters=[stripped], render_kw=MOMENT)
    meeting = BooleanField(_("Held as a meeting: the host opens and closes the vote in the room"))


class NewRoundForm(_AboutRound):
    """A new round."""

    id = StringField(_("Short name, for addresses and files"), filters=[stripped])
    questionnaire = SelectField(_("Questionnaire"))
    office = SelectField(_("Office"))


class AboutForm(_AboutRound):
    """What a draft says of itself; its name and its office stay."""

    review = BooleanField(_("People see their answers once more before they cast"))
    grace_minutes = StringField(_("Minutes after closing in which open forms may still be cast"), render_kw=NUMBER)
    layout = SelectField(_("Order of the ballot"), choices=LAYOUTS)
    order_zh = StringField(_("How subjects are ordered, in Chinese"), filters=[stripped])
    order_en = StringField(_("How subjects are ordered, in English"), filters=[stripped])
    announce = SelectField(_("Results may be published"), choices=ANNOUNCE)
    objection_days = StringField(_("Days that the envelopes are kept after the count"), render_kw=NUMBER)


class ChooseForm(DeskForm):
    """Another questionnaire, or another version."""

    questionnaire = SelectField(_("Questionnaire"))
