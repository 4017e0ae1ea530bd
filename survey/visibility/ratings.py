"""The statements on the tables of service ratings (好差评), which are no secret ballots."""

from collections.abc import Mapping

from survey.core.errors import N_
from survey.visibility.sights import SERVER, Drawer, Reader, Until, sights

_HOLDERS = (Reader.CASE, Reader.STAFF, Reader.SERVER)
_STAFF = (Reader.STAFF, Reader.SERVER)

RATINGS: Mapping[str, Drawer] = {
    "rating_plan": Drawer(
        N_("Plans of service ratings"),
        sights(
            (Reader.ANYBODY, Reader.STAFF, Reader.SERVER),
            Until.RECORD,
            id=N_("the plan's name"),
            version=N_("its version"),
            content_hash=N_("the fingerprint of its content"),
            document=N_("levels, remarks to tick, time limits"),
        ),
    ),
    "service_case": Drawer(
        N_("Handled cases that can be rated"),
        sights(
            _HOLDERS,
            Until.RECORD,
            item=N_("what was handled"),
            unit=N_("who handled it"),
            service_window=N_("at which window"),
            handler=N_("which member of staff handled it"),
            closed_at=N_("when it was finished"),
            state=N_("how far the office has come with a bad rating"),
        )
        | sights(
            _STAFF,
            Until.RECORD,
            id=N_("a number"),
            plan_id=N_("the plan it is rated by"),
            plan_version=N_("the version of that plan"),
            office=N_("the office it belongs to"),
            case_ref=N_("the case's number in the office's own system, which knows the person"),
            channel=N_("how the case came in"),
            reachable=N_("whether the office can reach the person"),
            due_at=N_("by when the next step is due"),
        )
        | sights(SERVER, Until.RECORD, code_digest=N_("a keyed fingerprint of the code of its rating page")),
    ),
    "service_rating": Drawer(
        N_("Ratings of handled cases; these are no secret ballots"),
        sights(
            _STAFF,
            Until.RECORD,
            case_id=N_("the case it belongs to"),
            round=N_("whether it is the rating or the re-rating"),
            level=N_("how satisfied the person was"),
            bad=N_("whether that is a bad rating"),
            tags=N_("the remarks that were ticked"),
            text=N_("what the person wrote"),
            rated_on=N_("the day"),
        )
        | sights(
            SERVER, Until.RECORD, form_key=N_("a fingerprint of the form, so that a form sent twice is one rating")
        ),
    ),
    "rating_event": Drawer(
        N_("What the office did about a bad rating"),
        sights(
            _STAFF,
            Until.RECORD,
            case_id=N_("the case it belongs to"),
            number=N_("a running number"),
            step=N_("the step taken"),
            at=N_("when"),
            member_id=N_("who, as a number"),
            name=N_("who, by name"),
            figures=N_("figures of the step"),
        )
        | sights(_HOLDERS, Until.RECORD, note=N_("what was done; the reply can be read by whoever has the code")),
    ),
}
