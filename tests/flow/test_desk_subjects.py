"""The roster at the desk: search, sort, change one, fill it from a file."""

import io

import pytest
from sqlalchemy import select

from survey.staff.models import AuditEntry
from survey.staff.roles import Role
from survey.storage.engine import unit_of_work
from survey.subjects.service import list_subjects
from tests.factories.rounds import SUBJECTS
from tests.flow.deskwork import at_desk, office


def send(desk, content, name="subjects.csv"):
    data = {"csrf_token": desk.token(), "file": (io.BytesIO(content), name)}
    return desk.client.post("/desk/subjects", data=data)


def roster(site):
    with unit_of_work(site.engine) as session:
        return [(one.code, one.name, one.population) for one in list_subjects(session)]


LANZHOU = [("6201", "兰州市", None), ("620102", "城关区", 1484016), ("620103", "七里河区", 719933)]


def test_a_roster_comes_in_and_goes_out_as_a_file(desk, site):
    assert send(desk, SUBJECTS.encode()).status_code == 303
    assert roster(site) == LANZHOU

    out = desk.get("/desk/subjects/roster.csv").data
    assert out.decode("utf-8-sig").splitlines() == SUBJECTS.splitlines()
    assert send(desk, out).status_code == 303
    assert roster(site) == LANZHOU
    with unit_of_work(site.engine) as session:
        last = session.scalars(select(AuditEntry).order_by(AuditEntry.number.desc())).first()
        assert last.sentence % last.figures == "Imported 3 subjects from the file subjects.csv"


def test_one_subject_is_added_changed_and_removed(desk, site):
    send(desk, SUBJECTS.encode())
    assert desk.submit("/desk/subjects/new", code="620104", name="西固区", population="1").status_code == 303
    assert desk.submit("/desk/subjects/of/620104", name="西固新区", do="save").status_code == 303
    assert roster(site) == [*LANZHOU, ("620104", "西固新区", 1)]
    assert desk.submit("/desk/subjects/of/620104", do="remove").status_code == 303
    assert roster(site) == LANZHOU


BAD = {
    "a code taken": ({"code": "6201", "name": "x"}, "6201"),
    "a bad code": ({"code": "城关", "name": "x"}, "城关"),
    "no name": ({"code": "1", "name": ""}, ""),
    "half a person": ({"code": "1", "name": "x", "population": "1.5"}, "1.5"),
    "a kind that is none": ({"code": "1", "name": "x", "kind": "dog"}, "dog"),
}


@pytest.mark.parametrize(("fields", "named"), BAD.values(), ids=BAD)
def test_a_faulty_subject_is_told_and_not_taken(small_desk, small_site, fields, named):
    send(small_desk, SUBJECTS.encode())
    answer = small_desk.submit("/desk/subjects/new", fields)

    assert answer.status_code == 400
    assert named in answer.get_data(as_text=True)
    assert roster(small_site) == LANZHOU


def test_what_a_round_or_a_part_needs_stays(small_desk, small_site):
    small_site.round()

    for code in ("620102", "6201"):
        answer = small_desk.submit(f"/desk/subjects/of/{code}", do="remove")
        assert answer.status_code == 400
        assert "spring" in answer.get_data(as_text=True)
    assert small_desk.get("/desk/subjects/of/nobody").status_code == 404


FILES = {
    "empty": (b"", "s.csv"),
    "a header alone": (SUBJECTS.splitlines()[0].encode(), "s.csv"),
    "a wrong header": (b"code,name,sort\n1,a,b\n", "s.csv:1"),
    "a code twice": (f"{SUBJECTS}6201,again,unit,,,,,\n".encode(), "s.csv:5"),
    "a bad cell": (f"{SUBJECTS}9,x,unit,,,,,many\n".encode(), "s.csv:5 population"),
}


@pytest.mark.parametrize(("content", "place"), FILES.values(), ids=FILES)
def test_of_a_faulty_file_nothing_is_taken(small_desk, small_site, content, place):
    answer = send(small_desk, content, "s.csv")

    assert answer.status_code == 400
    assert place in answer.get_data(as_text=True)
    assert roster(small_site) == []


def test_a_file_must_be_chosen(small_desk):
    assert small_desk.submit("/desk/subjects", form=1, page="/desk/subjects").status_code == 400


def test_a_long_roster_is_searched_sorted_and_paged_by_the_address(small_desk, small_site):
    header = SUBJECTS.splitlines()[0]
    lines = [f"{i:04},单位{1000 - i},unit,{'county' if i % 2 else 'city'},g{i % 3},,,{i + 1}" for i in range(1000)]
    send(small_desk, "\n".join([header, *lines]).encode())

    first = small_desk.html("/desk/subjects")
    assert ">0000<" in first
    assert ">0100<" not in first
    assert ">0100<" in small_desk.html("/desk/subjects", page="2")
    assert "单位1</a>" in small_desk.html("/desk/subjects", sort="population")
    assert ">0999<" in small_desk.html("/desk/subjects", q="单位1", sort="name")
    counties = small_desk.html("/desk/subjects", type="county", group="g1", page="2")
    assert "type=county" in counties
    assert ">0001<" not in counties
    assert small_desk.get("/desk/subjects/roster.csv", query="", type="county", group="g1").data.count(b"\n") == 168
    assert small_desk.get("/desk/subjects", q="nobody").status_code == 200


def test_only_set_up_staff_of_the_root_office_change_the_roster(small_site):
    office(small_site, "gansu")
    send(at_desk(small_site, Role.SETTER), SUBJECTS.encode())
    county = at_desk(small_site, Role.SETTER, office="gansu")

    assert "城关区" in county.html("/desk/subjects")
    assert "/desk/subjects/new" not in county.html("/desk/subjects")
    assert county.get("/desk/subjects/new").status_code == 403
    assert county.post("/desk/subjects/of/6201", do="remove").status_code == 403
    assert send(county, SUBJECTS.encode()).status_code == 403


def test_markup_in_a_name_is_only_a_name(small_desk):
    small_desk.submit("/desk/subjects/new", code="1", name="<script>{{7*7}}</script>")

    html = small_desk.html("/desk/subjects")
    assert "<script>{{" not in html
    assert "&lt;script&gt;{{7*7}}&lt;/script&gt;" in html
