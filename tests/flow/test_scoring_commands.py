"""From a scheme's file to published scores, by commands."""

import hashlib
import json
import threading
import zlib
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from survey.core.clock import now
from survey.core.errors import Refused
from survey.core.ids import canonical_json
from survey.scoring import service
from survey.scoring.run import score_run
from survey.storage.engine import unit_of_work
from tests.factories.counted import alike, asked, counted, frozen_round, item, scale, subject, voters
from tests.flow.scoring_desk import COMPONENTS, REST, SCHEME, desk_at

DECISIONS = "subject,grade,reason,confirmed_by\nv3,good,Collective discussion,Organisation department\n"
HISTORY = "subject,year,grade,source,confirmed_by\nv1,2024,best,minutes.pdf,Li\nv1,2023,good,minutes.pdf,Li\n"
COUNTED = "source: {kind: round, round: yearly, figure: ballot}"
BALLOT = SCHEME.replace("version: 1", "version: 2").replace(
    "source: {kind: import}}\n  - id: routine", COUNTED + "}\n  - id: routine"
)


@pytest.fixture
def desk(database_url, tmp_path, monkeypatch):
    with desk_at(database_url, tmp_path, monkeypatch) as desk:
        yield desk


@pytest.fixture
def scored(desk):
    """Everything is filed, and run 1 is kept."""
    desk.does(f"components import villages {desk.write('c.csv', COMPONENTS)}")
    desk.does(f"components import villages {desk.write('d.csv', REST)}")
    assert desk.does("score villages")["number"] == 1
    return desk


def rows_by_code(result):
    return {row["code"]: row for row in result["rows"]}


def yearly(*classes, minimum=1):
    """A ballot on v1 by classes A and B, with as many ballots as said."""
    village = subject("v1", unit_type="village", group="东镇")
    rules = [{"code": code, "zh": code, "en": code, "weight": 50, "minimum": minimum} for code in "AB"]
    groups = [voters("hall", ["v1"], code, 9) for code in "AB"]
    frozen = frozen_round("yearly", [village], groups, asked(item(), options=scale(100, 80)), "ballot", classes=rules)
    return counted(
        frozen, {("hall", code): alike("safety:v1", **votes) for code, votes in zip("AB", classes, strict=False)}
    )


def test_a_year_from_the_scheme_to_the_published_run(desk):
    checked = desk.does("schemes check scheme.yaml")
    assert (checked["reference"], checked["types"], checked["components"]) == ("villages@1", 1, 2)
    assert desk.does("schemes add scheme.yaml")["new"] is False
    assert [row["reference"] for row in desk.does("schemes list")["rows"]] == ["villages@1"]

    assert desk.does(f"components import villages {desk.write('c.csv', COMPONENTS)}") == {
        "n": 8,
        "scheme": "villages",
        "lacking": 1,
        "subjects": 3,
    }
    shown = rows_by_code(desk.does("schemes show villages"))
    assert {code: row["missing"] for code, row in shown.items()} == {"v1": "", "v2": "", "v3": "routine.h1, routine.h2"}
    first = desk.does("score villages")
    assert (first["number"], first["new"], first["units"], first["insufficient"]) == (1, True, 3, 1)
    rows = rows_by_code(first)
    assert [(rows[code]["rank"], rows[code]["score"], rows[code]["grade"]) for code in ("v1", "v2", "v3")] == [
        (1, "92.9000", "Good"),
        (2, "92.7000", "Excellent"),
        (None, None, None),
    ]
    assert "Routine" in rows["v3"]["why"]
    assert desk.does("score villages")["new"] is False

    tried = desk.does(f"score villages --with {desk.write('d.csv', REST)}")
    assert (tried["number"], tried["what_if"], rows_by_code(tried)["v3"]["score"]) == (2, "d.csv", "94.0000")
    assert desk.does("schemes show villages")["rows"][2]["missing"], "what was tried was not filed"

    desk.does("components import villages d.csv")
    assert desk.does(f"schemes history villages {desk.write('h.csv', HISTORY)}")["n"] == 2
    assert desk.does(f"schemes decide villages {desk.write('dec.csv', DECISIONS)}")["n"] == 1
    last = desk.does("score villages --out run.json")
    assert rows_by_code(last)["v3"]["grade"] == "Good"
    assert json.loads(Path("run.json").read_text())["results"]["units"][2]["proposed"] == "best"

    runs = desk.does("schemes runs villages")["rows"]
    assert [(row["number"], row["what_if"], row["published"]) for row in runs] == [
        (1, "", ""),
        (2, "d.csv", ""),
        (3, "", ""),
    ]
    lines = desk.does("schemes compare villages 1 3")["rows"]
    assert {"subject": "v2", "what": "proposed", "before": "best", "after": "good"} in lines
    assert any(line["what"] == "evidence.decision" and line["subject"] == "v3" for line in lines)
    assert desk.does("schemes publish villages")["number"] == 3
    assert "published already" in desk.is_refused("schemes publish villages --run 3")


def test_what_is_printed_is_for_people(scored):
    printed = scored.says("score villages")
    assert "东镇 (" in printed
    assert "[/x] :smile: 三村" in " ".join(printed.split()), "a name is printed as it is"
    assert "Nothing has changed since run 1 of villages@1." in printed
    assert "Runs 1 and 1 say the same" in scored.says("schemes compare villages 1 1")
    assert "v1" in scored.says("schemes show villages")
    assert "Excellent blocked: Routine 89.75 < 90" in " ".join(printed.replace("│", " ").split())


def test_a_file_is_taken_whole_or_not_at_all(desk):
    bad = COMPONENTS + "v9,work,95,work.pdf,Li,,\n"

    assert desk.is_refused(f"components import villages {desk.write('c.csv', bad)}").startswith("c.csv:10: there is no")
    assert desk.filed() == ()


def test_what_is_filed_again_replaces_and_a_dash_takes_back(scored):
    scored.write("again.csv", "subject,component,value,source,confirmed_by\nv1,work,80,new.pdf,Li\n")
    scored.does("components import villages again.csv")
    assert [one.value for one in scored.filed() if one.subject == "v1" and one.name == "work"] == ["80"]

    scored.write("back.csv", "subject,component,value,source,confirmed_by\nv3,plus,-,award.pdf,Li\n")
    scored.does("components import villages back.csv")
    assert not [one for one in scored.filed() if one.kind == "entry"]
    said = scored.is_refused("components import villages back.csv")
    assert said == "v3 plus award.pdf: nothing of this is filed; it cannot be taken back"


def test_an_approval_lets_a_short_class_be_left_out(desk):
    desk.does(f"schemes add {desk.write('two.yaml', BALLOT)}")
    desk.takes(yearly({"a": 3, "b": 1}))
    half = [line for line in COMPONENTS.splitlines() if ",work," not in line]
    desk.does(f"components import villages {desk.write('c.csv', chr(10).join(half))}")
    before = rows_by_code(desk.does("score villages"))["v1"]
    assert before["score"] is None
    assert "class B has 0 ballots, at least 1 are needed" in before["why"]

    words = ["schemes", "approve", "villages", "--component", "work", "--class", "B", "--subject", "v1"]
    result = desk.runner.invoke(args=[*words, "--reason", "No staff came", "--by", "Wang", "--json"])
    assert json.loads(result.stdout) == {"n": 1, "classes": "B", "component": "work"}
    after = desk.does("score villages --out run.json")
    assert rows_by_code(after)["v1"]["score"] == "92.9000"
    assert "left out where it is short of ballots, approved by" in Path("run.json").read_text()

    unknown = desk.runner.invoke(args=[*words[:-2], "--subject", "v7", "--reason", " ", "--by", "Wang"])
    assert unknown.stderr == (
        "error: v7: the scheme does not assess this subject; an approval names classes, a reason, and who approves\n"
    )
    long = desk.runner.invoke(args=[*words, "--reason", "x" * 301, "--by", "Wang"])
    assert long.stderr == "error: reason has 301 characters; the most is 300\n"


def test_a_stored_run_that_was_changed_is_named(scored):
    with unit_of_work(scored.engine) as session:
        session.execute(text("UPDATE score_run SET document = :nothing"), {"nothing": b"x"})

    assert scored.is_refused("schemes publish villages") == (
        "The stored run 1 of villages was changed: its figures no longer give their hash"
    )


def test_a_stored_scheme_that_was_changed_is_named(scored):
    with unit_of_work(scored.engine) as session:
        row = session.get(service.SchemeVersion, ("villages", 1))
        row.document = {**row.document, "year": 2020}

    assert scored.is_refused("score villages") == (
        "The stored scheme villages@1 was changed: its content no longer gives its hash"
    )


def test_filed_figures_that_were_changed_after_a_run_change_no_run(scored):
    with unit_of_work(scored.engine) as session:
        session.execute(text("UPDATE evidence SET value = '99' WHERE name = 'work'"))
        kept = service.get_run(session, "villages")

        assert service.run_again(session, kept).content_hash == kept.content_hash


def test_a_what_if_is_published_by_nobody(scored):
    scored.does(f"score villages --with {scored.write('v3.yaml', SCHEME.replace('share: 0.4', 'share: 0.9'))}")
    assert (
        scored.is_refused("schemes publish villages --run 2") == "Run 2 is a what-if (v3.yaml); it is never published"
    )

    with pytest.raises(IntegrityError), unit_of_work(scored.engine) as session:
        session.execute(text("UPDATE score_run SET published_at = made_at WHERE number = 2"))
    with unit_of_work(scored.engine) as session:
        session.execute(text("UPDATE score_run SET what_if = '' WHERE number = 2"))
    assert "was not made by the rules that are frozen as villages@1" in scored.is_refused(
        "schemes publish villages --run 2"
    )


def test_a_what_if_reads_what_its_own_rules_ask_for(desk):
    wider = SCHEME.replace('selects: ["type:village"]', "selects: [unit]")
    desk.does(f"components import villages {desk.write('c.csv', COMPONENTS)}")

    tried = desk.does(f"score villages --with {desk.write('w.yaml', wider)}")
    assert "o1" in rows_by_code(tried)
    desk.takes(yearly({"a": 3}, {"a": 2}))
    counted_instead = desk.does(f"score villages --with {desk.write('b.yaml', BALLOT)}")
    assert rows_by_code(counted_instead)["v1"]["score"] == "95.9000"
    other = SCHEME.replace("id: villages\n", "id: towns\n", 1)
    assert desk.is_refused(f"score villages --with {desk.write('o.yaml', other)}") == (
        "o.yaml: this is the scheme towns; a what-if is another version of villages"
    )
    assert "a what-if is a scheme (.yaml) or a table of figures (.csv)" in desk.is_refused(
        "score villages --with roster.txt"
    )


def test_two_who_score_at_once_get_the_same_run(scored):
    with unit_of_work(scored.engine) as session:
        run = score_run(service.gather(session, service.get_scheme(session, "villages")))
        session.execute(text("DELETE FROM score_run"))
    found, barrier = [], threading.Barrier(4)

    def keep():
        barrier.wait()
        with unit_of_work(scored.engine) as session:
            found.append(service.keep_run(session, run, now(), software="test"))

    threads = [threading.Thread(target=keep) for _ in range(4)]
    [thread.start() for thread in threads]
    [thread.join(timeout=60) for thread in threads]

    assert sorted(found) == [(1, False), (1, False), (1, False), (1, True)]


def test_two_who_file_the_same_at_once_are_both_served(scored):
    scored.write("new.csv", "subject,component,value,source,confirmed_by\nv2,plus,national,other.pdf,Li\n")
    codes, barrier = [], threading.Barrier(3)

    def file():
        barrier.wait()
        result = scored.app.test_cli_runner().invoke(args=["components", "import", "villages", "new.csv", "--json"])
        codes.append(result.exit_code)

    threads = [threading.Thread(target=file) for _ in range(3)]
    [thread.start() for thread in threads]
    [thread.join(timeout=60) for thread in threads]

    assert codes == [0, 0, 0]
    assert len([one for one in scored.filed() if one.subject == "v2" and one.kind == "entry"]) == 1


def test_a_round_counted_after_a_run_makes_a_new_run(desk):
    desk.does(f"schemes add {desk.write('two.yaml', BALLOT)}")
    half = [line for line in COMPONENTS.splitlines() if ",work," not in line]
    desk.does(f"components import villages {desk.write('c.csv', chr(10).join(half))}")
    early = desk.does("score villages")
    assert "no count of the round yearly is here yet" in rows_by_code(early)["v1"]["why"]

    desk.takes(yearly({"a": 3}, {"a": 2}))

    late = desk.does("score villages")
    assert (late["number"], rows_by_code(late)["v1"]["score"]) == (2, "95.9000")
    whats = {line["what"] for line in desk.does("schemes compare villages 1 2")["rows"]}
    assert any(what.startswith("round.yearly.") for what in whats)
    with unit_of_work(desk.engine) as session:
        assert service.run_again(session, service.get_run(session, "villages", 1)).content_hash == early["hash"]
        session.execute(text("DELETE FROM taken_count"))
        with pytest.raises(Refused, match="a count is missing"):
            service.run_again(session, service.get_run(session, "villages", 2))


def test_an_older_run_is_not_published_after_a_newer_one(scored):
    scored.does("components import villages " + scored.write("e.csv", COMPONENTS.replace(",95,", ",96,")))
    assert scored.does("score villages")["number"] == 2
    scored.does("schemes publish villages")

    assert scored.is_refused("schemes publish villages --run 1") == (
        "Run 2, made after run 1, is published already; everybody would still see that one"
    )


def test_a_run_that_cannot_be_computed_anew_is_not_published(scored):
    scored.does("score villages --out run.json")
    run = json.loads(Path("run.json").read_bytes())
    run["results"]["units"][0]["rank"] = 3
    changed = canonical_json(run)
    new = {"document": zlib.compress(changed), "hash": hashlib.sha256(changed).hexdigest()}
    with unit_of_work(scored.engine) as session:
        session.execute(text("UPDATE score_run SET document = :document, content_hash = :hash"), new)

    assert "Computed anew, run 1 of villages is not what was kept" in scored.is_refused("schemes publish villages")


@pytest.mark.parametrize("number", ["0", "2147483648", "99999999999999999999"])
@pytest.mark.parametrize("command", ["publish villages --run {}", "compare villages 1 {}"])
def test_a_number_that_no_run_has(scored, command, number):
    assert "There is no run" in scored.is_refused("schemes " + command.format(number))


def test_a_bundle_of_another_version_than_the_one_named(scored):
    scored.does(f"schemes add {scored.write('two.yaml', SCHEME.replace('version: 1', 'version: 2'))}")

    refused = scored.is_refused("bundle export villages@2 --out b.zip")
    assert refused == "Run 1 was made by villages@1, not by villages@2"
    assert not Path("b.zip").exists()
    assert scored.does("bundle export villages@1 --out b.zip")["run"] == 1
    assert "There is no scheme villages@;" in scored.is_refused("score villages@")
