"""The forms on staff and offices."""

from flask_babel import lazy_gettext as _
from wtforms import SelectField, StringField
from wtforms.validators import InputRequired, Length, Regexp

from forms.desk.base import DeskForm, ReasonForm, stripped

CODE = r"^[0-9A-Za-z][0-9A-Za-z._-]{0,39}$"


class InviteForm(DeskForm):
    """Whom to invite, as what, where."""

    login = StringField(_("E-mail address"), [InputRequired(), Length(max=200)], filters=[stripped])
    role = SelectField(_("Role"))
    office = SelectField(_("Office"))


class OfficeForm(DeskForm):
    """An office below another."""

    code = StringField(
        _("Code of the office"),
        [InputRequired(), Regexp(CODE, message=_("Letters, digits, . _ and -, at most 40 characters"))],
        filters=[stripped],
    )
    name = StringField(_("Name of the office"), [InputRequired(), Length(1, 100)], filters=[stripped])
    parent = SelectField(_("Office above it"))


class RolesForm(ReasonForm):
    """One more role; roles to take away are buttons beside them."""

    role = SelectField(_("Role"))
    office = SelectField(_("Office"))
