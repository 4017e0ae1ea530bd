"""One unit or cadre of the roster."""

from flask_babel import lazy_gettext as _
from wtforms import SelectChoice, SelectField, StringField

from forms.desk.base import DeskForm, stripped

KINDS = [SelectChoice("unit", _("Unit")), SelectChoice("cadre", _("Cadre"))]
RANKS = [SelectChoice("", _("none")), SelectChoice("head", _("Head")), SelectChoice("deputy", _("Deputy"))]


class SubjectForm(DeskForm):
    """A unit or a cadre; what is allowed the roster's own model decides."""

    code = StringField(_("Subject code"), filters=[stripped])
    name = StringField(_("Name"), filters=[stripped])
    kind = SelectField(_("Unit or cadre"), choices=KINDS)
    unit_type = StringField(_("Unit type"), filters=[stripped])
    group = StringField(_("Ranking group"), filters=[stripped])
    parent = StringField(_("Code of the unit above"), filters=[stripped])
    rank = SelectField(_("Head or deputy"), choices=RANKS)
    population = StringField(_("Population"), filters=[stripped], render_kw={"inputmode": "numeric"})
