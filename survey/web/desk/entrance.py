"""Coming in and going out: log in, accept an invitation, one's own account."""

from datetime import timedelta
from http import HTTPStatus

from flask import Blueprint, make_response, render_template, request, session, url_for
from flask_babel import gettext
from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from forms.desk.entrance import AcceptForm, LoginForm, PasswordForm, TotpForm
from survey.core import clock
from survey.core.errors import N_, Refused
from survey.staff import passwords
from survey.staff.actor import Actor
from survey.staff.audit import record
from survey.staff.models import ROOT, Member
from survey.staff.roles import NAMES, Role
from survey.staff.service import (
    accept,
    change_password,
    drop_totp,
    get_invitation,
    get_member,
    grants_of,
    set_totp,
)
from survey.staff.sessions import WrongLogin, close_session, find_asked, log_in, open_session
from survey.web.desk.often import Often, often
from survey.web.desk.shell import actor, back, looking, me, note, own_address, say, work
from survey.web.qr import Drawing
from survey.web.services import services

KNOWN_COOKIE = "desk-known"
KNOWN_FOR = timedelta(days=90)
TOKEN = "token"  # noqa: S105 - the name of a place in the cookie
NEW_SECRET = "totp"  # noqa: S105 - the same
MOST_TRIES = 10
TEN_MINUTES = 600

entrance = Blueprint("entrance", __name__)


@entrance.route("/login", methods=["GET", "POST"])
def login() -> Response | str | tuple[str, int]:
    """Log in; a wrong figure says no more than that one is wrong."""
    form = LoginForm()
    if not form.validate_on_submit():
        return render_template("desk/login.html", form=form)
    found = _log_in(form.login.data or "", form.password.data or "", form.code.data or "")
    if isinstance(found, WrongLogin):
        return render_template("desk/login.html", form=form, problem=found.say(gettext)), HTTPStatus.UNAUTHORIZED
    member_id, token = found
    _remember(token)
    response = make_response(redirect(own_address(request.args.get("next", "")) or url_for("desk.home"), 303))
    response.set_cookie(
        KNOWN_COOKIE,
        _known().dumps(member_id),
        max_age=KNOWN_FOR,
        path="/desk",
        secure=services().settings.base_url.startswith("https:"),
        httponly=True,
        samesite="Lax",
    )
    return response


def session_over(page: str | None) -> tuple[str, int]:
    """Say that the session ended, and offer to log in and to go on to a page."""
    session.pop(TOKEN, None)
    problem = gettext("You are no longer logged in; nothing was done. Log in again")
    action = url_for("desk.entrance.login", next=page)
    form = LoginForm(formdata=None)
    return render_template("desk/login.html", form=form, problem=problem, action=action), HTTPStatus.UNAUTHORIZED


def _log_in(address: str, password: str, code: str) -> tuple[int, str] | WrongLogin:
    """Return the member's number and the session's token; or, so that its failure is kept, what was wrong."""
    now = clock.now()
    with looking() as database:
        known = _is_known(database, address)
        asked = find_asked(database, address, known=known, now=now)
    # Here no transaction is open: a hash takes long, and SQLite has one writer.
    right = passwords.is_password(asked.password, password)
    if asked.member_id is None:
        return WrongLogin()
    with work() as database:
        try:
            member, token = log_in(
                database, asked, code, right=right, totp_key=services().totp_key, known=known, now=now
            )
        except WrongLogin as error:
            if known:
                _wrong_tries().note(asked.member_id)
            return error
        record(database, Actor(member.id, member.name), _office_of(database, member), N_("Logged in"))
        return member.id, token


def _office_of(database: Session, member: Member) -> str:
    """Return the office under which the log shows what a member does for itself."""
    grants = grants_of(database, member)
    return grants[0].office if grants else ROOT


def _wrong_tries() -> Often:
    """Return the wrong passwords by member, of browsers that need not wait: those known, and those logged in."""
    return often("wrong passwords", TEN_MINUTES)


def _known() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(services().desk_key, salt="minsheng.known-browser")


def _is_known(database: Session, address: str) -> bool:
    """Tell whether this browser has logged in to the account before, and has not been wrong too often since."""
    try:
        number = _known().loads(request.cookies.get(KNOWN_COOKIE, ""), max_age=int(KNOWN_FOR.total_seconds()))
    except BadSignature:
        return False
    mine = number == database.scalar(select(Member.id).where(Member.login == address.strip().lower()))
    return bool(mine) and _wrong_tries().seen(number) < MOST_TRIES


def _remember(token: str) -> None:
    # A cookie from before logging in may have been planted; nothing of it is kept.
    session.clear()
    session[TOKEN] = token
    session.permanent = True


@entrance.post("/logout")
def logout() -> Response:
    """Log out."""
    with work() as database:
        close_session(database, session.get(TOKEN, ""))
    session.clear()
    return back("desk.entrance.login")


@entrance.route("/invitations/<token>", methods=["GET", "POST"])
def invitation(token: str) -> Response | str:
    """Accept an invitation: choose a name and a password."""
    form = AcceptForm()
    with work() as database:
        row = get_invitation(database, token, clock.now())
        offered = [(NAMES[Role(role)], office) for role, office in row.roles]
        if not form.validate_on_submit():
            return render_template("desk/invitation.html", form=form, login=row.login, offered=offered)
        try:
            member = accept(database, row, form.name.data or "", form.password.data or "", form.language.data)
        except Refused as error:
            problem = error.say(gettext)
            return render_template("desk/invitation.html", form=form, login=row.login, offered=offered, problem=problem)
        office = _office_of(database, member)
        record(database, Actor(member.id, member.name), office, N_("Accepted the invitation and opened an account"))
        opened = open_session(database, member, clock.now())
    _remember(opened)
    return back("desk.home")


@entrance.get("/account")
def account() -> str:
    """Show one's own account."""
    with looking() as database:
        grants = grants_of(database, get_member(database, me().id))
    return render_template(
        "desk/account.html",
        grants=[(NAMES[grant.role], grant.office) for grant in grants],
        password_form=PasswordForm(),
        totp_form=TotpForm(),
    )


@entrance.post("/account/password")
def password() -> Response | tuple[str, int]:
    """Change one's password; every browser logs in anew."""
    form = PasswordForm()
    _expect_own(form.present.data or "")
    with work() as database:
        member = get_member(database, me().id)
        change_password(database, member, form.password.data or "")
        note(database, _office_of(database, member), N_("Changed the own password"))
    session.clear()
    return back("desk.entrance.login")


@entrance.route("/account/totp", methods=["GET", "POST"])
def totp() -> Response | str:
    """Set up one-time passwords: scan, then prove that the app shows the right one; or leave them off again."""
    form = TotpForm()
    if me().guarded:
        return _totp_off(form)
    secret = session.setdefault(NEW_SECRET, passwords.new_totp_secret())
    problem = None
    if form.validate_on_submit():
        step = passwords.used_step(secret, form.code.data or "", clock.now(), 0)
        if step is not None:
            with work() as database:
                member = get_member(database, me().id)
                set_totp(member, secret, services().totp_key, step)
                note(database, _office_of(database, member), N_("Set up one-time passwords for the own account"))
            session.pop(NEW_SECRET)
            say(N_("From now on, logging in asks for a one-time password"))
            return back("desk.entrance.account")
        problem = gettext("This one-time password does not fit; wait for the next one and try again")
    address = passwords.totp_address(secret, me().login)
    return render_template("desk/totp.html", form=form, secret=secret, qr=Drawing.of_text(address), problem=problem)


def _totp_off(form: TotpForm) -> Response | str:
    if not form.validate_on_submit():
        return render_template("desk/totp_off.html", form=form)
    _expect_own(form.code.data or "")
    with work() as database:
        member = get_member(database, me().id)
        drop_totp(member)
        note(database, _office_of(database, member), N_("Switched off one-time passwords for the own account"))
    say(N_("Logging in asks for no one-time password any more"))
    return back("desk.entrance.account")


def _expect_own(password: str) -> None:
    """Do nothing when it is the present member's password; it is checked outside of any transaction.

    Raises:
        Refused: when it is wrong, or there were too many wrong ones: a desk left open must not serve to guess it.
    """
    if _wrong_tries().seen(me().id) >= MOST_TRIES:
        raise Refused(N_("Too many wrong passwords; wait ten minutes. Nothing was changed"))
    with looking() as database:
        stored = get_member(database, me().id).password
    if not passwords.is_password(stored, password):
        _wrong_tries().note(me().id)
        raise Refused(N_("The present password is wrong; nothing was changed"))


@entrance.post("/account/language")
def language() -> Response:
    """Choose the desk's language."""
    chosen = "en" if request.form.get("language") == "en" else "zh"
    with work() as database:
        get_member(database, actor().id or 0).language = chosen
    return redirect(own_address(request.form.get("next", "")) or url_for("desk.home"), 303)
