"""The forms on schemes, evidence and runs."""

from flask_babel import lazy_gettext as _
from flask_wtf.file import FileField, FileRequired
from wtforms import HiddenField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from forms.desk.base import REASON_LEAST, REASON_MOST, DeskForm, ReasonForm, stripped

NAME_MOST = 100


class SchemeFileForm(DeskForm):
    """A scheme's file."""

    file = FileField(_("Scheme (.yaml)"), [FileRequired()], render_kw={"accept": ".yaml,.yml"})


class EvidenceFileForm(DeskForm):
    """A table that staff file."""

    kind = SelectField(
        _("What the table holds"),
        choices=[
            SelectChoice("components", _("Figures, levels, vetoes, plus and minus points")),
            SelectChoice("history", _("Grades of earlier years")),
            SelectChoice("decisions", _("Decided grades")),
        ],
    )
    file = FileField(_("Table (.csv or .xlsx)"), [FileRequired()], render_kw={"accept": ".csv,.xlsx,.txt"})


class KeepForm(DeskForm):
    """What was looked at; a reason, where a second person has to confirm something of it."""

    pieces = HiddenField(validators=[InputRequired()])
    reason = TextAreaField(
        _("Reason"), [Optional(), Length(REASON_LEAST, REASON_MOST)], filters=[stripped], render_kw={"rows": 2}
    )


class WhatIfForm(DeskForm):
    """Another version of the scheme, or other figures on top."""

    file = FileField(_("Other rules (.yaml) or other figures (.csv, .xlsx)"), [FileRequired()])


class ApprovalForm(ReasonForm):
    """That some classes of ballots may be left out where they are short."""

    component = SelectField(_("Component"))
    classes = StringField(_("Classes, separated by spaces; - takes back"), [InputRequired(), Length(max=200)])
    subjects = SelectMultipleField(_("Units; none for all"), [Optional()])
    by = StringField(_("Who approves"), [InputRequired(), Length(1, NAME_MOST)], filters=[stripped])
