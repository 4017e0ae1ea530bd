"""The form on the watch page."""

from flask_babel import lazy_gettext as _
from wtforms.validators import NumberRange, Optional

from forms.desk.base import DeskForm, WholeField

LEAST, MOST = 1, 100


class TargetForm(DeskForm):
    """The response rate that a round is to reach; empty takes it away."""

    target = WholeField(
        _("Target for the response rate, in percent"),
        [Optional(), NumberRange(LEAST, MOST, _("Write a whole percentage from 1 to 100, or nothing for no target"))],
        render_kw={"min": LEAST, "max": MOST, "step": 1, "inputmode": "numeric"},
    )
