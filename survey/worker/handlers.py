"""Which kinds of jobs there are: the table from a kind to what does it and who may ask for it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from survey.staff.roles import Power
from survey.worker import bundle, codes, count, demo, importing, poster, report, slips
from survey.worker.work import Work


@dataclass(frozen=True)
class Handler:
    """What does a kind of job.

    Attributes:
        run: does it; it returns when all is done, and lets ``Interrupted`` pass.
        powers: whoever has one of them in the job's office may cancel it, try it again, and remove its files.
        guarded: whether they are the only ones who may have its files.
    """

    run: Callable[[Work], None]
    powers: frozenset[Power]
    guarded: bool = False


HANDLERS: Mapping[str, Handler] = {
    "codes": Handler(codes.run, frozenset({Power.PRINT})),
    "slips": Handler(slips.run, frozenset({Power.PRINT})),
    "poster": Handler(poster.run, frozenset({Power.PRINT})),
    "demo": Handler(demo.run, frozenset({Power.RUN})),
    "count": Handler(count.count, frozenset({Power.COUNT})),
    "urn": Handler(count.export_urn, frozenset({Power.COUNT})),
    "bundle": Handler(bundle.run, frozenset({Power.SCORE}), guarded=True),
    "report": Handler(report.run, frozenset({Power.SCORE})),
    importing.KIND: Handler(importing.run, frozenset({Power.SET_UP})),
}
