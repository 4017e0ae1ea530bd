"""A meeting's commands: links, batches, who came, a box for each class, slips and the poster."""

import json

import pypdfium2
import pytest
import zxingcpp

from survey.rounds.service import get_round, list_voter_groups
from survey.storage.engine import reading, unit_of_work

BATCH = "620102-citizen-1"


@pytest.fixture
def codes(site):
    return site.round(meeting=True)


def present_of(site):
    with unit_of_work(site.engine) as session:
        return [group.present for group in list_voter_groups(session, get_round(session, "spring"))]


def does(site, command):
    result = site.app.test_cli_runner().invoke(args=[*command.split(), "--json"])
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def refused(site, command):
    result = site.app.test_cli_runner().invoke(args=command.split())
    assert result.exit_code == 1
    return result.stderr


def test_the_links_are_printed_and_work(site, phone, codes):
    links = does(site, "rounds hall spring")

    for name, shows in (("projector", "<svg"), ("host", BATCH)):
        page = phone.get(links[name].removeprefix("http://127.0.0.1:8000"))
        assert page.status == 200
        assert shows in page.html
    assert links["tablet"] == "http://127.0.0.1:8000/?kiosk=1"
    plain = site.app.test_cli_runner().invoke(args=["rounds", "hall", "spring"])
    assert all(links[name] in plain.stdout for name in ("projector", "host", "tablet"))


def test_a_round_that_is_no_meeting_has_no_links(site):
    site.round()

    assert "meeting: true" in refused(site, "rounds hall spring")


def test_the_commands_move_batches_and_list_them(site, codes):
    door = [row["door"] for row in does(site, "codes list spring")["rows"]]
    assert door == ["waiting"]
    assert does(site, f"codes open spring --batch {BATCH}")["changed"] == [BATCH]
    assert does(site, "codes open spring")["changed"] == []
    assert does(site, "codes list spring")["rows"][0]["door"] == "open"
    assert does(site, "codes shut spring")["changed"] == [BATCH]
    assert does(site, "codes shut spring")["changed"] == []
    assert does(site, "codes list spring")["rows"] == [
        {"batch": BATCH, "group": "620102", "class": "citizen", "size": 12, "spare": "", "door": "closed"}
    ]
    assert "620102-A-7" in refused(site, "codes open spring --batch 620102-A-7")
    said = site.app.test_cli_runner().invoke(args=["codes", "shut", "spring"])
    assert "Nothing changed" in said.stdout


def test_who_came_is_written_down_by_command(site, codes):
    assert does(site, "rounds present spring 11 --group 620102 --class citizen")["present"] == 11
    assert present_of(site) == [11]
    assert "13" in refused(site, "rounds present spring 13 --group 620102 --class citizen")


def test_a_meetings_codes_have_a_file_a_box_and_slips_that_name_the_class(site, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    voters = "group,class,planned,subjects\n620102,A,6,own\n620102,B,20,own\n"
    classes = [
        {"code": "A", "zh": "局领导", "en": "Leaders", "weight": 40},
        {"code": "B", "zh": "中层干部", "en": "Middle-level cadres", "weight": 60},
    ]
    site.round(meeting=True, voters=voters, rules={"classes": classes})

    issued = does(site, "codes issue spring --spare 3")

    assert issued["files"] == ["spring-codes-620102-A.csv", "spring-codes-620102-B.csv"]
    for name, file in zip("AB", issued["files"], strict=True):
        lines = (tmp_path / file).read_text().splitlines()[1:]
        assert len(lines) == 3
        assert all(line.startswith(f"620102-{name}-2,620102,{name},") for line in lines)
    does(site, "codes sheets spring --csv spring-codes-620102-B.csv --out b.pdf --layout 10 --language en")
    with reading(site.engine) as connection:
        keys = connection.exec_driver_sql("SELECT public_keys FROM round").scalar_one()
    fingerprint = (json.loads(keys) if isinstance(keys, str) else keys)[0]["fingerprint"]
    text = text_of(tmp_path / "b.pdf")
    assert text.count("Ballot B (Middle-level cadres)") == 3
    assert text.count(f"Key {fingerprint}") == 3
    plain = site.app.test_cli_runner().invoke(
        args="codes sheets spring --csv spring-codes-620102-A.csv --out a.pdf".split()  # noqa: SIM905
    )
    assert "let everybody draw one" in plain.stdout


def test_slips_of_several_classes_become_a_file_each(site, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    voters = "group,class,planned,subjects\n620102,A,6,own\n620102,B,20,own\n"
    classes = [{"code": code, "zh": code, "en": f"class {code}", "weight": 50} for code in "AB"]
    site.round(voters=voters, rules={"classes": classes})

    issued = does(site, "codes issue spring --spare 2")
    printed = does(site, "codes sheets spring --out slips.pdf --language en")

    assert issued["files"] == ["spring-codes.csv"]
    assert printed["files"] == ["slips-A.pdf", "slips-B.pdf"]
    assert [text_of(tmp_path / file).count("Ballot") for file in printed["files"]] == [2, 2]
    assert "exists already" in refused(site, "codes sheets spring --out slips.pdf")


@pytest.mark.parametrize("paper", ["A4", "A3"])
def test_the_poster_is_written_with_the_rounds_words(site, codes, tmp_path, paper):
    file = tmp_path / "poster.pdf"

    said = does(site, f"codes poster spring --out {file} --language en --paper {paper}")

    text = text_of(file)
    assert f"Scan from no farther than {said['metres']} m" in text
    for words in ("Spring survey", "Assessment office", "Each code can be used once", "0931-0000000", "127.0.0.1"):
        assert words in text
    with pypdfium2.PdfDocument(file) as document:
        pixels = document[0].render(scale=1).to_numpy()
    assert zxingcpp.read_barcodes(pixels)[0].text == "HTTP://127.0.0.1:8000/"


def text_of(file):
    with pypdfium2.PdfDocument(file) as document:
        return " ".join(document[0].get_textpage().get_text_bounded().split())
