"""What was different in what two runs of one scheme were made of, in people's words instead of a file's."""

from collections.abc import Iterator, Mapping

from survey.core.errors import N_
from survey.questionnaires.words import Words
from survey.reports.scores.facts import ScoreReport
from survey.reports.table import Cell, Headings
from survey.scoring.comparing import Difference, compare
from survey.scoring.evidence import Evidence
from survey.scoring.scheme import Scheme

CAUSES: Headings = (
    ("code", N_("Unit code")),
    ("name", N_("Unit")),
    ("what", N_("What")),
    ("before", N_("Before")),
    ("after", N_("After")),
)
ANOTHER_COUNT = N_("another count")
STEP = " › "
THERE = N_("there")

# The fields of a scheme's file, of the roster and of evidence.
FIELDS: Mapping[str, str] = {
    "adjustments": N_("Plus and minus points"),
    "among": N_("which ones"),
    "apart": N_("ranked apart as"),
    "at_least": N_("from this score on"),
    "at_most": N_("at most"),
    "bands": N_("Grade"),
    "base": N_("base"),
    "below": N_("below"),
    "by": N_("by how much, or by whom"),
    "clip": N_("where a score ends"),
    "compared": N_("decimals compared"),
    "component": N_("component"),
    "components": N_("Component"),
    "confirmed_by": N_("Confirmed by"),
    "confirmed_on": N_("Confirmed on"),
    "count": N_("number"),
    "decision": N_("Decision"),
    "approval": N_("Approval to leave out short classes"),
    "effect": N_("effect"),
    "en": N_("English name"),
    "ends": N_("last day"),
    "entry": N_("Plus and minus points"),
    "evidence": N_("Filed"),
    "figure": N_("figure"),
    "full": N_("Full mark"),
    "gates": N_("Gate"),
    "grade": N_("grade"),
    "grades": N_("grades"),
    "grading": N_("set of grades"),
    "gradings": N_("Grades"),
    "graduated": N_("deduction by steps"),
    "group": N_("ranking group"),
    "groups": N_("ranking groups"),
    "history": N_("Grade of an earlier year"),
    "item": N_("question"),
    "kind": N_("kind"),
    "least": N_("least"),
    "level": N_("level"),
    "levels": N_("levels"),
    "loss": N_("loss from place to place"),
    "minimum": N_("fewest votes"),
    "most": N_("most"),
    "most_minus": N_("most that is taken off"),
    "most_plus": N_("most that is added"),
    "multipliers": N_("multiplied by"),
    "name": N_("name"),
    "of": N_("put together from"),
    "operator": N_("comparison"),
    "options": N_("options"),
    "otherwise": N_("points otherwise"),
    "out_of": N_("Full mark"),
    "par": N_("no change at"),
    "parent": N_("unit above"),
    "per_point": N_("points off for each point"),
    "period": N_("period"),
    "periods": N_("periods"),
    "points": N_("points"),
    "population": N_("population"),
    "quotas": N_("quota"),
    "rank": N_("head or deputy"),
    "roster": N_("Roster"),
    "round": N_("round"),
    "rounding": N_("rounding"),
    "rules": N_("rule"),
    "scale": N_("how it becomes points"),
    "selects": N_("which subjects"),
    "share": N_("share"),
    "shown": N_("decimals shown"),
    "side": N_("side"),
    "sign": N_("plus or minus"),
    "source": N_("Source"),
    "steps": N_("steps"),
    "this_year": N_("with this year"),
    "title": N_("title"),
    "types": N_("Unit type"),
    "unit_type": N_("Unit type"),
    "value": N_("Value"),
    "values": N_("values"),
    "version": N_("Version"),
    "veto": N_("Veto"),
    "vetoes": N_("Veto"),
    "weight": N_("weight"),
    "weights": N_("weight"),
    "when": N_("condition"),
    "whole_points": N_("whole points"),
    "within": N_("compared within"),
    "year": N_("Year"),
    "years": N_("years running"),
    "zh": N_("Chinese name"),
}
VALUES: Mapping[str, str] = {
    "False": N_("no"),
    "True": N_("yes"),
    "all": N_("all"),
    "ballot": N_("total of the ballots"),
    "best": N_("its full mark times own figure over the best one"),
    "block_top": N_("bars the best grade"),
    "bottom": N_("bottom"),
    "cadre": N_("cadre"),
    "cap": N_("ceiling of the grade"),
    "deputy": N_("deputy"),
    "expected": N_("voters expected"),
    "flag": N_("mark for verification"),
    "floor": N_("rounded down"),
    "group": N_("ranking group"),
    "half_up": N_("rounded half up"),
    "head": N_("head"),
    "import": N_("reported"),
    "index": N_("index"),
    "lower": N_("lowers the grade"),
    "minus": N_("minus"),
    "options": N_("mean of the points of the votes"),
    "parts": N_("put together from others"),
    "periods": N_("reported for periods"),
    "places": N_("places of several leaders, each place lower costs a share of the full mark"),
    "plus": N_("plus"),
    "points": N_("points"),
    "round": N_("round"),
    "steps": N_("points by shares of votes, the first step that holds"),
    "test_level": N_("level of the test"),
    "top": N_("top"),
    "unit": N_("unit"),
    "valid": N_("valid ballots"),
    "votes": N_("votes"),
}
OF_THE_FILE = frozenset({"scheme"})
"""Places that a reader of the comparison knows already."""


def causes(before: ScoreReport, after: ScoreReport) -> Iterator[dict[str, Cell]]:
    """Give what differs in rules, roster, evidence and counts; of counts only that they do."""
    words = _Words(before, after)
    told: set[str] = set()
    for line in compare(before.run.document(), after.run.document()):
        kind, _, rest = line.what.partition(".")
        if kind == "round":
            name = rest.partition(".")[0]
            if name not in told:
                told.add(name)
                yield {"what": after.say(N_("Round %(round)s"), round=name), "after": after.say(ANOTHER_COUNT)}
        elif kind in ("scheme", "roster", "evidence"):
            yield words.of(line)


class _Words:
    """The words for what stands in files: names of the schemes and of the roster, and what fields are called."""

    def __init__(self, before: ScoreReport, after: ScoreReport) -> None:
        self._report = after
        self._subjects = {one.code: one.name for report in (before, after) for one in report.run.inputs.subjects}
        self._names = {
            name: words for report in (before, after) for name, words in _named(report.scheme, after.language).items()
        }
        self._filed = {_place(one): one for report in (before, after) for one in report.run.inputs.evidence}

    def of(self, line: Difference) -> dict[str, Cell]:
        """Return a difference as a row."""
        ends = {"before": line.before, "after": line.after}
        # Where a whole entry is new or gone, its file's text helps nobody.
        whole = self._is_entry(line) and None in ends.values()
        cells = {
            end: None if text is None else self._entry(line) if whole else self._value(text)
            for end, text in ends.items()
        }
        return {
            "code": line.subject or None,
            "name": self._subjects.get(line.subject),
            "what": STEP.join(self._steps(line)),
            **cells,
        }

    def _is_entry(self, line: Difference) -> bool:
        parts = line.what.split(".")
        return parts == ["roster"] or parts[-1] in self._names or (line.subject, line.what) in self._filed

    def _steps(self, line: Difference) -> list[str]:
        """Return the place from the outside in, each step by its name."""
        say = self._report.say
        filed = self._place_of(line)
        if filed is not None:
            one, field = self._filed[line.subject, filed], line.what[len(filed) + 1 :]
            kind = "" if one.kind == "figure" else say(FIELDS.get(one.kind, one.kind))
            named = (self._names.get(name, name) for name in (one.name, one.part))
            return [step for step in (kind, *named, self._step(field) if field else "") if step]
        return [self._step(part) for part in line.what.split(".") if part not in OF_THE_FILE]

    def _place_of(self, line: Difference) -> str | None:
        """Return the part of a place that names a piece of evidence; a document's name may hold dots."""
        places = (line.what, line.what.rpartition(".")[0])
        return next((place for place in places if (line.subject, place) in self._filed), None)

    def _step(self, part: str) -> str:
        if part in self._names:
            return self._names[part]
        # Entries without a name are counted from 1.
        return str(int(part) + 1) if part.isdigit() else self._report.say(FIELDS.get(part, part))

    def _entry(self, line: Difference) -> str:
        """Return what stands for an entry as a whole: of evidence what it says."""
        filed = self._filed.get((line.subject, line.what))
        return self._report.say(THERE) if filed is None else self._value(filed.value)

    def _value(self, text: str) -> str:
        known = self._names.get(text) or self._subjects.get(text)
        return known or (self._report.say(VALUES[text]) if text in VALUES else text)


def _place(one: Evidence) -> tuple[str, str]:
    """Return whom a piece of evidence is about, and its place as a comparison writes it."""
    names = (name for name in (one.name, one.part) if name and name != one.subject)
    return one.subject, ".".join(("evidence", one.kind, *names))


def _named(scheme: Scheme, language: str) -> dict[str, str]:
    """Return what each named thing of a scheme is called."""
    bands = [band for grading in scheme.gradings for band in grading.bands]
    periods = [one for part in scheme.components for one in getattr(part.source, "periods", ())]
    rules = scheme.adjustments.rules
    things: list[Words] = [
        *(*bands, *periods, *scheme.levels, *scheme.vetoes, *scheme.gates, *rules, *scheme.types, *scheme.components)
    ]
    return {str(getattr(one, "id")): one.words(language) for one in things}  # noqa: B009 - each has one, by its own type
