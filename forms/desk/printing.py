"""Issuing and printing: how many, on which paper, in which language."""

from flask_babel import lazy_gettext as _
from wtforms import FileField, SelectChoice, SelectField
from wtforms.validators import NumberRange, Optional

from forms.desk.base import DeskForm, WholeField

LAYOUTS = [
    SelectChoice("24", _("24 on a page: 70 × 37 mm")),
    SelectChoice("10", _("10 on a page, large type: 105 × 59 mm")),
    SelectChoice("1", _("1 on a page, with instructions")),
]
LANGUAGES = {"zh": "中文", "en": "English"}
PAPERS = {"A4": "A4", "A3": "A3"}
MOST_SPARE = 100_000


class CodesForm(DeskForm):
    """Issue what is planned, and print it."""

    layout = SelectField(_("Slips"), choices=LAYOUTS)
    language = SelectField(_("Language of the paper"), choices=LANGUAGES)


class SpareForm(CodesForm):
    """Issue a spare batch for a voter group, or for each."""

    spare = WholeField(
        _("Codes for each voter group"), [NumberRange(1, MOST_SPARE)], render_kw={"type": "number", "min": 1}
    )
    voters = SelectField(_("Voter group"), [Optional()])


class SlipsForm(CodesForm):
    """Print again from a list of codes."""

    file = FileField(_("The list of codes (codes-GROUP-CLASS.csv)"), render_kw={"accept": ".csv"})


class PosterForm(DeskForm):
    """Print the poster of the room."""

    paper = SelectField(_("Paper"), choices=PAPERS)
    language = SelectField(_("Language of the paper"), choices=LANGUAGES)
