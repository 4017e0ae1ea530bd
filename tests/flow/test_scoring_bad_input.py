"""What goes wrong in the files of a year: one clear sentence each, and nothing half imported."""

import shutil

import pytest

from tests.factories.counted import asked, counted, frozen_round, item, scale, subject, voters
from tests.flow.scoring_desk import COMPONENTS, REST, ROSTER, SCHEME, desk_at

HEAD = "subject,component,value,source,confirmed_by\n"


@pytest.fixture
def desk(migrated_sqlite, tmp_path, monkeypatch):
    shutil.copy(migrated_sqlite, tmp_path / "minsheng.db")
    with desk_at(f"sqlite:///{tmp_path / 'minsheng.db'}", tmp_path, monkeypatch) as desk:
        yield desk


def scheme(one, other):
    assert SCHEME.count(one) == 1
    return SCHEME.replace(one, other)


# --- schemes -----------------------------------------------------------------------------------------------------

WEIGHT = "bad.yaml:16 types.1.weights.work: "
SCHEMES = {
    "weights that do not sum": (
        ("work: 60,", "work: 59,"),
        "bad.yaml:16 types.1.weights: the weights of the type village sum to 99, not to the scheme's full mark of 100",
    ),
    "negative": (("work: 60,", "work: -60,"), WEIGHT + "-60 is too small; the least is 0"),
    "NaN": (("work: 60,", "work: NaN,"), WEIGHT + "'NaN' is not a finite number"),
    ".nan": (("work: 60,", "work: .nan,"), WEIGHT + "'.nan' is not a number"),
    "30% as text": (("work: 60,", "work: 30%,"), WEIGHT + "'30%' is not a number"),
    "1e400": (("work: 60,", "work: 1e400,"), WEIGHT + "1E+400 has more than 8 digits"),
    "empty": (("work: 60,", "work: ,"), WEIGHT + "this field is empty; write a value, or leave the field out"),
    "unknown component": (
        ("work: 60,", "wrk: 60,"),
        "bad.yaml:16 types.1.weights.wrk: there is no component wrk; allowed: work, routine",
    ),
    "a quota over 100 %": (
        ("share: 0.4", "share: 1.4"),
        "bad.yaml:31 gradings.1.quotas.1.share: 1.4 is no share; write for example 2/3 or 0.2",
    ),
    "quotas over 100 % together": (
        ("{grade: best, share: 0.4}", "{grade: best, share: 0.6}, {grade: good, side: bottom, share: 0.6}"),
        "bad.yaml:31 gradings.1.quotas.2.share: the quotas of one ranking group share out 120.00 %, more than all",
    ),
    "a huge count": (
        ("share: 0.4", "count: 1e400"),
        "bad.yaml:31 gradings.1.quotas.1.count: 1E+400 is too large; the most is 1000000",
    ),
    "a name for two things": (
        ("{id: safety,", "{id: work,"),
        "bad.yaml:20 vetoes.1.id: the name work is that of components already; what is filed under it could be either",
    ),
    "a zero-width space in a name": (
        ("work: 60", "wo\u200brk: 60"),
        (
            "bad.yaml:16 types.1.weights.wo\u200brk: 'wo\\u200brk' is no name; "
            "allowed: small letters, digits, - and _, a letter first, at most 40 characters"
        ),
    ),
}


@pytest.mark.parametrize("fault", SCHEMES)
def test_a_scheme_with_a_fault(desk, fault):
    change, sentence = SCHEMES[fault]

    assert desk.is_refused(f"schemes check {desk.write('bad.yaml', scheme(*change))}") == sentence
    assert desk.is_refused("schemes add bad.yaml") == sentence
    assert len(desk.does("schemes list")["rows"]) == 1


def parts(number, of):
    """Components c1 ... each put together from the one before, as said."""
    leaf = "  - {id: c0, zh: x, en: x, source: {kind: import}}\n  - {id: d0, zh: x, en: x, source: {kind: import}}\n"
    rest = [f"  - {{id: {{}}{i}, zh: x, en: x, of: {{{of.format(i - 1, i - 1)}}}}}\n" for i in range(1, number)]
    return leaf + "".join(line.replace("{}", name, 1) for line in rest for name in "cd")


@pytest.mark.parametrize(
    ("added", "sentence"),
    [
        (
            "  - {id: p, zh: x, en: x, of: {q: 100}}\n  - {id: q, zh: x, en: x, of: {p: 100}}\n",
            "the component p is put together from itself: p > q > p",
        ),
        (parts(25, "c{}: 60, d{}: 40"), "opens into 1,023 figures; the most is 1,000"),
        (parts(25, "c{}: 100"), "is put together in more than 20 layers"),
    ],
)
def test_components_that_nobody_could_open(desk, added, sentence):
    desk.write("bad.yaml", scheme("components:\n", "components:\n" + added))
    assert sentence in desk.is_refused("schemes check bad.yaml")


@pytest.mark.parametrize("content", ["[" * 10_000, "id: " + "{a: " * 10_000, "id: " + "[" * 10_000 + "]" * 10_000])
def test_ten_thousand_brackets(desk, content):
    assert desk.is_refused(f"schemes add {desk.write('bad.yaml', content)}") == (
        "bad.yaml: the file is not valid YAML, or nested too deeply"
    )


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16", "utf-8-sig"])
def test_a_scheme_is_read_in_the_encodings_of_chinese_office_software(desk, encoding):
    desk.write("same.yaml", SCHEME, encoding)
    assert desk.does("schemes add same.yaml")["new"] is False


def test_another_content_of_a_frozen_version(desk):
    desk.write("bad.yaml", scheme("share: 0.4", "share: 0.5"))
    assert desk.is_refused("schemes add bad.yaml") == (
        "villages@1 is frozen with another content; raise its version to add the change"
    )


def test_gates_in_a_circle(desk):
    gate = "  - {id: up, zh: 上级, en: Above, when: {kind: parent, grades: [best]}, effect: flag}\n"
    desk.does(
        "schemes add "
        + desk.write("two.yaml", SCHEME.replace("version: 1", "version: 2").replace("gates:\n", "gates:\n" + gate))
    )
    desk.does(
        "subjects import "
        + desk.write("r.csv", ROSTER.replace("v2,二村,unit,village,东镇,,", "v2,二村,unit,village,东镇,v1,"))
    )

    assert desk.is_refused("score villages") == (
        "Gates go in a circle: the ranking groups 东镇 wait for each other's grades"
    )


# --- tables ------------------------------------------------------------------------------------------------------

NUMBER = "write plain digits and a point, for example 89.5"
ROWS = {
    "a percent sign": ("v1,work,95%,w.pdf,Li", f"bad.csv:2 work: 95% is no number; {NUMBER}"),
    "not a number": ("v1,work,NaN,w.pdf,Li", f"bad.csv:2 work: NaN is no number; {NUMBER}"),
    "infinite": ("v1,work,1e400,w.pdf,Li", f"bad.csv:2 work: 1e400 is no number; {NUMBER}"),
    "full-width digits": ("v1,work,９５,w.pdf,Li", f"bad.csv:2 work: ９５ is no number; {NUMBER}"),
    "an empty value": ("v1,work,,w.pdf,Li", f'bad.csv:2 work: "" is no number; {NUMBER}'),
    "a huge number": (
        "v1,work,12345678901,w.pdf,Li",
        "bad.csv:2 work: 12345678901 has too many digits; at most 9 before and 9 after the point",
    ),
    "over the full mark": ("v1,work,100.5,w.pdf,Li", "bad.csv:2 work: 100.5 lies outside 0 to 100"),
    "negative": ("v1,work,-5,w.pdf,Li", "bad.csv:2 work: -5 is negative"),
    "no source, nobody": (
        "v1,work,95,,",
        "bad.csv:2 work: the source, or the document, is not named; bad.csv:2 work: it does not say who confirmed it",
    ),
    "no subject": ("v9,work,95,w.pdf,Li", "bad.csv:2: there is no subject v9; import the roster first"),
    "an empty subject": (",work,95,w.pdf,Li", 'bad.csv:2: there is no subject ""; import the roster first'),
    "not assessed": ("o1,work,95,w.pdf,Li", "bad.csv:2: no unit type of the scheme selects the subject o1"),
    "no component": (
        "v1,wrk,95,w.pdf,Li",
        (
            "bad.csv:2: wrk is no component, level, veto or adjustment of the scheme; "
            "allowed: work, routine, political, safety, plus"
        ),
    ),
    "a period that is missing": (
        "v1,routine,95,w.pdf,Li",
        "bad.csv:2 routine: name the period of this figure, in the column period",
    ),
    "a level that is none": ("v1,political,中,w.pdf,Li", "bad.csv:2 political: the level is never 中; allowed: 好, 差"),
    "a veto that is not yes": (
        "v1,safety,1,w.pdf,Li",
        "bad.csv:2 safety: a veto is filed with the value yes, not 1",
    ),
    "points without a level": ("v1,plus,2,w.pdf,Li", "bad.csv:2 plus: there is no level 2; allowed: national"),
    "a zero-width space": (
        "v1,work,9\u200b5,w.pdf,Li",
        "bad.csv:2: value holds the character U+200B, which nobody sees; delete it",
    ),
    "a line break in a cell": (
        '"v1\nx",work,95,w.pdf,Li',
        "bad.csv:3: subject holds the character U+000A, which nobody sees; delete it",
    ),
    "a long source": (
        f"v1,work,95,{'x' * 301},Li",
        "bad.csv:2: source has 301 characters; the most is 300",
    ),
    "the same twice": (
        "v1,work,95,w.pdf,Li\nv1,work,95,w.pdf,Li",
        "bad.csv:3: line 2 says the same already",
    ),
    "the same document twice": (
        "v1,plus,national,award.pdf,Li\nv1,plus,national,award.pdf,Wang",
        "bad.csv:3: line 2 says the same already",
    ),
    "a trailing comma": ("v1,work,95,w.pdf,Li,", "bad.csv:2: this row has 6 cells; the header has 5"),
    "a missing cell": ("v1,work,95", "bad.csv:2: this row has 3 cells; the header has 5"),
    "only a header": ("", "bad.csv: the file has a header but no rows"),
}


@pytest.mark.parametrize("fault", ROWS)
def test_a_row_with_a_fault(desk, fault):
    rows, sentence = ROWS[fault]
    good = "v2,work,90,w.pdf,Li\n" if rows else ""

    desk.write("bad.csv", HEAD + rows + "\n" + good)
    assert desk.is_refused("components import villages bad.csv") == sentence
    assert desk.filed() == ()


HEADERS = {
    "subject,component,value,source\nv1,work,95,w.pdf\n": (
        "bad.csv:1: the column confirmed_by is missing; "
        "the header must name: subject,component,value,source,confirmed_by"
    ),
    HEAD.replace("\n", ",\n") + "v1,work,95,w.pdf,Li,\n": (
        'bad.csv:1: the column "" is unknown; known: subject,component,value,source,confirmed_by,period,confirmed_on'
    ),
    HEAD.replace("\n", ",value\n")
    + "v1,work,95,w.pdf,Li,9\n": "bad.csv:1: the column value stands in the header twice",
}


@pytest.mark.parametrize("content", HEADERS)
def test_a_header_with_a_fault(desk, content):
    assert desk.is_refused(f"components import villages {desk.write('bad.csv', content)}") == HEADERS[content]


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16", "utf-8-sig"])
def test_tables_in_the_encodings_of_chinese_office_software(desk, encoding):
    rows = COMPONENTS.replace("Zhang", "张三").replace("work.pdf", "=cmd|' /c calc'!A0")
    if encoding == "utf-16":
        rows = rows.replace(",", "\t")
    desk.does(f"components import villages {desk.write('c.csv', rows, encoding)}")

    (work,) = [one for one in desk.filed() if one.subject == "v1" and one.name == "work"]
    assert (work.confirmed_by, work.source) == ("张三", "=cmd|' /c calc'!A0"), "kept as it was written"


def test_a_table_in_no_known_encoding(desk):
    desk.write("bad.csv", COMPONENTS.replace("Zhang", "张三"), "utf-16-le")
    assert desk.is_refused("components import villages bad.csv") == (
        "bad.csv: the file is neither UTF-8 nor UTF-16 with its mark nor GB 18030; save it as UTF-8"
    )


def test_a_negative_zero_is_nought(desk):
    desk.does("components import villages " + desk.write("c.csv", HEAD + "v1,work,-0.0,w.pdf,Li\n"))
    desk.does("components import villages " + desk.write("d.csv", REST.replace("v3", "v1")))

    assert {row["code"]: row["score"] for row in desk.does("score villages")["rows"]}["v1"] == "38.0000"


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("v1,2025,best,m.pdf,Li", "bad.csv:2 2025: 2025 is no year before 2025"),
        ("v1,24,best,m.pdf,Li", "bad.csv:2: 24 is no year; write it with four digits"),
        ("v1,2024,优秀,m.pdf,Li", "bad.csv:2 2024: there is no grade 优秀; allowed: best, good"),
        ("v1,2024,best,,Li", "bad.csv:2 2024: the source, or the document, is not named"),
    ],
)
def test_history_with_a_fault(desk, row, sentence):
    desk.write("bad.csv", "subject,year,grade,source,confirmed_by\n" + row + "\n")
    assert desk.is_refused("schemes history villages bad.csv") == sentence


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("v1,first,because,Li,", "bad.csv:2 decision: there is no grade first; allowed: best, good"),
        ("v1,best,,Li,", "bad.csv:2 decision: a decision needs a reason"),
        ("v1,best,because,,", "bad.csv:2 decision: it does not say who decided"),
        ("v1,best,because,Li,2026-02-30", "bad.csv:2: 2026-02-30 is no day; write for example 2024-06-30"),
        (f"v1,best,{'x' * 301},Li,", "bad.csv:2: reason has 301 characters; the most is 300"),
    ],
)
def test_decisions_with_a_fault(desk, row, sentence):
    desk.write("bad.csv", "subject,grade,reason,confirmed_by,confirmed_on\n" + row + "\n")
    assert desk.is_refused("schemes decide villages bad.csv") == sentence


# --- what only a run shows ---------------------------------------------------------------------------------------


def scored(desk, *more):
    desk.does(f"components import villages {desk.write('c.csv', COMPONENTS)}")
    desk.does(f"components import villages {desk.write('d.csv', REST)}")
    for command in more:
        desk.does(command)
    return desk.does("score villages")


def by_code(result):
    return {row["code"]: row for row in result["rows"]}


def test_a_figure_that_is_missing_for_one_unit(desk):
    desk.does(f"components import villages {desk.write('c.csv', COMPONENTS)}")

    found = by_code(desk.does("score villages"))
    assert (found["v3"]["score"], found["v3"]["rank"]) == (None, None)
    assert "Routine" in found["v3"]["why"]
    assert found["v1"]["score"] is not None


def test_evidence_left_over_from_an_older_version_is_named_and_not_used(desk):
    older = scheme("components:\n", "components:\n  - {id: census, zh: 普查, en: Census, source: {kind: import}}\n")
    when = "when: {kind: component, component: census, operator: '<', value: 1}"
    gate = f"  - {{id: c, zh: 普查, en: Census, {when}, effect: flag}}\n"
    older = older.replace("gates:\n", "gates:\n" + gate)
    desk.does("schemes add " + desk.write("two.yaml", older.replace("version: 1", "version: 2")))
    desk.does("components import villages " + desk.write("x.csv", HEAD + "v1,census,50,c.pdf,Li\n"))
    desk.does("schemes add " + desk.write("three.yaml", SCHEME.replace("version: 1", "version: 3")))

    assert scored(desk)["unused"] == ["v1 figure census"]
    printed = " ".join(desk.says("score villages").split())
    assert "1 filed pieces are not used" in printed
    assert "v1 figure census" in printed


def test_a_figure_that_is_now_counted_does_not_stand_in_for_the_count(desk):
    scored(desk)
    now_counted = "{id: work, zh: 工作, en: Work, source: {kind: round, round: r, figure: index}}"
    newer = scheme("{id: work, zh: 工作, en: Work, source: {kind: import}}", now_counted)
    desk.does("schemes add " + desk.write("two.yaml", newer.replace("version: 1", "version: 2")))

    found = desk.does("score villages")
    assert "no count of the round r is here yet" in by_code(found)["v1"]["why"]
    assert "v1 figure work" in found["unused"]


def test_a_subject_that_left_the_roster(desk):
    scored(desk)
    moved = ROSTER.replace("v3,[/x] :smile: 三村,unit,village", "v3,三村,unit,hamlet")
    found = scored(desk, "subjects import " + desk.write("moved.csv", moved))

    assert set(by_code(found)) == {"v1", "v2"}
    assert "v3 figure work" in found["unused"]


def test_a_unit_type_without_members_is_no_fault_and_a_scheme_without_is(desk):
    two = scheme("types:\n", "types:\n  - {id: town, zh: 镇, en: Town, selects: ['type:town'], weights: {work: 100}}\n")
    desk.does("schemes add " + desk.write("two.yaml", two.replace("version: 1", "version: 2")))
    assert scored(desk)["units"] == 3
    nobody = SCHEME.replace("id: villages\n", "id: towns\n", 1).replace("type:village", "type:town")
    desk.does("schemes add " + desk.write("three.yaml", nobody))
    assert desk.is_refused("score towns") == "no unit type of the scheme selects a subject of the roster"


def test_a_decision_for_a_subject_without_a_score(desk):
    desk.does(f"components import villages {desk.write('c.csv', COMPONENTS)}")
    desk.write("dec.csv", "subject,grade,reason,confirmed_by\nv3,good,A new village,Office\n")
    desk.does("schemes decide villages dec.csv")

    found = by_code(desk.does("score villages"))["v3"]
    assert (found["score"], found["grade"]) == (None, "Good")
    assert "no score" in found["why"]
    assert "decided by Office: Good (the rules propose no grade), because: A new village" in found["why"]


def test_decisions_that_overfill_a_quota_are_told(desk):
    desk.write("dec.csv", "subject,grade,reason,confirmed_by\nv1,best,Merit,Office\nv2,best,Merit,Office\n")
    found = scored(desk, "schemes decide villages dec.csv")

    over = "with the decisions 3 have Excellent, 2 more than the 1 places of the quota"
    assert over in by_code(found)["v1"]["why"]
    assert over in by_code(found)["v2"]["why"]
    assert over not in by_code(found)["v3"]["why"], "the rules gave it a place"


def county(name, kind, questions=None, **more):
    villages = [subject(code, unit_type="village", group="东镇") for code in ("v1", "v2", "v3")]
    groups = [voters("g", ["v1", "v2", "v3"], "A", 20)]
    frozen = frozen_round(name, villages, groups, questions or asked(options=scale(100, 80)), kind, **more)
    form = frozen.form(groups[0].subjects)
    answers = {question.name: "a" if question.item.id == "safety" else "no" for question in form.questions}
    return counted(frozen, {("g", "A"): [answers] * 10})


ROUND = "{id: work, zh: 工作, en: Work, source: {kind: round, round: r, %s}%s}"
WRONG = {
    "the wrong kind": (
        "figure: ballot",
        "",
        "work reads the figure ballot, which the round r, of kind opinion, does not give",
    ),
    "an item that is none": (
        "figure: votes, item: peace",
        ", scale: {kind: options, points: {a: 100}}",
        "work reads the votes for peace, which is no item with one choice of the round r; allowed: safety",
    ),
    "an option that is none": (
        "figure: votes, item: safety",
        ", scale: {kind: options, points: {a: 100, x: 50}}",
        "work counts votes for x, which the item safety of the round r does not offer; allowed: a, b",
    ),
}


@pytest.mark.parametrize("fault", WRONG)
def test_a_round_that_cannot_give_what_the_scheme_reads(desk, fault):
    source, more, sentence = WRONG[fault]
    other = scheme("{id: work, zh: 工作, en: Work, source: {kind: import}}", ROUND % (source, more))
    desk.does("schemes add " + desk.write("two.yaml", other.replace("version: 1", "version: 2")))
    desk.takes(county("r", "opinion"))

    assert desk.is_refused("score villages") == sentence


def test_a_filed_level_goes_before_that_of_a_test_and_both_are_shown(desk):
    from_test = "source: {kind: round, round: r, figure: test_level}, values: [好, 差]"
    gate = (
        "  - {id: p, zh: 政治, en: Political, when: {kind: level, level: political, among: [差]}, effect: block_top}\n"
    )
    other = scheme("source: {kind: import}, values: [好, 差]", from_test).replace("gates:\n", "gates:\n" + gate)
    desk.does("schemes add " + desk.write("two.yaml", other.replace("version: 1", "version: 2")))
    levels = {
        "levels": [{"name": {"zh": z, "en": z}, "at_least": at} for z, at in (("好", 90), ("差", 0))],
        "signals": [],
    }
    questions = asked(item(), item("n", "statement", polarity="negative"), options=scale(100, 80))
    desk.takes(county("r", "posneg", questions, test_levels=levels | {"minimum": 1}))
    found = scored(desk)
    assert "Political" not in by_code(found)["v3"]["why"]

    desk.does("components import villages " + desk.write("l.csv", HEAD + "v3,political,差,talks.pdf,Office\n"))

    assert (
        "Political quality: 差 (the test proposes 好), source talks.pdf"
        in by_code(desk.does("score villages"))["v3"]["why"]
    )
