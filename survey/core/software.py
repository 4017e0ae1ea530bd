"""The version of the program, for what is kept for years."""

import tomllib
from functools import cache
from pathlib import Path


@cache
def software() -> str:
    """Return the version, as in ``pyproject.toml``."""
    file = Path(__file__).resolve().parents[2] / "pyproject.toml"
    return str(tomllib.loads(file.read_text(encoding="utf-8"))["project"]["version"])
