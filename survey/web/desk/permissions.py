"""Which power every page and action of the desk needs: one table. What does not stand here is open to nobody."""

from collections.abc import Mapping
from dataclasses import dataclass

from survey.staff.roles import Power


@dataclass(frozen=True)
class Need:
    """What a page needs.

    Attributes:
        power: the power, in the office of the thing that the address names, or in any office where it names none.
        root: the power is needed in the root office, since the page is about the whole installation.
    """

    power: Power
    root: bool = False


OPEN = frozenset({"desk.entrance.login", "desk.entrance.invitation", "desk.entrance.logout"})
"""Pages for people who are not logged in."""

OWN = frozenset({"desk.entrance.account", "desk.entrance.totp", "desk.entrance.password", "desk.entrance.language"})
"""Pages for everybody who is logged in."""

ROUTES: Mapping[str, Need] = {
    "desk.rounds.index": Need(Power.SEE),
    "desk.rounds.new": Need(Power.SET_UP),
    "desk.rounds.show": Need(Power.SEE),
    "desk.rounds.check": Need(Power.SET_UP),
    "desk.rounds.removing": Need(Power.SET_UP),
    "desk.rounds.remove": Need(Power.SET_UP),
    "desk.rounds.about": Need(Power.SEE),
    "desk.rounds.change_about": Need(Power.SET_UP),
    "desk.rounds.questionnaire": Need(Power.SEE),
    "desk.rounds.choose_questionnaire": Need(Power.SET_UP),
    "desk.rounds.voters": Need(Power.SEE),
    "desk.rounds.add_line": Need(Power.SET_UP),
    "desk.rounds.change_line": Need(Power.SET_UP),
    "desk.rounds.add_type": Need(Power.SET_UP),
    "desk.rounds.upload_voters": Need(Power.SET_UP),
    "desk.rounds.download_voters": Need(Power.SEE),
    "desk.rounds.rules": Need(Power.SEE),
    "desk.rounds.change_rules": Need(Power.SET_UP),
    "desk.rounds.keys": Need(Power.SEE),
    "desk.rounds.make_key": Need(Power.SET_UP),
    "desk.rounds.upload_key": Need(Power.SET_UP),
    "desk.rounds.take_key": Need(Power.SET_UP),
    "desk.rounds.public_key": Need(Power.SEE),
    "desk.questionnaires.index": Need(Power.SEE),
    "desk.questionnaires.upload": Need(Power.SET_UP),
    "desk.questionnaires.take": Need(Power.SET_UP),
    "desk.questionnaires.show": Need(Power.SEE),
    "desk.questionnaires.file": Need(Power.SEE),
    "desk.questionnaires.phone": Need(Power.SEE),
    "desk.questionnaires.paper": Need(Power.SEE),
    "desk.questionnaires.new": Need(Power.SET_UP),
    "desk.questionnaires.edit": Need(Power.SET_UP),
    "desk.questionnaires.text": Need(Power.SET_UP),
    "desk.questionnaires.write": Need(Power.SET_UP),
    "desk.subjects.index": Need(Power.SEE),
    "desk.subjects.download": Need(Power.SEE),
    "desk.subjects.upload": Need(Power.SET_UP, root=True),
    "desk.subjects.new": Need(Power.SET_UP, root=True),
    "desk.subjects.edit": Need(Power.SET_UP, root=True),
    "desk.ratings.index": Need(Power.SEE),
    "desk.ratings.show": Need(Power.SEE),
    "desk.ratings.step": Need(Power.HANDLE),
    "desk.ratings.decide": Need(Power.CONFIRM),
    "desk.ratings.indicators": Need(Power.SEE),
    "desk.ratings.download": Need(Power.SEE),
    "desk.people.show": Need(Power.PEOPLE),
    "desk.people.invite": Need(Power.PEOPLE),
    "desk.people.edit": Need(Power.PEOPLE),
    "desk.people.office": Need(Power.PEOPLE, root=True),
    "desk.api.index": Need(Power.PEOPLE),
    "desk.api.make": Need(Power.PEOPLE),
    "desk.api.token": Need(Power.PEOPLE),
    "desk.api.add_webhook": Need(Power.PEOPLE),
    "desk.api.webhook": Need(Power.PEOPLE),
    "desk.api.test_webhook": Need(Power.PEOPLE),
    "desk.api.remove_webhook": Need(Power.PEOPLE),
    "desk.audit.show": Need(Power.AUDIT),
    "desk.rehearsal.show": Need(Power.SEE),
    "desk.rehearsal.make": Need(Power.RUN),
    "desk.rehearsal.slips": Need(Power.RUN),
    "desk.rehearsal.voters": Need(Power.RUN),
    "desk.rehearsal.clear": Need(Power.RUN),
    "desk.running.show": Need(Power.SEE),
    "desk.running.opening": Need(Power.SEE),
    "desk.running.open_": Need(Power.RUN),
    "desk.running.closing": Need(Power.SEE),
    "desk.running.close": Need(Power.RUN),
    "desk.running.doors": Need(Power.RUN),
    "desk.running.present": Need(Power.RUN),
    "desk.running.slip": Need(Power.RUN),
    "desk.running.propose_slip": Need(Power.RUN),
    "desk.running.voiding": Need(Power.RUN),
    "desk.running.void": Need(Power.RUN),
    "desk.running.confirm_void": Need(Power.CONFIRM),
    "desk.running.refuse_void": Need(Power.CONFIRM),
    "desk.running.take_void_back": Need(Power.RUN),
    "desk.counting.show": Need(Power.SEE),
    "desk.counting.propose_count": Need(Power.COUNT),
    "desk.counting.confirm": Need(Power.CONFIRM),
    "desk.counting.refuse": Need(Power.CONFIRM),
    "desk.counting.withdraw": Need(Power.COUNT),
    "desk.counting.start": Need(Power.COUNT),
    "desk.counting.urn": Need(Power.COUNT),
    "desk.counting.take": Need(Power.COUNT),
    "desk.watching.show": Need(Power.SEE),
    "desk.watching.download": Need(Power.SEE),
    "desk.watching.target": Need(Power.RUN),
    "desk.jobs.index": Need(Power.SEE),
    "desk.jobs.show": Need(Power.SEE),
    "desk.jobs.progress": Need(Power.SEE),
    "desk.jobs.seen": Need(Power.SEE),
    # Who may stop a job, and have its files, the kind of job decides.
    "desk.jobs.cancel": Need(Power.SEE),
    "desk.jobs.again": Need(Power.SEE),
    "desk.jobs.download": Need(Power.SEE),
    "desk.jobs.remove": Need(Power.SEE),
    "desk.printing.show": Need(Power.SEE),
    "desk.printing.codes": Need(Power.PRINT),
    "desk.printing.spare": Need(Power.PRINT),
    "desk.printing.slips": Need(Power.PRINT),
    "desk.printing.poster": Need(Power.PRINT),
    "desk.results.show": Need(Power.SEE),
    "desk.results.chart": Need(Power.SEE),
    "desk.results.report": Need(Power.SEE),
    "desk.results.publish": Need(Power.PUBLISH),
    "desk.results.paper": Need(Power.SEE),
    # Scores are of the whole installation: only members of the root office come here.
    "desk.schemes.index": Need(Power.SEE, root=True),
    "desk.schemes.add": Need(Power.SCORE, root=True),
    "desk.schemes.show": Need(Power.SEE, root=True),
    "desk.schemes.evidence": Need(Power.SEE, root=True),
    "desk.schemes.template": Need(Power.SEE, root=True),
    "desk.schemes.preview": Need(Power.SCORE, root=True),
    "desk.schemes.keep": Need(Power.SCORE, root=True),
    "desk.schemes.approve": Need(Power.SCORE, root=True),
    "desk.schemes.proposal": Need(Power.SEE, root=True),
    "desk.schemes.confirm": Need(Power.CONFIRM, root=True),
    "desk.schemes.refuse": Need(Power.SEE, root=True),
    "desk.schemes.score": Need(Power.SCORE, root=True),
    "desk.schemes.what_if": Need(Power.SCORE, root=True),
    "desk.schemes.run": Need(Power.SEE, root=True),
    "desk.schemes.unit": Need(Power.SEE, root=True),
    "desk.schemes.report": Need(Power.SEE, root=True),
    "desk.schemes.unit_report": Need(Power.SEE, root=True),
    "desk.schemes.compare": Need(Power.SEE, root=True),
    "desk.schemes.publish": Need(Power.PUBLISH, root=True),
    "desk.schemes.bundle": Need(Power.SCORE, root=True),
    "desk.schemes.paper": Need(Power.SEE, root=True),
}
