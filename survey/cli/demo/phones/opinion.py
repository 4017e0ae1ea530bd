"""What the owner of a phone answers: an opinion drawn round the unit's standing, with blanks and doubts."""

from collections.abc import Mapping
from random import Random

from .page import Choice, Field, Form

_NO_OPINION = ("不了解", "说不清", "不清楚", "弃权", "拒答", "don't know", "abstain", "not sure")
_FAULTS = ("存在", "it exists")
_SAID = (
    "希望多听听群众意见。",
    "办事比以前方便了，谢谢。",
    "路灯坏了三个月没人修！",
    "窗口人少，排队时间太长。",
    "没有意见，继续努力。",
    "建议周末也能办理 <社保> 业务 & 医保业务。",
    "=1+1 这不是公式",
    "The staff were kind.",
)
_UNKNOWN, _BLANK, _TEXT = 0.07, 0.02, 0.10
_SPREAD = 0.22
_MANY = 3


def fill(
    form: Form, lean: float, draw: Random, *, leave_blanks: bool = True, most_best: Mapping[str, int] | None = None
) -> list[tuple[str, str]]:
    """Return what the phone sends for a form: what it carries, and an answer to every field still empty.

    Args:
        form: the form as the server sent it; what is chosen in it already stays.
        lean: from 0 (bitter) to 1 (delighted).
        draw: this phone's own chance.
        leave_blanks: whether some questions may stay unanswered, and remarks unwritten.
        most_best: how often the first option may be given to the questions of an item, by the item's name.
    """
    for entry in form.asks():
        if any(choice.chosen for choice in entry.choices) or entry.value:
            continue
        if leave_blanks and draw.random() < _BLANK:
            continue
        _answer(entry, lean, draw, always_write=not leave_blanks)
    for item, most in (most_best or {}).items():
        _keep_limit([entry for entry in form.asks() if entry.name.partition(":")[0] == item], most, draw)
    return form.carried()


def _keep_limit(entries: list[Field], most: int, draw: Random) -> None:
    """Give the second best to some of those who got the best, until the limit is kept."""
    best = [entry for entry in entries if entry.choices[0].chosen]
    for entry in draw.sample(best, max(0, len(best) - most)):
        entry.choices[0].chosen, entry.choices[1].chosen = False, True


def _answer(entry: Field, lean: float, draw: Random, *, always_write: bool) -> None:
    numbers = entry.numbers_in_note()
    if entry.kind == "radio":
        _pick(entry.choices, lean, draw).chosen = True
    elif entry.kind == "checkbox":
        most = min(numbers[-1] if numbers else _MANY, _MANY, len(entry.choices))
        for choice in draw.sample(entry.choices, draw.randint(1, most)):
            choice.chosen = True
    elif entry.kind == "number":
        low, high = (numbers[-2], numbers[-1]) if len(numbers) > 1 else (1, 10)
        entry.value = str(round(low + (high - low) * _mood(lean, draw)))
    elif entry.kind == "text" and (always_write or draw.random() < _TEXT):
        entry.value = draw.choice(_SAID)[: numbers[-1] if numbers else None]


def _pick(choices: list[Choice], lean: float, draw: Random) -> Choice:
    """Choose a step of a scale from the best to the worst, say whether a fault exists, or that one cannot tell."""
    steps = [choice for choice in choices if not _is_no_opinion(choice)]
    doubts = [choice for choice in choices if _is_no_opinion(choice)]
    if doubts and (not steps or draw.random() < _UNKNOWN):
        return draw.choice(doubts)
    mood = _mood(lean, draw)
    if steps[0].label.lower() in _FAULTS:
        mood = 1 - mood  # of something bad, the first answer is the worst
    return steps[min(len(steps) - 1, int((1 - mood) * len(steps)))]


def _mood(lean: float, draw: Random) -> float:
    return min(1.0, max(0.0, draw.gauss(lean, _SPREAD)))


def _is_no_opinion(choice: Choice) -> bool:
    return any(word in choice.label.lower() for word in _NO_OPINION)
