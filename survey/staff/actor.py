"""Who does something: a member of staff, or a command at the server's terminal."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Actor:
    """Who is named in the log.

    Attributes:
        id: the member's number; none for a command or a job of the system.
    """

    id: int | None
    name: str


TERMINAL = Actor(None, "terminal")
SYSTEM = Actor(None, "system")
