"""flask bundle: exported by counties, verified where there is nothing, taken and merged by their province."""

import json
import shutil
import subprocess

import pytest
from sqlalchemy import update

from survey.application import create_offline_app
from survey.bundles.archive import pack, unpack
from survey.core import clock
from survey.core.errors import Refused
from survey.core.keys import read_private_key
from survey.counting.models import CountRow, TakenCount
from survey.counting.service import count_round, keep_count
from survey.counting.taken import list_taken
from survey.rounds.service import get_round
from survey.storage.engine import make_engine, transaction, unit_of_work
from tests.factories.casting import cast_code
from tests.factories.rounds import PASSPHRASE, SUBJECTS, make_round, two_trustees
from tests.flow.site import Site
from tests.flow.test_offline_keys import machine
from tests.flow.test_old_database import before, old

__all__ = ["before", "machine", "old"]

SCHEME = """
id: yearly
version: 1
title: {zh: 县区年度考核, en: Yearly assessment}
year: 2026
components:
  - {id: public, zh: 群众满意度, en: Public opinion, source: {kind: round, round: spring, figure: index}}
  - {id: economy, zh: 经济发展, en: Economy, source: {kind: import}}
types:
  - {id: county, zh: 县区, en: Counties, selects: ["type:county"], weights: {public: 30, economy: 70}}
gradings:
  - id: grades
    bands:
      - {id: excellent, zh: 优秀, en: Excellent, at_least: 80}
      - {id: good, zh: 良好, en: Good}
"""
COMPONENTS = "subject,component,value,source,confirmed_by\n620102,economy,89.9,e.pdf,X\n620103,economy,77,e.pdf,X\n"
HEAD = "group,class,planned,subjects\n"
VOTERS = {"620102": "620102,citizen,12,own\n", "620103": "620103,citizen,9,own\n"}
BALLOTS = {
    "620102": [("1", "2")] * 7 + [("3", "1")] * 4,
    "620103": [("2", "2")] * 4 + [("4", "5")] * 3,
}
REMARK = "只有考核办读得到"


class Office:
    """An installation: a database, files, and somebody at its terminal."""

    def __init__(self, site):
        self.site, self.runner = site, site.app.test_cli_runner()

    def run(self, *words):
        return self.runner.invoke(args=[str(word) for word in words])

    def does(self, *words):
        result = self.run(*words, "--json")
        assert result.exit_code == 0, result.stderr
        return json.loads(result.stdout)

    def is_refused(self, *words):
        result = self.run(*words)
        assert (result.exit_code, result.stdout) == (1, ""), result.output
        (line,) = result.stderr.splitlines()
        assert line.startswith("error: ")
        return line

    def holds(self, *counties, name="spring", **fields):
        """Hold the round in some counties, from opening to count."""
        voters = HEAD + "".join(VOTERS[county] for county in counties)
        made = make_round(self.site.engine, self.site.folder, id=name, voters=voters, rules={"minimum": 1}, **fields)
        made.open()
        codes = made.issue()
        for county in counties:
            own = [one.code for one in codes if one.group == county]
            for code, (work, conduct) in zip(own, BALLOTS[county], strict=False):
                answers = {"first": work, f"work:{county}": work, f"conduct:{county}": conduct, "last": REMARK}
                cast_code(self.site.engine, code, answers)
        made.close()
        names = ["party.key", "discipline.key"] if "seal" in fields else ["office.key"]
        keys = [read_private_key(self.site.folder / one, PASSPHRASE) for one in names]
        with unit_of_work(self.site.engine) as session:
            row = get_round(session, name)
            keep_count(session, row, count_round(session, row, keys), clock.now())

    def scores(self, scheme=SCHEME):
        """Add the scheme, file what is filed, and score."""
        for name, text in (("scheme.yaml", scheme), ("components.csv", COMPONENTS)):
            (self.site.folder / name).write_text(text)
        if not (self.site.folder / "subjects.csv").exists():
            shutil.copy(self.site.folder.parent / "one" / "subjects.csv", self.site.folder)
        self.does("subjects", "import", self.site.folder / "subjects.csv")
        self.does("schemes", "add", self.site.folder / "scheme.yaml")
        self.does("components", "import", "yearly", self.site.folder / "components.csv")
        return self.does("score", "yearly", "--out", self.site.folder / "run.json")

    def exports(self, name="b.zip"):
        file = self.site.folder / name
        return file, self.does("bundle", "export", "yearly", "--out", file)

    def results(self):
        units = json.loads((self.site.folder / "run.json").read_bytes())["results"]["units"]
        return {unit["code"]: (unit["score"], unit["rank"], unit["proposed"]) for unit in units}


@pytest.fixture
def office(migrated_sqlite, tmp_path):
    """Set up installations, each with a database and a folder of its own."""
    made = []

    def set_up(name, url=None):
        folder = tmp_path / name
        folder.mkdir()
        if url is None:
            shutil.copy(migrated_sqlite, folder / "minsheng.db")
            url = f"sqlite:///{folder / 'minsheng.db'}"
        made.append(Office(Site.at(url, folder)))
        return made[-1]

    yield set_up
    for one in made:
        one.site.engine.dispose()


@pytest.fixture
def county(office):
    """Give a county that held its round, sealed by two trustees, and scored."""
    one = office("one")
    one.holds("620102", **two_trustees(one.site.folder))
    one.scores()
    return one


def test_exported_by_a_county_and_verified_where_there_is_nothing(office, database_url, tmp_path):
    # Given a county on each engine
    county = office("one", database_url)
    county.holds("620102", **two_trustees(county.site.folder))
    kept = county.scores()
    # When it exports its run
    file, exported = county.exports()
    # Then the same run gives the same bytes
    assert county.exports("again.zip")[0].read_bytes() == file.read_bytes()
    assert exported["run_hash"] == kept["hash"]
    assert exported["fingerprint"] == county.does("bundle", "fingerprint")["fingerprint"]
    # And an installation with neither tables nor settings verifies it
    empty = create_offline_app("no settings").test_cli_runner()
    result = empty.invoke(args=["bundle", "verify", str(file), "--json"])
    assert result.exit_code == 0, result.stderr
    said = json.loads(result.stdout)
    assert (said["run_hash"], said["units"]) == (kept["hash"], 2)
    assert said["counts"][0]["unsigned"] == []
    # And so does one whose database is empty
    without_tables = Office(Site.at(f"sqlite:///{tmp_path / 'empty.db'}", tmp_path))
    assert without_tables.does("bundle", "verify", file)["run_hash"] == kept["hash"]
    without_tables.site.engine.dispose()


def test_verified_on_a_machine_without_settings(county, machine):
    file, exported = county.exports()
    result = machine("bundle", "verify", file, "--fingerprint", exported["fingerprint"])
    assert isinstance(result, subprocess.CompletedProcess)
    assert result.returncode == 0, result.stderr
    assert "is the same to the last digit" in result.stdout
    assert "figures signed by the trustees" in result.stdout
    refused = machine("bundle", "take", file)
    assert refused.returncode == 1
    assert "MINSHENG_SECRET_KEY" in refused.stderr


def test_no_remark_is_in_the_file(county):
    data = county.exports()[0].read_bytes()
    assert REMARK.encode() not in data
    assert json.dumps(REMARK)[1:-1].encode() not in data


def test_a_province_that_merges_two_bundles_scores_as_one_that_counted_everything(county, office):
    # Given two counties with their bundles, and one place that held both rounds
    other = office("two")
    other.holds("620103", contact="another telephone")
    other.scores()
    whole = office("whole")
    whole.holds("620102", "620103")
    whole.scores()
    # When a province takes both
    province = office("province")
    for place in (other, county):
        taken = province.does("bundle", "take", place.exports()[0])
        assert taken["new"] == 1
    province.scores()
    # Then everybody's score, rank and grade are those of the one count
    assert province.results() == whole.results()
    assert {grade for _, _, grade in province.results().values()} == {"excellent", "good"}
    # And the province's own bundle holds both counts, and verifies anywhere
    file, _ = province.exports()
    verified = create_offline_app("none").test_cli_runner().invoke(args=["bundle", "verify", str(file), "--json"])
    assert verified.exit_code == 0, verified.stderr
    assert sorted(one["ballots"] for one in json.loads(verified.stdout)["counts"]) == [7, 11]
    # And taking a bundle again changes nothing
    assert province.does("bundle", "take", file)["new"] == 0


def test_a_count_of_the_first_version_travels_too(old, office, tmp_path):
    # Given a database that version 0.1 wrote, with a counted round
    place = office("one", old.url.render_as_string(hide_password=False))
    (tmp_path / "one" / "subjects.csv").write_text(SUBJECTS)
    place.scores(SCHEME.replace("spring", "winter"))
    # When its bundle goes to the level above
    file, exported = place.exports()
    above = office("above")
    assert above.does("bundle", "take", file)["new"] == 1
    # Then it is merged into a run there, which has the same results
    above.scores(SCHEME.replace("spring", "winter"))
    assert above.results() == place.results()
    assert above.does("bundle", "verify", file)["run_hash"] == exported["run_hash"]


def test_one_digit_changed_is_named(county):
    file, _ = county.exports()
    files = unpack(file.read_bytes(), file.name)
    for name, was, now_is, told in (
        ("results.json", b'"stored":"', b'"stored":"1', "results.json: results > units > 620102 > stored: "),
        ("evidence.json", b"89.9", b"98.9", "evidence.json was changed after the bundle was signed"),
        ("manifest.json", b'"run_hash":"', b'"run_hash":"0', "manifest.json or signature.json was changed"),
    ):
        assert was in files[name]
        file.write_bytes(pack(files | {name: files[name].replace(was, now_is, 1)}))
        assert told in county.is_refused("bundle", "verify", file)
        assert told in county.is_refused("bundle", "take", file)


def test_a_count_edited_by_sql_is_named_and_nothing_is_exported(county):
    with transaction(county.site.engine) as connection:
        connection.execute(update(CountRow).values(content_hash="0" * 64))
    told = county.is_refused("bundle", "export", "yearly", "--out", county.site.folder / "b.zip")
    assert "The stored count of spring was changed" in told
    assert not list(county.site.folder.glob("b.zip*"))


def test_a_taken_count_edited_by_sql_is_named(county, office):
    province = office("province")
    province.does("bundle", "take", county.exports()[0])
    with transaction(province.site.engine) as connection:
        connection.execute(update(TakenCount).values(document=b"no count"))
    with unit_of_work(province.site.engine) as session, pytest.raises(Refused, match="The taken count"):
        list_taken(session, "spring")


def test_a_count_that_should_not_have_been_taken_is_given_back(county, office):
    # Given a province that took a county's count
    province = office("province")
    file, _ = county.exports()
    province.does("bundle", "take", file)
    (row,) = province.does("bundle", "taken")["rows"]
    assert row["round"] == "spring"
    # When it gives it back
    province.does("bundle", "give-back", "spring", row["origin"])
    # Then it is gone, is not given back twice, and can be taken again
    assert province.does("bundle", "taken")["rows"] == []
    assert "No count" in province.is_refused("bundle", "give-back", "spring", row["origin"])
    assert province.does("bundle", "take", file)["new"] == 1


def test_a_what_if_is_never_exported(county):
    file = county.site.folder / "other.csv"
    file.write_text(COMPONENTS.replace("77", "99"))
    number = county.does("score", "yearly", "--with", file)["number"]
    told = county.is_refused("bundle", "export", "yearly", "--run", number, "--out", county.site.folder / "b.zip")
    assert f"Run {number} is a what-if (other.csv); it is never exported" in told


def test_what_is_asked_wrongly_is_told_in_one_line(county):
    folder = county.site.folder
    file, _ = county.exports()
    assert "exists already" in county.is_refused("bundle", "export", "yearly", "--out", file)
    assert "There is no folder" in county.is_refused("bundle", "export", "yearly", "--out", folder / "none" / "b.zip")
    assert "There is no run" in county.is_refused("bundle", "export", "other", "--out", folder / "c.zip")
    assert "There is no run 9" in county.is_refused("bundle", "export", "yearly", "--run", 9, "--out", folder / "c.zip")
    assert "There is no file" in county.is_refused("bundle", "verify", folder / "none.zip")
    assert "is no bundle, or it was damaged" in county.is_refused("bundle", "verify", folder / "scheme.yaml")
    assert "not by 0000" in county.is_refused("bundle", "verify", file, "--fingerprint", "0000")


def test_only_counts_from_elsewhere_that_trustees_signed_and_that_fit_are_taken(county, office, tmp_path):
    file, _ = county.exports()
    assert "was held here; only counts from elsewhere" in county.is_refused("bundle", "take", file)
    # A county whose trustees signed with a program that did not sign figures yet
    earlier = office("earlier")
    earlier.holds("620102", **two_trustees(earlier.site.folder))
    with transaction(earlier.site.engine) as connection:
        connection.execute(update(CountRow).values(signatures=[]))
    earlier.scores()
    unsigned = earlier.exports()[0]
    province = office("province")
    assert "are not signed by the trustees" in province.is_refused("bundle", "take", unsigned)
    said = province.run("bundle", "verify", unsigned)
    assert "NOT SIGNED over the figures" in said.stdout
    # Another count of the same voters
    province.does("bundle", "take", file)
    again = office("again")
    again.holds("620102")
    again.scores()
    told = province.is_refused("bundle", "take", again.exports()[0])
    assert "the voters of group 620102, class citizen stand in" in told
    engine = make_engine(province.site.engine.url.render_as_string(hide_password=False))
    with unit_of_work(engine) as session:
        assert len(list_taken(session, "spring")) == 1, "what was refused left nothing"
    engine.dispose()


def test_a_count_of_voters_who_are_asked_here_and_not_counted_yet_is_not_taken(county, office):
    here = office("here")
    voters = HEAD + VOTERS["620102"]
    make_round(here.site.engine, here.site.folder, id="spring", voters=voters, rules={"minimum": 1}).open()

    told = here.is_refused("bundle", "take", county.exports()[0])
    assert "the voters of group 620102, class citizen stand in" in told
