"""Rate and time left are arithmetic on what was done and when."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.jobs.rules import EARLIEST, KEPT, PATIENCE, SILENCE, expires_at, is_worker_missing, lost, progress

START = datetime(2026, 11, 21, 8, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def after(seconds, done, total, begun_done=0):
    return progress(done, total, begun_done=begun_done, begun_at=START, at=START + timedelta(seconds=seconds))


def test_the_figures_of_the_page_that_staff_know():
    # 38,000 of 118,400 slips in 60 seconds
    found = after(60, 38_400, 118_400)
    assert (found.percent, found.per_second, found.left) == (32, 640, timedelta(seconds=125))


def test_what_an_earlier_worker_did_does_not_make_the_present_one_quick():
    found = after(10, 900, 1000, begun_done=880)
    assert found.per_second == 2
    assert found.left == timedelta(seconds=50)


@pytest.mark.parametrize(
    ("seconds", "done", "begun_at", "at"),
    [(1, 50, START, START + timedelta(seconds=1)), (60, 0, START, START + timedelta(seconds=60)), (0, 5, None, START)],
)
def test_too_early_nothing_is_said_of_the_time_left(seconds, done, begun_at, at):
    found = progress(done, 100, begun_done=0, begun_at=begun_at, at=at)
    assert (found.per_second, found.left) == (None, None)
    assert found.done == done


def test_without_a_total_there_is_a_rate_and_no_end():
    found = after(10, 50, 0)
    assert (found.percent, found.per_second, found.left) == (0, 5, None)


def test_before_anything_beat_there_is_no_rate():
    assert progress(3, 9, begun_done=0, begun_at=START, at=None).left is None


@given(
    total=st.integers(1, 10**7),
    done=st.integers(0, 10**7),
    begun=st.integers(0, 10**7),
    seconds=st.integers(0, 10**6),
)
def test_the_time_left_is_never_negative_and_nothing_only_at_the_end(total, done, begun, seconds):
    found = after(seconds, done, total, begun_done=begun)
    assert 0 <= found.done <= total
    assert 0 <= found.percent <= 100
    assert (found.percent == 100) == (found.done == total)
    if found.left is not None:
        assert timedelta(seconds=seconds) >= EARLIEST
        assert (found.left == timedelta()) == (found.done == total)


def test_a_silent_worker_has_lost_its_job():
    assert lost(None, START)
    assert lost(START, START + SILENCE + timedelta(seconds=1))
    assert not lost(START, START + SILENCE)


def test_files_are_kept_for_a_day():
    assert expires_at(START) == START + KEPT == START + timedelta(hours=24)


@pytest.mark.parametrize(
    ("waits_since", "last_beat_at", "missing"),
    [
        (None, None, False),
        (START, None, False),  # only just asked for
        (START - PATIENCE - SECOND, None, True),
        (START - PATIENCE - SECOND, START - PATIENCE, False),  # a worker is busy with another job
        (START - PATIENCE - SECOND, START - PATIENCE - SECOND, True),
    ],
)
def test_a_worker_is_missing_when_a_job_waits_and_none_has_shown_that_it_lives(waits_since, last_beat_at, missing):
    assert is_worker_missing(waits_since, last_beat_at, START) is missing
