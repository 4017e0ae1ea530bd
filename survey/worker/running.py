"""Run one job: take it, do it, and say how it ended. A pulse beside it writes how far it is."""

import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from survey.core.clock import now
from survey.core.errors import N_, SurveyError
from survey.jobs import taking
from survey.jobs.keeping import keep_only, sweep
from survey.jobs.models import JobState
from survey.jobs.rules import AT_LEAST, BEAT
from survey.jobs.taking import Taken
from survey.staff.webhooks import notify
from survey.storage.engine import reading, unit_of_work
from survey.worker.handlers import HANDLERS
from survey.worker.sentences import sentence_of
from survey.worker.work import Cancelled, Lost, Stopping, Work, Workshop

_log = logging.getLogger(__name__)

BROKEN = N_("The program failed (%(reason)s); the server's log says where. What is finished is kept: try again")
DISK = N_("The disk does not do it: %(reason)s. What is finished is kept: try again")


def run_next(shop: Workshop) -> bool:
    """Take the next job that waits and run it; tell whether there was one."""
    with unit_of_work(shop.engine) as session:
        taking.give_back_lost(session, now(), alive=shop.name)
        taken = taking.take_next(session, shop.name, HANDLERS, now())
    if taken is None:
        return False
    _run(shop, taken)
    return True


def run_waiting(shop: Workshop) -> None:
    """Run jobs until none waits or the worker stops."""
    while not shop.stopping.is_set() and run_next(shop):
        pass


def sweep_files(shop: Workshop) -> None:
    """Remove what is older than it may be."""
    with unit_of_work(shop.engine) as session:
        sweep(session, shop.settings.files, now())


def _run(shop: Workshop, taken: Taken) -> None:
    state, error = JobState.DONE, ""
    figures: dict[str, Any] = {}
    work: Work | None = None
    try:
        work = Work(shop, taken)
        with _pulse(shop, work):
            HANDLERS[taken.kind].run(work)
    except Lost:
        return
    except Cancelled:
        state = JobState.CANCELLED
    except Stopping:
        state = JobState.QUEUED
    except SurveyError as refused:
        state, (error, figures) = JobState.FAILED, sentence_of(refused)
    except OSError as refused:
        state, error, figures = JobState.FAILED, DISK, {"reason": refused.strerror or type(refused).__name__}
    except Exception as broken:  # noqa: BLE001 - whatever it is, the job must not stay "running" for ever
        # The message might carry what the job works on; where it happened does not.
        _log.error(
            "job %s failed: %s\n%s", taken.id, type(broken).__name__, "".join(traceback.format_tb(broken.__traceback__))
        )
        state, error, figures = JobState.FAILED, BROKEN, {"reason": type(broken).__name__}
    _end(shop, taken, work, state, error, figures)


def _end(shop: Workshop, taken: Taken, work: Work | None, state: JobState, error: str, figures: dict[str, Any]) -> None:
    with unit_of_work(shop.engine) as session:
        if work is not None:
            taking.beat(session, taken.id, shop.name, work.mark, now())
        if not taking.end(session, taken.id, shop.name, state, now(), error=error, figures=figures):
            return
        given = set(taking.close_parts(session, taken.id, state, now()))
        if work is not None:
            taking.set_result(session, taken.id, work.result)
        if state in (JobState.DONE, JobState.FAILED):
            notify(session, "job.done", taken.office, job=taken.id, kind=taken.kind, state=state.value)
    if state in (JobState.DONE, JobState.CANCELLED):
        keep_only(shop.settings.files, taken.id, given)


@contextmanager
def _pulse(shop: Workshop, work: Work) -> Iterator[None]:
    """Write how far a job is, at most once a second, and see whether it is to stop, while the block runs."""
    over = Event()
    thread = Thread(target=_beat, args=(shop, work, over), name=f"pulse-{work.id}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _beat(shop: Workshop, work: Work, over: Event) -> None:
    written, last = work.mark, now()
    while not over.wait(BEAT.total_seconds()):
        try:
            with reading(shop.engine) as connection:
                wanted = taking.wanted(connection, work.id, shop.name)
            if wanted is None:
                work.lost.set()
                return
            if wanted:
                work.cancelled.set()
            mark = work.mark
            if mark != written or now() - last >= AT_LEAST:
                with unit_of_work(shop.engine) as session:
                    taking.beat(session, work.id, shop.name, mark, now())
                written, last = mark, now()
        except SQLAlchemyError as error:
            # Somebody else is writing for long; the next beat comes in a second.
            _log.warning("progress of job %s not written: %s", work.id, type(error).__name__)
