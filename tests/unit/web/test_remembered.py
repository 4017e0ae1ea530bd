"""What the log and the jobs wrote down is data; the page words it for its reader."""

import pytest
from flask import Flask
from flask_babel import Babel

from survey.web.desk.remembered import remembered


@pytest.fixture(autouse=True)
def english():
    app = Flask(__name__)
    Babel(app, default_locale="en")
    with app.test_request_context():
        yield


def test_moments_and_days_are_written_for_people():
    figures = {"opens": "2026-03-01T09:00:00+08:00", "closes": "2026-03-15T10:00:00+00:00", "day": "2026-03-01"}
    said = remembered("from %(opens)s to %(closes)s, %(day)s", figures)
    assert said == "from 1 Mar 2026, 09:00 to 15 Mar 2026, 18:00, 1 Mar 2026"


def test_what_only_looks_like_a_moment_stays():
    assert remembered("%(name)s, %(file)s", {"name": "2026", "file": "2026-03-01.csv"}) == "2026, 2026-03-01.csv"


def test_roles_states_and_scopes_are_words():
    assert remembered("%(login)s as %(role)s", {"login": "a@b", "role": "setter, teller"}) == (
        "a@b as Set-up staff, Teller"
    )
    assert remembered("for %(scopes)s", {"scopes": "rounds:read results:read"}) == (
        "for list rounds and see their state, read published results"
    )
    assert remembered("%(state)s, %(seal)s", {"state": "open", "seal": "trustees"}) == "open, trustees"


def test_what_is_no_word_of_ours_stays():
    assert remembered("as %(role)s", {"role": "chief"}) == "as chief"


def test_the_sentence_of_a_job_stands_within_that_of_what_was_done_with_it():
    figures = {"job": "Print slips of %(round)s again", "round": "spring"}
    assert remembered("Cancelled a job: %(job)s", figures) == "Cancelled a job: Print slips of spring again"
    # And an entry of an earlier version, which wrote the sentence down as it stood
    figures = {"job": "Print slips of spring again"}
    assert remembered("Cancelled a job: %(job)s", figures) == "Cancelled a job: Print slips of spring again"
