"""Wrong codes are counted by ten minutes, for all rounds together, and forgotten after a week."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import OperationalError

from survey.storage.engine import make_engine, transaction, unit_of_work
from survey.turnout.attempts import KEPT, get_wrong_codes, note_wrong_codes
from survey.turnout.watching.rules.alerts import Tried
from survey.web.wrong_codes import OFTEN, WrongCodes

AT = datetime(2026, 3, 1, 1, 20, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def note(engine, tried, at):
    with transaction(engine) as connection:
        note_wrong_codes(connection, tried, at)


def figures(engine, since=AT):
    with unit_of_work(engine) as session:
        return get_wrong_codes(session, since)


def test_the_figures_of_ten_minutes_are_one(engine):
    for minutes, tried in ((1, 3), (9, 4), (10, 5)):
        note(engine, tried, AT + minutes * MINUTE)

    assert figures(engine) == (Tried(AT, 7), Tried(AT + 10 * MINUTE, 5))
    assert figures(engine, AT + MINUTE) == (Tried(AT + 10 * MINUTE, 5),)


def test_old_figures_are_forgotten(engine):
    note(engine, 3, AT)
    note(engine, 1, AT + KEPT + 11 * MINUTE)
    assert figures(engine) == (Tried(AT + KEPT + 10 * MINUTE, 1),)


def test_a_process_writes_at_most_once_a_minute_whatever_comes(engine):
    counting = WrongCodes()
    for second in range(60):
        for _ in range(50):
            counting.note(engine, AT + timedelta(seconds=second))
    assert figures(engine) == (Tried(AT, 1),)

    counting.note(engine, AT + OFTEN)
    assert figures(engine) == (Tried(AT, 3001),)


def test_a_database_that_is_away_loses_no_figure_and_stops_nobody(engine, tmp_path):
    away = make_engine(f"sqlite:///{tmp_path / 'empty.db'}")
    counting = WrongCodes()
    with pytest.raises(OperationalError):
        note(away, 1, AT)
    counting.note(away, AT)
    counting.note(engine, AT + OFTEN)
    assert figures(engine) == (Tried(AT, 2),)
    away.dispose()
