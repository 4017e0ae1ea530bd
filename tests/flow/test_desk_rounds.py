"""A round is set up in the browser: the same objects as from files, the same checks, the same sentences."""

import io
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from survey.codes.service import issue_codes
from survey.core import clock
from survey.core.keys import read_private_key
from survey.questionnaires.service import list_questionnaires
from survey.rounds.definition import RoundDefinition
from survey.rounds.models import Round, State
from survey.rounds.service import create_round, get_round, list_voter_groups
from survey.staff.models import AuditEntry
from survey.staff.roles import Role
from survey.storage.engine import unit_of_work
from survey.subjects.roster import Subject
from survey.subjects.service import add_subject
from tests.factories.rounds import PASSPHRASE, two_trustees, write_round
from tests.flow.deskwork import at_desk, office

TITLE = {"title_zh": "城关区群众满意度调查", "organiser_zh": "考核办", "contact": "0931-0000000"}
UNITS = [
    Subject(code="6201", name="兰州市", unit_type="city"),
    Subject(code="620102", name="城关区", unit_type="county", parent="6201"),
    Subject(code="620103", name="七里河区", unit_type="county", parent="6201"),
]


def words(answer):
    html = answer if isinstance(answer, str) else answer.get_data(as_text=True)
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def with_roster(site):
    with unit_of_work(site.engine) as session:
        for unit in UNITS:
            add_subject(session, unit)


def new_round(desk, **fields):
    """Make a draft by the form, and return its name."""
    made = {"id": "spring", "questionnaire": "library:public-satisfaction"} | TITLE | fields
    answer = desk.submit("/desk/rounds/new", made)
    assert answer.status_code == 303, words(answer)
    return answer.location.rstrip("/").rsplit("/", 1)[-1]


def row_of(site, name="spring"):
    with unit_of_work(site.engine) as session:
        row = get_round(session, name)
        groups = [(one.group, one.ballot_class, one.planned, one.subjects) for one in list_voter_groups(session, row)]
        return row, RoundDefinition.model_validate(row.definition), groups


def notes(site):
    with unit_of_work(site.engine) as session:
        return [
            entry.sentence % entry.figures for entry in session.scalars(select(AuditEntry).order_by(AuditEntry.number))
        ]


def steps(desk, name="spring"):
    """Return the words of the nine steps' states, in their order."""
    html = desk.html(f"/desk/rounds/{name}/")
    return re.findall(r'class="status (\w+)"', html.split('class="tasks"')[1])


def send_file(desk, path, content, name, **fields):
    return desk.client.post(path, data={"csrf_token": desk.token(), "file": (io.BytesIO(content), name)} | fields)


# --- from an empty installation ---


def test_from_nothing_to_a_round_that_can_be_printed(desk, site):
    # Given an empty installation, When a round, its roster, its voters and its key are made by the forms
    new_round(desk)
    assert steps(desk) == ["ok", "todo", *["wait"] * 7]

    desk.submit("/desk/subjects/new", code="620102", name="城关区", unit_type="county")
    assert steps(desk)[1:3] == ["ok", "todo"]

    line = {"group": "620102", "ballot_class": "citizen", "planned": "24", "subjects": "own"}
    desk.submit("/desk/rounds/spring/voters", line, form="/voters")
    assert steps(desk)[2:4] == ["ok", "todo"]

    key = desk.submit("/desk/rounds/spring/keys", form="/keys/make", passphrase="eight or more", again="eight or more")
    assert key.headers["Content-Disposition"] == 'attachment; filename="spring.key"'

    # Then nothing stands between it and its codes
    assert steps(desk) == ["ok", "ok", "ok", "ok", "todo", "wait", "todo", "wait", "wait"]
    with unit_of_work(site.engine) as session:
        row = get_round(session, "spring")
        assert row.state == State.READY
        assert len(issue_codes(session, row, list_voter_groups(session, row), b"k" * 32)) == 24
    assert steps(desk)[4:] == ["ok", "todo", "todo", "todo", "wait"]


def test_a_new_round_needs_few_words(desk, site):
    new_round(desk)

    row, definition, groups = row_of(site)
    assert (row.state, row.office, groups, row.public_keys) == (State.DRAFT, "", [], [])
    assert definition.title.model_dump() == {"zh": TITLE["title_zh"], "en": TITLE["title_zh"]}
    assert definition.questionnaire == "public-satisfaction@1"
    assert definition.opens_at <= clock.now() < definition.closes_at
    with unit_of_work(site.engine) as session:
        assert [one.id for one in list_questionnaires(session)] == ["public-satisfaction"]
    # and the next one begins with the same organiser
    assert "0931-0000000" in desk.html("/desk/rounds/new")


BAD_ROUNDS = {
    "a bad name": ({"id": "Spring 1"}, "Spring 1", "不是合法的名称"),
    "a name taken by a page": ({"id": "new"}, "", ""),
    "no title": ({"title_zh": ""}, "", ""),
    "a day that is none": ({"opens_at": "2026-02-30T09:00"}, "2026-02-30T09:00:00+08:00", ""),
    "an end before its start": ({"opens_at": "2026-03-01T09:00", "closes_at": "2026-02-01T09:00"}, "2026-02-01", ""),
    "a kind that is none": ({"kind": "election"}, "", ""),
    "a questionnaire that is none": ({"questionnaire": "none@1"}, "", ""),
    "an office that is none": ({"office": "moon"}, "", ""),
}


@pytest.mark.parametrize(("fields", "named", "_told"), BAD_ROUNDS.values(), ids=BAD_ROUNDS)
def test_a_fault_in_a_new_round_is_told_and_what_was_typed_stays(small_desk, small_site, fields, named, _told):
    made = {"id": "spring", "questionnaire": "library:public-satisfaction"} | TITLE | fields
    answer = small_desk.submit("/desk/rounds/new", made)

    assert answer.status_code == 400
    html = answer.get_data(as_text=True)
    assert 'role="alert"' in html
    assert named in html
    assert "0931-0000000" in html
    with unit_of_work(small_site.engine) as session:
        assert session.scalars(select(Round)).all() == []


def test_a_name_is_given_once(small_desk):
    new_round(small_desk)
    made = {"id": "spring", "questionnaire": "library:public-satisfaction"} | TITLE

    assert small_desk.submit("/desk/rounds/new", made).status_code == 400


def test_a_draft_from_files_is_checked_at_the_desk(desk, site):
    site.round()
    with unit_of_work(site.engine) as session:
        opens = clock.now()
        closes = opens + timedelta(days=1)
        create_round(
            session,
            write_round(
                site.folder,
                id="autumn",
                questionnaire="public-satisfaction@1",
                opens_at=opens.isoformat(),
                closes_at=closes.isoformat(),
            ),
        )
    assert desk.submit("/desk/rounds/autumn/", form="/check").status_code == 303
    assert row_of(site, "autumn")[0].state == State.READY
    assert "/autumn/check" not in desk.html("/desk/rounds/autumn/")
    assert desk.post("/desk/rounds/spring/check").status_code == 409


# --- what it says ---


def test_title_times_and_seal_of_a_draft_change(desk, site):
    new_round(desk)
    changed = {
        "title_en": "Survey",
        "opens_at": "2027-03-01T09:00",
        "closes_at": "2027-03-08T18:00",
        "seal": "trustees",
        "kind": "ballot",
        "meeting": "y",
        "announce": "true",
        "order_zh": "按姓氏笔画为序",
    }
    assert desk.submit("/desk/rounds/spring/about", changed).status_code == 303

    _, definition, _ = row_of(site)
    assert definition.opens_at.isoformat() == "2027-03-01T09:00:00+08:00"
    assert (definition.title.en, definition.seal, definition.kind) == ("Survey", "trustees", "ballot")
    assert (definition.meeting, definition.announce, definition.order.en) == (True, True, "按姓氏笔画为序")
    assert any("open from 2027-03-01T09:00:00+08:00" in one for one in notes(site))


def test_what_a_file_said_and_no_field_shows_stays(small_desk, small_site):
    # Given a round from files, with seconds in its times and rules that have no field
    with unit_of_work(small_site.engine) as session:
        small_site.round()
    opens = (clock.now() + timedelta(hours=1)).replace(microsecond=0, second=17)
    rollup = [{"types": ["city"], "weight": "planned", "own": False}]
    file = write_round(
        small_site.folder,
        id="autumn",
        questionnaire="public-satisfaction@1",
        opens_at=opens.isoformat(),
        closes_at=(opens + timedelta(days=1)).isoformat(),
        rollup=rollup,
        rules={"minimum": 7, "quorum": {"operator": ">", "share": "2/3"}},
    )
    with unit_of_work(small_site.engine) as session:
        before = RoundDefinition.model_validate(create_round(session, file).definition)
    # When its pages are saved as they are
    for page in ("about", "rules"):
        answer = small_desk.submit(f"/desk/rounds/autumn/{page}")
        assert answer.status_code == 303, words(answer)
    # Then it says what it said
    assert row_of(small_site, "autumn")[1] == before


def test_another_questionnaire_is_chosen(desk, site):
    new_round(desk)
    assert "public-satisfaction@1" in desk.html("/desk/rounds/spring/questionnaire")

    answer = desk.submit("/desk/rounds/spring/questionnaire", questionnaire="library:democratic-ballot")
    assert answer.status_code == 303
    assert row_of(site)[1].questionnaire == "democratic-ballot@1"
    assert notes(site)[-1].endswith("democratic-ballot@1 instead of public-satisfaction@1")
    forged = desk.submit("/desk/rounds/spring/questionnaire", questionnaire="library:../../x")
    assert forged.status_code == 400


# --- voters ---


def test_lines_of_voters_are_added_changed_and_removed(desk, site):
    with_roster(site)
    new_round(desk)
    line = {"group": "offices", "ballot_class": "A", "planned": "3", "subjects": "type:county -620103"}
    desk.submit("/desk/rounds/spring/voters", line, form="/voters")
    by_type = {"unit_type": "county", "type_class": "citizen", "type_planned": "10"}
    desk.submit("/desk/rounds/spring/voters", by_type, form="/voters/type")
    assert row_of(site)[2] == [
        ("offices", "A", 3, "type:county -620103"),
        ("620102", "citizen", 10, "own"),
        ("620103", "citizen", 10, "own"),
    ]

    edit = re.search(r"edit=(\d+)", desk.html("/desk/rounds/spring/voters"))[1]
    desk.submit(f"/desk/rounds/spring/voters?edit={edit}", form=f"/voters/{edit}", planned="5", do="save")
    assert row_of(site)[2][0] == ("offices", "A", 5, "type:county -620103")
    desk.submit(f"/desk/rounds/spring/voters?edit={edit}", form=f"/voters/{edit}", do="remove")
    assert len(row_of(site)[2]) == 2


def test_voters_go_out_and_come_in_as_a_file(desk, site):
    with_roster(site)
    new_round(desk)
    for line in (("offices", "A", "3", "-620103 type:county"), ("620103", "B", "4", "own")):
        fields = dict(zip(("group", "ballot_class", "planned", "subjects"), line, strict=True))
        desk.submit("/desk/rounds/spring/voters", fields, form="/voters")

    out = desk.get("/desk/rounds/spring/voters.csv")
    assert out.headers["Content-Disposition"] == 'attachment; filename="spring-voters.csv"'
    assert out.data.decode("utf-8-sig").splitlines() == [
        "group,class,planned,subjects",
        "offices,A,3,type:county -620103",
        "620103,B,4,own",
    ]
    answer = send_file(desk, "/desk/rounds/spring/voters/file", out.data.replace(b",4,", b",40,"), "名单.csv")
    assert answer.status_code == 303
    assert row_of(site)[2][1] == ("620103", "B", 40, "own")
    assert notes(site)[-1] == "spring has 2 lines of voters, 43 ballots, from the file 名单.csv"


BAD_TABLES = {
    "empty": (b"", "voters.csv"),
    "a header alone": (b"group,class,planned,subjects\n", "voters.csv"),
    "a wrong header": (b"group,class,number,subjects\nx,A,1,own\n", "voters.csv:1"),
    "a bad number": (b"group,class,planned,subjects\nx,A,1,own\ny,A,30%,own\n", "voters.csv:3 planned"),
    "a line twice": (b"group,class,planned,subjects\nx,A,1,own\nx,A,2,own\n", "voters.csv:3"),
    "not a table": (b"\x00\x01\x02", "voters.csv"),
}


@pytest.mark.parametrize(("content", "place"), BAD_TABLES.values(), ids=BAD_TABLES)
def test_of_a_faulty_file_of_voters_nothing_is_taken(small_desk, small_site, content, place):
    with_roster(small_site)
    new_round(small_desk)
    small_desk.submit(
        "/desk/rounds/spring/voters",
        {"group": "a", "ballot_class": "A", "planned": "3", "subjects": "6201"},
        form="/voters",
    )
    answer = send_file(small_desk, "/desk/rounds/spring/voters/file", content, "voters.csv")

    assert answer.status_code == 400
    assert place in words(answer)
    assert row_of(small_site)[2] == [("a", "A", 3, "6201")]


BAD_LINES = {
    "no group": {"group": ""},
    "a bad class": {"ballot_class": "1 2"},
    "no number": {"planned": "many"},
    "nobody": {"planned": "0"},
    "no subjects": {"subjects": ""},
    "a bad word": {"subjects": "type:"},
}


@pytest.mark.parametrize("wrong", BAD_LINES.values(), ids=BAD_LINES)
def test_a_faulty_line_is_told_beside_its_field(small_desk, small_site, wrong):
    with_roster(small_site)
    new_round(small_desk)
    line = {"group": "620102", "ballot_class": "A", "planned": "3", "subjects": "own"} | wrong
    answer = small_desk.submit("/desk/rounds/spring/voters", line, form="/voters")

    assert answer.status_code == 400
    assert answer.get_data(as_text=True).count("field faulty") == 1
    assert row_of(small_site)[2] == []


def test_a_line_that_names_nobody_on_the_roster_is_a_problem_of_its_step(small_desk, small_site):
    with_roster(small_site)
    new_round(small_desk)
    line = {"group": "x", "ballot_class": "A", "planned": "3", "subjects": "type:town"}
    small_desk.submit("/desk/rounds/spring/voters", line, form="/voters")

    assert steps(small_desk)[2] == "bad"
    assert "type:town" in words(small_desk.html("/desk/rounds/spring/voters"))


def test_a_long_table_of_voters_has_pages(small_desk, small_site):
    with_roster(small_site)
    new_round(small_desk)
    table = "group,class,planned,subjects\n" + "".join(f"g{i},A,1,6201\n" for i in range(250))
    send_file(small_desk, "/desk/rounds/spring/voters/file", table.encode(), "voters.csv")

    last = small_desk.html("/desk/rounds/spring/voters", page="3")
    assert "g249" in last
    assert "g199" not in last
    assert "g249" in small_desk.html("/desk/rounds/spring/voters", page="99")


# --- rules ---


def rules_sent(desk, **fields):
    """Return what the page of the rules would send, with cells of its tables filled in."""
    classes = dict.fromkeys(("code", "zh", "en", "weight", "weights", "minimum"), "")
    limits = dict.fromkeys(("item", "options", "at_least", "below", "bound", "amount", "breach"), "")
    plain = {
        "minimum": "30", "grade_by": "items", "quorum_operator": ">=", "quorum_share": "", "all_equal": "note",
        "trim_above": "", "min_cell": "5", "min_text": "10", "min_class": "5", "live_step": "5", "unanimity": "low",
        "more": "",
    }  # fmt: skip
    cells = {f"class_{name}": [] for name in classes} | {f"limit_{name}": [] for name in limits}
    return {"csrf_token": desk.token()} | plain | cells | fields


def table(prefix, names, *rows):
    return {f"{prefix}_{name}": [row[i] for row in rows] for i, name in enumerate(names)}


CLASSES = ("code", "zh", "en", "weight", "weights", "minimum")
LIMITS = ("item", "options", "at_least", "below", "bound", "amount", "breach")


def test_rules_classes_and_limits_are_saved(desk, site):
    new_round(desk, kind="ballot", questionnaire="library:democratic-ballot")
    sent = rules_sent(
        desk,
        minimum="5",
        quorum_share="2/3",
        quorum_operator=">",
        trim_above="10",
        min_cell="4",
        more="levels:\n  item: overall\n  steps: [{options: [a], share: 2/3, result: 优秀}]\n  otherwise: 称职\n",
        **table(
            "class",
            CLASSES,
            ("A", "正职", "", "0.6", "head=2; type:county=1.5", "4"),
            ("B", "副职", "B", "", "", ""),
            ("", "", "", "", "", ""),
        ),
        **table("limit", LIMITS, ("overall", "a", "", "", "share", "1/5", "block")),
    )
    answer = desk.client.post("/desk/rounds/spring/rules", data=sent)
    assert answer.status_code == 303, words(answer)

    rules = row_of(site)[1].rules
    first, second = rules.classes
    assert (first.code, first.en, str(first.weight), first.minimum) == ("A", "正职", "0.6", 4)
    assert {name: str(weight) for name, weight in first.weights.items()} == {"head": "2", "type:county": "1.5"}
    assert (second.code, second.weight, second.minimum) == ("B", 1, 3)
    assert (str(rules.quorum.share), rules.quorum.operator, rules.trim_above, rules.minimum) == ("2/3", ">", 10, 5)
    assert [(one.item, one.options, str(one.share), one.breach) for one in rules.limits] == [
        ("overall", ("a",), "1/5", "block")
    ]
    assert rules.levels.otherwise == "称职"
    assert row_of(site)[1].disclosure.min_cell == 4
    # and the page shows it again
    html = desk.html("/desk/rounds/spring/rules")
    assert "head=2; type:county=1.5" in html
    assert "otherwise: 称职" in html


BAD_RULES = {
    "a weight in percent": (table("class", CLASSES, ("A", "甲", "", "30%", "", "")), "30%"),
    "a negative weight": (table("class", CLASSES, ("A", "甲", "", "-1", "", "")), "-1"),
    "a weight that is none": (table("class", CLASSES, ("A", "甲", "", "NaN", "", "")), "NaN"),
    "a class twice": (table("class", CLASSES, ("A", "甲", "", "1", "", ""), ("A", "乙", "", "1", "", "")), "A"),
    "another weight without a sum": (table("class", CLASSES, ("A", "甲", "", "1", "head", "")), "head"),
    "a quorum beyond all": ({"quorum_share": "120%"}, "120%"),
    "a minimum of none": ({"minimum": "0"}, "0"),
    "a cell too small to hide": ({"min_cell": "1"}, "1"),
    "a limit without an amount": (table("limit", LIMITS, ("overall", "a", "", "", "most", "", "block")), ""),
    "an unknown rule": ({"more": "levles: 1\n"}, "rules.yaml:1"),
    "rules that are no YAML": ({"more": "{"}, "rules.yaml"),
    "shares that do not sum to one": (
        {
            "more": "weighting: {method: post-stratification, margins: [{id: where, zh: 地, en: Where, categories: "
            "[{id: a, zh: 甲, en: A, classes: [A], share: 0.5}, {id: b, zh: 乙, en: B, classes: [B], share: 0.45}]}]}\n"
        },
        "0.95",
    ),
}


@pytest.mark.parametrize(("wrong", "named"), BAD_RULES.values(), ids=BAD_RULES)
def test_a_faulty_rule_is_told_by_name_and_nothing_is_saved(small_desk, small_site, wrong, named):
    new_round(small_desk)
    before = row_of(small_site)[1]
    answer = small_desk.client.post("/desk/rounds/spring/rules", data=rules_sent(small_desk) | wrong)

    assert answer.status_code == 400
    summary = answer.get_data(as_text=True).split('role="alert"')[1].split("</div>")[0]
    assert named in words(summary)
    assert row_of(small_site)[1] == before


# --- keys ---


def test_a_private_key_made_here_goes_to_the_browser_alone(desk, site, tmp_path):
    new_round(desk)
    answer = desk.submit("/desk/rounds/spring/keys", form="/keys/make", passphrase=PASSPHRASE, again=PASSPHRASE)
    private = tmp_path / "downloaded.key"
    private.write_bytes(answer.data)

    row, _, _ = row_of(site)
    public = read_private_key(private, PASSPHRASE).public
    assert row.public_keys == [public.document()]
    assert public.fingerprint in desk.html("/desk/rounds/spring/keys")
    assert desk.get("/desk/rounds/spring/office.pub").data.startswith(b"-----BEGIN PUBLIC KEY-----")
    assert not any("PRIVATE" in one or PASSPHRASE in one for one in notes(site))


@pytest.mark.parametrize(("first", "second"), [("short", "short"), ("long enough", "long enouhg"), ("", "")])
def test_a_passphrase_must_be_long_and_typed_twice(small_desk, small_site, first, second):
    new_round(small_desk)
    answer = small_desk.submit("/desk/rounds/spring/keys", form="/keys/make", passphrase=first, again=second)

    assert answer.status_code == 400
    assert row_of(small_site)[0].public_keys == []


def test_two_trustees_bring_their_public_keys(desk, site, tmp_path):
    new_round(desk, seal="trustees")
    names = two_trustees(tmp_path)["keys"]
    assert "/keys/make" not in desk.html("/desk/rounds/spring/keys")
    for name in names:
        assert send_file(desk, "/desk/rounds/spring/keys", (tmp_path / name).read_bytes(), name).status_code == 303
    first, second = row_of(site)[0].public_keys
    assert first["fingerprint"] != second["fingerprint"]

    desk.submit("/desk/rounds/spring/keys", form="/keys/remove")
    assert row_of(site)[0].public_keys == [second]


def test_a_private_key_or_anything_else_is_refused_as_a_public_key(small_desk, small_site, tmp_path):
    new_round(small_desk)
    write_round(tmp_path)
    two_trustees(tmp_path)
    for name in ("office.key", "party.pub", "round.yaml"):
        answer = send_file(small_desk, "/desk/rounds/spring/keys", (tmp_path / name).read_bytes(), name)
        assert answer.status_code == 400
        assert name in words(answer)
        assert "minsheng-" not in words(answer)
    assert row_of(small_site)[0].public_keys == []


# --- what no longer changes, and who may ---


def opened(site):
    site.round()
    return "spring"


def test_nothing_of_an_open_round_changes(desk, site):
    opened(site)
    before = row_of(site)
    posts = {
        "about": TITLE | {"opens_at": "2027-01-01T00:00", "closes_at": "2027-01-02T00:00", "kind": "opinion",
                          "seal": "office", "channel": "codes", "layout": "auto", "announce": ""},
        "questionnaire": {"questionnaire": "public-satisfaction@1"},
        "voters": {"group": "x", "ballot_class": "A", "planned": "1", "subjects": "620102"},
        "voters/type": {"unit_type": "county", "type_class": "A", "type_planned": "1"},
        "rules": rules_sent(desk),
        "keys/make": {"passphrase": PASSPHRASE, "again": PASSPHRASE},
        "keys/remove": {"fingerprint": before[0].public_keys[0]["fingerprint"]},
    }  # fmt: skip
    for path, data in posts.items():
        assert desk.post(f"/desk/rounds/spring/{path}", data).status_code == 400, path
    after = row_of(site)
    assert (after[0].definition, after[0].public_keys, after[2]) == (
        before[0].definition,
        before[0].public_keys,
        before[2],
    )
    for path in ("about", "questionnaire", "voters", "rules", "keys"):
        html = desk.html(f"/desk/rounds/spring/{path}")
        assert ">保存<" not in html
    assert steps(desk)[:4] == ["ok"] * 4


def test_codes_hold_a_draft_fast(small_desk, small_site):
    write_round(small_site.folder)
    with_roster(small_site)
    new_round(small_desk)
    line = {"group": "620102", "ballot_class": "citizen", "planned": "24", "subjects": "own"}
    small_desk.submit("/desk/rounds/spring/voters", line, form="/voters")
    small_desk.submit("/desk/rounds/spring/keys", form="/keys/make", passphrase=PASSPHRASE, again=PASSPHRASE)
    with unit_of_work(small_site.engine) as session:
        row = get_round(session, "spring")
        issue_codes(session, row, list_voter_groups(session, row), b"k" * 32)

    answer = small_desk.post("/desk/rounds/spring/voters", line | {"group": "x"})
    assert answer.status_code == 400
    assert "24" in words(answer)
    assert len(row_of(small_site)[2]) == 1


def test_each_sees_the_rounds_of_the_own_branch_and_only_set_up_staff_change_them(small_site):
    office(small_site, "gansu")
    office(small_site, "lanzhou", "gansu")
    office(small_site, "hunan")
    setter = at_desk(small_site, Role.SETTER, office="gansu")
    viewer = at_desk(small_site, Role.VIEWER, office="lanzhou")
    stranger = at_desk(small_site, Role.SETTER, office="hunan")
    offered = re.search(r'<select[^>]*name="office"[^>]*>(.*?)</select>', setter.html("/desk/rounds/new"), re.DOTALL)[1]
    assert re.findall(r'value="(\w*)"', offered) == ["gansu", "lanzhou"]
    new_round(setter, office="lanzhou")

    assert "spring" in setter.html("/desk/rounds")
    assert "spring" in viewer.html("/desk/rounds")
    assert "spring" not in stranger.html("/desk/rounds")
    assert viewer.get("/desk/rounds/new").status_code == 403
    assert viewer.post("/desk/rounds/spring/voters").status_code == 403
    assert 'method="post" action="/desk/rounds' not in viewer.html("/desk/rounds/spring/voters")
    assert stranger.get("/desk/rounds/spring/").status_code == 404
    assert stranger.post("/desk/rounds/spring/keys/make").status_code == 404
    assert setter.get("/desk/rounds/none/").status_code == 404


def test_every_page_says_what_it_needs_in_english_too(small_desk, small_site):
    with_roster(small_site)
    new_round(small_desk)
    small_desk.post("/desk/account/language", language="en")

    assert "cannot start yet" in small_desk.html("/desk/rounds/spring/")
    for path in ("", "about", "questionnaire", "voters", "rules", "keys"):
        text = re.sub(
            r"城关区群众满意度调查|考核办|中文|民|员工|按姓氏笔画为序",
            "",
            words(small_desk.html(f"/desk/rounds/spring/{path}")),
        )
        assert not re.search(r"[\u4e00-\u9fff]", text), path
