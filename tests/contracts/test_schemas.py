"""docs/schemas/ says what the models say, and knows every field that people write."""

import json
import re

import pytest
from ruamel.yaml import YAML

from docs.schemas.make import FOLDER, SCHEMAS, schema
from survey.questionnaires.kinds import KINDS
from tests.factories.questionnaires import FOLDER as FIXTURES
from tests.factories.rounds import write_round


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_published_schema_is_the_models(name):
    published = (FOLDER / f"{name}.json").read_text()

    assert published == schema(name), "write it anew: python -m docs.schemas.make"


def test_no_schema_has_outlived_its_model():
    assert {file.stem for file in FOLDER.glob("*.json")} == set(SCHEMAS)


def test_a_schema_uses_the_words_of_json_schema_only():
    # pydantic leaves its own words (ge, le) where it could not translate a limit.
    for name in SCHEMAS:
        assert not re.search(r'"(ge|le|gt|lt)":', schema(name))


def test_every_kind_stands_in_the_schema():
    mapping = json.loads(schema("questionnaire"))["properties"]["items"]["items"]["discriminator"]["mapping"]
    assert set(mapping) == set(KINDS)


def fields_of(value):
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    own = {str(key) for key in value} if isinstance(value, dict) else set()
    return own.union(*(fields_of(part) for part in parts))


def properties(document):
    models = [document, *document["$defs"].values()]
    return {name for model in models for name in model["properties"]}


def test_the_schemas_know_every_field_of_our_own_files(tmp_path):
    yaml = YAML(typ="safe")
    named = {"four", "three", "first", "second", "conduct", "reasons"}  # scales and items, named by people
    for file in FIXTURES.glob("*.yaml"):
        assert fields_of(yaml.load(file)) - named <= properties(json.loads(schema("questionnaire"))), file.name
    assert fields_of(yaml.load(write_round(tmp_path))) <= properties(json.loads(schema("round")))
