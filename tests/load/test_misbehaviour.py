"""The demo's phones against the real server: every misbehaviour gets its answer, and the urn tells the truth."""

# ruff: noqa: S311 - a play, repeated by its seed

import pytest

from survey.cli.demo.phones import BEHAVIOURS, PhoneJob, run_phones
from tests.load.conftest import envelope_count, spent_digests

EACH = 10


def test_every_behaviour_is_answered_as_it_must_be(stage, serve, server_log, engine):
    # Given phones of every behaviour, ten of each
    round_ = stage(EACH * len(BEHAVIOURS))
    jobs = [PhoneJob(path.upper(), BEHAVIOURS[i % len(BEHAVIOURS)]) for i, path in enumerate(round_.paths())]
    # When they meet the server
    report = run_phones(jobs, serve(round_).base_url, processes=4, seed=5)
    # Then each ends as it must, and only those who cast are in the urn
    assert report.surprises == {}
    assert report.outcomes == {"cast": 3 * EACH, "unspent": 2 * EACH, "unknown_code": EACH}
    assert len(spent_digests(engine)) == envelope_count(engine) == report.cast
    # And the log does not know of any of them
    said = server_log.read_text()
    assert not any(code in said for code in round_.codes)
    assert "SimulatedPhone" not in said


def test_the_same_seed_gives_the_same_answers():
    from random import Random

    from survey.cli.demo.phones.opinion import fill
    from survey.cli.demo.phones.page import read_forms

    page = (
        '<form method="post" action="/t/1/review"><input type="hidden" name="_stamp" value="s">'
        '<button>ok</button><button name="_switch" value="lang:en">English</button>'
        '<fieldset><label><input type="radio" name="a" value="1"> good</label>'
        '<label><input type="radio" name="a" value="2"> bad</label></fieldset>'
        '<p id="n">A number from 1 to 5</p><input type="text" inputmode="numeric" name="b" aria-describedby="n">'
        '<textarea name="c">\n</textarea></form>'
    )
    first, second = (fill(read_forms(page, "/t/1")[0], 0.9, Random(3)) for _ in range(2))
    assert first == second
    assert dict(first)["_stamp"] == "s"
    assert dict(first)["a"] == "1"
    assert 1 <= int(dict(first)["b"]) <= 5
    assert read_forms(page, "/t/1")[0].button_to("/review") == ("/t/1/review", [])


@pytest.mark.parametrize("address", ["http://example.org", "http://10.0.0.1", "https://127.0.0.1.example.org"])
def test_phones_never_leave_this_machine(address):
    with pytest.raises(ValueError, match="loopback"):
        run_phones([PhoneJob("/t/1")], address)
