"""What holds for every public page: small, strict, silent, the same for everybody."""

import gzip
import re

import pytest

from survey.questionnaires.kinds import KINDS
from survey.web.assets import ASSETS
from tests.flow.site import VOTERS

FIRST_RESPONSE = 14_000
TEN_QUESTIONS = 4_000
COUNTIES = "".join(f"6201{i:02d},第{i}县,unit,county,counties,6201,,\n" for i in range(40))
FORTY = "code,name,kind,unit_type,group,parent,rank,population\n" + COUNTIES


@pytest.fixture
def phone(small_site):
    return small_site.phone()


@pytest.fixture
def code(small_site):
    return small_site.round()[0]


def all_pages(phone, code):
    """Visit every kind of public page once, ending with a ballot cast."""
    form = phone.get(f"/t/{code}")
    review = phone.fill(form)
    return {
        "home": phone.get("/"),
        "privacy": phone.get("/privacy"),
        "form": form,
        "faulty form": phone.send(form),
        "review": review,
        "stale": phone.post(f"/t/{code}", {}),
        "done": phone.send(review),
        "used": phone.get(f"/t/{code}"),
        "unknown": phone.get("/t/1"),
        "no such page": phone.get("/nothing"),
        "unpublished": phone.get("/results/spring"),
        "health": phone.get("/healthz"),
        "readiness": phone.get("/readyz"),
    }


def test_every_page_has_the_strict_headers(phone, code):
    for name, page in all_pages(phone, code).items():
        headers = page.response.headers
        policy = headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; style-src 'self'; script-src 'self';"), name
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cache-Control"] == "no-store"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert "geolocation=()" in headers["Permissions-Policy"]
        assert "Strict-Transport-Security" not in headers, "only over https"
        assert len(headers.getlist("Content-Security-Policy")) == 1


def test_https_is_kept(database_url, tmp_path):
    from tests.flow.site import Site

    site = Site.at(database_url, tmp_path, base_url="https://pingyi.example.gov.cn")
    page = site.phone().get("/", Host="pingyi.example.gov.cn")
    assert page.status == 200
    assert "max-age=31536000" in page.response.headers["Strict-Transport-Security"]
    site.engine.dispose()


def test_no_page_sets_a_cookie_or_names_another_site(phone, code):
    for name, page in all_pages(phone, code).items():
        assert "Set-Cookie" not in page.response.headers, name
        foreign = re.findall(r"""(?:src|href|action)\s*=\s*["'](?:[a-z]+:)?//[^"']*""", page.html)
        assert foreign == [], name
    for asset in ASSETS.values():
        assert b"//" not in re.sub(rb"http://www.w3.org/2000/svg|^\s*//.*$", b"", asset.plain, flags=re.MULTILINE)


def test_nothing_is_inline(phone, code):
    for name, page in all_pages(phone, code).items():
        assert not re.search(r"<style|<script(?![^>]*\ssrc=)|\sstyle=|\son[a-z]+=", page.html), name


def test_nothing_is_chosen_beforehand(small_site, phone):
    for questionnaire in ("public-satisfaction", "service-rating", "public-safety", "kinds"):
        form = phone.get(f"/t/{small_site.round(questionnaire, name=questionnaire)[0]}?policy:620102=1&checked=1")
        assert form.form.choices
        assert form.form.checked == []
        assert set(form.form.texts.values()) <= {""}


def test_the_first_response_is_small(phone, code):
    style = len(ASSETS["site.css"].gzipped)
    for display in ("", "?lang=en", "?size=huge"):
        packed = phone.get(f"/t/{code}{display}", Accept_Encoding="gzip").response
        assert packed.headers["Content-Encoding"] == "gzip"
        assert len(packed.data) <= TEN_QUESTIONS
        assert len(packed.data) + style <= FIRST_RESPONSE


@pytest.mark.parametrize("size", ["std", "huge"])
def test_a_ballot_of_forty_units_is_small_enough(small_site, phone, size):
    voters = "group,class,planned,subjects\noffices,A,1,type:county\n"
    code = small_site.round("per-subject", subjects=FORTY, voters=voters)[0]
    packed = phone.get(f"/t/{code}?size={size}", Accept_Encoding="gzip").response.data
    assert len(packed) + len(ASSETS["site.css"].gzipped) <= FIRST_RESPONSE
    assert "第39县" in gzip.decompress(packed).decode()


def test_packed_and_plain_are_the_same_page(phone, code):
    def without_stamp(html):
        return re.sub(r'(name="_stamp"\s+value=")[^"]*', r"\1", html)

    plain = phone.get(f"/t/{code}").response
    packed = phone.get(f"/t/{code}", Accept_Encoding="br, gzip;q=0.8").response
    assert "Content-Encoding" not in plain.headers
    assert plain.headers["Vary"] == packed.headers["Vary"] == "Accept-Encoding"
    assert without_stamp(gzip.decompress(packed.data).decode()) == without_stamp(plain.text)
    refused = phone.get(f"/t/{code}", Accept_Encoding="gzip;q=0").response
    assert "Content-Encoding" not in refused.headers


def test_every_form_has_a_stamp_of_its_own(phone, code):
    stamps = {phone.get(f"/t/{code}").fields()["_stamp"][0] for _ in range(20)}
    assert len(stamps) == 20


def test_the_code_stands_only_in_the_forms_address(phone, code):
    html = phone.get(f"/t/{code}").html
    assert html.count(code) == 1
    assert f'action="/t/{code}/review"' in html


def test_languages_and_sizes(phone, code):
    for lang, tag, word in (("zh", "zh-CN", "核对并提交"), ("en", "en", "Check and submit")):
        for size in ("std", "big", "huge"):
            page = phone.get(f"/t/{code}?lang={lang}&size={size}")
            assert page.response.headers["Content-Language"] == tag
            assert re.search(rf'<html lang="{tag}"\s+class="{size}"', page.html)
            assert word in page.words


def test_who_the_ballot_is_about_is_said(small_site, phone):
    voters = VOTERS + "offices,A,1,type:county\n"
    codes = small_site.round("per-subject", voters=voters)
    pages = [phone.get(f"/t/{one}") for one in codes]
    single = [page for page in pages if "七里河区" not in page.words]
    several = [page for page in pages if "七里河区" in page.words]
    assert (len(single), len(several)) == (12, 1)
    assert "评价对象 城关区" in single[0].words
    assert '<h2 class="about">七里河区</h2>' in several[0].html


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_question_has_its_template(small_site, phone, kind):
    assert f"answer/kinds/{kind}.html" in small_site.app.jinja_env.list_templates()
    form = phone.get(f"/t/{small_site.round('kinds')[0]}")
    assert kind in {*form.form.choices, *form.form.texts}


def test_files_are_kept_for_good(phone):
    for name, asset in ASSETS.items():
        response = phone.get(f"/static/{asset.name}", Accept_Encoding="gzip").response
        assert response.status_code == 200
        assert "immutable" in response.headers["Cache-Control"]
        assert gzip.decompress(response.data) == asset.plain, name
        assert phone.get(f"/static/{asset.name}").response.data == asset.plain
    assert phone.get("/static/site.css").status == 404


def test_a_demo_offers_codes_to_try(database_url, tmp_path):
    from tests.flow.site import Site

    file = tmp_path / "codes.txt"
    site = Site.at(database_url, tmp_path, demo_codes=file)
    assert "试用票码" not in site.phone().get("/").words
    codes = site.round()
    file.write_text("\n".join(codes[:3]) + "\n")
    home = site.phone().get("/?size=big")
    assert "试用票码" in home.words
    assert f'href="/t/{codes[0]}?size=big"' in home.html
    site.engine.dispose()


def test_readiness_tells_a_database_without_tables(tmp_path):
    from tests.flow.site import Site

    site = Site.at(f"sqlite:///{tmp_path / 'empty.db'}", tmp_path)
    page = site.phone().get("/readyz")
    assert page.status == 503
    assert "revision none" in page.html
    site.engine.dispose()
