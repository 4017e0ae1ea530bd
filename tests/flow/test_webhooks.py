"""Webhooks: what is told to whom, signed how, and how often when nobody answers."""

import base64
import hashlib
import hmac
import json
import socket
import threading
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from survey.core import clock
from survey.ratings.rating import Given, rate
from survey.ratings.service import add_plan, case_plan, get_case, mint
from survey.rounds.service import get_round
from survey.staff.delivering import WAITS, deliver
from survey.staff.receivers import Receivers
from survey.staff.token_models import Webhook, WebhookDelivery
from survey.staff.webhooks import (
    EVENTS,
    add_webhook,
    get_webhook,
    leave_test,
    notify,
    remove_webhook,
    secret_text,
)
from survey.storage.engine import reading, unit_of_work
from tests.factories.programs import MAKER, offices
from tests.factories.ratings import ZHEJIANG, handled
from tests.factories.receiver import receiving


@dataclass(frozen=True)
class Sending:
    webhook_hosts: tuple = ("127.0.0.1=127.0.0.0/8",)
    base_url: str = "http://127.0.0.1:8000"
    secret_key: str = "k" * 40


SENDING = Sending()


@pytest.fixture
def receiver():
    with receiving() as made:
        yield made


def hook(engine, url, *events, office=""):
    receivers = Receivers(SENDING.webhook_hosts, SENDING.base_url)
    with unit_of_work(engine) as session:
        return add_webhook(session, MAKER, receivers, office=office, url=url, events=events or tuple(EVENTS)).id


def happened(engine, event="round.opened", office="", **data):
    with unit_of_work(engine) as session:
        return notify(session, event, office, **data)


def states(engine):
    with reading(engine) as connection:
        return [tuple(row) for row in connection.execute(select(WebhookDelivery.state, WebhookDelivery.outcome))]


def test_a_message_is_signed_so_that_the_receiver_can_check_it(engine, receiver):
    webhook = hook(engine, receiver.url)
    assert happened(engine, round="spring") == 1
    done = deliver(engine, SENDING, clock.now())
    assert (done.delivered, done.failed, done.given_up) == (1, 0, 0)
    ((path, headers, body),) = receiver.got
    assert path == "/hook"
    key = base64.b64decode(secret_text(SENDING.secret_key, webhook).removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.{body}".encode()
    wanted = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    assert headers["webhook-signature"] == f"v1,{wanted}"
    assert abs(int(headers["webhook-timestamp"]) - clock.now().timestamp()) < 300
    assert json.loads(body)["data"] == {"office": "", "round": "spring"}
    # Sent once is sent.
    assert deliver(engine, SENDING, clock.now()).delivered == 0
    assert states(engine) == [("delivered", "204")]


def test_the_key_is_not_in_the_database_and_each_webhook_has_its_own(engine, receiver):
    keys = {secret_text(SENDING.secret_key, hook(engine, receiver.url)) for _ in range(2)}
    assert len(keys) == 2
    with reading(engine) as connection:
        stored = repr(connection.execute(select(Webhook)).all())
    assert all(key not in stored for key in keys)


def test_whoever_does_not_answer_is_asked_again_later_and_at_last_given_up(engine, receiver):
    hook(engine, receiver.url)
    happened(engine, round="spring")
    receiver.answers = [500] * (len(WAITS) + 1)
    now = clock.now()
    for wait in WAITS:
        assert deliver(engine, SENDING, now).failed == 1
        assert deliver(engine, SENDING, now + wait - timedelta(seconds=1)).failed == 0
        now += wait
    assert deliver(engine, SENDING, now).given_up == 1
    assert len(receiver.got) == len(WAITS) + 1
    assert len({headers["webhook-id"] for _, headers, _ in receiver.got}) == 1
    assert states(engine) == [("given_up", "500")]
    deliver(engine, SENDING, now + timedelta(days=8))
    assert states(engine) == []


def test_an_address_that_says_it_is_gone_is_told_nothing_until_a_test(engine, receiver):
    webhook = hook(engine, receiver.url)
    happened(engine, round="spring")
    receiver.answers = [410]
    assert deliver(engine, SENDING, clock.now()).given_up == 1
    assert happened(engine, round="summer") == 0
    with unit_of_work(engine) as session:
        leave_test(session, get_webhook(session, webhook))
    assert deliver(engine, SENDING, clock.now()).delivered == 1
    assert json.loads(receiver.got[-1][2])["type"] == "webhook.test"
    assert happened(engine, round="summer") == 1


def test_a_redirect_is_not_followed(engine, receiver):
    hook(engine, receiver.url)
    happened(engine, round="spring")
    receiver.answers = [302]
    assert deliver(engine, SENDING, clock.now()).failed == 1
    assert [path for path, _, _ in receiver.got] == ["/hook"]


def test_a_host_that_the_operator_took_off_the_list_is_told_nothing_more(engine, receiver):
    hook(engine, receiver.url)
    happened(engine, round="spring")
    assert deliver(engine, Sending(webhook_hosts=()), clock.now()).delivered == 0
    assert deliver(engine, Sending(webhook_hosts=("hooks.example.gov.cn",)), clock.now()).failed == 1
    assert receiver.got == []
    assert states(engine) == [("waiting", "not allowed")]


def test_an_address_that_leads_inside_is_not_even_connected_to(engine, receiver):
    webhook = hook(engine, receiver.url)
    with unit_of_work(engine) as session:
        get_webhook(session, webhook).url = receiver.url.replace("http", "https").replace("127.0.0.1", "localhost")
    happened(engine, round="spring")
    public = Sending(webhook_hosts=("localhost",), base_url="https://pingyi.example.gov.cn")
    assert deliver(engine, public, clock.now()).failed == 1
    assert states(engine) == [("waiting", "not allowed")]


def test_a_certificate_that_nobody_signed_is_not_trusted_and_a_trusted_one_is(engine, tmp_path, monkeypatch):
    with receiving(tls=tmp_path) as receiver:
        hook(engine, receiver.url)
        happened(engine, round="spring")
        now = clock.now()
        assert deliver(engine, SENDING, now).failed == 1
        assert states(engine) == [("waiting", "SSLCertVerificationError")]
        assert receiver.got == []
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "receiver.pem"))
        assert deliver(engine, SENDING, now + WAITS[0]).delivered == 1


@pytest.mark.parametrize("answer", [b"", b"SSH-2.0-OpenSSH\r\n", b"x" * 10_000, b"HTTP/1.1 abc\r\n\r\n"])
def test_what_is_no_answer_is_a_failure(engine, answer):
    with speaking(answer) as url:
        hook(engine, url)
        happened(engine, round="spring")
        assert deliver(engine, SENDING, clock.now()).failed == 1


def test_somebody_who_answers_byte_by_byte_is_left_after_five_seconds(engine, monkeypatch):
    monkeypatch.setattr("survey.staff.delivering.PATIENCE_SECONDS", 0.5)
    with speaking(b"H", more=b"T") as url:
        hook(engine, url)
        happened(engine, round="spring")
        assert deliver(engine, SENDING, clock.now()).failed == 1
    assert states(engine) == [("waiting", "TimeoutError")]


class speaking:  # noqa: N801 - reads as a verb where it is used
    """A socket that says something to whoever connects, and perhaps goes on, slowly."""

    def __init__(self, first, more=b""):
        self.first, self.more, self.over = first, more, threading.Event()

    def __enter__(self):
        self.server = socket.create_server(("127.0.0.1", 0))
        self.thread = threading.Thread(target=self.speak)
        self.thread.start()
        return f"http://127.0.0.1:{self.server.getsockname()[1]}/"

    def speak(self):
        connection, _ = self.server.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(self.first)
            try:
                while self.more and not self.over.wait(0.05):
                    connection.sendall(self.more)
            except OSError:
                pass

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()
        self.server.close()


def test_two_workers_do_not_send_the_same_message(engine, receiver):
    hook(engine, receiver.url)
    for name in "abcdef":
        happened(engine, round=name)
    workers = [threading.Thread(target=deliver, args=(engine, SENDING, clock.now())) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(json.loads(body)["data"]["round"] for _, _, body in receiver.got) == list("abcdef")


# --- who is told of what -----------------------------------------------------------------------------------------


def test_an_office_and_those_above_it_are_told_and_no_other(site, receiver):
    offices(site, "A", "B")
    for office in ("", "A", "B"):
        hook(site.engine, receiver.url, office=office)
    assert happened(site.engine, office="A", round="spring") == 2
    assert happened(site.engine, office="", round="spring") == 1
    with unit_of_work(site.engine) as session:
        (one, *_) = session.scalars(select(Webhook).where(Webhook.office == "A"))
        remove_webhook(session, one, MAKER)
    assert happened(site.engine, office="A", round="spring") == 1


def test_a_round_tells_when_it_opens_closes_is_counted_and_published(site, receiver):
    hook(site.engine, receiver.url)
    for code in site.round()[:3]:
        site.phone().vote(code)
    site.count()
    site.publish()
    site.publish()
    deliver(site.engine, SENDING, clock.now())
    told = sorted((json.loads(body)["type"], json.loads(body)["data"]) for _, _, body in receiver.got)
    about = {"office": "", "round": "spring"}
    assert told == sorted(
        (event, about) for event in ("round.opened", "round.closed", "round.counted", "results.published")
    )


def test_no_message_tells_the_moment_of_anything(site, receiver):
    hook(site.engine, receiver.url)
    happened(site.engine, round="spring")
    with reading(site.engine) as connection:
        due, body = connection.execute(select(WebhookDelivery.next_at, WebhookDelivery.body)).one()
    assert (due.minute, due.second, due.microsecond) == (0, 0, 0)
    assert json.loads(body)["timestamp"].endswith(":00:00Z")


def test_a_bad_rating_tells_that_there_is_one_at_the_next_hour_and_not_what_was_said(site, receiver):
    hook(site.engine, receiver.url)
    key = site.app.extensions["minsheng"].code_key
    now = clock.now()
    with unit_of_work(site.engine) as session:
        add_plan(session, ZHEJIANG)
        for ref in ("good", "bad"):
            minted = mint(session, ZHEJIANG, handled(ref, closed_at=now - timedelta(hours=1)), key)
            case = get_case(session, minted.case_id)
            levels = [one for one in case_plan(session, case).levels if one.bad is (ref == "bad")]
            rate(session, case, Given(levels[0].code, (), "态度差 13800138000"), ref.encode().ljust(32), now)
    assert deliver(site.engine, SENDING, now).delivered == 0
    assert deliver(site.engine, SENDING, now + timedelta(hours=1)).delivered == 1
    ((_, _, body),) = receiver.got
    assert set(json.loads(body)["data"]) == {"office", "case"}
    assert "态度" not in body


def test_nothing_is_left_where_nobody_asked(site):
    site.round()
    with reading(site.engine) as connection:
        assert connection.scalar(select(func.count()).select_from(WebhookDelivery)) == 0
    with unit_of_work(site.engine) as session:
        assert get_round(session, "spring").state == "open"


def test_an_unknown_event_is_a_mistake_of_the_program(engine):
    with pytest.raises(ValueError, match=r"vote\.cast"):
        happened(engine, "vote.cast")
