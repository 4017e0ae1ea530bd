"""The forms on questionnaires: a file, or the same made in the browser, field by field or as text."""

from flask_babel import lazy_gettext as _
from wtforms import FileField, HiddenField, TextAreaField

from forms.desk.base import DeskForm


class QuestionnaireFileForm(DeskForm):
    """A questionnaire's file."""

    file = FileField(_("Questionnaire (.yaml)"), render_kw={"accept": ".yaml,.yml"})


class TakeForm(DeskForm):
    """One of those that come with the program."""

    name = HiddenField()


class WriteForm(DeskForm):
    """A questionnaire as it is written."""

    written = TextAreaField(
        _("Questionnaire"),
        render_kw={"rows": 28, "spellcheck": "false", "autocomplete": "off", "wrap": "off", "class": "mono"},
    )


class EditForm(DeskForm):
    """A questionnaire field by field: its fields are as many as its questions, so the page names them itself."""
