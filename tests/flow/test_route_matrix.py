"""Every route of the desk, tried as everybody: nobody, another branch, a lower role, the right role."""

from flask import url_for

from survey.staff.roles import POWERS, Role
from survey.web.desk.permissions import OPEN, OWN, ROUTES
from tests.flow.deskwork import Desk, at_desk, office
from tests.flow.matrix import prepared, values_for

ALWAYS = {"desk.home"}
# Of these the thing itself asks for more: which power, the kind of job decides; a proposal, who made it.
NARROWER = {"desk.jobs.cancel", "desk.jobs.again", "desk.jobs.download", "desk.jobs.remove", "desk.schemes.refuse"}


def rules(app):
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("desk.")]


def of(app):
    """Return every endpoint of the desk with the methods it takes."""
    return {(rule.endpoint, method) for rule in rules(app) for method in rule.methods & {"GET", "POST"}}


def test_every_route_has_one_entry_and_every_entry_a_route(small_site):
    endpoints = {rule.endpoint for rule in rules(small_site.app)}
    assert endpoints - set(ROUTES) - OPEN - OWN - ALWAYS == set(), "routes that nobody may use"
    assert (set(ROUTES) | OPEN | OWN) - endpoints == set(), "entries without a route"
    assert not set(ROUTES) & (OPEN | OWN)


def test_every_power_is_somebodys():
    assert {need.power for need in ROUTES.values()} <= set().union(*POWERS.values())


def send(desk, rule, method, values):
    with desk.client.application.test_request_context():
        path = url_for(rule.endpoint, **values)
    answer = desk.get(path) if method == "GET" else desk.client.post(path, data=desk.forged)
    answer.close()  # of a file, nobody reads
    return answer


def test_every_route_as_everybody(small_site):
    things = prepared(small_site)
    elsewhere = office(small_site, "B")
    people = {role: at_desk(small_site, role, office="A") for role in Role}
    above = {role: at_desk(small_site, role) for role in Role}
    foreign = {role: at_desk(small_site, role, office=elsewhere) for role in Role}
    for desk in (*people.values(), *above.values(), *foreign.values()):
        desk.forged = {"csrf_token": desk.token()}
    nobody = Desk(small_site.app.test_client(), "")
    nobody.forged = {}
    tried = 0
    for rule in rules(small_site.app):
        if rule.endpoint in OPEN | OWN | ALWAYS:
            continue
        need, values = ROUTES[rule.endpoint], values_for(rule, things)
        scoped = things.is_scoped(rule)
        for method in sorted(rule.methods & {"GET", "POST"}):
            answer = send(nobody, rule, method, values)
            assert answer.status_code == 302, (rule.rule, method, "nobody")
            assert "/desk/login" in answer.headers["Location"]
            for role in Role:
                may = need.power in POWERS[role]
                own = above if need.root else people
                got = send(own[role], rule, method, values).status_code
                allowed = got not in (401, 403)
                assert allowed == may or (may and rule.endpoint in NARROWER), (rule.rule, method, role, got)
                if allowed and method == "GET":
                    assert got in (200, 303, 400, 404, 409), (rule.rule, got)
                there = send(foreign[role], rule, method, values).status_code
                if need.root:
                    assert there in (403, 404), (rule.rule, method, role, "another branch", there)
                elif scoped:
                    assert there == 404, (rule.rule, method, role, "another branch", there)
                tried += 2
            tried += 1
    print(f"{tried} requests on {len(of(small_site.app))} routes and methods")  # noqa: T201 - the size of the matrix
