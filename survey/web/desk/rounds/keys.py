"""What seals a round: the office's key, made here or elsewhere; or two trustees', never made here."""

from typing import Any

from flask import Response as Download
from flask import request
from werkzeug.wrappers import Response

from forms.desk.keys import MakeKeyForm, PublicKeyForm
from survey.core.errors import N_, Invalid, NotFound, Problem, Refused, SurveyError
from survey.core.keys import KeyKind, PublicKey, office_key_pair, office_public_file, read_public_key
from survey.rounds.definition import TRUSTEES, RoundDefinition
from survey.rounds.drafting import add_key, remove_key
from survey.rounds.service import get_round
from survey.web.desk.faults import faults, status_of
from survey.web.desk.rounds.room import changing, page, rounds
from survey.web.desk.shell import back, looking, note, say
from survey.web.desk.upload import download, received


@rounds.get("/<round_id>/keys")
def keys(round_id: str) -> str:
    """Show what seals the round, with fingerprints."""
    return _page(round_id)


@rounds.post("/<round_id>/keys/make")
def make_key(round_id: str) -> Download | tuple[str, int]:
    """Make an office key: the browser gets the private file, this once; the round gets the public key.

    The private half exists in this request's memory alone, and nowhere after it.
    """
    form = MakeKeyForm()
    try:
        if form.passphrase.data != form.again.data:
            raise Invalid([Problem("again", N_("the two passphrases differ"))])
        with changing(round_id) as (session, row, _):
            public, private = office_key_pair(form.passphrase.data or "")
            add_key(session, row, public, "office.pub")
            sentence = N_("Made an office key for the round %(name)s; its fingerprint is %(fingerprint)s")
            note(session, row.office, sentence, name=row.name, fingerprint=public.fingerprint)
    except SurveyError as error:
        return _page(round_id, make_form=form, problems=faults(error, form)), 400
    return download(private, f"{round_id}.key", "application/x-pem-file")


@rounds.post("/<round_id>/keys")
def upload_key(round_id: str) -> Response | tuple[str, int]:
    """Add a public key that was made elsewhere."""
    try:
        with received() as file, changing(round_id) as (session, row, _):
            key = read_public_key(file)
            add_key(session, row, key, file.name)
            sentence = N_("Added to the seal of %(name)s the key %(fingerprint)s from the file %(file)s")
            figures = {"fingerprint": key.fingerprint, "file": file.name}
            note(session, row.office, sentence, name=row.name, **figures)
    except SurveyError as error:
        return _page(round_id, problems=faults(error)), status_of(error)
    say(sentence, name=round_id, **figures)
    return back("desk.rounds.keys", round_id=round_id)


@rounds.post("/<round_id>/keys/remove")
def take_key(round_id: str) -> Response | tuple[str, int]:
    """Take a key away from a draft."""
    fingerprint = request.form.get("fingerprint", "")
    try:
        with changing(round_id) as (session, row, _):
            remove_key(session, row, fingerprint)
            sentence = N_("Took the key %(fingerprint)s away from %(name)s")
            note(session, row.office, sentence, name=row.name, fingerprint=fingerprint)
    except (Refused, NotFound) as error:
        return _page(round_id, problems=faults(error)), 400
    say(sentence, name=round_id, fingerprint=fingerprint)
    return back("desk.rounds.keys", round_id=round_id)


@rounds.get("/<round_id>/office.pub")
def public_key(round_id: str) -> Download:
    """Give the office's public key as a file."""
    with looking() as session:
        row = get_round(session, round_id)
        found = [one for one in map(PublicKey.from_document, row.public_keys) if one.kind is KeyKind.OFFICE]
    if not found:
        raise NotFound(N_("%(name)s has no office key"), name=round_id)
    return download(office_public_file(found[0]), f"{round_id}.pub", "application/x-pem-file")


def _page(round_id: str, **values: Any) -> str:  # noqa: ANN401 - what the page shows
    with looking() as session:
        row = get_round(session, round_id)
        definition = RoundDefinition.model_validate(row.definition)
        shown: dict[str, Any] = {
            "definition": definition,
            "complete": len(row.public_keys) >= (TRUSTEES if definition.seal == "trustees" else 1),
            "make_form": MakeKeyForm(formdata=None),
            "key_form": PublicKeyForm(formdata=None),
        }
        return page("keys.html", session, row, **(shown | values))
