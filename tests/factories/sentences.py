"""What people are told, in the language they chose."""

import re
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

from survey.core.sentences import fill

CATALOGUE = Path(__file__).parents[2] / "survey" / "translations" / "zh" / "LC_MESSAGES" / "messages.po"


@cache
def catalogue():
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="zh")


def chinese(sentence: str) -> str:
    """Translate as the edges do; English where the catalogue has no such sentence."""
    found = catalogue().get(sentence)
    return found.string if found and found.string else sentence


def lines(invalid) -> list[str]:
    """Return the problems of an Invalid as lines; see that Chinese carries the same figures."""
    for problem in invalid.problems:
        figures = [fill(f"%({name})s", problem.figures, chinese) for name in re.findall(r"%\((\w+)\)", problem.message)]
        assert all(figure in problem.say(chinese) for figure in figures)
        assert "%(" not in re.sub(r"'.*?'", "", problem.say(chinese))
    return [f"{problem.where}: {problem.say()}" for problem in invalid.problems]
