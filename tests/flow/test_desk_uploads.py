"""Every form of the desk that takes a file, and every file that is not what it should be: told, and not taken."""

import hashlib
import html
import io
import shutil
from pathlib import Path
from tempfile import gettempdir

import pytest
from sqlalchemy import select
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from survey.staff.roles import Role
from survey.storage.base import Base
from survey.storage.engine import reading, unit_of_work
from survey.subjects.service import get_subject
from tests.factories.rounds import PASSPHRASE, SUBJECTS, VOTERS, two_trustees
from tests.factories.workbooks import bomb, changed, packed, workbook
from tests.flow.deskwork import ALL, at_desk
from tests.flow.scoring_desk import COMPONENTS, ROSTER, SCHEME
from tests.flow.site import Site
from tests.flow.test_rehearsal import draft

ROSTER_PAGE = "/desk/subjects"
VOTERS_PAGE = "/desk/rounds/planned/voters/file"
EVIDENCE = "/desk/schemes/villages/file"
HISTORY = "subject,year,grade,source,confirmed_by\nv1,2024,best,a.pdf,Li\n"
DECISIONS = "subject,grade,reason,confirmed_by\nv1,good,一票否决,党组会\n"

# Where a table goes, the other fields of its form, and a table that it takes.
TABLES = {
    "roster": (ROSTER_PAGE, {}, SUBJECTS),
    "voters": (VOTERS_PAGE, {}, VOTERS),
    "components": (EVIDENCE, {"kind": "components"}, COMPONENTS),
    "history": (EVIDENCE, {"kind": "history"}, HISTORY),
    "decisions": (EVIDENCE, {"kind": "decisions"}, DECISIONS),
    "what-if": ("/desk/schemes/villages/what-if", {}, COMPONENTS),
}
# Where another file goes, its field, its other fields, and its usual name.
DOCUMENTS = {
    "questionnaire": ("/desk/questionnaires", "file", {}, "q.yaml"),
    "scheme": ("/desk/schemes", "file", {}, "s.yaml"),
    "what-if with other rules": ("/desk/schemes/villages/what-if", "file", {}, "s.yaml"),
    "public key": ("/desk/rounds/planned/keys", "file", {}, "office.pub"),
    "private key": ("/desk/rounds/sealed/count/start", "key", {"passphrase": PASSPHRASE}, "office.key"),
    "signed count": ("/desk/rounds/trusted/count/take", "file", {}, "signed.count"),
}

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
MACRO = {"xl/vbaProject.bin": b"x"}
# What no form takes, and what is said of it where a table was expected.
NEVER = {
    "nothing": (b"", "the file is empty"),
    "spaces": (b" \r\n \n", "the file is empty"),
    "a byte-order mark alone": (b"\xef\xbb\xbf", "the file is empty"),
    "zero bytes": (bytes(300), "neither UTF-8 nor UTF-16 with its mark nor GB 18030"),
    "UTF-16 without its mark": ("code,name\n1,城关区\n".encode("utf-16-le"), "neither UTF-8 nor UTF-16"),
    "a lone surrogate in UTF-16": (b"\xff\xfec\x00,\x00\x00\xd8\n\x00", "neither UTF-8 nor UTF-16"),
    "a lone surrogate in UTF-8": (b"code,name\n1,\xed\xa0\x80\n", ""),
    "neither UTF-8 nor GB 18030": (b"code,name\n1,\xff\xff\n", "neither UTF-8 nor UTF-16"),
    "a picture": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)), "neither UTF-8 nor UTF-16"),
    "a PDF": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n", ""),
    "a web page": (b"<html><table><tr><td>code</td></tr></table></html>", "this is a web page or XML"),
    "the old kind of workbook": (OLE + "Workbook".encode("utf-16-le"), "one of the old kind (.xls); save it as .xlsx"),
    "a password": (OLE + "EncryptedPackage".encode("utf-16-le"), "protected by a password"),
    "macros": (changed(workbook(), MACRO), "holds macros; save it as .xlsx without macros"),
    "another packed file": (packed({"a.txt": b"code,name"}), "no .xlsx workbook"),
    "a workbook cut off": (workbook()[:-300], "the workbook is damaged"),
    "an empty workbook": (workbook(rows=[]), "the file is empty"),
    "deep brackets": (b"[" * 50_000, ""),
    "a table of other columns": (b"a,b\n1,2\n", "n.csv:1: the column "),
}
NAMES = ("n.csv", "n.xlsx", "../../n.yaml", "n\x00.csv", "n" * 300 + ".csv", ".csv")


@pytest.fixture(scope="module")
def desk(migrated_sqlite, tmp_path_factory):
    """Somebody with every role at a desk with a draft, two rounds to count, and a scheme."""
    folder = tmp_path_factory.mktemp("uploads")
    shutil.copy(migrated_sqlite, folder / "minsheng.db")
    site = Site.at(f"sqlite:///{folder / 'minsheng.db'}", folder)
    desk, second = at_desk(site, *ALL), at_desk(site, Role.SUPERVISOR)
    desk.site = site
    desk.post("/desk/account/language", language="en")
    for name, fields in (("sealed", {}), ("trusted", two_trustees(folder))):
        site.round(name=name, **fields)
        site.close(name)
        desk.submit(f"/desk/rounds/{name}/count", form="propose", reason="按计划计票")
        second.submit(f"/desk/rounds/{name}/count", form="confirm")
    draft(site, name="planned", key=None)
    assert send(desk, ROSTER_PAGE, ROSTER.encode()).status_code == 303
    assert send(desk, "/desk/schemes", SCHEME.encode(), "s.yaml").status_code == 303
    yield desk
    site.engine.dispose()


def send(desk, path, content, name="n.csv", field="file", **fields):
    file = FileStorage(io.BytesIO(content), filename=name)
    boundary, data = encode_multipart({"csrf_token": desk.token(), field: file, **fields})
    return desk.client.post(path, data=data, content_type=f"multipart/form-data; boundary={boundary}")


def words(page):
    return html.unescape(page.get_data(as_text=True))


def stored(desk):
    """Return a digest of every table but that of the sessions, which note when they were seen."""
    found = hashlib.sha256()
    with reading(desk.site.engine) as connection:
        for table in Base.metadata.sorted_tables:
            if table.name != "desk_session":
                found.update(repr(connection.execute(select(table)).all()).encode())
    return found.digest()


def refused(desk, path, content, name="n.csv", field="file", status=400, **fields):
    """Send what is not to be taken, see that it is not, and return what is said."""
    before = stored(desk)
    page = send(desk, path, content, name, field, **fields)
    said = words(page)
    told = said.partition('role="alert"')[2].partition("</div>")[0] or said
    assert page.status_code == status, told[:1000]
    assert stored(desk) == before
    assert "Traceback" not in said
    assert str(Path(gettempdir())) not in said
    return told


@pytest.mark.parametrize(("content", "told"), NEVER.values(), ids=NEVER)
@pytest.mark.parametrize(("path", "fields", "_good"), TABLES.values(), ids=TABLES)
def test_what_is_no_table_is_told_and_not_taken(desk, path, fields, _good, content, told):
    assert told in refused(desk, path, content, **fields)


@pytest.mark.parametrize("content", [content for content, _ in NEVER.values()], ids=NEVER)
@pytest.mark.parametrize(("path", "field", "fields", "name"), DOCUMENTS.values(), ids=DOCUMENTS)
def test_what_is_no_such_document_is_told_and_not_taken(desk, path, field, fields, name, content):
    status = 409 if "/count/" in path else 400
    assert "<li>" in refused(desk, path, content, name, field, status, **fields)


BOMB = bomb(60_000_000)
LARGE = {
    "a bomb": (BOMB, "the workbook unpacks to"),
    "a bomb called CSV": (BOMB, "Save a long table as CSV"),
    "too many columns": (b",".join(b"c%d" % n for n in range(101)) + b"\n1\n", "more than 100 columns"),
    "a row of commas": (b"," * 20_000 + b"\n1\n", "more than 100 columns"),
    "columns far away": (workbook(rows=[("a",) * 101]), "more than 100 columns"),
}


@pytest.mark.parametrize(("content", "told"), LARGE.values(), ids=LARGE)
@pytest.mark.parametrize(("path", "fields", "_good"), TABLES.values(), ids=TABLES)
def test_a_table_that_is_too_large_is_told_so(desk, path, fields, _good, content, told):
    assert told in refused(desk, path, content, status=413, **fields)


def test_evidence_that_somebody_looks_at_first_has_fewer_rows(desk):
    rows = f"{C}\n" + "v1,work,95,w,Z,,\n" * 50_001
    said = refused(desk, EVIDENCE, rows.encode(), status=413, kind="components")
    assert "n.csv: the table has more than 50,000 rows" in said


TOO_LARGE_BYTES = {"questionnaire": 1_000_001, "scheme": 1_000_001, "public key": 100_001, "private key": 100_001}


@pytest.mark.parametrize("kind", TOO_LARGE_BYTES)
def test_a_document_that_is_too_large_is_told_so(desk, kind):
    path, field, fields, name = DOCUMENTS[kind]
    refused(desk, path, b"# " + b"x" * TOO_LARGE_BYTES[kind], name, field, 413, **fields)


FORMS = {path: (field, fields) for path, field, fields, _ in DOCUMENTS.values()} | {
    path: ("file", fields) for path, fields, _ in TABLES.values()
}


EVERY = {**FORMS, "/desk/rounds/planned/print/slips": ("slips-file", {})}


@pytest.mark.parametrize("path", EVERY)
def test_what_is_larger_than_any_file_is_refused_before_it_is_read(desk, path):
    field, fields = EVERY[path]
    most = 51 if path in (ROSTER_PAGE, VOTERS_PAGE) else 12
    said = refused(desk, path, b"x" * (most * 1024 * 1024 + 1_000_000), "n.csv", field, 413, **fields)
    assert f"the most is {51 if most > 12 else 12} MB. Nothing was taken." in said


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("path", FORMS)
def test_no_name_of_a_file_does_harm(desk, path, name):
    field, fields = FORMS[path]
    refused(desk, path, b"a,b\n1,2\n", name, field, 409 if "/count/" in path else 400, **fields)


# --- faults of a table: by row, column and value -----------------------------------------------------------------

R, V = SUBJECTS.splitlines()[0], VOTERS.splitlines()[0]
C, H, D = (text.splitlines()[0] for text in (COMPONENTS, HISTORY, DECISIONS))
FAULTS = [
    ("roster", [R], ["n.csv: the file has a header but no rows"]),
    (
        "roster",
        ["code,name,sort", "1,a,b"],
        ["n.csv:1: the column kind is missing", "n.csv:1: the column sort is unkno"],
    ),
    ("roster", [R + ",code", "1,a,unit,,,,,,2"], ["n.csv:1: the column code stands in the header twice"]),
    (
        "roster",
        [R, "1,a,unit,,,,,", "2,b,unit,,,,,", "1,c,unit,,,,,"],
        ["n.csv:4: the code 1 stands here and on line 2"],
    ),
    ("roster", [R, "1,a,unit,,,,,many"], ["n.csv:2 population: 'many' is not a whole number"]),
    (
        "roster",
        [R, "1,a,dog,,,,,", "城,b,unit,,,,,"],
        ["n.csv:2 kind: 'dog' is not allowed", "n.csv:3 code: '城' is no code"],
    ),
    ("roster", [R, "1,a,unit"], ["n.csv:2: this row has 3 cells; the header has 8"]),
    ("roster", [R, '1,"a,unit,,,,,'], ["n.csv:2: this line is not valid CSV: unexpected end of data"]),
    ("roster", [R, "1,,unit,,,,,"], ["n.csv:2 name: this text is empty or too short"]),
    ("voters", [V], ["n.csv: the file has a header but no rows"]),
    ("voters", [V, "g,A,1,own", "g,A,2,own"], ["n.csv:3: group g, class A stands here and on line 2"]),
    (
        "voters",
        [V, "g,A,0,own", "h,A,30%,own"],
        ["n.csv:2 planned: '0' is too small", "n.csv:3 planned: '30%' is not a"],
    ),
    (
        "voters",
        [V, "g,A,NaN,own", "h,A,-3,own"],
        ["n.csv:2 planned: 'NaN' is not a", "n.csv:3 planned: '-3' is too small"],
    ),
    ("components", [C], ["n.csv: the file has a header but no rows"]),
    ("components", [C, "v1,work,95,w,Z,,2026-02-30"], ["n.csv:2: 2026-02-30 is no day; write for example 2024-06-30"]),
    (
        "components",
        [C, "v1,work,NaN,w,Z,,", "v1,work,95,w,Z,,", "v1,work,95,w,Z,,"],
        ["NaN", "n.csv:4: line 2 says the same already"],
    ),
    ("components", [C, "v9,work,95,w,Z,,"], ["n.csv:2: there is no subject v9; import the roster first"]),
    ("components", [C, "v1,work,9\u200b5,w,Z,,"], ["n.csv:2: value holds the character U+200B, which nobody sees"]),
    ("history", [H, "v1,2024,best,a,L", "v1,2024,best,a,L"], ["n.csv:3: line 2 says the same already"]),
    ("history", [H, "v1,24,best,a,L"], ["n.csv:2: 24 is no year"]),
    ("decisions", [D, "v1,superb,x,y"], ["n.csv:2", "superb"]),
]


@pytest.mark.parametrize(("table", "lines", "told"), FAULTS, ids=[f"{one[0]} {n}" for n, one in enumerate(FAULTS)])
def test_a_fault_is_told_by_row_column_and_value(desk, table, lines, told):
    path, fields, _ = TABLES[table]
    said = refused(desk, path, "\n".join(lines).encode(), **fields)
    assert all(one in said for one in told), said[:1000]


SCHEME_FAULTS = {
    "weights that do not sum": ("{work: 60, routine: 30}", "the weights of the type village sum to 90"),
    "a negative weight": ("{work: -60, routine: 40}", "weights.work: -60 is too small"),
    "no number": ("{work: NaN, routine: 40}", "weights.work: 'NaN' is not a"),
    "a share": ("{work: 60%, routine: 40}", "weights.work: '60%' is not a number"),
}


@pytest.mark.parametrize(("weights", "told"), SCHEME_FAULTS.values(), ids=SCHEME_FAULTS)
def test_weights_are_told_by_name_and_value(desk, weights, told):
    text = SCHEME.replace("{work: 60, routine: 40}", weights).replace("version: 1", "version: 2")
    said = refused(desk, "/desk/schemes", text.encode(), "s.yaml")
    assert "s.yaml:" in said
    assert told in said


@pytest.mark.parametrize(
    ("wrong", "told"),
    [("ends: 2025-02-30", "1.ends: 2025-02-30 is no day"), ("ends: 2026-06-30", "each ending after the one before")],
)
def test_a_day_that_is_none_is_told(desk, wrong, told):
    text = SCHEME.replace("ends: 2025-06-30", wrong).replace("version: 1", "version: 2")
    assert told in refused(desk, "/desk/schemes", text.encode(), "s.yaml")


def test_of_very_many_faults_the_first_are_told_and_how_many_there_are(desk):
    lines = [R, *(f"{n},x,dog,,,,," for n in range(5000))]
    said = refused(desk, ROSTER_PAGE, "\n".join(lines).encode())
    assert said.count("'dog' is not allowed") == 200
    assert "and 4,800 more" in said


# --- what is taken, however it was saved -------------------------------------------------------------------------

SAVED = {
    "UTF-8": lambda text: text.encode(),
    "UTF-8 with its mark": lambda text: text.encode("utf-8-sig"),
    "GBK": lambda text: text.encode("gbk"),
    "UTF-16": lambda text: text.encode("utf-16"),
    "UTF-16 the other way, with tabs": lambda text: b"\xfe\xff" + text.replace(",", "\t").encode("utf-16-be"),
    "CR and LF": lambda text: text.replace("\n", "\r\n").encode(),
    "CR alone": lambda text: text.replace("\n", "\r").encode(),
    "a workbook": lambda text: workbook(rows=[line.split(",") for line in text.splitlines()]),
}


@pytest.mark.parametrize("name", ["n.csv", "n.xlsx", "n.txt", "n"])
@pytest.mark.parametrize("save", SAVED.values(), ids=SAVED)
def test_a_roster_is_read_whatever_it_was_saved_as_and_is_called(desk, save, name):
    text = f"{R}\ngbk1,城关区—和平（新）,unit,县,,,,7\n"
    assert send(desk, ROSTER_PAGE, save(text), name).status_code == 303
    with unit_of_work(desk.site.engine) as session:
        assert get_subject(session, "gbk1").name == "城关区—和平（新）"


@pytest.mark.parametrize("table", [name for name in TABLES if name != "what-if"])
def test_every_table_is_taken_as_a_workbook_called_csv(desk, table):
    path, fields, good = TABLES[table]
    content = workbook(rows=[line.split(",") for line in good.splitlines()])
    assert send(desk, path, content, **fields).status_code in (200, 303)
