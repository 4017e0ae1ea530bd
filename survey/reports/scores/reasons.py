"""Why a subject has its grade, in a line: what blocked, lowered or flagged it, quotas, decisions, missing figures."""

from survey.reports.scores.facts import ScoreReport
from survey.scoring.composing import NO_FIGURE
from survey.scoring.grades import UnitGrade
from survey.scoring.group_quotas import KEEPS
from survey.scoring.rules.explanation import Step
from survey.scoring.rules.insufficient import Insufficient

TELLING = ("decision", "quota")


def reasons(report: ScoreReport, unit: UnitGrade) -> list[str]:
    """Return the sentences of a subject's explanation that tell more than its score and rank do."""
    if isinstance(unit.score, Insufficient) and not report.disclosed.withheld(unit.code):
        score, *rest = unit.steps
        steps = [score, *_lacking(score), *(step for step in rest if step.kind == "decision")]
        return [_say(report, step) for step in steps]
    telling = TELLING if unit.stored is not None else ("score", "decision")
    idle = [_say(report, step) for step in unit.steps if step.message == KEEPS]
    told = report.explanation(unit.code).children
    return [one.text for one in told if one.holds or (one.kind in telling and one.text not in idle)]


def _say(report: ScoreReport, step: Step) -> str:
    return step.say(report.translate, report.language)


def _lacking(step: Step) -> list[Step]:
    """Return the innermost figures that are missing."""
    below = [one for part in step.parts for one in _lacking(part)]
    return below or ([step] if step.message == NO_FIGURE else [])
