"""A score run (计分): a scheme applied to all that was filed and counted; the same inputs give the same bytes. Pure."""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from survey.core.errors import N_, Invalid, Problem
from survey.core.ids import canonical_json, content_hash
from survey.counting.merge import merge_counts
from survey.scoring.assembling import assemble
from survey.scoring.evidence import Evidence, Place, applies, check_evidence
from survey.scoring.grades import Grades, grade_units
from survey.scoring.inputs import UnitInput
from survey.scoring.scheme import Scheme
from survey.scoring.scheme_parts import ImportSource, PeriodsSource, RoundSource
from survey.scoring.sources import Approval, CountedRound, check_sources, levels_of, readings_of
from survey.subjects.roster import Subject

FORMAT = "run 1"


@dataclass(frozen=True)
class RunInputs:
    """All that a run is made of.

    Attributes:
        subjects: those that a type of the scheme selects, in the roster's order, which reports keep.
        evidence: in the order of its places.
        rounds: counts, several of one round where several places counted it, by round and hash of what was frozen.
    """

    scheme: Scheme
    subjects: tuple[Subject, ...]
    evidence: tuple[Evidence, ...]
    rounds: tuple[CountedRound, ...]

    @classmethod
    def of(
        cls, scheme: Scheme, subjects: Sequence[Subject], evidence: Sequence[Evidence], rounds: Sequence[CountedRound]
    ) -> "RunInputs":
        """Put inputs into the order in which they are hashed, without what does not concern the scheme."""
        assessed = tuple(subject for subject in subjects if scheme.type_of(subject) is not None)
        codes = {subject.code for subject in assessed}
        wanted = scheme.round_names
        return cls(
            scheme,
            assessed,
            tuple(sorted((one for one in evidence if one.subject in codes), key=lambda one: one.place)),
            tuple(
                sorted(
                    (one for one in rounds if one.name in wanted),
                    key=lambda one: (one.name, one.frozen.content_hash, one.count.figures_hash),
                )
            ),
        )

    def document(self) -> dict[str, Any]:
        """Return the inputs as plain data; rounds by their hashes."""
        return {
            "scheme": self.scheme.document(),
            "subjects": [subject.model_dump(mode="json") for subject in self.subjects],
            "evidence": [one.document() for one in self.evidence],
            "rounds": [
                {
                    "round": one.name,
                    "frozen_hash": one.frozen.content_hash,
                    "figures_hash": one.count.figures_hash,
                    # Without it a hidden figure could be tried out against the hashes that are published.
                    **({"salt": one.count.salt} if one.count.salt else {}),
                }
                for one in self.rounds
            ],
        }


@dataclass(frozen=True)
class Run:
    """What a scheme gives for its inputs.

    Attributes:
        rounds: by id; the counts of one round joined.
        units: what the scheme was applied to.
        unused: what was filed for a version of the scheme that asked for more.
    """

    inputs: RunInputs
    rounds: Mapping[str, CountedRound]
    units: tuple[UnitInput, ...]
    grades: Grades
    unused: tuple[Evidence, ...] = ()

    @cached_property
    def _document(self) -> dict[str, Any]:
        return {"minsheng": FORMAT, "inputs": self.inputs.document(), "results": self.grades.document()}

    def document(self) -> dict[str, Any]:
        """Return inputs and results as plain data."""
        return self._document

    @cached_property
    def content_hash(self) -> str:
        """SHA-256 of the canonical document: 64 hex digits."""
        return content_hash(self.document())

    def to_bytes(self) -> bytes:
        """Return the canonical document."""
        return canonical_json(self.document())

    def unit(self, code: str) -> UnitInput:
        """Return what the scheme was applied to for a subject; StopIteration when there is none."""
        return next(iter(self._by_code.get(code, ())))

    @cached_property
    def _by_code(self) -> dict[str, tuple[UnitInput]]:
        return {one.code: (one,) for one in self.units}


def score_run(inputs: RunInputs) -> Run:
    """Apply a scheme.

    Raises:
        Invalid: when what was filed does not fit the scheme, with every fault.
        Refused: when counts of one round do not fit together, or gates go in a circle.
    """
    rounds = {name: join_rounds(parts) for name, parts in _by_name(inputs.rounds).items()}
    check_sources(inputs.scheme, rounds)
    used, unused = _sorted_out(inputs)
    _check_inputs(inputs, used)
    scheme = inputs.scheme
    approvals = _approvals(used)
    filed: dict[str, list[Evidence]] = {subject.code: [] for subject in inputs.subjects}
    for one in used:
        filed[one.subject].append(one)
    units = tuple(
        assemble(
            scheme,
            subject,
            filed[subject.code],
            readings_of(scheme, subject.code, rounds, approvals),
            levels_of(scheme, subject.code, rounds),
        )
        for subject in inputs.subjects
    )
    return Run(inputs, rounds, units, grade_units(scheme, units), unused)


def _sorted_out(inputs: RunInputs) -> tuple[list[Evidence], tuple[Evidence, ...]]:
    """Return the evidence that the scheme has a use for, and the rest."""
    types = {subject.code: inputs.scheme.type_of(subject) for subject in inputs.subjects}
    used: list[Evidence] = []
    unused: list[Evidence] = []
    for one in inputs.evidence:
        unit_type = types[one.subject]
        assert unit_type is not None
        (used if applies(inputs.scheme, unit_type, one) else unused).append(one)
    return used, tuple(unused)


def _approvals(evidence: Sequence[Evidence]) -> dict[tuple[str, str], Approval]:
    return {
        (one.subject, one.name): Approval(frozenset(one.value.split()), one.source, one.confirmed_by)
        for one in evidence
        if one.kind == "approval"
    }


def join_rounds(parts: Sequence[CountedRound]) -> CountedRound:
    """Join the counts of one round that were made at several places.

    Raises:
        Refused: when they do not fit together.
    """
    if len(parts) == 1:
        return parts[0]
    frozen, count = merge_counts((part.frozen, part.count) for part in parts)
    return CountedRound(
        frozen,
        count,
        tuple(one for part in parts for one in part.turnout),
        {name: n for part in parts for name, n in part.present.items()},
    )


def missing(inputs: RunInputs) -> dict[str, tuple[str, ...]]:
    """Return, for every subject, the components for which nothing was filed or counted; periods after a dot."""
    filed = {(one.subject, one.name, one.part) for one in inputs.evidence if one.kind == "figure"}
    counted = {one.name for one in inputs.rounds}
    return {subject.code: tuple(_missing(inputs.scheme, subject, filed, counted)) for subject in inputs.subjects}


def _missing(
    scheme: Scheme, subject: Subject, filed: Container[tuple[str, str, str]], counted: Container[str]
) -> Iterator[str]:
    unit_type = scheme.type_of(subject)
    assert unit_type is not None
    for one in scheme.concerned(unit_type):
        match one.source:
            case RoundSource(round=name) if name not in counted:
                yield one.id
            case ImportSource() if (subject.code, one.id, "") not in filed:
                yield one.id
            case PeriodsSource(periods=periods):
                for period in periods:
                    if period.weight and (subject.code, one.id, period.id) not in filed:
                        yield f"{one.id}.{period.id}"


def _by_name(rounds: Sequence[CountedRound]) -> dict[str, list[CountedRound]]:
    found: dict[str, list[CountedRound]] = {}
    for one in rounds:
        found.setdefault(one.name, []).append(one)
    return found


def _check_inputs(inputs: RunInputs, used: Sequence[Evidence]) -> None:
    problems = list(_faults(inputs, used))
    if not inputs.subjects:
        problems = [Problem("", N_("no unit type of the scheme selects a subject of the roster"))]
    if problems:
        raise Invalid(problems)


def _faults(inputs: RunInputs, used: Sequence[Evidence]) -> Iterator[Problem]:
    by_code = {subject.code: subject for subject in inputs.subjects}
    seen: set[Place] = set()
    for one in used:
        faults = list(check_evidence(inputs.scheme, by_code[one.subject], one))
        if one.place in seen:
            faults.append(Problem("", N_("this stands here twice")))
        seen.add(one.place)
        for problem in faults:
            where = " ".join(dict.fromkeys(f"{one.kind} {one.subject} {one.name} {problem.where}".split()))
            yield Problem(where, problem.message, problem.figures)
