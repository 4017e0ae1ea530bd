"""What the jobs that print have in common: shards of slips, their cover sheets, the look at them, the archive."""

import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import cast

from survey.codes.cover import Cover, write_covers
from survey.codes.generator import address
from survey.codes.layouts import LAYOUTS, LayoutName
from survey.codes.preflight import Findings, Sheets, check_print
from survey.codes.sheets import Heading, Slip, write_sheets
from survey.codes.words import class_words, fingerprints, make_covers, make_heading
from survey.core.errors import N_, Refused
from survey.core.language import translator
from survey.rounds.definition import RoundDefinition
from survey.rounds.models import Round
from survey.worker.work import Work

MOST_SLIPS = 1000
"""Slips of a shard, which is a stack that one person carries; whole pages only."""

ZIP = "application/zip"
_SAMPLE = "0" * 20


@dataclass(frozen=True)
class Paper:
    """How slips are printed."""

    layout: LayoutName
    language: str

    @classmethod
    def of(cls, work: Work) -> "Paper":
        """Read it from a job; without a word there, 24 a page, in Chinese."""
        layout = work.payload.get("layout", "24")
        language = work.payload.get("language", "zh")
        return cls(cast("LayoutName", layout if layout in LAYOUTS else "24"), "en" if language == "en" else "zh")

    @property
    def per_page(self) -> int:
        """Slips on a page."""
        return LAYOUTS[self.layout].per_page

    @property
    def per_shard(self) -> int:
        """Slips of a full shard."""
        return MOST_SLIPS // self.per_page * self.per_page


@dataclass(frozen=True)
class PrintedRound:
    """What is printed of a round on every slip."""

    definition: RoundDefinition
    keys: tuple[str, ...]

    @classmethod
    def of(cls, row: Round) -> "PrintedRound":
        """Read it from its row."""
        return cls(RoundDefinition.model_validate(row.definition), fingerprints(row))


@dataclass(frozen=True)
class Shard:
    """A stack of slips: the name of its file without the ending, and its codes in the order of printing."""

    name: str
    codes: Sequence[str]

    def pages(self, paper: Paper) -> int:
        """Count its pages."""
        return -(-len(self.codes) // paper.per_page)


@dataclass(frozen=True)
class Box:
    """The slips that are drawn from one box: those of a voter group and class.

    Attributes:
        name: for files, such as ``620102-A``.
        group: the voter group, as people say it.
        ballot_class: the class's code.
        codes: shuffled; in the order of printing.
    """

    name: str
    group: str
    ballot_class: str
    codes: Sequence[str]

    def shards(self, paper: Paper) -> Iterator[Shard]:
        """Yield the stacks."""
        for number, start in enumerate(range(0, len(self.codes), paper.per_shard), start=1):
            yield Shard(f"slips-{self.name}-{number:03d}", self.codes[start : start + paper.per_shard])


class Printer:
    """Prints the boxes of one job."""

    def __init__(self, work: Work, of: PrintedRound, paper: Paper) -> None:
        self.work, self.of, self.paper = work, of, paper

    def try_out(self, boxes: Sequence[Box]) -> None:
        """Set a slip and a cover of each kind, and throw them away: what has no room is found before anything is done.

        Raises:
            Refused: as ``write_sheets`` and ``write_covers``.
        """
        slip = Slip(_SAMPLE, self._address(_SAMPLE))
        for ballot_class in sorted({box.ballot_class for box in boxes}):
            write_sheets([slip], self._heading(ballot_class), BytesIO(), layout=self.paper.layout)
        for box in boxes:
            write_covers(self._covers(box, [Shard("slips", [_SAMPLE])]), BytesIO())

    def print_boxes(self, boxes: Sequence[Box]) -> tuple[list[Path], Findings]:
        """Print what an earlier worker has not printed yet, and look at a sample of all.

        Returns:
            The files: of each box its covers, then its slips; and what was looked at.

        Raises:
            Refused: when something is wrong with what is printed; it is printed anew when the job is tried again.
        """
        shards = [shard for box in boxes for shard in box.shards(self.paper)]
        done = sum(len(shard.codes) for shard in shards if self.work.kept(shard.name))
        self.work.begin(sum(len(box.codes) for box in boxes), N_("slips"), done=done)
        files: list[Path] = []
        sheets: list[Sheets] = []
        for box in boxes:
            covers = self._print_covers(box)
            slips = [self._print_shard(box, shard) for shard in box.shards(self.paper)]
            files += [covers.file, *(one.file for one in slips)]
            sheets += slips
            check_print([covers])
        try:
            findings = check_print(sheets, words=self._heading(boxes[0].ballot_class).label_code)
        except Refused:
            self.work.drop(shard.name for shard in shards)
            raise
        return files, findings

    def _print_shard(self, box: Box, shard: Shard) -> Sheets:
        place = self.work.kept(shard.name)
        if place is None:
            place = self.work.folder / f"{shard.name}.pdf"
            slips = (Slip(code, self._address(code)) for code in shard.codes)
            write_sheets(slips, self._heading(box.ballot_class), place, layout=self.paper.layout)
            self.work.keep(shard.name, place)
            self.work.step(len(shard.codes))
        return Sheets(place, shard.pages(self.paper), partial(self._page, shard))

    def _page(self, shard: Shard, number: int) -> list[str]:
        start = number * self.paper.per_page
        return [self._address(code) for code in shard.codes[start : start + self.paper.per_page]]

    def _print_covers(self, box: Box) -> Sheets:
        covers = self._covers(box, list(box.shards(self.paper)))
        place = self.work.folder / f"covers-{box.name}.pdf"
        write_covers(covers, place)
        place.chmod(0o600)
        return Sheets(place, len(covers), lambda _page: [])

    def _covers(self, box: Box, shards: Sequence[Shard]) -> list[Cover]:
        definition, language = self.of.definition, self.paper.language
        named = class_words(definition.rules.ballot_class(box.ballot_class), language)
        return make_covers(
            definition,
            language,
            [(f"{shard.name}.pdf", len(shard.codes), shard.pages(self.paper)) for shard in shards],
            group=box.group,
            ballot_class=named or box.ballot_class,
        )

    def _heading(self, ballot_class: str) -> Heading:
        definition = self.of.definition
        return make_heading(
            definition,
            self.paper.language,
            self.work.settings.base_url,
            keys=self.of.keys,
            ballot_class=definition.rules.ballot_class(ballot_class),
        )

    def _address(self, code: str) -> str:
        return address(self.work.settings.base_url, code)


def pack(work: Work, files: Sequence[Path]) -> Path:
    """Put files into one archive in the job's folder; PDFs are small already, so nothing is pressed."""
    place = work.folder / "archive.part"
    place.unlink(missing_ok=True)
    place.touch(mode=0o600)
    work.begin(len(files), N_("files packed"))
    with zipfile.ZipFile(place, "w", compression=zipfile.ZIP_STORED) as archive:
        for file in files:
            archive.write(file, file.name)
            work.step(1)
    return place


def read_me(work: Work, paper: Paper, *, meeting: bool) -> Path:
    """Write what to do with the files, in the language of the paper."""
    say = translator(paper.language)
    place = work.folder / "README.txt"
    place.write_text("\n".join(say(line) for line in (*_READ_ME, *(_MEETING if meeting else ()))) + "\n", "utf-8")
    place.chmod(0o600)
    return place


_READ_ME = (
    N_("slips-GROUP-CLASS-NUMBER.pdf: the slips, on A4. Print at 100 %, one side only, then cut."),
    N_("covers-GROUP-CLASS.pdf: a cover sheet for each stack, to count, sign and hand over."),
    N_("codes-GROUP-CLASS.csv: the codes for a print shop. Whoever has it can vote: keep it as safe as the slips."),
    N_("Codes stand nowhere else. Delete these files when the slips are printed."),
)
_MEETING = (N_("Put the slips of one group and class into one box, mix them, and let everybody draw one."),)
