"""What people, scanners and attackers send: a clear page, nothing stored, no answer lost."""

import json

import pytest
from sqlalchemy.exc import OperationalError

from survey.web.stamp import Stamps
from tests.flow.site import SECRET, Site

SUBJECT = ":620102"


@pytest.fixture
def code(small_site):
    return small_site.round()[0]


@pytest.fixture
def phone(small_site):
    return small_site.phone()


@pytest.fixture
def form(phone, code):
    return phone.get(f"/t/{code}")


def complete(form, **changes):
    """Return the fields of a form filled in, with some changed; None leaves one out."""
    fields = form.fields() | {name: [values[0]] for name, values in form.form.choices.items()}
    return {name: value for name, value in (fields | changes).items() if value is not None}


def test_nothing_answered_leads_to_the_first_question(small_site, phone, form):
    page = phone.send(form)
    assert page.status == 400
    assert page.title.startswith("错误：")
    assert '<a href="#q-policy:620102-1">第 1 题：尚未作答，请从这里开始</a>' in page.html
    assert 'id="q-policy:620102-1"' in page.html
    assert small_site.ballots() == 0


def test_a_required_question_is_named_and_the_other_answers_stay(small_site):
    phone = small_site.phone()
    code = small_site.round("required")[0]
    page = phone.send(phone.get(f"/t/{code}"), may="2", remark="谢谢")
    assert page.status == 400
    assert page.html.count("此题必答，请作答") == 4, "must and say, on top and at the field"
    assert page.form.checked == [("may", "2")]
    assert page.form.texts["remark"] == "谢谢"


@pytest.mark.parametrize("value", ["9", "0", "-1", "vs", "1.0", "", "１", "' OR 1=1 --"])
def test_an_option_that_does_not_exist(phone, form, value):
    page = phone.post(form.form.action, complete(form, **{"policy" + SUBJECT: [value]}))
    if value == "":
        assert page.status == 200
    else:
        assert page.status == 400
        assert "选项无效" in page.words


def test_two_values_for_a_single_choice(phone, form):
    page = phone.post(form.form.action, complete(form, **{"policy" + SUBJECT: ["1", "2"]}))
    assert page.status == 400
    assert "只能选一项" in page.words


def test_more_choices_than_allowed_names_the_rule(small_site):
    phone = small_site.phone()
    form = phone.get(f"/t/{small_site.round('kinds')[0]}")
    page = phone.send(form, scale="1", multiple=["1", "2", "3", "4", "5"])
    assert page.status == 400
    assert "最多选 4 项，现选了 5 项" in page.words
    assert len(page.form.checked) == 6


def test_another_version_of_the_form(small_site, phone, code, form):
    stamps = Stamps(small_site.app.extensions["minsheng"].stamp_key)
    known = stamps.read(form.fields()["_stamp"][0])
    other = stamps.make(
        round_id=known.round_id,
        group_id=known.group_id,
        version="ab" * 32,
        code_digest=known.code_digest,
        now=known.opened_at,
    )
    page = phone.post(f"/t/{code}", complete(form, _stamp=[other.text]))
    assert (page.status, page.title) == (409, "问卷已更新")
    assert small_site.ballots() == 0
    reopened = phone.send(page)
    assert reopened.status == 200
    assert len(reopened.form.checked) == 10


def test_unknown_fields_are_ignored(small_site, phone, form):
    review = phone.post(form.form.action, complete(form, hobby=["fishing"], **{"policy:999999": ["1"]}))
    assert review.status == 200
    assert "fishing" not in review.html
    assert phone.send(review).status == 200


@pytest.mark.parametrize("stamp", [None, "", "x", "1.2.3.4.5.6.7", "卐", "a" * 5000])
def test_a_missing_or_forged_stamp(small_site, phone, code, form, stamp):
    for path in (f"/t/{code}", f"/t/{code}/review"):
        page = phone.post(path, complete(form, _stamp=stamp and [stamp]))
        assert (page.status, page.title) == (400, "页面已失效")
        assert "您的答卷尚未提交" in page.words
    assert small_site.ballots() == 0
    again = phone.send(page)
    assert again.status == 200
    assert len(again.form.checked) == 10, "the form comes back with its answers"


def test_the_stamp_of_another_code_does_not_cast(small_site, phone, form):
    other = small_site.codes["spring"][1]
    assert phone.post(f"/t/{other}", complete(form)).status == 400
    assert small_site.ballots() == 0


def test_a_stamp_changed_in_one_character_is_forged(phone, code, form):
    stamp = form.fields()["_stamp"][0]
    for place in (0, len(stamp) // 2, len(stamp) - 2):
        changed = stamp[:place] + ("A" if stamp[place] != "A" else "B") + stamp[place + 1 :]
        assert phone.post(f"/t/{code}", complete(form, _stamp=[changed])).status == 400


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Origin": "null", "Sec_Fetch_Site": "cross-site"},
    ],
)
def test_another_site_cannot_post(small_site, phone, code, form, headers):
    page = phone.post(f"/t/{code}", complete(form), **headers)
    assert (page.status, page.title) == (403, "来自其他网站的提交")
    assert small_site.ballots() == 0


@pytest.mark.parametrize("origin", ["null", "http://localhost"])
def test_our_own_origin_passes(phone, form, origin):
    assert phone.post(form.form.action, complete(form), Origin=origin, Sec_Fetch_Site="same-origin").status == 200


def test_a_text_over_the_limit_is_refused_whole(phone, form):
    page = phone.post(form.form.action, complete(form, **{"remark" + SUBJECT: ["长" * 201]}))
    assert page.status == 400
    assert "此处文字有 201 字，最多 200 字" in page.words
    assert page.form.texts["remark" + SUBJECT] == "长" * 201


@pytest.mark.parametrize("text", ["a\0b", "\ud800", "a\u202eb", "a\u200bb", "\ufeff", "\x1b[31m"])
def test_invisible_characters_never_break_anything(small_site, phone, form, text):
    raw = text.encode("utf-8", "surrogatepass")
    body = "&".join(f"{name}={value}" for name, values in complete(form).items() for value in values)
    encoded = "".join(f"%{byte:02X}" for byte in raw)
    page = phone.client.post(
        form.form.action,
        data=body.replace("remark:620102=", "") + f"&remark:620102={encoded}",
        content_type="application/x-www-form-urlencoded",
    )
    assert page.status_code == 200
    assert not set("\0\u202e\u200b\x1b") & set(page.get_data(as_text=True))


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{7*7}}", "${7*7}", "' OR '1'='1", "=1+1"]
)
def test_code_in_a_text_is_shown_literally(phone, form, text):
    import html

    review = phone.post(form.form.action, complete(form, **{"remark" + SUBJECT: [text]}))
    assert html.escape(text).replace("&#x27;", "&#39;").replace("&quot;", "&#34;") in review.html
    assert "<script>" not in review.html
    assert "<img" not in review.html
    assert "49" not in review.words
    again = phone.send(review, button=("_switch", "edit"))
    assert again.form.texts["remark" + SUBJECT] == text


def test_a_unit_named_like_a_script_is_shown_literally(small_site):
    subjects = 'code,name,kind,unit_type,group,parent,rank\n620102,"<script>alert(1)</script>",unit,county,c,,\n'
    code = small_site.round(subjects=subjects)[0]
    page = small_site.phone().get(f"/t/{code}")
    assert "&lt;script&gt;alert(1)" in page.html
    assert "<script>" not in page.html


def test_a_body_too_large(phone, code):
    page = phone.post(f"/t/{code}", {"remark": "x" * 5_000_000})
    assert (page.status, page.title) == (413, "提交的内容过大")


@pytest.mark.parametrize(
    ("content_type", "n"), [("application/x-www-form-urlencoded", 5000), ("multipart/form-data", 401)]
)
def test_too_many_fields(phone, code, content_type, n):
    page = phone.client.post(f"/t/{code}", data={f"f{i}": "1" for i in range(n)}, content_type=content_type)
    assert page.status_code == 413


@pytest.mark.parametrize("content_type", ["application/json", "application/xml", "text/plain", ""])
def test_what_is_not_a_form(small_site, phone, code, form, content_type):
    body = json.dumps({name: values[0] for name, values in complete(form).items()})
    page = phone.client.post(f"/t/{code}", data=body, content_type=content_type or None)
    assert page.status_code == 415
    assert small_site.ballots() == 0


@pytest.mark.parametrize(
    "path",
    [
        "/t/../admin", "/t/%2e%2e/admin", "/t/%2e%2e%2fadmin", "/t/%252e%252e%252fadmin", "/t/..%5cadmin",
        "/t/", "/T/", "/t//x", "/t/%00", "/t/12345678901234567890/x", "/static/../wsgi.py",
        "/static/%2e%2e%2fwsgi.py", "/.env",
        "/t/{{7*7}}", "/t/<script>", "/results/../x", "/results/%252e", "/t/" + "9" * 3000,
    ],
)  # fmt: skip
def test_paths_that_lead_nowhere(phone, path):
    page = phone.get(path)
    assert page.status == 404
    assert "<script>alert" not in page.html
    assert "没有" in page.words


def test_a_foreign_host_is_refused(phone, code):
    for path in ("/", f"/t/{code}"):
        assert phone.get(path, Host="evil.example").status == 400


def test_a_method_that_a_page_does_not_have(phone, code):
    assert phone.client.delete(f"/t/{code}").status_code == 405
    assert phone.get(f"/t/{code}/review").status == 405


@pytest.mark.parametrize(
    "query", ["?lang=fr", "?size=enormous", "?lang=%00", "?lang=zh&lang=en", "?next=//evil.example"]
)
def test_an_unknown_display_is_the_usual_one(phone, code, query):
    page = phone.get(f"/t/{code}{query}")
    assert page.status == 200
    assert 'class="std"' in page.html


def fail_with(site: Site, endpoint: str, error: BaseException) -> None:
    def failing(**_: object) -> None:
        raise error

    site.app.view_functions[endpoint] = failing


@pytest.mark.parametrize("endpoint", ["answer.review", "answer.cast"])
@pytest.mark.parametrize(
    ("error", "status"),
    [
        (OperationalError("insert", {"code": "secret"}, Exception("disk full")), 503),
        (KeyError("the answer 多修公交站"), 500),
        (RecursionError("deep"), 400),
    ],
)
def test_answers_survive_every_failure(small_site, phone, form, endpoint, error, status, monkeypatch):
    at = form if endpoint == "answer.review" else phone.fill(form)
    works = small_site.app.view_functions[endpoint]
    fail_with(small_site, endpoint, error)
    fields = complete(form, **{"remark" + SUBJECT: ["多修公交站"]})
    page = phone.post(at.form.action, fields | {"_page": at.fields().get("_page", [])})

    assert page.status == status
    assert "您的答卷尚未提交" in page.words
    assert "Traceback" not in page.html
    if status == 503:
        assert page.response.headers["Retry-After"]
    small_site.app.view_functions[endpoint] = works
    again = phone.send(page)
    assert again.status == 200
    assert small_site.ballots() == (1 if endpoint == "answer.cast" else 0)


def test_no_database_is_a_plain_page_and_the_ballot_can_be_sent_again(small_site, phone, form, tmp_path):
    review = phone.fill(form)
    away = Site.at("postgresql+psycopg://nobody@127.0.0.1:9/nothing?connect_timeout=2", tmp_path).phone()
    page = away.send(review)
    assert (page.status, page.title) == (503, "系统暂忙")
    assert away.get("/readyz").status == 503
    assert away.get("/healthz").status == 200
    assert phone.send(page).status == 200
    assert small_site.ballots() == 1


def test_secrets_differ_between_purposes(small_site, phone, code, form):
    forged = Stamps(SECRET.encode()).make(
        round_id=1, group_id=1, version="ab" * 32, code_digest=bytes(32), now=small_site_now()
    )
    assert phone.post(f"/t/{code}", complete(form, _stamp=[forged.text])).status == 400


def small_site_now():
    from survey.core import clock

    return clock.now()
