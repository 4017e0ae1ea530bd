"""What staff file about the subjects of a scheme (依据): figures, levels, vetoes, points, history, decisions.

Every piece names its document and who confirmed it. A file is taken whole or not at all.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from survey.core.errors import N_, Invalid, Problem
from survey.core.sheetscan import MOST_ROWS
from survey.core.textfile import Row, read_table
from survey.scoring.assembling import assemble, faults_of
from survey.scoring.scheme import Scheme, UnitType
from survey.scoring.scheme_parts import PeriodsSource, RoundSource
from survey.subjects.roster import Subject

COMPONENTS = ("subject", "component", "value", "source", "confirmed_by")
COMPONENTS_MORE = ("period", "confirmed_on")
HISTORY = ("subject", "year", "grade", "source", "confirmed_by")
DECISIONS = ("subject", "grade", "reason", "confirmed_by")
LONGEST = {"value": 200, "grade": 200, "source": 300, "reason": 300, "confirmed_by": 100}
LONGEST_DOCUMENT = 200
LONGEST_NAME = 40
YEAR = re.compile("[12][0-9]{3}")
NO_YEAR = N_("%(value)s is no year; write it with four digits")
TOO_LONG = N_("%(column)s has %(n)s characters; the most is %(most)s")
HIDDEN = ("Cc", "Cf", "Zl", "Zp", "Cs", "Co", "Cn")
TAKEN_BACK = "-"

Place = tuple[str, str, str, str]


@dataclass(frozen=True)
class Evidence:
    """One piece; all texts as written.

    Attributes:
        kind: figure, level, veto, entry (plus or minus points), history, decision or approval.
        name: of the component, level, veto or adjustment rule; the year of a history; empty for a decision.
        part: the period of a figure; the document of an entry, for there may be several; else empty.
        value: a number, places ("3 5 2 4"), a level, "yes", points or their level, a grade; of an approval, the
            classes of ballots that may be left out. A single ``-`` takes back what was filed at its place.
        source: the document; the reason of a decision or approval.
    """

    kind: str
    subject: str
    name: str
    part: str
    value: str
    source: str
    confirmed_by: str
    confirmed_on: date | None = None

    @property
    def place(self) -> Place:
        """What it is about; a later piece about the same replaces it."""
        return (self.kind, self.subject, self.name, self.part)

    @property
    def takes_back(self) -> bool:
        """Whether it only takes back what was filed before."""
        return self.value == TAKEN_BACK

    def document(self) -> dict[str, Any]:
        """Return it as plain data."""
        day = self.confirmed_on.isoformat() if self.confirmed_on else None
        return {**vars(self), "confirmed_on": day}

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "Evidence":
        """Build it again from its plain data."""
        texts = {name: str(document[name]) for name in cls.__annotations__ if name != "confirmed_on"}
        day = document["confirmed_on"]
        return cls(**texts, confirmed_on=None if day is None else date.fromisoformat(day))


def kind_of(scheme: Scheme, name: str) -> str | None:
    """Return what a name of a scheme stands for: figure, level, veto or entry; none when for nothing to be filed."""
    return scheme.filed_as.get(name)


def put(known: Iterable[Evidence], pieces: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """Return what stands after pieces were filed on top of others, in the order of the places.

    Raises:
        Invalid: when one takes back what nobody filed.
    """
    standing = {one.place: one for one in known}
    problems = []
    for piece in pieces:
        if not piece.takes_back:
            standing[piece.place] = piece
        elif standing.pop(piece.place, None) is None:
            named = " ".join(filter(None, (piece.subject, piece.name, piece.part)))
            problems.append(Problem(named, N_("nothing of this is filed; it cannot be taken back")))
    if problems:
        raise Invalid(problems)
    return tuple(sorted(standing.values(), key=lambda one: one.place))


def applies(scheme: Scheme, unit_type: UnitType, evidence: Evidence) -> bool:
    """Tell whether the scheme has a use for a piece about a subject of a type; an older version may have had one."""
    concerned = {one.id: one.source for one in scheme.concerned(unit_type)}
    source = concerned.get(evidence.name)
    match evidence.kind:
        case "history" | "decision":
            return True
        case "approval":
            return isinstance(source, RoundSource)
        case "figure":
            periods = [one.id for one in source.periods] if isinstance(source, PeriodsSource) else [""]
            filed = kind_of(scheme, evidence.name) == evidence.kind
            return filed and source is not None and evidence.part in periods
        case "entry":
            rules = {one.id: one for one in scheme.adjustments.rules if not one.graduated}
            return evidence.name in rules and rules[evidence.name].holds_for(unit_type.id)
    return kind_of(scheme, evidence.name) == evidence.kind


def read_components(
    file: Path, scheme: Scheme, subjects: Sequence[Subject], most_rows: int = MOST_ROWS
) -> tuple[Evidence, ...]:
    """Read components.csv: figures, levels, vetoes, plus and minus points.

    Raises:
        Invalid: with every fault by line.
    """
    rows = read_table(file, COMPONENTS, COMPONENTS_MORE, most_rows)
    return components_of(rows, scheme, subjects, _in_file(file))


def components_of(
    rows: Iterable[Row], scheme: Scheme, subjects: Sequence[Subject], place: Callable[[Row], str]
) -> tuple[Evidence, ...]:
    """Return what rows of components.csv say, wherever they were read.

    Args:
        rows: with the cells of ``COMPONENTS`` and perhaps of ``COMPONENTS_MORE``, without spaces around them.
        scheme: what they are filed for.
        subjects: the roster.
        place: how a fault names a row.

    Raises:
        Invalid: with every fault by row.
    """

    def make(row: Row, day: date | None) -> Evidence:
        cells = row.cells
        kind = kind_of(scheme, cells["component"])
        if kind is None:
            raise _named(scheme, cells["component"])
        period = cells.get("period", "")
        if period and kind != "figure":
            raise _fault(N_("only figures have a period; this is the name of another kind"))
        if kind == "entry" and len(cells["source"]) > LONGEST_DOCUMENT:
            raise _too_long("source", cells["source"], LONGEST_DOCUMENT)
        part = cells["source"] if kind == "entry" else period
        return Evidence(
            kind=kind,
            subject=cells["subject"],
            name=cells["component"],
            part=part,
            value=cells["value"],
            source=cells["source"],
            confirmed_by=cells["confirmed_by"],
            confirmed_on=day,
        )

    return _read(rows, place, scheme, subjects, make)


def read_history(
    file: Path, scheme: Scheme, subjects: Sequence[Subject], most_rows: int = MOST_ROWS
) -> tuple[Evidence, ...]:
    """Read history.csv: the grades of earlier years.

    Raises:
        Invalid: with every fault by line.
    """

    def make(row: Row, day: date | None) -> Evidence:
        cells = row.cells
        if not YEAR.fullmatch(cells["year"]):
            raise _fault(NO_YEAR, value=cells["year"] or '""')
        return Evidence(
            kind="history",
            subject=cells["subject"],
            name=cells["year"],
            part="",
            value=cells["grade"],
            source=cells["source"],
            confirmed_by=cells["confirmed_by"],
            confirmed_on=day,
        )

    return _read(read_table(file, HISTORY, ("confirmed_on",), most_rows), _in_file(file), scheme, subjects, make)


def read_decisions(
    file: Path, scheme: Scheme, subjects: Sequence[Subject], most_rows: int = MOST_ROWS
) -> tuple[Evidence, ...]:
    """Read decisions.csv: the grades that persons gave, and why.

    Raises:
        Invalid: with every fault by line.
    """

    def make(row: Row, day: date | None) -> Evidence:
        cells = row.cells
        return Evidence(
            kind="decision",
            subject=cells["subject"],
            name="",
            part="",
            value=cells["grade"],
            source=cells["reason"],
            confirmed_by=cells["confirmed_by"],
            confirmed_on=day,
        )

    return _read(read_table(file, DECISIONS, ("confirmed_on",), most_rows), _in_file(file), scheme, subjects, make)


def check_evidence(scheme: Scheme, subject: Subject, evidence: Evidence) -> Iterator[Problem]:
    """Give the faults of one piece of evidence about a subject that the scheme assesses."""
    unit_type = scheme.type_of(subject)
    assert unit_type is not None
    concerned = [one.id for one in scheme.concerned(unit_type)]
    if evidence.kind == "history":
        if not YEAR.fullmatch(evidence.name):
            yield Problem(evidence.name, NO_YEAR, {"value": evidence.name or '""'})
            return
        yield from _history(scheme, evidence)
    if evidence.kind in ("figure", "approval") and evidence.name not in concerned:
        yield Problem(
            evidence.name,
            N_("the component %(name)s does not concern the type %(type)s of this subject; allowed: %(allowed)s"),
            {"name": evidence.name, "type": unit_type.id, "allowed": ", ".join(concerned)},
        )
        return
    if evidence.takes_back:
        return
    try:
        unit = assemble(scheme, subject, [evidence])
    except Invalid as error:
        yield from error.problems
        return
    yield from faults_of(scheme, unit)


def _history(scheme: Scheme, evidence: Evidence) -> Iterator[Problem]:
    if int(evidence.name) >= scheme.year:
        figures = {"value": evidence.name, "year": scheme.year}
        yield Problem(evidence.name, N_("%(value)s is no year before %(year)s"), figures)
    if not evidence.source:
        yield Problem(evidence.name, N_("the source, or the document, is not named"))
    if not evidence.confirmed_by:
        yield Problem(evidence.name, N_("it does not say who confirmed it"))


# --- reading -----------------------------------------------------------------------------------------------------


def _read(
    rows: Iterable[Row],
    place: Callable[[Row], str],
    scheme: Scheme,
    subjects: Sequence[Subject],
    make: Callable[[Row, date | None], Evidence],
) -> tuple[Evidence, ...]:
    by_code = {subject.code: subject for subject in subjects}
    found: dict[Place, tuple[Evidence, int]] = {}
    problems: list[Problem] = []
    for row in rows:
        try:
            _check_cells(row)
            evidence = make(row, _day(row.cells.get("confirmed_on", "")))
            faults = list(_faults(scheme, by_code, evidence))
        except Invalid as error:
            faults = list(error.problems)
        else:
            if not faults and evidence.place in found:
                faults = [Problem("", N_("line %(line)s says the same already"), {"line": found[evidence.place][1]})]
            found.setdefault(evidence.place, (evidence, row.line))
        problems += [Problem(_where(place(row), one.where), one.message, one.figures) for one in faults]
    if problems:
        raise Invalid(problems)
    return tuple(evidence for evidence, _ in found.values())


def _in_file(file: Path) -> Callable[[Row], str]:
    return lambda row: f"{file.name}:{row.line}"


def _where(place: str, where: str) -> str:
    return " ".join(dict.fromkeys(f"{place} {where}".split()))


def _faults(scheme: Scheme, by_code: Mapping[str, Subject], evidence: Evidence) -> Iterator[Problem]:
    subject = by_code.get(evidence.subject)
    if subject is None:
        yield Problem(
            "", N_("there is no subject %(code)s; import the roster first"), {"code": evidence.subject or '""'}
        )
    elif scheme.type_of(subject) is None:
        yield Problem("", N_("no unit type of the scheme selects the subject %(code)s"), {"code": subject.code})
    else:
        yield from check_evidence(scheme, subject, evidence)


def _check_cells(row: Row) -> None:
    """Refuse what would not fit, and what nobody would see: a space of no width in a code or a number."""
    for column, text in row.cells.items():
        hidden = next((one for one in text if unicodedata.category(one) in HIDDEN), None)
        if hidden is not None:
            message = N_("%(column)s holds the character %(value)s, which nobody sees; delete it")
            raise _fault(message, column=column, value=f"U+{ord(hidden):04X}")
        if len(text) > LONGEST.get(column, LONGEST_NAME):
            raise _too_long(column, text, LONGEST.get(column, LONGEST_NAME))


def _too_long(column: str, text: str, most: int) -> Invalid:
    return _fault(TOO_LONG, column=column, n=len(text), most=most)


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise _fault(N_("%(value)s is no day; write for example 2024-06-30"), value=text) from None


def _named(scheme: Scheme, name: str) -> Invalid:
    component = next((one for one in scheme.components if one.id == name), None)
    if component is not None and isinstance(component.source, RoundSource):
        message = N_("the component %(name)s is counted in the round %(round)s; nobody files it")
        return _fault(message, name=name, round=component.source.round)
    if component is not None:
        return _fault(N_("the component %(name)s is put together from others; file those"), name=name)
    every = [one.id for one in scheme.components] + [one.id for one in scheme.levels]
    every += [one.id for one in scheme.vetoes] + [one.id for one in scheme.adjustments.rules]
    names = [one for one in every if kind_of(scheme, one)]
    return _fault(
        N_("%(name)s is no component, level, veto or adjustment of the scheme; allowed: %(allowed)s"),
        name=name or '""',
        allowed=", ".join(names),
    )


def _fault(message: str, **figures: object) -> Invalid:
    return Invalid([Problem("", message, figures)])
