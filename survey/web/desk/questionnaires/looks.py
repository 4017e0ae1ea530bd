"""How a version looks: on a phone, and on paper."""

from pathlib import Path
from tempfile import TemporaryDirectory

from flask import request, url_for
from flask_babel import force_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from survey.questionnaires.schema import Questionnaire
from survey.reports.paper.questionnaire import write_paper
from survey.web.desk.questionnaires.preview import is_for_ballots, made_up_subjects, phone_page
from survey.web.desk.questionnaires.room import questionnaires, version_of
from survey.web.desk.shell import looking
from survey.web.desk.upload import download
from survey.web.display import chosen_from, display


@questionnaires.get("/<questionnaire_id>/<int:version>/phone")
def phone(questionnaire_id: str, version: int) -> Response:
    """Show the answering page of a version, in a phone's width."""
    chosen = chosen_from({"lang": display().lang, **request.args.to_dict()})
    questionnaire = _version(questionnaire_id, version)
    kind = request.args.get("as", "")
    return phone_page(
        questionnaire,
        chosen,
        request.args.get("sheet", 0, type=int),
        ballot=bool(questionnaire.sheets) or kind == "ballot" or (not kind and is_for_ballots(questionnaire)),
        back=url_for("desk.questionnaires.show", questionnaire_id=questionnaire_id, version=version),
        here=url_for("desk.questionnaires.phone", questionnaire_id=questionnaire_id, version=version),
    )


@questionnaires.get("/<questionnaire_id>/<int:version>/paper.pdf")
def paper(questionnaire_id: str, version: int) -> Response:
    """Send a version as a form on A4."""
    questionnaire = _version(questionnaire_id, version)
    lang = chosen_from({"lang": display().lang, **request.args.to_dict()}).lang
    with TemporaryDirectory() as folder, force_locale(lang):
        path = Path(folder) / "paper.pdf"
        write_paper(path, questionnaire, made_up_subjects(questionnaire, ballot=is_for_ballots(questionnaire)), lang, _)
        name = f"{questionnaire.id}-{questionnaire.version}-{lang}.pdf"
        return download(path.read_bytes(), name, "application/pdf")


def _version(questionnaire_id: str, version: int) -> Questionnaire:
    with looking() as session:
        return version_of(session, questionnaire_id, version)
