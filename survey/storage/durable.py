"""What a database must be set to so that no acknowledged ballot is lost and its log tells nothing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

WANTED: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "sqlite": {"journal_mode": ("wal",), "synchronous": ("2", "3"), "secure_delete": ("1",), "foreign_keys": ("1",)},
    "postgresql": {
        "fsync": ("on",),
        "full_page_writes": ("on",),
        "synchronous_commit": ("on", "remote_apply", "remote_write"),
        "track_commit_timestamp": ("off",),
        "log_min_error_statement": ("panic",),
        "log_error_verbosity": ("terse",),
        "log_parameter_max_length_on_error": ("0",),
        "log_statement": ("none",),
    },
}
"""By engine and setting: the values that are safe."""


@dataclass(frozen=True)
class WrongSetting:
    """A setting that is not as it must be."""

    name: str
    found: str
    wanted: str


def wrong_settings(connection: Connection) -> Iterator[WrongSetting]:
    """Yield what is set otherwise than is safe, as this connection sees it."""
    engine = connection.dialect.name
    for name, wanted in WANTED[engine].items():
        question = f"PRAGMA {name}" if engine == "sqlite" else f"SHOW {name}"
        found = str(connection.exec_driver_sql(question).scalar())
        if found not in wanted:
            yield WrongSetting(name, found, wanted[0])
