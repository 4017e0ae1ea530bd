"""Staff and offices: invite, give and take roles, switch accounts off."""

from typing import TypeVar

from flask import Blueprint, g, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound as NoPage
from werkzeug.wrappers import Response

from forms.desk.people import InviteForm, OfficeForm, RolesForm
from survey.core import clock
from survey.core.errors import N_, Refused
from survey.staff.models import ROOT, Member
from survey.staff.offices import add_office, list_offices
from survey.staff.roles import DUTIES, NAMES, Power, Role
from survey.staff.service import (
    Grant,
    drop_totp,
    get_member,
    grants_of,
    list_invitations,
    list_members,
    set_active,
    set_roles,
)
from survey.staff.service import (
    invite as offer,
)
from survey.staff.tokens import revoke_tokens_of
from survey.web.desk.shell import actor, back, me, note, say, work
from survey.web.services import services

F = TypeVar("F", InviteForm, RolesForm)

people = Blueprint("people", __name__, url_prefix="/people")


@people.get("")
def show() -> str:
    """Show the staff of the offices the member administers."""
    with work() as database:
        offices = _offices(database)
        members = [
            (member, grants) for member in list_members(database) if _is_mine(grants := grants_of(database, member))
        ]
        invitations = [row for row in list_invitations(database, clock.now()) if _offered_by_me(row.roles)]
    return render_template(
        "desk/people.html",
        members=members,
        invitations=invitations,
        offices=offices,
        names=NAMES,
        duties=DUTIES,
        invite_form=_with_choices(InviteForm(), offices),
        office_form=_office_form(offices),
        root=me().may(Power.PEOPLE, ROOT),
    )


@people.post("/invite")
def invite() -> Response | str:
    """Make the link of an invitation and show it once."""
    with work() as database:
        form = _with_choices(InviteForm(), _offices(database))
        if not form.validate_on_submit():
            raise Refused(N_("The invitation lacks an address, a role or an office; nobody was invited"))
        grant = Grant(Role(form.role.data), form.office.data)
        token = offer(database, actor(), form.login.data or "", [grant], clock.now())
        note(
            database,
            grant.office,
            N_("Invited %(login)s as %(role)s"),
            login=form.login.data,
            role=grant.role.value,
        )
    link = services().settings.base_url + url_for("desk.entrance.invitation", token=token)
    return render_template("desk/invited.html", link=link, login=form.login.data)


@people.route("/<int:member_id>", methods=["GET", "POST"])
def edit(member_id: int) -> Response | str:
    """Show one member; give or take a role, switch the account off or on, end one-time passwords."""
    with work() as database:
        member = get_member(database, member_id)
        grants = grants_of(database, member)
        if not _is_mine(grants):
            g.refused = grants[0].office if grants else ROOT
            raise NoPage
        form = _with_choices(RolesForm(), _offices(database))
        if form.validate_on_submit():
            _change(database, member, grants, form)
            return back("desk.people.edit", member_id=member_id)
        return render_template("desk/member.html", member=member, grants=grants, form=form, names=NAMES, duties=DUTIES)


@people.post("/offices")
def office() -> Response:
    """Add an office."""
    with work() as database:
        form = _office_form(_offices(database))
        if not form.validate_on_submit():
            raise Refused(N_("The office lacks a code, a name or the office above it; nothing was added"))
        row = add_office(database, form.code.data or "", form.name.data or "", form.parent.data)
        note(database, row.code, N_("Added the office %(code)s %(name)s"), code=row.code, name=row.name)
    say(N_("Added the office %(code)s %(name)s"), code=form.code.data, name=form.name.data)
    return back("desk.people.show")


def _change(database: Session, member: Member, grants: tuple[Grant, ...], form: RolesForm) -> None:
    """Do what the button pressed says, and write it down."""
    order, _, which = (request.form.get("do") or "").partition(":")
    office = grants[0].office if grants else ROOT
    facts = {"login": member.login, "reason": form.reason.data}
    if order == "give":
        grant = Grant(Role(form.role.data), form.office.data)
        set_roles(database, member, [*grants, grant])
        sentence, facts = N_("Gave %(login)s the role %(role)s; reason: %(reason)s"), facts | {"role": grant.role.value}
        office = grant.office
    elif order == "take" and which.isascii() and which.isdecimal() and int(which[:9]) < len(grants):
        grant = grants[int(which)]
        if not me().may(Power.PEOPLE, grant.office):
            raise Refused(N_("This role was given by an office above yours"))
        set_roles(database, member, [one for one in grants if one != grant])
        sentence, facts = (
            N_("Took from %(login)s the role %(role)s; reason: %(reason)s"),
            facts | {"role": grant.role.value},
        )
        office = grant.office
    elif order in ("off", "on"):
        _expect_all_mine(grants)
        set_active(database, member, active=order == "on")
        if order == "off" and (n := revoke_tokens_of(database, member.id, actor(), clock.now())):
            say(N_("%(n)s API tokens that this account made are revoked with it"), n=n)
        sentence = (
            N_("Switched the account of %(login)s on; reason: %(reason)s")
            if order == "on"
            else N_("Switched the account of %(login)s off; reason: %(reason)s")
        )
    elif order == "totp":
        _expect_all_mine(grants)
        drop_totp(member)
        sentence = N_("Ended one-time passwords for %(login)s; reason: %(reason)s")
    else:
        raise Refused(N_("This request cannot be understood"))
    note(database, office, sentence, **facts)
    say(sentence, **facts)


def _expect_all_mine(grants: tuple[Grant, ...]) -> None:
    if any(not me().may(Power.PEOPLE, grant.office) for grant in grants):
        raise Refused(N_("This account has a role in an office above yours; its administrator must do this"))


def _offices(database: Session) -> dict[str, str]:
    """Return the offices the member administers, by code, in the tree's order."""
    named = {ROOT: gettext("Root office")} | {row.code: f"{row.code} {row.name}" for row in list_offices(database)}
    mine = me().rights.offices(Power.PEOPLE)
    return {code: name for code, name in named.items() if code in mine}


def _is_mine(grants: tuple[Grant, ...]) -> bool:
    return any(me().may(Power.PEOPLE, grant.office) for grant in grants) or (
        not grants and me().may(Power.PEOPLE, ROOT)
    )


def _offered_by_me(roles: list[list[str]]) -> bool:
    return any(me().may(Power.PEOPLE, office) for _role, office in roles)


def _with_choices(form: F, offices: dict[str, str]) -> F:
    form.role.choices = {role.value: gettext(name) for role, name in NAMES.items()}
    form.office.choices = offices
    return form


def _office_form(offices: dict[str, str]) -> OfficeForm:
    form = OfficeForm()
    form.parent.choices = offices
    return form
