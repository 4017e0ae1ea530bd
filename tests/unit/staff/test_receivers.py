"""To whom this server may send anything: a list, and addresses that are what they seem."""

import socket

import pytest

from survey.staff.receivers import NotAllowed, Receivers, check_entries

SITE = "https://pingyi.example.gov.cn"
LISTED = ("hooks.example.gov.cn", "10.3.4.5", "localhost", "127.0.0.1", "intern=127.0.0.0/8")


def sentence(url, entries=LISTED, site=SITE):
    faults = list(Receivers(entries, site).faults(url))
    return faults[0].say() if faults else None


def test_nothing_is_allowed_where_the_operator_listed_nothing():
    assert not Receivers((), SITE).switched_on
    assert "switched off" in sentence("https://hooks.example.gov.cn/x", ())


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.example.gov.cn/x?y=1",
        "https://HOOKS.example.gov.cn:8443/",
        "https://10.3.4.5/x",
    ],
)
def test_what_is_listed_is_allowed(url):
    assert sentence(url) is None


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/x",
        "https://hooks.example.gov.cn.evil.example/",
        "https://hooks.example.gov.cn@evil.example/",
        "https://evil.example/#@hooks.example.gov.cn",
        "https://evil.example\\@hooks.example.gov.cn/",
        "https://hooks.example.gov.cn\t.evil.example/",
        "https://hooks.example.gov.cn:0/",
        "https://hooks.example.gov.cn:99999/",
        "https://169.254.169.254/latest",
        "https://[::1]/",
        "https://0x7f000001/",
        "https://2130706433/",
        "http://hooks.example.gov.cn/",
        "ftp://hooks.example.gov.cn/",
        "file:///etc/passwd",
        "//hooks.example.gov.cn/",
        "https:hooks.example.gov.cn",
        "https://hooks.example.gov.cn/\r\nX: y",
        "https://hooks.example.gov.cn/政",
        "https://hooks.example.gov.cn/" + "x" * 500,
        "",
    ],
)
def test_what_is_not_listed_or_misleads_is_refused(url):
    assert sentence(url)
    with pytest.raises(NotAllowed):
        Receivers(LISTED, SITE).target(url)


@pytest.mark.parametrize(
    "found",
    [
        *("10.3.4.5", "169.254.169.254", "224.0.0.1", "fec0::1", "fc00::1", "fe80::1", "ff0e::1"),
        *("::ffff:10.3.4.5", "::a03:405", "64:ff9b::a03:405", "64:ff9b:1::1", "2002:a03:405::", "2001:0:a03:405::"),
    ],
)
def test_an_address_that_is_or_carries_one_inside_is_not_public(found, monkeypatch):
    given = [(socket.AF_INET6, socket.SOCK_STREAM, 6, "", (found, 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: given)
    with pytest.raises(NotAllowed):
        Receivers(LISTED, SITE).target("https://hooks.example.gov.cn/x")


def test_without_tls_only_this_machine_tells_this_machine():
    assert sentence("http://127.0.0.1:9000/x", site="http://127.0.0.1:8000") is None
    assert sentence("http://127.0.0.1:9000/x") == "only https is allowed"
    assert sentence("http://10.3.4.5/x", site="http://127.0.0.1:8000") == "only https is allowed"


def test_a_listed_name_that_leads_inside_is_refused_unless_its_network_is_listed():
    # localhost stands for a public name that somebody lets point to an address inside.
    with pytest.raises(NotAllowed):
        Receivers(("localhost",), SITE).target("https://localhost/x")
    with pytest.raises(NotAllowed):
        Receivers(("localhost=10.0.0.0/8",), SITE).target("https://localhost/x")
    target = Receivers(("localhost=127.0.0.0/8", "127.0.0.1"), SITE).target("https://127.0.0.1:8443/x?y")
    assert (target.addresses, target.port, target.path) == (("127.0.0.1",), 8443, "/x?y")
    assert target.authority == "127.0.0.1:8443"


@pytest.mark.parametrize(
    ("entries", "wrong"),
    [
        (("hooks.example.gov.cn", "intern=10.3.0.0/16"), None),
        (("https://hooks.example.gov.cn",), "https://hooks.example.gov.cn"),
        (("intern=10.3.0.0/99",), "intern=10.3.0.0/99"),
        (("*.example.gov.cn",), "*.example.gov.cn"),
        (("=10.0.0.0/8",), "=10.0.0.0/8"),
    ],
)
def test_an_entry_that_cannot_be_read_is_named(entries, wrong):
    assert check_entries(entries) == wrong
