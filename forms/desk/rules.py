"""The rules of a round and what may be shown of it; ballot classes and limits are rows beside these fields."""

from flask_babel import lazy_gettext as _
from wtforms import SelectChoice, SelectField, StringField, TextAreaField

from forms.desk.base import DeskForm, stripped

NUMBER = {"inputmode": "decimal", "autocomplete": "off"}
OPERATORS = [SelectChoice(">=", _("at least (≥)")), SelectChoice(">", _("more than (>)"))]
GRADE_BY = [SelectChoice("items", _("its items")), SelectChoice("overall", _("the separate overall grade"))]
ALL_EQUAL = [SelectChoice("note", _("is noted")), SelectChoice("void", _("is void"))]
UNANIMITY = [
    SelectChoice("low", _("hidden when all fell on one option below the best")),
    SelectChoice("any", _("hidden when all fell on one option")),
    SelectChoice("show", _("shown")),
]


class RulesForm(DeskForm):
    """Everything that is not a row."""

    minimum = StringField(_("Scored answers that an index needs"), filters=[stripped], render_kw=NUMBER)
    grade_by = SelectField(_("A subject's score comes from"), choices=GRADE_BY)
    quorum_operator = SelectField(_("Quorum: those present are"), choices=OPERATORS)
    quorum_share = StringField(_("of those expected (empty: no quorum)"), filters=[stripped], render_kw=NUMBER)
    all_equal = SelectField(_("A ballot that says the same of everybody"), choices=ALL_EQUAL)
    trim_above = StringField(
        _("Drop the highest and the lowest with more ballots than (empty: never)"), filters=[stripped], render_kw=NUMBER
    )
    min_cell = StringField(_("Counts below it are hidden"), filters=[stripped], render_kw=NUMBER)
    min_text = StringField(_("Remarks are given out from so many"), filters=[stripped], render_kw=NUMBER)
    min_class = StringField(_("Ballots that the figures of one class need"), filters=[stripped], render_kw=NUMBER)
    live_step = StringField(_("Step of the figures while a secret round is open"), filters=[stripped], render_kw=NUMBER)
    unanimity = SelectField(_("Votes that all agree"), choices=UNANIMITY)
    more = TextAreaField(
        _("Levels, roll-ups and weighting"), render_kw={"rows": 10, "spellcheck": "false", "class": "mono"}
    )
