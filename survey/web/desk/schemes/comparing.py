"""Two runs side by side: what changed for whom, why by component, and whether chance alone would do it."""

import re
from collections.abc import Mapping

from flask import render_template, request

from survey.core.errors import N_, NotFound
from survey.reports.scores.years import compared_tables
from survey.reports.table import Cell
from survey.web.desk.paging import paged
from survey.web.desk.schemes.choosing import other_runs
from survey.web.desk.schemes.room import crumbs_to, kept_at, schemes, title_of
from survey.web.desk.shell import looking
from survey.web.scores.shown import making, show_run

MOST_CAUSES = 300
OTHER = re.compile("([A-Za-z0-9][A-Za-z0-9._-]{0,39}):([0-9]{1,9})")


@schemes.get("/<scheme_id>/runs/<int:number>/compare")
def compare(scheme_id: str, number: int) -> str:
    """Compare a run with the one that the address names; of another year, or of the same."""
    asked = OTHER.fullmatch(request.args.get("other", ""))
    if asked is None:
        raise NotFound(N_("Choose the run to compare with"))
    words = request.args.get("q", "")[:40].strip()
    with looking() as session:
        kept, other = kept_at(session, scheme_id, number), kept_at(session, asked[1], int(asked[2]))
        choices = other_runs(session, kept)
        # The later of two runs is the one that something changed into.
        before, after = sorted((kept, other), key=lambda one: (one.scheme.year, one.run.made_at, one.run.number))
        shown = [show_run(session, one.run) for one in (before, after)]
    with making:
        tables = compared_tables(shown[0].report, shown[1].report)
    records = {table.name: [one for one in table.records() if _fits(one, words)] for table in tables}
    return render_template(
        "desk/schemes/compare.html",
        scheme=kept.scheme,
        title=title_of(kept.scheme),
        crumbs=crumbs_to(kept.scheme, kept.run),
        kept=kept.run,
        before=(before, title_of(before.scheme)),
        after=(after, title_of(after.scheme)),
        tables={table.name: table for table in tables},
        records=records,
        components=paged([one for one in records["components"] if _moved(one)]),
        causes=records.get("causes", [])[:MOST_CAUSES],
        choices=choices,
        words=words,
        other=asked[0],
    )


def _fits(record: Mapping[str, Cell], words: str) -> bool:
    return not words or words.lower() in f"{record.get('code')} {record.get('name')}".lower()


def _moved(record: Mapping[str, Cell]) -> bool:
    """Tell whether there is anything to say about a component."""
    ends = ("value_before", "value_after"), ("points_before", "points_after")
    return any(record[one] != record[other] for one, other in ends)
