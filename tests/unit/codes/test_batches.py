"""In a meeting the host opens and shuts the batches; what a shut door still lets through, and for how long."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from survey.ballots.models import Envelope
from survey.casting import BatchShut, BatchWaits, UnknownCode
from survey.codes.models import Batch, BatchDoor, Code, CodeState
from survey.codes.service import list_batches, open_batch, shut_batch, void_batch
from survey.core.errors import NotFound, Refused
from survey.rounds.service import check_round, get_round
from survey.storage.engine import reading, unit_of_work
from tests.factories.casting import admitted, cast_with
from tests.factories.rounds import CLOSES, DURING, make_round

WORK = {"first": "1"}
BATCH = "620102-citizen-1"
GRACE = timedelta(minutes=2)
SECOND = timedelta(seconds=1)
SHUT_AT = DURING + timedelta(minutes=30)


@pytest.fixture
def meeting(engine, tmp_path):
    made = make_round(engine, tmp_path, meeting=True, grace_minutes=2)
    made.open()
    return made


def codes_of(made, group="620102"):
    return [issued.code for issued in made.issue() if issued.group == group]


def opens(made, name=BATCH):
    with unit_of_work(made.engine) as session:
        return open_batch(session, get_round(session, made.name), name)


def shuts(made, name=BATCH, now=SHUT_AT):
    with unit_of_work(made.engine) as session:
        return shut_batch(session, get_round(session, made.name), name, now)


def doors(made):
    with unit_of_work(made.engine) as session:
        return {batch.name: batch.door for batch in list_batches(session, get_round(session, made.name))}


def in_the_urn(made):
    with reading(made.engine) as connection:
        envelopes = connection.scalar(select(func.count()).select_from(Envelope))
        spent = connection.scalar(select(func.count()).where(Code.state == CodeState.SPENT))
    assert envelopes == spent
    return envelopes


def test_batches_of_a_meeting_wait_also_the_spare_ones(meeting):
    meeting.issue()
    meeting.issue(spare=2)

    assert len(doors(meeting)) == 6
    assert set(doors(meeting).values()) == {BatchDoor.WAITING}


def test_batches_of_other_rounds_are_open(engine, tmp_path):
    made = make_round(engine, tmp_path)
    made.open()
    made.issue()

    assert set(doors(made).values()) == {BatchDoor.OPEN}


def test_a_waiting_batch_admits_nobody_and_casts_nothing(meeting):
    codes = codes_of(meeting)
    with pytest.raises(BatchWaits):
        admitted(meeting.engine, codes[0])
    opens(meeting)
    admission = admitted(meeting.engine, codes[0])
    with unit_of_work(meeting.engine) as session:
        session.scalars(select(Batch).where(Batch.name == BATCH)).one().door = BatchDoor.WAITING

    # Even with a form that was opened, by whatever means.
    with pytest.raises(BatchWaits):
        cast_with(meeting.engine, admission, WORK)

    assert in_the_urn(meeting) == 0


def test_opening_one_batch_leaves_the_others_waiting(meeting):
    codes = {one.group: one.code for one in meeting.issue()}

    assert opens(meeting) == [BATCH]

    cast_with(meeting.engine, admitted(meeting.engine, codes["620102"]), WORK)
    with pytest.raises(BatchWaits):
        admitted(meeting.engine, codes["620103"])
    assert in_the_urn(meeting) == 1


@pytest.mark.parametrize(
    ("form_opened", "cast_at", "lets_in"),
    [
        (SHUT_AT - SECOND, SHUT_AT, True),
        (SHUT_AT - SECOND, SHUT_AT + GRACE - SECOND, True),
        (SHUT_AT - SECOND, SHUT_AT + GRACE, False),
        (SHUT_AT - SECOND, SHUT_AT + GRACE + SECOND, False),
        (SHUT_AT, SHUT_AT + SECOND, False),
        (SHUT_AT + SECOND, SHUT_AT + 2 * SECOND, False),
    ],
)
def test_a_form_opened_before_shutting_may_be_cast_in_the_grace(meeting, form_opened, cast_at, lets_in):
    code = codes_of(meeting)[0]
    opens(meeting)
    admission = admitted(meeting.engine, code, now=SHUT_AT - SECOND)
    shuts(meeting)
    if lets_in:
        cast_with(meeting.engine, admission, WORK, opened_at=form_opened, now=cast_at)
    else:
        with pytest.raises(BatchShut):
            cast_with(meeting.engine, admission, WORK, opened_at=form_opened, now=cast_at)
    assert in_the_urn(meeting) == lets_in


def test_a_shut_batch_admits_nobody_not_even_in_the_grace(meeting):
    code = codes_of(meeting)[0]
    opens(meeting)
    shuts(meeting)

    with pytest.raises(BatchShut):
        admitted(meeting.engine, code, now=SHUT_AT + SECOND)


def test_the_rounds_own_closing_goes_before_the_grace_of_a_batch(meeting):
    code = codes_of(meeting)[0]
    opens(meeting)
    admission = admitted(meeting.engine, code)
    shuts(meeting)
    meeting.close(SHUT_AT + SECOND)

    with pytest.raises(Refused, match="This survey has ended"):
        cast_with(meeting.engine, admission, WORK, now=SHUT_AT + SECOND)
    assert in_the_urn(meeting) == 0


def test_reopening_admits_again_and_old_forms_may_be_cast_again(meeting):
    codes = codes_of(meeting)
    opens(meeting)
    old = admitted(meeting.engine, codes[0])
    shuts(meeting)
    later = SHUT_AT + timedelta(hours=1)

    assert opens(meeting) == [BATCH]

    cast_with(meeting.engine, old, WORK, now=later)
    cast_with(meeting.engine, admitted(meeting.engine, codes[1], now=later), WORK, opened_at=later, now=later)
    assert in_the_urn(meeting) == 2


def test_after_reopening_the_next_shutting_has_its_own_grace(meeting):
    codes = codes_of(meeting)
    opens(meeting)
    shuts(meeting)
    opens(meeting)
    again = SHUT_AT + timedelta(hours=1)
    opened_at = again - SECOND
    admission = admitted(meeting.engine, codes[0], now=opened_at)
    shuts(meeting, now=again)

    cast_with(meeting.engine, admission, WORK, opened_at=opened_at, now=again + GRACE - SECOND)

    assert in_the_urn(meeting) == 1


def test_doing_it_twice_is_harmless_said_and_gives_no_second_grace(meeting):
    code = codes_of(meeting)[0]
    assert opens(meeting) == [BATCH]
    assert opens(meeting) == []
    admission = admitted(meeting.engine, code)
    assert shuts(meeting) == [BATCH]
    assert shuts(meeting, now=SHUT_AT + timedelta(hours=1)) == []

    with pytest.raises(BatchShut):
        cast_with(meeting.engine, admission, WORK, now=SHUT_AT + timedelta(hours=1, seconds=1))


def test_all_opens_everything_and_shuts_what_is_open(meeting):
    meeting.issue()
    shut_first = opens(meeting, BATCH) and shuts(meeting, BATCH)

    assert shut_first == [BATCH]
    assert opens(meeting, None) == [BATCH, "620103-citizen-1", "offices-A-1"]
    assert shuts(meeting, None) == [BATCH, "620103-citizen-1", "offices-A-1"]
    assert shuts(meeting, None) == []


def test_shutting_all_leaves_what_waits_waiting(meeting):
    meeting.issue()
    opens(meeting)

    assert shuts(meeting, None) == [BATCH]

    assert sorted(doors(meeting).values()) == ["shut", "waiting", "waiting"]


def test_a_batch_that_was_never_opened_cannot_be_shut(meeting):
    meeting.issue()

    with pytest.raises(Refused, match=f"The batch {BATCH} was not opened yet"):
        shuts(meeting)


def test_a_void_batch_stays_shut_out(meeting):
    code = codes_of(meeting)[0]
    with unit_of_work(meeting.engine) as session:
        void_batch(session, get_round(session, meeting.name), BATCH)

    with pytest.raises(Refused, match=f"The batch {BATCH} is void"):
        opens(meeting)
    assert BATCH not in opens(meeting, None)
    with pytest.raises(UnknownCode):
        admitted(meeting.engine, code)


def test_an_unknown_batch_is_named(meeting):
    meeting.issue()

    for verb in (opens, shuts):
        with pytest.raises(NotFound, match="The round spring has no batch 999-A-1"):
            verb(meeting, "999-A-1")


@pytest.mark.parametrize("state", ["ready", "closed"])
def test_only_an_open_rounds_batches_move(engine, tmp_path, state):
    made = make_round(engine, tmp_path, meeting=True)
    if state == "ready":
        with unit_of_work(engine) as session:
            check_round(session, get_round(session, made.name), DURING)
        made.issue()
    else:
        made.open()
        made.issue()
        made.close(CLOSES)
    before = doors(made)

    for verb in (opens, shuts):
        with pytest.raises(Refused, match=f"Batches are opened and closed while the round is open; spring is {state}"):
            verb(made)
    assert doors(made) == before
