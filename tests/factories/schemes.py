"""Made inputs for schemes."""

from fractions import Fraction
from pathlib import Path

from survey.scoring.inputs import Reading, UnitInput
from survey.scoring.rules.explanation import Provenance
from survey.scoring.rules.gates import LevelFound, VetoFound
from survey.scoring.scheme import read_scheme

SCHEMES = Path(__file__).parent.parent / "data" / "schemes"

FILED = Provenance("considerations.pdf", "assessment office")


def scheme(name):
    return read_scheme(SCHEMES / f"{name}.yaml")


def reading(value, provenance=FILED):
    return Reading(Fraction(value) if isinstance(value, str | int) else value, provenance)


def unit(code, unit_type, group="", *, readings=None, levels=None, vetoes=(), **more):
    return UnitInput(
        code=code,
        name=more.pop("name", code),
        unit_type=unit_type,
        group=group,
        readings={name: reading(value) for name, value in (readings or {}).items()},
        levels={name: LevelFound(value, FILED) for name, value in (levels or {}).items()},
        vetoes=tuple(VetoFound(veto, FILED) for veto in vetoes),
        **more,
    )


def gansu_unit(code, unit_type="first", *, political="好", routine="95", vetoes=(), **more):
    """Return a prefecture; every figure may be named, the rest is 95."""
    figures = {name: more.pop(name, "95") for name in ("development", "other", "party", "evaluation", "public")}
    halves = {"first-half": Fraction(routine), "second-half": Fraction(routine)}
    return unit(
        code,
        unit_type,
        more.pop("group", "市州"),
        readings={**figures, "routine": halves},
        levels={"political": political} if political else {},
        vetoes=vetoes,
        **more,
    )


def gansu_units():
    """Return the seven prefectures of W9."""
    rows = {
        "甲州": ("first", "95.2 94 93 95 95.5 86", "好"),
        "乙市": ("first", "96.8 95 95 96 89.9 88", "好"),
        "丙市": ("second", "96 94 94 94 94 90", "较好"),
        "丁市": ("second", "93 95 94 93 92 83", "好"),
        "戊州": ("third", "95 96 95 95 95 92", "好"),
        "己州": ("third", "86 88 87 85 91 80", "一般"),
        "庚市": ("second", "95 93 93 94 90 79", "好"),
    }
    return [_gansu_row(code, *row) for code, row in rows.items()]


def _gansu_row(code, unit_type, figures, political):
    names = ("development", "other", "party", "evaluation", "routine", "public")
    vetoes = ("safety",) if code == "戊州" else ()
    return gansu_unit(
        code, unit_type, political=political, vetoes=vetoes, **dict(zip(names, figures.split(), strict=True))
    )
