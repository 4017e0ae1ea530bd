"""Roles and what each may do. Pure."""

from collections.abc import Mapping
from enum import StrEnum

from survey.core.errors import N_


class Role(StrEnum):
    """What a member of staff is in an office and in all below it."""

    SETTER = "setter"
    SUPERVISOR = "supervisor"
    TELLER = "teller"
    VIEWER = "viewer"
    ADMIN = "admin"


class Power(StrEnum):
    """What a page or an action needs."""

    SEE = "see"
    SET_UP = "set_up"
    PRINT = "print"
    RUN = "run"
    CONFIRM = "confirm"
    COUNT = "count"
    SCORE = "score"
    PUBLISH = "publish"
    PEOPLE = "people"
    AUDIT = "audit"
    HANDLE = "handle"


POWERS: Mapping[Role, frozenset[Power]] = {
    Role.SETTER: frozenset({Power.SEE, Power.SET_UP, Power.PRINT, Power.RUN, Power.HANDLE}),
    Role.SUPERVISOR: frozenset({Power.SEE, Power.CONFIRM, Power.PUBLISH, Power.AUDIT}),
    Role.TELLER: frozenset({Power.SEE, Power.COUNT, Power.SCORE}),
    Role.VIEWER: frozenset({Power.SEE}),
    Role.ADMIN: frozenset({Power.SEE, Power.PEOPLE, Power.AUDIT}),
}

NAMES: Mapping[Role, str] = {
    Role.SETTER: N_("Set-up staff"),
    Role.SUPERVISOR: N_("Supervisor"),
    Role.TELLER: N_("Teller"),
    Role.VIEWER: N_("Viewer"),
    Role.ADMIN: N_("Administrator"),
}

DUTIES: Mapping[Role, str] = {
    Role.SETTER: N_("prepares rounds, prints slips, opens and closes, follows up bad ratings"),
    Role.SUPERVISOR: N_("confirms what needs two people, publishes results, reads the log"),
    Role.TELLER: N_("counts, files components, makes score runs"),
    Role.VIEWER: N_("looks at everything the office shows, changes nothing"),
    Role.ADMIN: N_("invites staff, gives and takes roles, reads the log"),
}
