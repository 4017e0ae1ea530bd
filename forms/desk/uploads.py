"""A file from one's own computer."""

from flask_babel import lazy_gettext as _
from wtforms import FileField

from forms.desk.base import DeskForm


class UploadForm(DeskForm):
    """One file."""

    file = FileField(_("File"))


class TableForm(DeskForm):
    """A table that replaces or extends another."""

    file = FileField(_("Table (CSV or XLSX)"), render_kw={"accept": ".csv,.xlsx,.txt"})
