"""/api/v1 as programs meet it: who gets in, what comes out, and what is refused in which words."""

import gzip
import json
import logging
import shutil

import pytest
from sqlalchemy import select

from survey.staff.models import AuditEntry
from survey.staff.token_models import ApiToken
from survey.staff.tokens import Scope, get_token, revoke_token
from survey.storage.engine import reading, unit_of_work
from survey.web.api import ratings
from survey.web.api.access import OPERATIONS
from tests.factories.programs import MAKER, of_office, offices, program, stranger, with_plan, with_scheme
from tests.flow.site import Site

ROWS = [
    {"subject": "v1", "component": "work", "value": "95", "source": "work.pdf", "confirmed_by": "Zhang"},
    {"subject": "v2", "component": "work", "value": "93.5", "source": "work.pdf", "confirmed_by": "Zhang"},
]
HOOK = {"url": "https://hooks.example.gov.cn/all", "events": ["round.opened"]}
REQUESTS = {
    "api_rounds.list_rounds": ("GET", "/rounds", None),
    "api_rounds.get_round": ("GET", "/rounds/spring", None),
    "api_rounds.get_turnout": ("GET", "/rounds/spring/turnout", None),
    "api_rounds.get_round_results": ("GET", "/rounds/spring/results", None),
    "api_schemes.put_components": ("PUT", "/schemes/villages/components", {"rows": ROWS}),
    "api_schemes.get_scheme_results": ("GET", "/schemes/villages/results", None),
    "api_ratings.mint_code": ("POST", "/ratings/cases", {**ratings.EXAMPLE, "office": "A"}),
    "api_ratings.get_case": ("GET", "/ratings/cases/GS-2026-000123?office=A", None),
    "api_webhooks.list_webhooks": ("GET", "/webhooks", None),
    "api_webhooks.add_webhook": ("POST", "/webhooks", {**HOOK, "office": "A"}),
    "api_webhooks.remove_webhook": ("DELETE", "/webhooks/{hook}", None),
    "api_webhooks.test_webhook": ("POST", "/webhooks/{hook}/test", None),
}
# What a program of another office still may: its own (empty) lists, and what everybody may read.
OF_NO_OFFICE = {"api_rounds.list_rounds", "api_webhooks.list_webhooks", "api_schemes.get_scheme_results"}


@pytest.fixture
def tokens_of(site):
    """Make the matrix's things, all of the office A but the scheme; return its programs."""
    object.__setattr__(site.app.extensions["minsheng"].settings, "webhook_hosts", ("hooks.example.gov.cn",))
    offices(site, "A", "B")
    site.round()
    of_office(site, "spring", "A")
    with_scheme(site)
    with_plan(site)
    return {"root": program(site), "A": program(site, office="A"), "B": program(site, office="B")}


def say(answer):
    return answer.status_code, answer.mimetype, answer.get_data(as_text=True)


# --- who gets in -------------------------------------------------------------------------------------------------


def test_every_operation_with_no_token_a_foreign_one_one_without_the_scope_and_the_right_one(site, tokens_of):
    hook = tokens_of["A"].post("/webhooks", HOOK).json["id"]
    assert set(REQUESTS) == {name for name, needed in OPERATIONS.items() if needed.scope is not None}
    tried = 0
    for name, (method, rule, body) in REQUESTS.items():
        scope, path = OPERATIONS[name].scope, rule.format(hook=hook)

        def asks(who, method=method, path=path, body=body):
            return who.ask(method, path, json=body)

        assert asks(stranger(site)).status_code == 401, name
        others = program(site, *(set(Scope) - {scope}))
        refused = asks(others)
        assert refused.status_code == 403, name
        assert scope in refused.json["detail"]
        foreign = asks(tokens_of["B"])
        assert foreign.status_code == (200 if name in OF_NO_OFFICE - {"api_schemes.get_scheme_results"} else 404), name
        right = asks(program(site, scope, office="" if "schemes" in name else "A"))
        # The round and the scheme have nothing published yet; the right token learns that, and no more.
        assert right.status_code in ((404,) if name.endswith("_results") else (200, 201, 204)), (name, say(right))
        hook = hook if name != "api_webhooks.remove_webhook" else tokens_of["A"].post("/webhooks", HOOK).json["id"]
        tried += 4
    assert tried == 4 * len(REQUESTS)
    assert tokens_of["B"].get("/rounds").json == {"items": [], "next": None}
    assert tokens_of["B"].get("/webhooks").json["items"] == []


def test_a_token_that_is_over_revoked_forged_or_cut_opens_nothing(site, set_clock):
    good = program(site)
    assert good.get("/rounds").status_code == 200
    other = program(site)
    mixed = other.text.split(".")[0] + "." + good.text.split(".", 1)[1]
    for text in (mixed, good.text[:-1], good.text + "x", "mst_", "x" * 5000, "mst_ä", good.text[4:44]):
        answer = stranger(site).get("/rounds", headers={"Authorization": f"Bearer {text}".encode().decode("latin-1")})
        assert answer.status_code == 401, text[:60]
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert stranger(site).get("/rounds", headers={"Authorization": f"Basic {good.text}"}).status_code == 401
    with unit_of_work(site.engine) as session:
        revoke_token(session, get_token(session, other.id), MAKER, get_token(session, other.id).made_at)
    assert other.get("/rounds").status_code == 401
    with unit_of_work(site.engine) as session:
        row = get_token(session, good.id)
        row.ends_at = row.made_at
    assert good.get("/rounds").status_code == 401


def test_the_database_and_the_logs_hold_no_secret_and_of_use_only_the_day(site, caplog):
    caplog.set_level(logging.DEBUG)
    made = program(site)
    with reading(site.engine) as connection:
        assert connection.scalar(select(ApiToken.used_on)) is None
    made.get("/rounds")
    made.ask("PUT", "/schemes/x/components", data="[" * 100_000, content_type="application/json")
    with reading(site.engine) as connection:
        row = connection.execute(select(ApiToken)).mappings().one()
        log = connection.scalars(select(AuditEntry.figures)).all()
    # Somebody puts it into the address, and a server's log has that line.
    logging.getLogger("werkzeug").info("GET /api/v1/rounds?token=%s", made.text)
    secret = made.text.removeprefix("mst_").split(".")[1]
    assert row["used_on"] is not None
    assert secret not in repr(dict(row)) + repr(log) + caplog.text
    assert made.text not in caplog.text


def test_a_program_that_asks_too_often_waits_and_others_do_not(small_site):
    small_site.app.extensions["minsheng.api.pace"].per_minute = 3
    wild, calm = program(small_site), program(small_site)
    answers = [wild.get("/rounds") for _ in range(20)]
    late = [one for one in answers if one.status_code == 429]
    # A minute may end meanwhile: then three more are in time.
    assert len(late) >= 14
    assert all(1 <= int(one.headers["Retry-After"]) <= 60 for one in late)
    assert calm.get("/rounds").status_code == 200


# --- what is refused ---------------------------------------------------------------------------------------------

BODIES = {
    "deep": (b"[" * 100_000, "application/json", 400),
    "deep objects": (b'{"a":' * 100_000, "application/json", 400),
    "cut": (b'{"rows": [', "application/json", 400),
    "empty": (b"", "application/json", 400),
    "no type": (b"{}", None, 415),
    "form": (b"rows=1", "application/x-www-form-urlencoded", 415),
    "multipart": (b"--x--", "multipart/form-data; boundary=x", 415),
    "text": (b"{}", "text/plain", 415),
    "latin": (b'{"rows": "\xe4"}', "application/json", 400),
    "other charset": (b"{}", "application/json; charset=utf-16", 415),
    "mark": (b"\xef\xbb\xbf{}", "application/json", 400),
    "not a number": (b'{"rows": NaN}', "application/json", 400),
    "digits": (b"1" * 10_000, "application/json", 400),
    "twice": (b'{"rows": [], "rows": []}', "application/json", 400),
    "zero byte": (b'{"rows": "a\\u0000b"}', "application/json", 400),
    "surrogate": (b'{"rows": "\\ud800"}', "application/json", 400),
    "surrogate as a name": (b'{"\\udfff": 1}', "application/json", 400),
    "list": (b"[]", "application/json", 422),
    "text only": (b'"rows"', "application/json", 422),
    "null": (b"null", "application/json", 422),
    "large": (b" " * (10 * 1024 * 1024 + 1), "application/json", 413),
}


@pytest.mark.parametrize("name", BODIES)
def test_a_body_that_is_not_what_it_should_be_is_a_problem_not_a_crash(small_site, name):
    data, kind, status = BODIES[name]
    answer = program(small_site).ask("PUT", "/schemes/x/components", data=data, content_type=kind)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json"), say(answer)
    assert answer.json["status"] == status
    assert {"type", "title", "detail"} <= set(answer.json)


def test_a_compressed_body_and_one_of_a_megabyte_elsewhere_are_refused(small_site):
    made = program(small_site)
    packed = gzip.compress(b'{"rows": []}')
    headers = {"Content-Encoding": "gzip"}
    answer = made.ask("PUT", "/schemes/x/components", data=packed, content_type="application/json", headers=headers)
    assert answer.status_code == 415
    large = json.dumps({**ratings.EXAMPLE, "item": "x" * 1024 * 1024})
    assert made.ask("POST", "/ratings/cases", data=large, content_type="application/json").status_code == 413


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("GET", "", 404),
        ("GET", "/rounds/", 404),
        ("GET", "/rounds/a%00b", 404),
        ("GET", "/rounds/%ff%fe", 404),
        ("GET", "/rounds/" + "x" * 3000, 404),
        ("GET", "/rounds/spring%27%20OR%201=1", 404),
        ("GET", "//rounds", 404),
        ("DELETE", "/rounds", 405),
        ("POST", "/openapi.json", 405),
        ("PATCH", "/rounds/spring/turnout", 405),
        ("GET", "/rounds?limit=0", 422),
        ("GET", "/rounds?limit=99999999999999999999999", 422),
        ("GET", "/rounds?limit=x", 422),
        ("GET", "/rounds?sort=name", 422),
        ("GET", "/rounds?after=%00", 400),
        ("GET", "/rounds?after=nothing", 404),
        ("GET", "/rounds?limit=1&limit=2", 400),
        ("GET", "/rounds?lang=fr", 422),
        ("GET", "/ratings/cases/x?office=nowhere", 404),
        ("GET", "/schemes/x@1/results", 404),
    ],
)
def test_addresses_that_lead_nowhere_are_problems_too(site, method, path, status):
    answer = program(site).ask(method, path)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json"), say(answer)
    assert "Allow" in answer.headers or status != 405


def test_unknown_fields_and_parameters_are_named(small_site):
    made = program(small_site)
    row = {**ROWS[0], "score": 1}
    answer = made.put("/schemes/x/components", {"rows": [ROWS[1], row], "dry_run": True})
    assert answer.status_code == 422
    assert answer.json["errors"] == [
        {"pointer": "/rows/1/score", "detail": "Unknown field."},
        {"pointer": "/dry_run", "detail": "Unknown field."},
    ]
    wrong = made.get("/rounds?sort=name").json["errors"]
    assert wrong == [{"parameter": "sort", "detail": "Unknown field."}]


def test_another_host_name_gets_a_problem_that_names_nothing(small_site):
    answer = program(small_site).get("/rounds", headers={"Host": "evil.example"})
    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")
    assert "evil" not in answer.get_data(as_text=True)


def test_problems_are_in_the_language_asked_for_and_english_otherwise(small_site):
    made = program(small_site)
    english = made.get("/rounds/none")
    chinese = made.get("/rounds/none", headers={"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.5"})
    asked = made.get("/rounds/none?lang=zh")
    assert (english.headers["Content-Language"], chinese.headers["Content-Language"]) == ("en", "zh-CN")
    assert english.json["detail"] == "There is no round none"
    assert chinese.json["detail"] == asked.json["detail"] == "没有批次 none"
    assert chinese.json["type"] == english.json["type"]


def test_a_server_for_voters_alone_has_no_interface(migrated_sqlite, tmp_path):
    shutil.copy(migrated_sqlite, tmp_path / "minsheng.db")
    site = Site.at(f"sqlite:///{tmp_path / 'minsheng.db'}", tmp_path, surface="public")
    assert stranger(site).get("/openapi.json").status_code == 404
    assert program(site).get("/rounds").status_code == 404
    site.engine.dispose()


def test_no_answer_sets_a_cookie(small_site):
    made = program(small_site)
    for path in ("/rounds", "/openapi.json", "/nothing"):
        assert "Set-Cookie" not in made.get(path).headers
