"""The drawers of the flow: ballots, codes, counts, scores and what they are made of."""

from collections.abc import Mapping

from survey.core.errors import N_
from survey.visibility.sights import (
    COUNTED,
    EVERYBODY,
    HOST,
    OFFICE,
    ROOM,
    SCORED,
    SEALED,
    SERVER,
    VOTERS,
    Drawer,
    Reader,
    Until,
    sights,
)

# What voters ask after first comes first.
FLOW: Mapping[str, Drawer] = {
    "envelope": Drawer(
        N_("Ballots in the urn"),
        sights(
            SERVER,
            Until.DESTROYED,
            round_id=N_("the round it belongs to"),
            urn_key=N_("a number drawn by chance"),
            voter_group_id=N_("the group and class it is counted under"),
            sheet=N_("which sheet of the questionnaire it is"),
        )
        | sights(
            SEALED,
            Until.DESTROYED,
            sealed=N_("the answers, encrypted, all of a round in one size; encrypted bytes tell nothing"),
        ),
        of_voters=True,
    ),
    "code": Drawer(
        N_("Codes on slips, drawn blind"),
        sights(
            SERVER,
            Until.CLEARED,
            round_id=N_("the round it belongs to"),
            digest=N_("a keyed fingerprint of the code; the code itself is not stored"),
            batch_id=N_("the batch it was printed in"),
            state=N_(
                "issued, used or void; only how many of each there are in a group is shown: to the office, on the "
                "meeting's screen, and with the results"
            ),
            cast_key=N_("a fingerprint of the form that used it, so that a form sent twice is one ballot"),
        ),
        of_voters=True,
    ),
    "count": Drawer(
        N_("The count"),
        sights(SERVER, Until.RECORD, round_id=N_("the round it belongs to"))
        | sights(
            COUNTED,
            Until.RECORD,
            content_hash=N_("the fingerprint of the count"),
            document=N_(
                "how often each option was chosen, by group, class, subject and question; whoever administers the "
                "server reads it with nothing hidden. Remarks, shuffled, are read by the office and never published"
            ),
        )
        | sights(OFFICE, Until.RECORD, signatures=N_("the trustees' signatures on it")),
    ),
    "taken_count": Drawer(
        N_("Counts of other offices"),
        sights(
            OFFICE,
            Until.RECORD,
            round_name=N_("the round it belongs to"),
            origin=N_("the fingerprint of that office's round, in short"),
            frozen_hash=N_("the fingerprint of that office's round"),
            content_hash=N_("the fingerprint of what was taken"),
            source=N_("which office signed it"),
            taken_at=N_("when it was taken"),
        )
        | sights(
            COUNTED,
            Until.RECORD,
            document=N_(
                "how often each option was chosen, by group, class, subject and question, without any remark; whoever "
                "administers the server reads it with nothing hidden"
            ),
        ),
    ),
    "scheme": Drawer(
        N_("Scoring rules"),
        sights(
            EVERYBODY,
            Until.RECORD,
            id=N_("the scheme's name"),
            version=N_("its version"),
            content_hash=N_("the fingerprint of its content"),
            document=N_("components, weights, gates, quotas and grades"),
        ),
    ),
    "evidence": Drawer(
        N_("What was filed for scoring"),
        sights(
            SCORED,
            Until.REPLACED,
            scheme=N_("the scheme it is filed for"),
            kind=N_("a figure, a level, a veto, points, an earlier grade, a decision or an approval"),
            subject=N_("the code of the unit or cadre it is about"),
            name=N_("the component, level, veto or rule, or the year"),
            part=N_("the period or the document"),
            value=N_("the figure, level or grade"),
            source=N_("the document, or the reason of a decision"),
            confirmed_by=N_("who confirmed it or decided"),
            confirmed_on=N_("on which day"),
        ),
    ),
    "score_run": Drawer(
        N_("Score runs"),
        sights(
            SCORED,
            Until.RECORD,
            scheme=N_("the scheme that was applied"),
            number=N_("the run's number"),
            version=N_("the scheme's version"),
            content_hash=N_("the fingerprint of inputs and results"),
            software=N_("the version of the program"),
            published_at=N_("when its results were published"),
        )
        | sights(
            OFFICE,
            Until.RECORD,
            what_if=N_("what was tried; such a run is never published"),
            made_at=N_("when it was made"),
        )
        | sights(
            SCORED,
            Until.RECORD,
            document=N_("all that was filed, scores and grades with their explanations; no vote of any ballot"),
        ),
    ),
    "voter_group": Drawer(
        N_("Voter groups"),
        sights(SERVER, Until.OPENED, id=N_("a number"), round_id=N_("the round it belongs to"))
        | sights(
            ROOM,
            Until.OPENED,
            voter_group=N_("the group: a unit or a body, no person"),
            ballot_class=N_("the class of its ballots"),
        )
        | sights((Reader.PUBLISHED, *HOST), Until.OPENED, planned=N_("how many voters are expected"))
        | sights(VOTERS, Until.OPENED, subjects=N_("whom they rate"))
        | sights(HOST, Until.CLEARED, present=N_("how many of them came, as one number")),
    ),
    "batch": Drawer(
        N_("Batches of slips"),
        sights(
            SERVER,
            Until.CLEARED,
            id=N_("a number"),
            round_id=N_("the round it belongs to"),
            voter_group_id=N_("the group that draws from it"),
        )
        | sights(
            HOST,
            Until.CLEARED,
            name=N_("the batch's name"),
            size=N_("how many slips it has"),
            spare=N_("whether they replace lost slips"),
            void=N_("whether they were taken back"),
            door=N_("whether the host has opened the vote for it"),
            shut_at=N_("when the host closed the vote for all of it"),
        ),
    ),
    "round": Drawer(
        N_("Rounds"),
        sights(SERVER, Until.CLEARED, id=N_("a number"))
        | sights(
            OFFICE,
            Until.CLEARED,
            state=N_("whether it is open, closed or counted"),
            office=N_("the office it belongs to"),
        )
        | sights(
            EVERYBODY,
            Until.OPENED,
            name=N_("the round's id"),
            definition=N_("title, organiser, times, rules, and what is hidden"),
        )
        | sights(EVERYBODY, Until.OPENED, public_keys=N_("the public keys that ballots are sealed to"))
        | sights(
            OFFICE,
            Until.CLEARED,
            frozen=N_("a copy of rules, questions, rated subjects and numbers of voters, made at opening"),
            closed_at=N_("when it was closed"),
            counted_at=N_("when it was counted"),
            target=N_("the response rate it is to reach"),
        )
        | sights(
            EVERYBODY,
            Until.CLEARED,
            frozen_hash=N_("the fingerprint of that copy"),
            opened_at=N_("when it was opened"),
            published_at=N_("when its results were published"),
            destroyed_at=N_("when its envelopes were destroyed"),
        ),
    ),
    "questionnaire_version": Drawer(
        N_("Questionnaires"),
        sights(
            VOTERS,
            Until.RECORD,
            id=N_("the questionnaire's name"),
            version=N_("its version"),
            content_hash=N_("the fingerprint of its content"),
            document=N_("all questions and options"),
        ),
    ),
    "subject": Drawer(
        N_("Roster of those who are rated"),
        sights(SERVER, Until.REPLACED, position=N_("the line in its file"))
        | sights(
            VOTERS,
            Until.REPLACED,
            code=N_("the subject's code"),
            name=N_("the name of the unit or cadre that is rated"),
            kind=N_("unit or cadre"),
            rank=N_("head or deputy"),
        )
        | sights(
            (Reader.PUBLISHED, *OFFICE),
            Until.REPLACED,
            unit_type=N_("the type of unit"),
            ranking_group=N_("the group inside which it is compared"),
            parent=N_("the unit above it"),
            population=N_("how many people it stands for"),
        ),
    ),
}
