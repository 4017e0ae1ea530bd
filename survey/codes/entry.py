"""The way in that a whole room shares: one QR code and one short address, where everybody types a drawn code."""

from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray
from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode

from survey.core.errors import N_

QUIET = 4
"""Light modules that a QR code needs around it."""

STEPS = (
    N_("Scan the QR code, or type the address"),
    N_("Type the code that you drew"),
    N_("Check your answers, then submit"),
)
SIGNS = "①②③"
WARNING = N_("This survey charges nothing, asks for no download, and never asks for bank cards or verification codes.")


def entry_address(base_url: str) -> str:
    """Return the address of the page where codes are typed, in upper case where that changes nothing."""
    parts = urlsplit(base_url)
    return f"{parts.scheme}://{parts.netloc}".upper() + f"{parts.path}/"


def short_address(base_url: str) -> str:
    """Return the address as people type it; browsers try https by themselves."""
    return base_url.removeprefix("https://")


def entry_matrix(base_url: str) -> NDArray[np.bool_]:
    """Return the QR code of the entry page, rows from the top, true where dark, without its quiet zone."""
    drawing = QRCode(error_correction=ERROR_CORRECT_M, border=0)
    drawing.add_data(entry_address(base_url))
    drawing.make(fit=True)
    return np.array(drawing.modules, dtype=np.bool_)
