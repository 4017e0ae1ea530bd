"""The worked examples: their results were computed twice, elsewhere, with exact fractions."""

import json
from pathlib import Path

import pytest

GOLDEN = Path(__file__).parent.parent / "data" / "golden.json"


@pytest.fixture(scope="session")
def golden():
    return json.loads(GOLDEN.read_text(encoding="utf-8"))
