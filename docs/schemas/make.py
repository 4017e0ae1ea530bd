"""Write the JSON Schema of each file that people write: `python -m docs.schemas.make`."""  # noqa: INP001 - a folder of documents

import json
from pathlib import Path

from pydantic import BaseModel

from survey.questionnaires.schema import Questionnaire
from survey.ratings.plan import RatingPlan
from survey.rounds.definition import RoundDefinition
from survey.scoring.scheme import Scheme

FOLDER = Path(__file__).parent
SCHEMAS: dict[str, type[BaseModel]] = {
    "questionnaire": Questionnaire,
    "rating-plan": RatingPlan,
    "round": RoundDefinition,
    "scheme": Scheme,
}


def schema(name: str) -> str:
    """Return the text of a schema."""
    document = {"$schema": "https://json-schema.org/draft/2020-12/schema", **SCHEMAS[name].model_json_schema()}
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    for name in SCHEMAS:
        (FOLDER / f"{name}.json").write_text(schema(name))
