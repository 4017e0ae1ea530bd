"""How slips lie on an A4 page, and what stands where on a slip: figures only."""

from dataclasses import dataclass
from typing import Literal

LayoutName = Literal["24", "10", "1"]

PAGE_WIDTH, PAGE_HEIGHT = 210.0, 297.0


@dataclass(frozen=True)
class Box:
    """Where a stack of texts stands: millimetres from the slip's left and top, sizes in points."""

    x: float
    y: float
    width: float
    height: float
    sizes: tuple[float, ...]
    gap: float = 0.4


@dataclass(frozen=True)
class Digits:
    """Where the code stands: its first baseline (millimetres), and the groups of four on each line."""

    baseline: float
    size: float
    groups: tuple[int, ...]


@dataclass(frozen=True)
class Layout:
    """A kind of slip, in millimetres. The code stands under its label, in the label's box's width.

    Attributes:
        roomy: whether whole fingerprints of the keys have room, and the ballot's class in the head.
    """

    columns: int
    rows: int
    width: float
    height: float
    qr: float
    qr_x: float
    qr_y: float
    head: Box
    label: Box
    code: Digits
    foot: Box
    note: Box
    keys: Box
    roomy: bool = True
    instructions: Box | None = None
    ruler_y: float | None = None
    scale_note: Box | None = None
    centred: bool = False

    @property
    def per_page(self) -> int:
        """Slips on a page."""
        return self.columns * self.rows

    @property
    def margin(self) -> float:
        """White above and below the slips: eight of 37 mm leave a millimetre of the page."""
        return (PAGE_HEIGHT - self.rows * self.height) / 2


# Every box keeps clear of the QR code's four white modules, which are widest in version 3.
LAYOUTS: dict[LayoutName, Layout] = {
    "24": Layout(
        columns=3,
        rows=8,
        width=70,
        height=37,
        qr=25,
        qr_x=3.5,
        qr_y=3.5,
        head=Box(32.2, 3.4, 34.6, 9.3, (8.3, 6.2, 6.2)),
        label=Box(32.2, 13.1, 34.6, 2.2, (6,)),
        code=Digits(19.0, 12, (3, 2)),
        foot=Box(32.2, 24.9, 34.6, 5.1, (6.2, 6.2), gap=0.3),
        keys=Box(32.2, 30.2, 34.6, 1.6, (4.5,)),
        roomy=False,
        note=Box(3.5, 32.0, 63.0, 2.0, (5.4,)),
    ),
    "10": Layout(
        columns=2,
        rows=5,
        width=105,
        height=59.4,
        qr=35,
        qr_x=5.2,
        qr_y=5.2,
        head=Box(45.2, 5.0, 56.3, 16.8, (13, 10, 9)),
        label=Box(45.2, 22.6, 56.3, 3.0, (8,)),
        code=Digits(31.4, 18, (3, 2)),
        foot=Box(45.2, 40.3, 56.3, 7.8, (9, 9)),
        note=Box(5.2, 49.1, 96.3, 3.2, (8.5,)),
        keys=Box(5.2, 52.4, 96.3, 4.0, (5.2, 5.2), gap=0.2),
    ),
    "1": Layout(
        columns=1,
        rows=1,
        width=PAGE_WIDTH,
        height=PAGE_HEIGHT,
        qr=60,
        qr_x=75,
        qr_y=72,
        head=Box(25, 32, 160, 31, (24, 16, 14)),
        label=Box(25, 144, 160, 5, (12,)),
        code=Digits(158.5, 24, (5,)),
        foot=Box(25, 166, 160, 13, (14, 14)),
        note=Box(25, 258, 160, 10, (11,)),
        keys=Box(25, 246, 160, 9, (9, 9), gap=0.3),
        instructions=Box(25, 192, 160, 52, (13,), gap=0.7),
        ruler_y=278,
        scale_note=Box(79, 274.8, 106, 4.5, (9,)),
        centred=True,
    ),
}
