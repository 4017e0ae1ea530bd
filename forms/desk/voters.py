"""Lines of voters; the cells are text, and what a file may say they may say."""

from flask_babel import lazy_gettext as _
from wtforms import SelectField, StringField

from forms.desk.base import DeskForm, stripped

NUMBER = {"inputmode": "numeric", "autocomplete": "off"}


class LineForm(DeskForm):
    """One line."""

    group = StringField(_("Group"), filters=[stripped])
    ballot_class = StringField(_("Class"), filters=[stripped])
    planned = StringField(_("Planned ballots"), filters=[stripped], render_kw=NUMBER)
    subjects = StringField(_("Rates"), filters=[stripped])


class TypeForm(DeskForm):
    """One line for each unit of a type."""

    unit_type = SelectField(_("Unit type"))
    type_class = StringField(_("Class"), filters=[stripped])
    type_planned = StringField(_("Planned ballots for each"), filters=[stripped], render_kw=NUMBER)
