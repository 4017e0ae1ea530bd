"""What stands in a bundle: a score run's inputs, and what follows from them, as files of canonical JSON. Pure.

``manifest.json`` names every other file with its SHA-256; ``signature.json`` signs the manifest.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

from survey.core.errors import same
from survey.core.ids import canonical_json
from survey.core.software import software
from survey.reports.exports.json import exact
from survey.reports.rounds import round_tables
from survey.reports.table import Table
from survey.scoring.parts import part_document
from survey.scoring.run import Run, RunInputs
from survey.scoring.sources import CountedRound

FORMAT = "bundle 1"
MANIFEST, SIGNATURE = "manifest.json", "signature.json"
SCHEME, SUBJECTS, EVIDENCE, RESULTS = "scheme.json", "subjects.json", "evidence.json", "results.json"
ORIGIN = 16
"""Hex digits of the hash of what was frozen that name one installation's count."""

Documents = dict[str, Any]


def bundle_files(run: Run) -> dict[str, bytes]:
    """Return every file of a run's bundle by name, but for the signature."""
    documents = input_documents(run.inputs) | derived_documents(run)
    files = {name: canonical_json(document) for name, document in documents.items()}
    return files | {MANIFEST: canonical_json(manifest(run, files, software()))}


def manifest(run: Run, files: Mapping[str, bytes], made_by: str) -> dict[str, Any]:
    """Return what the signature signs.

    Args:
        run: the run.
        files: all others by name, but for the signature.
        made_by: the program's version.
    """
    return {
        "minsheng": FORMAT,
        "software": made_by,
        "scheme": run.inputs.scheme.reference,
        "run_hash": run.content_hash,
        "files": {name: hashlib.sha256(data).hexdigest() for name, data in files.items()},
    }


def input_documents(inputs: RunInputs) -> Documents:
    """Return what a run is made of; of the counts no remarks, they never leave the office."""
    document = inputs.document()
    documents: Documents = {
        SCHEME: document["scheme"],
        SUBJECTS: document["subjects"],
        EVIDENCE: document["evidence"],
    }
    for part in inputs.rounds:
        for name, content in part_document(part).items():
            documents[f"rounds/{part.name}/{origin_of(part)}/{name}.json"] = content
    return documents


def origin_of(part: CountedRound) -> str:
    """Return the short name of one installation's count."""
    return part.frozen.content_hash[:ORIGIN]


def derived_documents(run: Run) -> Documents:
    """Return what follows from a run's inputs: results, questionnaires, and the tables as they may be shown."""
    documents: Documents = {RESULTS: run.document()}
    for part in run.inputs.rounds:
        asked = part.frozen.questionnaire
        documents[f"questionnaires/{asked.reference}.json"] = asked.document()
    return documents | {f"printed/{name}.json": printed(one) for name, one in run.rounds.items()}


def printed(one: CountedRound) -> dict[str, Any]:
    """Return a round's tables with the suppressed cells as shown; the program's own sentences in English.

    A catalogue that was not compiled, or was mended since, would give other bytes.
    """
    tables = round_tables(one.frozen, one.count.without_texts(), one.turnout, one.present, same, language="zh")
    return {"round": one.name, "tables": [plain_table(table) for table in tables]}


def plain_table(table: Table) -> dict[str, Any]:
    """Return a table as plain data: rows by the keys of the columns, decimals as written."""
    return {
        "name": table.name,
        "rows": [{key: exact(cell) for key, cell in record.items()} for record in table.records()],
    }
