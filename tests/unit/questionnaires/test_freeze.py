"""A version that was added is frozen: its hash follows its content, and its content its hash."""

import json

import pytest
from sqlalchemy import func, select, text

from survey.core.errors import AlreadyDone, NotFound, Refused
from survey.questionnaires.models import QuestionnaireVersion
from survey.questionnaires.schema import Questionnaire, read_questionnaire
from survey.questionnaires.service import add_questionnaire, get_questionnaire, library_file, list_questionnaires
from survey.storage.engine import unit_of_work
from tests.factories.questionnaires import FOLDER, fixture

FIXTURES = sorted(file.stem for file in FOLDER.glob("*.yaml"))


def changed(name="kinds", **content):
    return Questionnaire.model_validate(fixture(name).document() | content)


def add(engine, questionnaire):
    with unit_of_work(engine) as session:
        return add_questionnaire(session, questionnaire)


def get(engine, reference):
    with unit_of_work(engine) as session:
        return get_questionnaire(session, reference)


def backwards(value):
    """Return the same data, the keys of every mapping in the other order."""
    if isinstance(value, dict):
        return {key: backwards(value[key]) for key in reversed(value)}
    return [backwards(part) for part in value] if isinstance(value, list) else value


@pytest.mark.parametrize("name", FIXTURES)
def test_the_hash_is_the_same_after_a_reload_and_in_any_order_of_keys(name):
    asked = fixture(name)
    stored = json.loads(json.dumps(asked.document()))

    assert Questionnaire.model_validate(stored).content_hash == asked.content_hash
    assert Questionnaire.model_validate(backwards(stored)).content_hash == asked.content_hash
    assert Questionnaire.model_validate(backwards(stored)) == asked


def leaves(value, path=()):
    if isinstance(value, dict | list):
        for key, part in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(part, (*path, key))
    else:
        yield path


def with_other(document, path):
    changed = json.loads(json.dumps(document))
    here = changed
    for key in path[:-1]:
        here = here[key]
    old = here[path[-1]]
    here[path[-1]] = not old if isinstance(old, bool) else f"{old}1"
    return changed


def test_any_word_point_weight_or_order_that_changes_changes_the_hash():
    from survey.core.ids import content_hash

    document = fixture("kinds").document()
    hashes = {content_hash(with_other(document, path)) for path in leaves(document)}
    hashes.add(content_hash(document))
    hashes.add(content_hash(document | {"items": document["items"][::-1]}))
    assert len(hashes) == len(list(leaves(document))) + 2


def test_a_version_that_was_added_comes_back_as_it_was(engine):
    for name in FIXTURES:
        assert add(engine, fixture(name)) is True
        assert get(engine, f"{name}@1") == fixture(name)
    with unit_of_work(engine) as session:
        assert [row.id for row in list_questionnaires(session)] == FIXTURES


def test_adding_the_same_again_is_nothing_new(engine):
    add(engine, fixture("kinds"))

    assert add(engine, fixture("kinds")) is False
    with unit_of_work(engine) as session:
        assert session.scalar(select(func.count()).select_from(QuestionnaireVersion)) == 1


def test_another_content_under_the_same_version_is_refused(engine):
    add(engine, fixture("kinds"))

    with pytest.raises(AlreadyDone, match="kinds@1 is frozen with another content; raise its version to add"):
        add(engine, changed(title={"zh": "改了", "en": "Changed"}))
    assert get(engine, "kinds@1") == fixture("kinds")
    assert add(engine, changed(version=2, title={"zh": "改了", "en": "Changed"})) is True


TAMPERING = {
    "a word": ("较好", "很好"),
    "a point": ('"80"', '"90"'),
    "a float for a point": ('"80"', "80.5"),
    "an unknown kind": ('"number"', '"stars"'),
    "no questionnaire at all": (None, "[]"),
}


@pytest.mark.parametrize(("old", "new"), TAMPERING.values(), ids=TAMPERING)
def test_a_stored_version_that_was_changed_is_refused(engine, old, new):
    # Given a frozen version, changed behind our back
    add(engine, fixture("kinds"))
    with engine.begin() as connection:
        document = json.dumps(fixture("kinds").document(), ensure_ascii=False)
        tampered = document.replace(old, new) if old else new
        assert tampered != document
        connection.execute(text("UPDATE questionnaire_version SET document = :document"), {"document": tampered})
    # When somebody asks for it, Then it is refused by name
    with pytest.raises(Refused, match="The stored questionnaire kinds@1 was changed"):
        get(engine, "kinds@1")


@pytest.mark.parametrize(
    "reference", ["kinds@2", "none@1", "kinds", "kinds@", "kinds@x", "kinds@²", "@1", "", f"kinds@{'1' * 5000}"]
)
def test_an_unknown_version_is_not_found(engine, reference):
    add(engine, fixture("kinds"))

    with pytest.raises(NotFound, match="There is no questionnaire"):
        get(engine, reference)


def test_the_library_is_right_and_has_only_what_it_has():
    assert read_questionnaire(library_file("public-satisfaction")).reference == "public-satisfaction@1"
    with pytest.raises(NotFound, match="The library has no questionnaire nonsense"):
        library_file("nonsense")
