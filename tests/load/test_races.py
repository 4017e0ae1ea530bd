"""Many submit one code at the same moment: one ballot."""

import http.client
from contextlib import closing

from tests.load.conftest import envelope_count, spent_digests
from tests.load.racers import RACERS, race

CODES = 1_000
FORMS = 300


def test_a_thousand_codes_submitted_by_four_processes_at_once_with_different_forms(stage, serve, engine):
    # Given an open round with a thousand codes, each opened by four people
    round_ = stage(CODES)
    server = serve(round_)
    # When all four cast at the same moment
    told = race(server.base_url, round_.paths(), same_form=False)
    # Then one gets the done page, three are told that the code is used, and there is one ballot
    assert all(sorted(answers) == ["done"] + ["used"] * (RACERS - 1) for answers in told), told[:5]
    assert len(spent_digests(engine)) == CODES
    assert envelope_count(engine) == CODES


def test_the_same_form_sent_by_four_processes_at_once_gets_one_done_page_and_is_one_ballot(stage, serve, engine):
    # Given some hundred forms, each sent by four impatient thumbs
    round_ = stage(FORMS)
    server = serve(round_)
    # When all four arrive at the same moment
    told = race(server.base_url, round_.paths(), same_form=True)
    # Then everybody is told that it is done, and it was done once
    assert all(answers == ["done"] * RACERS for answers in told), told[:5]
    assert len(spent_digests(engine)) == FORMS
    assert envelope_count(engine) == FORMS


def test_opening_looking_and_asking_fifty_times_spends_nothing(stage, serve, engine):
    # Given one code
    round_ = stage(2)
    server = serve(round_)
    # When scanners and previewers look at it again and again
    with closing(http.client.HTTPConnection(server.base_url.removeprefix("http://"), timeout=60)) as connection:
        for method in ["GET", "HEAD", "OPTIONS"] * 50:
            connection.request(method, round_.paths()[0])
            response = connection.getresponse()
            response.read()
            assert response.status < 400
            assert "Set-Cookie" not in response.headers
    # Then it is unspent
    assert spent_digests(engine) == set()
    assert envelope_count(engine) == 0
