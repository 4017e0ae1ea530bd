"""flask staff: offices, invitations, accounts."""

import click
from flask.cli import AppGroup

from survey.cli.edge import edge, json_option, minsheng, say, say_table, translate, work
from survey.core.clock import now
from survey.core.errors import N_
from survey.staff.actor import TERMINAL
from survey.staff.audit import record
from survey.staff.models import ROOT
from survey.staff.offices import add_office, list_offices
from survey.staff.roles import NAMES, Role
from survey.staff.service import Grant, find_member, grants_of, list_members, set_active
from survey.staff.service import invite as make_invitation
from survey.staff.tokens import revoke_tokens_of

staff = AppGroup("staff", help="The people at the desk.")
_office = click.option("--office", default=ROOT, help="The office's code [the root office].")


@staff.command("invite")
@click.argument("login", metavar="EMAIL")
@click.option(
    "--role",
    "roles",
    type=click.Choice([role.value for role in Role]),
    multiple=True,
    required=True,
    help="What the person may do; may be given several times.",
)
@_office
@json_option
@edge
def invite(login: str, roles: tuple[str, ...], office: str, as_json: bool) -> None:
    """Print a link that opens one account, once, within three days. There is no password to begin with."""
    with work() as session:
        token = make_invitation(session, TERMINAL, login, [Grant(Role(role), office) for role in roles], now())
        sentence = N_("Invited %(login)s as %(role)s")
        record(session, TERMINAL, office, sentence, login=login, role=", ".join(roles))
    link = f"{minsheng().settings.base_url}/desk/invitations/{token}"
    say(
        {"login": login, "roles": list(roles), "office": office, "link": link},
        N_("Hand this link to %(login)s; it works once: %(link)s"),
        as_json=as_json,
    )


@staff.command("list")
@json_option
@edge
def list_(as_json: bool) -> None:
    """List the accounts and their roles."""
    with work() as session:
        rows = [
            {
                "login": member.login,
                "name": member.name,
                "roles": "; ".join(
                    f"{translate(NAMES[grant.role])} ({grant.office or '-'})" for grant in grants_of(session, member)
                ),
                "account": translate(N_("in use") if member.active else N_("switched off")),
            }
            for member in list_members(session)
        ]
    columns = {
        "login": N_("E-mail address"),
        "name": N_("Name"),
        "roles": N_("Roles"),
        "account": N_("Account"),
    }
    say_table(rows, columns, as_json=as_json)


@staff.command("disable")
@click.argument("login", metavar="EMAIL")
@json_option
@edge
def disable(login: str, as_json: bool) -> None:
    """Switch an account off; its sessions, and the API tokens that it made, end at once."""
    with work() as session:
        member = find_member(session, login)
        set_active(session, member, active=False)
        revoked = revoke_tokens_of(session, member.id, TERMINAL, now())
        record(session, TERMINAL, ROOT, N_("Switched the account of %(login)s off"), login=member.login)
    say(
        {"login": login, "revoked": revoked},
        N_("The account of %(login)s is switched off, and %(revoked)s API tokens that it made are revoked"),
        as_json=as_json,
    )


@staff.command("office")
@click.argument("code")
@click.argument("name")
@click.option("--above", default=ROOT, help="The code of the office above it [the root office].")
@json_option
@edge
def office(code: str, name: str, above: str, as_json: bool) -> None:
    """Add an office below another; roles in it reach no other."""
    with work() as session:
        add_office(session, code, name, above)
        record(session, TERMINAL, code, N_("Added the office %(code)s %(name)s"), code=code, name=name)
    say({"code": code, "name": name}, N_("Added the office %(code)s %(name)s"), as_json=as_json)


@staff.command("offices")
@json_option
@edge
def offices(as_json: bool) -> None:
    """List the offices below the root office."""
    with work() as session:
        rows = [{"code": row.code, "name": row.name, "above": row.parent or "-"} for row in list_offices(session)]
    say_table(rows, {"code": N_("Code"), "name": N_("Name"), "above": N_("Office above it")}, as_json=as_json)
