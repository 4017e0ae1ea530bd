"""Threads of one worker that review the first forms at the same moment: each gets its own page, whole."""

# ruff: noqa: S311 - moments by chance, repeated by their seed

import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest

from survey.web.answer import ballot_pages, ballot_review, pages, review
from tests.factories.ballots import mixed_review
from tests.flow.ballots import opened

# As many as a worker of deploy/gunicorn.conf.py has.
THREADS = 4
SECONDS = 4
PAUSE = 0.0002
MODULES = (pages, review, ballot_pages, ballot_review)
FILES = {module.__file__ for module in MODULES}
KEPT = [kept for module in MODULES for kept in vars(module).values() if hasattr(kept, "cache_clear")]


def _interrupted(frame, *_):
    """Let the other threads go on after every line that may fill a cache: what can be met half-filled soon is."""
    if frame.f_code.co_filename not in FILES or frame.f_code.co_name.startswith("_render"):
        return None
    time.sleep(PAUSE)
    return _interrupted


def forget_all():
    for kept in KEPT:
        kept.cache_clear()


@pytest.fixture
def hurried():
    """Let threads change places as often as they can."""
    usual, traced = sys.getswitchinterval(), threading.gettrace()
    sys.setswitchinterval(1e-6)
    threading.settrace(_interrupted)
    yield
    threading.settrace(traced)
    sys.setswitchinterval(usual)


def survey(site):
    """Open a survey and return the codes of as many people as there are threads."""
    return site.round()[:THREADS]


def ballot(site):
    """Open a secret ballot of several sections, for one group and class."""
    made = opened(site, mixed_review(), cadres=5, voters="group,class,planned,subjects\nU01,B,12,own\n")
    return [made.code() for _ in range(THREADS)]


def filled(page, number):
    """Answer whatever has choices alike, but one row; return the address and the fields that are sent."""
    rows = page.form.choices.items()
    marks = {name: [values[1 + (row == number)]] for row, (name, values) in enumerate(rows)}
    return page.form.action, page.fields() | marks


def under_way_together(acts, starts):
    """Let every thread do its part, each from its own moment on; return what they saw and how long it took."""
    barrier = threading.Barrier(len(acts))

    def go(act, start):
        barrier.wait(30)
        time.sleep(start)
        return act()

    begun = time.monotonic()
    with ThreadPoolExecutor(len(acts)) as threads:
        seen = list(threads.map(go, acts, starts))
    return seen, time.monotonic() - begun


@pytest.mark.parametrize("people", [survey, ballot])
def test_the_first_pages_of_a_worker_are_whole_for_every_thread(small_site, hurried, people):
    # Given people who have filled in their forms differently, and what each sees with nobody beside him
    phones = [small_site.phone() for _ in range(THREADS)]
    paths = [f"/t/{code}" for code in people(small_site)]
    sent = [filled(phone.get(path), number) for number, (phone, path) in enumerate(zip(phones, paths, strict=True))]
    expected = [phone.post(*form).html for phone, form in zip(phones, sent, strict=True)]
    assert len(set(expected)) == THREADS
    acts = [lambda p=phone, f=form: p.post(*f) for phone, form in zip(phones, sent, strict=True)]
    forget_all()
    _, alone = under_way_together(acts[:1], [0])
    # When a worker that has rendered nothing yet is asked for all of them, each while another is being rendered
    draw = Random(1)
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        forget_all()
        seen, _ = under_way_together(acts, [0, *(draw.uniform(0, alone) for _ in acts[1:])])
        # Then everybody sees his own page
        assert [page.status for page in seen] == [200] * THREADS
        assert [page.html for page in seen] == expected
