"""Rounds of secret ballots: units and cadres with posts, three ballot classes, limits; and a test of two sheets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from survey.codes.service import IssuedCode, issue_codes
from survey.core import clock
from survey.questionnaires.schema import Questionnaire
from survey.questionnaires.service import add_questionnaire
from survey.rounds.definition import FrozenRound
from survey.rounds.service import create_round, list_voter_groups, open_round
from survey.storage.engine import unit_of_work
from tests.factories.rounds import write_round

GRADES = (
    {"code": "ex", "zh": "优秀", "en": "Excellent", "points": 95, "satisfied": True},
    {"code": "ok", "zh": "称职", "en": "Competent", "points": 80, "satisfied": True},
    {"code": "fair", "zh": "基本称职", "en": "Fairly competent", "points": 65},
    {"code": "poor", "zh": "不称职", "en": "Not competent", "points": 50},
    {"code": "dk", "zh": "不了解", "en": "Don't know", "scored": False},
)
DIMENSIONS = (
    ("politics", "政治素质", "Political quality"),
    ("leading", "领导能力", "Leadership"),
    ("results", "工作实绩", "Results"),
    ("style", "作风建设", "Style of work"),
    ("clean", "廉洁自律", "Integrity"),
)
OVERALL = ("overall", "总体评价", "Overall grade")
POSITIVE = ("能够坚持原则、敢于担当。", "带头执行民主集中制，重大事项集体决定。", "工作深入基层，解决实际问题。")
NEGATIVE = ("在选人用人上搞小圈子。", "对群众反映的问题推诿敷衍。", "违规接受服务对象的宴请或礼品。")
SURNAMES = "丁王方刘孙李何张陈周赵高郭黄崔彭董程韩谢"
GIVEN = ("秀英", "伟", "志强", "丽", "一鸣")
OFFICES = ("发展和改革局", "教育局", "财政局", "交通运输局", "农业农村局", "卫生健康局", "审计局", "统计局")
CADRES_A_UNIT = 5
CLASSES = (
    {"code": "A", "zh": "县级领导", "en": "county leaders", "weight": 50},
    {"code": "B", "zh": "中层干部", "en": "heads of sections", "weight": 30},
    {"code": "C", "zh": "职工代表", "en": "staff representatives", "weight": 20},
)
FEW_EXCELLENT = {"item": "overall", "options": ["ex"], "share": "3/10"}
CADRES_ONLY = "group,class,planned,subjects\nhall,A,3,type:cadres\nhall,B,6,type:cadres\nhall,C,9,type:cadres\n"


def _per_subject(item: str, zh: str, en: str, **fields: Any) -> dict[str, Any]:
    return {"id": item, "kind": "scale", "scale": "grades", "per": "subject", "zh": zh, "en": en} | fields


def review_items(dimensions: int = 1, *, reasons: bool = True) -> list[dict[str, Any]]:
    """Return the overall grade, preceded by dimensions when there are more; the lowest grade asks for a reason."""
    items = [_per_subject(*dimension) for dimension in DIMENSIONS[: dimensions - 1]]
    items.append(_per_subject(*OVERALL, overall=True))
    if reasons:
        why = {"zh": "理由", "en": "Reason", "show_if": {"overall": ["poor"]}, "required": True, "max_length": 100}
        items.append({"id": "why", "kind": "text", "per": "subject", **why})
    return items


def questionnaire(items: Sequence[Mapping[str, Any]], name: str, **fields: Any) -> Questionnaire:
    document = {
        "id": name,
        "version": 1,
        "title": {"zh": "领导干部民主测评表", "en": "Democratic assessment of leading cadres"},
        "scales": {"grades": list(GRADES)},
        "items": list(items),
    }
    return Questionnaire.model_validate(document | fields)


def annual_review(dimensions: int = 1, *, reasons: bool = True) -> Questionnaire:
    """Return the yearly ballot on cadres: one overall grade, or up to five dimensions of which it is the last."""
    name = f"annual-review-{dimensions}{'' if reasons else '-plain'}"
    return questionnaire(review_items(dimensions, reasons=reasons), name=name)


def mixed_review() -> Questionnaire:
    """Return a ballot on a leading group, its head and its deputies, each with items of their own; and a remark."""
    items = [
        _per_subject("team", "领导班子总体评价", "The leading group as a whole", only=["unit"]),
        _per_subject("unity", "班子团结", "Unity of the group", only=["unit"]),
        _per_subject("overall", "总体评价", "Overall grade", only=["cadre"], overall=True),
        _per_subject("lead", "抓班子带队伍", "Leads the team", only=["head"]),
        {"id": "remark", "kind": "text", "zh": "对班子建设的意见建议", "en": "Remarks", "max_length": 200},
    ]
    return questionnaire(items, name="mixed-review")


def two_sheets(statements: int = 3) -> Questionnaire:
    """Return a positive/negative test: statements about every subject, the two directions on two sheets."""
    items = [
        {
            "id": f"{polarity[:3]}{number}",
            "kind": "statement",
            "polarity": polarity,
            "sheet": sheet,
            "per": "subject",
            "zh": words,
            "en": f"{polarity.capitalize()} conduct {number}",
        }
        for sheet, (polarity, sentences) in enumerate((("positive", POSITIVE), ("negative", NEGATIVE)), 1)
        for number, words in enumerate(sentences[:statements], 1)
    ]
    sheets = [{"zh": "正向测评", "en": "Positive sheet"}, {"zh": "反向测评", "en": "Negative sheet"}]
    return questionnaire(items, name="two-sheets", sheets=sheets)


def roster(cadres: int = 10) -> str:
    """Return a roster of offices with five cadres each, the first of them the head."""
    lines = ["code,name,kind,unit_type,group,parent,rank"]
    offices = -(-cadres // CADRES_A_UNIT)
    for office in range(offices):
        name = OFFICES[office % len(OFFICES)] + ("" if office < len(OFFICES) else f"{office // len(OFFICES) + 1}分局")
        lines.append(f"U{office + 1:02d},某县{name},unit,offices,offices,,")
    for i in range(cadres):
        office = i // CADRES_A_UNIT
        name = SURNAMES[i % len(SURNAMES)] + GIVEN[(i // len(SURNAMES)) % len(GIVEN)]
        rank = "deputy" if i % CADRES_A_UNIT else "head"
        lines.append(f"P{i + 1:03d},{name},cadre,cadres,cadres,U{office + 1:02d},{rank}")
    return "\n".join(lines) + "\n"


def ballot_round(**fields: Any) -> dict[str, Any]:
    """Return what a round's file says of a secret ballot; fields replace some of it."""
    return {
        "kind": "ballot",
        "title": {"zh": "2026年度领导干部民主测评", "en": "Assessment of leading cadres 2026"},
        "organiser": {"zh": "某县考核委员会办公室", "en": "County assessment office"},
        "order": {"zh": "按姓氏笔画为序", "en": "in the order of the strokes of the surname"},
        "rules": {"minimum": 3, "classes": list(CLASSES), "limits": [FEW_EXCELLENT]},
    } | fields


@dataclass(frozen=True)
class BallotRound:
    """An open round and its codes by ballot class."""

    name: str
    frozen: FrozenRound
    codes: dict[str, list[str]] = field(default_factory=dict)

    def code(self, ballot_class: str = "B") -> str:
        """Take a code that was not taken before."""
        return self.codes[ballot_class].pop()


def open_ballots(
    engine: Engine,
    folder: Path,
    code_key: bytes,
    asked: Questionnaire | None = None,
    *,
    cadres: int = 10,
    voters: str = CADRES_ONLY,
    name: str = "review",
    **fields: Any,
) -> BallotRound:
    """Open a round of secret ballots now and issue its codes.

    Args:
        engine: the database.
        folder: where its files are written.
        code_key: the server's key for code digests.
        asked: the questionnaire; the yearly ballot with one grade when none is given.
        cadres: how many cadres the roster has; each five of them with a unit.
        voters: the voters file.
        name: of the round.
        fields: of the round's file.
    """
    asked = asked or annual_review()
    now = clock.now()
    times = {"opens_at": (now - timedelta(hours=1)).isoformat(), "closes_at": (now + timedelta(days=1)).isoformat()}
    written = times | {"id": name, "questionnaire": asked.reference} | ballot_round(**fields)
    file = write_round(folder, voters=voters, subjects=roster(cadres), **written)
    codes: dict[str, list[str]] = {}
    with unit_of_work(engine) as session:
        add_questionnaire(session, asked)
        row = create_round(session, file)
        frozen = open_round(session, row, now)
        issued: list[IssuedCode] = issue_codes(session, row, list_voter_groups(session, row), code_key)
    for one in issued:
        codes.setdefault(one.ballot_class, []).append(one.code)
    return BallotRound(name, frozen, codes)
