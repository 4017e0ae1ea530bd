"""The forms of the pages on bad ratings."""

from flask_babel import lazy_gettext as _
from wtforms import RadioField, TextAreaField
from wtforms.validators import InputRequired, Length

from forms.desk.base import DeskForm, stripped

MOST = 500


class StepForm(DeskForm):
    """The next step after a bad rating, and what was done or why; its choices are the steps that may follow."""

    step = RadioField(_("Step"), [InputRequired(_("Choose the step"))])
    note = TextAreaField(_("What was done, or why"), [Length(max=MOST)], filters=[stripped], render_kw={"rows": 3})
