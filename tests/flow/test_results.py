"""Results are shown after the round is closed, counted and published; and then everything is there."""

import csv
import io
import json
import re
import zipfile

import pytest

from tests.flow.site import Site

VOTERS = "group,class,planned,subjects\n620102,citizen,8,own\n620103,citizen,8,own\nquiet,citizen,3,620103\n"


def counted(site: Site) -> None:
    """Count a round in which one county is liked better than the other."""
    phone = site.phone()
    cast = {"policy:620102": 0, "policy:620103": 0}
    for code in site.round(voters=VOTERS, rules={"minimum": 5}, disclosure={"min_text": 5}):
        form = phone.get(f"/t/{code}")
        name = next(name for name in cast if name in form.form.choices)
        if cast[name] < (8 if name.endswith("620102") else 7):
            liked = 0 if name.endswith("620102") else 2
            remark = {name.replace("policy", "remark"): f"路灯坏了{cast[name]}"}
            phone.send(phone.fill(form, liked + cast[name] % 2, **remark))
            cast[name] += 1
    site.count()


@pytest.fixture
def published(site):
    counted(site)
    site.publish()
    return site.phone()


def test_nothing_is_shown_before_publishing(site):
    counted(site)
    phone = site.phone()
    assert "已公布的结果" not in phone.get("/").words
    for path in ("", "/report.csv", "/chart-1.svg"):
        page = phone.get(f"/results/spring{path}")
        assert (page.status, page.title) == (403, "结果尚未公布")
        assert "城关区" not in page.html
    assert phone.get("/results/winter").status == 404


def test_a_published_round_shows_all_of_it(published):
    home = published.get("/")
    assert 'href="/results/spring"' in home.html
    page = published.get("/results/spring")
    assert page.status == 200
    assert "计入答卷 15" in page.words
    assert "发放票码 19" in page.words
    assert "78.95" in page.words
    assert page.html.index("城关区") < page.html.index("七里河区"), "the better one first"
    assert "方法" in page.words
    assert "Wilson" in page.words
    assert 'alt="条形图' in page.html


def test_the_chart_is_a_drawing_with_its_words(published):
    chart = published.get("/results/spring/chart-1.svg")
    assert chart.response.mimetype == "image/svg+xml"
    assert "城关区" in chart.html
    assert "<script" not in chart.html
    assert chart.response.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert published.get("/results/spring/chart-9.svg").status == 404
    assert published.get("/results/spring/chart-0.svg").status == 404


def test_the_downloads(published):
    rows = list(csv.reader(io.StringIO(published.get("/results/spring/report.csv").html.removeprefix("\ufeff"))))
    assert any("城关区" in row for row in rows)
    report = json.loads(published.get("/results/spring/report.json?lang=en").html)
    assert report["units"]["title"] == "Units"
    workbook = published.get("/results/spring/report.xlsx").response
    assert workbook.headers["Content-Disposition"] == 'attachment; filename="spring.xlsx"'
    assert "xl/workbook.xml" in zipfile.ZipFile(io.BytesIO(workbook.data)).namelist()
    assert published.get("/results/spring/report.exe").status == 404


def test_remarks_are_not_published(published):
    for path in ("", "/report.csv", "/report.json"):
        assert "路灯坏了" not in published.get(f"/results/spring{path}").html
    workbook = zipfile.ZipFile(io.BytesIO(published.get("/results/spring/report.xlsx").response.data))
    assert all("路灯坏了".encode() not in workbook.read(name) for name in workbook.namelist())


def test_results_in_english(published):
    page = published.get("/results/spring?lang=en&size=big")
    assert "Spring survey: Results" in page.words
    assert "Ballots counted 15" in page.words
    assert 'href="/results/spring/report.csv?lang=en&amp;size=big"' in page.html


def test_results_have_the_strict_headers_of_every_page(published):
    for path in ("", "/report.csv", "/chart-1.svg"):
        headers = published.get(f"/results/spring{path}").response.headers
        assert "Set-Cookie" not in headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"


def test_the_index_stands_with_its_interval_and_a_clear_rank_alone(published):
    rank, index, n = re.findall("<td[^>]*>(.*?)</td>", published.get("/results/spring").html.split("<tbody>")[1])[:3]

    assert (rank, n) == ("1", "8")
    assert re.fullmatch(r"[0-9.]+ <small>[0-9.]+–[0-9.]+</small>", index)
