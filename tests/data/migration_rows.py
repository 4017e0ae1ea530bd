"""Rows for the migration test: for each revision, what to put into the tables as they are at that revision.

Plain values, no models: the models are those of today.
"""

from datetime import UTC, datetime

MOMENT = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)

ROWS: dict[str, dict[str, list[dict[str, object]]]] = {
    "0001": {
        "questionnaire_version": [
            {
                "id": "public-satisfaction",
                "version": 1,
                "content_hash": "a" * 64,
                "document": {"title": {"zh": "满意度"}},
            },
        ],
        "subject": [
            {
                "code": "620102",
                "position": 1,
                "name": "城关区",
                "kind": "unit",
                "unit_type": "county",
                "ranking_group": "城区",
                "parent": "",
                "rank": "",
                "population": 1_485_000,
            },
        ],
        "round": [
            {
                "id": 1,
                "name": "gansu-2026",
                "state": "open",
                "definition": {"id": "gansu-2026"},
                "public_key": b"k" * 32,
                "frozen": {"subjects": []},
                "frozen_hash": "b" * 64,
                "opened_at": MOMENT,
            },
        ],
        "voter_group": [
            {
                "id": 1,
                "round_id": 1,
                "voter_group": "620102",
                "ballot_class": "citizen",
                "planned": 90,
                "subjects": "own",
            },
        ],
        "batch": [
            {"id": 1, "round_id": 1, "voter_group_id": 1, "name": "620102", "size": 90, "spare": False, "void": False},
        ],
        "code": [
            {"round_id": 1, "digest": b"d" * 32, "batch_id": 1, "state": "issued", "cast_key": None},
            {"round_id": 1, "digest": b"e" * 32, "batch_id": 1, "state": "spent", "cast_key": b"c" * 32},
        ],
        "envelope": [
            {"round_id": 1, "urn_key": b"u" * 16, "voter_group_id": 1, "sealed": b"s" * 96},
        ],
        "count": [
            {"round_id": 1, "content_hash": "c" * 64, "document": b"counted"},
        ],
    },
    "0002": {
        "round": [
            {
                "id": 2,
                "name": "hall-2026",
                "state": "counted",
                "definition": {"id": "hall-2026"},
                "public_keys": [{"kind": "trustee", "public": "00" * 8, "fingerprint": "f"}] * 2,
                "frozen": {"subjects": []},
                "frozen_hash": "b" * 64,
                "opened_at": MOMENT,
                "destroyed_at": MOMENT,
            },
        ],
        "voter_group": [
            {
                "id": 2,
                "round_id": 2,
                "voter_group": "hall",
                "ballot_class": "A",
                "planned": 12,
                "present": 11,
                "subjects": "type:bureau=B -own",
            },
        ],
        "batch": [
            {
                "id": 2,
                "round_id": 2,
                "voter_group_id": 2,
                "name": "hall-A-1",
                "size": 12,
                "spare": False,
                "void": False,
                "door": "shut",
                "shut_at": MOMENT,
            },
        ],
        "envelope": [
            {"round_id": 2, "urn_key": b"v" * 16, "voter_group_id": 2, "sheet": 2, "sealed": b"s" * 96},
        ],
        "count": [
            {"round_id": 2, "content_hash": "c" * 64, "document": b"counted", "signatures": [{"signature": "s"}]},
        ],
    },
    "0003": {
        "scheme": [
            {"id": "gansu-yearly", "version": 1, "content_hash": "d" * 64, "document": {"id": "gansu-yearly"}},
        ],
        "evidence": [
            {
                "scheme": "gansu-yearly",
                "kind": "figure",
                "subject": "620102",
                "name": "routine",
                "part": "first-half",
                "value": "89.9",
                "source": "平时考核.pdf",
                "confirmed_by": "考核办",
                "confirmed_on": MOMENT.date(),
            },
        ],
        "score_run": [
            {
                "scheme": "gansu-yearly",
                "number": 1,
                "version": 1,
                "content_hash": "e" * 64,
                "document": b"scored",
                "what_if": "",
                "software": "0.1.0",
                "made_at": MOMENT,
                "published_at": None,
            },
        ],
        "taken_count": [
            {
                "round_name": "gansu-2026",
                "origin": "b" * 16,
                "frozen_hash": "b" * 64,
                "content_hash": "c" * 64,
                "document": b"counted",
                "source": "8d3c 51aa",
                "taken_at": MOMENT,
            },
        ],
    },
}
