"""The rules of a round between their document and the rows and fields of a page. Pure but for the YAML reader."""

import io
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ruamel.yaml import YAML

from survey.core.errors import N_, Invalid, Problem
from survey.core.model import Frozen
from survey.core.validation import validate
from survey.core.yamlfile import load
from survey.rounds.definition import Rollup, RoundDefinition
from survey.rounds.rules import StepTable, TestLevels
from survey.rounds.weighting import Weighting

CLASS_FIELDS = ("code", "zh", "en", "weight", "weights", "minimum")
LIMIT_FIELDS = ("item", "options", "at_least", "below", "bound", "amount", "breach")
BOUNDS = {"most": N_("at most (number)"), "share": N_("at most (share)"), "least": N_("at least (number)")}
BREACHES = {"block": N_("refused before casting"), "void": N_("void at the count")}
MORE_FILE = "rules.yaml"
_PLAIN = ("minimum", "grade_by", "all_equal")
_DISCLOSURE = ("min_cell", "min_text", "min_class", "live_step", "unanimity")
FIELD_NAMES = {f"rules.{name}": name for name in (*_PLAIN, "trim_above")} | {
    f"disclosure.{name}": name for name in _DISCLOSURE
}

Row = dict[str, str]


class More(Frozen):
    """What has no fields of its own on the page: the rest of the rules, as their file writes it."""

    levels: StepTable | None = None
    test_levels: TestLevels | None = None
    rollup: tuple[Rollup, ...] = ()
    weighting: Weighting | None = None


def fields_of(definition: RoundDefinition) -> dict[str, str]:
    """Return the rules as the page's fields show them."""
    rules, disclosure = definition.rules, definition.disclosure
    shown = {name: str(getattr(rules, name)) for name in _PLAIN}
    shown |= {name: str(getattr(disclosure, name)) for name in _DISCLOSURE}
    return shown | {
        "quorum_operator": rules.quorum.operator if rules.quorum else ">=",
        "quorum_share": str(rules.quorum.share) if rules.quorum else "",
        "trim_above": "" if rules.trim_above is None else str(rules.trim_above),
        "more": _more_text(definition),
    }


def class_rows(definition: RoundDefinition) -> list[Row]:
    """Return the ballot classes as rows of text."""
    return [
        {
            "code": one.code,
            "zh": one.zh,
            "en": one.en,
            "weight": f"{one.weight:f}",
            "weights": "; ".join(f"{selector}={weight:f}" for selector, weight in one.weights.items()),
            "minimum": str(one.minimum),
        }
        for one in definition.rules.classes
    ]


def limit_rows(definition: RoundDefinition) -> list[Row]:
    """Return the limits of a ballot as rows of text."""
    rows = []
    for one in definition.rules.limits:
        bound, amount = next(
            (name, value)
            for name, value in (("most", one.most), ("share", one.share), ("least", one.least))
            if value is not None
        )
        rows.append(
            {
                "item": one.item,
                "options": " ".join(one.options),
                "at_least": "" if one.at_least is None else f"{one.at_least:f}",
                "below": "" if one.below is None else f"{one.below:f}",
                "bound": bound,
                "amount": str(amount),
                "breach": one.breach,
            }
        )
    return rows


def rows_sent(form: Mapping[str, Any], prefix: str, fields: Sequence[str]) -> list[Row]:
    """Return the rows of a table that was sent, without those where nobody typed anything.

    Args:
        form: with ``getlist``, as Flask has it.
        prefix: of the cells' names: ``class`` for ``class_code``.
        fields: the columns; the first two tell whether a row was filled in.
    """
    columns = [form.getlist(f"{prefix}_{field}") for field in fields]  # type: ignore[attr-defined]
    rows = [dict(zip(fields, (cell.strip() for cell in cells), strict=True)) for cells in zip(*columns, strict=False)]
    return [row for row in rows if any(row[field] for field in fields[:2])]


def with_rules(
    definition: RoundDefinition, said: Mapping[str, str], classes: Sequence[Row], limits: Sequence[Row]
) -> RoundDefinition:
    """Return a definition with the rules that were typed.

    Raises:
        Invalid: with every fault; the places are those of the definition, or the lines of the YAML text.
    """
    more = _more(said.get("more", ""))
    document = definition.model_dump(mode="json")
    document["rules"] |= {name: said.get(name, "") for name in _PLAIN} | {
        "trim_above": said.get("trim_above") or None,
        "quorum": {"operator": said.get("quorum_operator") or ">=", "share": said["quorum_share"]}
        if said.get("quorum_share")
        else None,
        "classes": [_class(row, i) for i, row in enumerate(classes, 1)],
        "limits": [_limit(row) for row in limits],
        "levels": more["levels"],
        "test_levels": more["test_levels"],
    }
    document["disclosure"] = {name: said.get(name, "") for name in _DISCLOSURE}
    document |= {"rollup": more["rollup"], "weighting": more["weighting"]}
    return validate(document, RoundDefinition, "")


def _class(row: Row, number: int) -> dict[str, Any]:
    weights = {}
    for part in filter(None, (one.strip() for one in re.split("[;；]", row["weights"]))):
        selector, equals, weight = part.rpartition("=")
        if not equals:
            message = N_("%(value)s: write a selector, = and a weight, for example head=2")
            raise Invalid([Problem(f"rules.classes.{number}.weights", message, {"value": part})])
        weights[selector.strip()] = weight.strip()
    made: dict[str, Any] = {"code": row["code"], "zh": row["zh"], "en": row["en"] or row["zh"], "weights": weights}
    # An empty cell leaves a class what it is by itself.
    return made | {name: row[name] for name in ("weight", "minimum") if row[name]}


def _limit(row: Row) -> dict[str, Any]:
    made: dict[str, Any] = {"item": row["item"], "options": row["options"].split(), "breach": row["breach"] or "block"}
    made |= {name: row[name] for name in ("at_least", "below") if row[name]}
    return made | {row["bound"] if row["bound"] in BOUNDS else "most": row["amount"]}


def _more(text: str) -> dict[str, Any]:
    if not text.strip():
        return More().model_dump(mode="json")
    with TemporaryDirectory(prefix="minsheng-") as folder:
        file = Path(folder) / MORE_FILE
        file.write_text(text, encoding="utf-8")
        value, lines = load(file)
    if value is None:
        return More().model_dump(mode="json")
    return validate(value, More, MORE_FILE, lines).model_dump(mode="json")


def _more_text(definition: RoundDefinition) -> str:
    rules = definition.rules
    found = {
        "levels": rules.levels,
        "test_levels": rules.test_levels,
        "rollup": list(definition.rollup),
        "weighting": definition.weighting,
    }
    plain = {
        name: [one.model_dump(mode="json", exclude_defaults=True) for one in value]
        if isinstance(value, list)
        else value.model_dump(mode="json", exclude_defaults=True)
        for name, value in found.items()
        if value
    }
    if not plain:
        return ""
    out = io.StringIO()
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = False
    yaml.allow_unicode = True
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    yaml.dump(plain, out)
    return out.getvalue()
