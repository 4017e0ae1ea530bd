"""The keys of a draft."""

from flask_babel import lazy_gettext as _
from wtforms import FileField, PasswordField

from forms.desk.base import DeskForm

SECRET = {"autocomplete": "new-password"}


class MakeKeyForm(DeskForm):
    """A new office key; the length of its passphrase the key itself checks."""

    passphrase = PasswordField(_("Passphrase"), render_kw=SECRET)
    again = PasswordField(_("The same again"), render_kw=SECRET)


class PublicKeyForm(DeskForm):
    """A public key made elsewhere."""

    file = FileField(_("Public key file (.pub)"), render_kw={"accept": ".pub,.pem,.txt"})
