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
    "0004": {
        "office": [{"code": "6201", "name": "兰州市", "parent": ""}],
        "member": [
            {
                "id": number,
                "login": f"{name}@example.gov.cn",
                "name": name,
                "language": "zh",
                "password": "$argon2id$",
                "active": True,
                "totp_secret": None,
                "totp_step": 0,
                "failures": 0,
                "failed_at": None,
            }
            for number, name in ((1, "li"), (2, "wang"))
        ],
        "member_role": [{"member_id": 1, "office": "6201", "role": "setter"}],
        "invitation": [
            {
                "digest": b"d" * 32,
                "login": "zhao@example.gov.cn",
                "roles": [["viewer", "6201"]],
                "invited_by": "li",
                "ends_at": MOMENT,
            }
        ],
        "desk_session": [{"digest": b"s" * 32, "member_id": 1, "made_at": MOMENT, "seen_at": MOMENT}],
        "audit_entry": [
            {
                "number": 1,
                "at": MOMENT,
                "member_id": 1,
                "name": "li",
                "office": "6201",
                "sentence": "Opened the round %(round)s",
                "figures": {"round": "gansu-2026"},
                "previous_hash": "0" * 64,
                "entry_hash": "1" * 64,
            }
        ],
        "proposal": [
            {
                "id": 1,
                "kind": "count",
                "office": "6201",
                "target": "gansu-2026",
                "reason": "the round is over",
                "payload": {},
                "state": "confirmed",
                "proposed_by": 1,
                "proposed_name": "li",
                "proposed_at": MOMENT,
                "decided_by": 2,
                "decided_name": "wang",
                "decided_at": MOMENT,
            }
        ],
    },
    "0005": {
        "job": [
            {
                "id": "0123456789abcdef",
                "kind": "codes",
                "office": "6201",
                "round_name": "gansu-2026",
                "title": "Issuing and printing the codes of %(round)s",
                "figures": {"round": "gansu-2026"},
                "payload": {"round": "gansu-2026", "layout": "24"},
                "secret": None,
                "needs_secret": False,
                "maker_id": 1,
                "maker_name": "li",
                "state": "done",
                "cancelling": False,
                "worker": "",
                "done": 90,
                "total": 90,
                "unit": "slips",
                "begun_done": 0,
                "error": "",
                "error_figures": {},
                "result": {"codes": 90},
                "made_at": MOMENT,
                "begun_at": MOMENT,
                "beat_at": MOMENT,
                "ended_at": MOMENT,
            }
        ],
        "job_part": [{"job_id": "0123456789abcdef", "name": "issue-1", "file": "issue-1.csv"}],
        "job_file": [
            {
                "job_id": "0123456789abcdef",
                "name": "gansu-2026-codes.zip",
                "mimetype": "application/zip",
                "size": 100,
                "once": True,
                "taken": 1,
                "made_at": MOMENT,
                "removed_at": None,
            }
        ],
    },
    "0006": {
        "rating_plan": [
            {"id": "zhejiang-2019", "version": 1, "content_hash": "f" * 64, "document": {"id": "zhejiang-2019"}},
        ],
        "service_case": [
            {
                "id": 1,
                "plan_id": "zhejiang-2019",
                "plan_version": 1,
                "office": "6201",
                "case_ref": "2026-0001",
                "item": "不动产登记",
                "unit": "620102",
                "service_window": "3",
                "handler": "",
                "channel": "hall",
                "reachable": True,
                "closed_at": MOMENT,
                "code_digest": b"r" * 32,
                "state": "received",
                "due_at": MOMENT,
            },
        ],
        "service_rating": [
            {
                "case_id": 1,
                "round": 1,
                "level": "l1",
                "bad": True,
                "tags": ["l1-rude"],
                "text": "",
                "rated_on": MOMENT.date(),
                "form_key": b"f" * 32,
            },
        ],
        "rating_event": [
            {
                "case_id": 1,
                "number": 1,
                "step": "received",
                "at": MOMENT,
                "member_id": None,
                "name": "",
                "note": "",
                "figures": {},
            },
        ],
    },
    "0007": {
        "turnout_point": [{"round_id": 1, "at": MOMENT, "issued": 90, "spent": 35}],
        "round": [
            {"id": 7, "name": "watched-2026", "state": "draft", "definition": {}, "public_keys": [], "target": 70}
        ],
    },
    "0008": {
        "api_token": [
            {
                "id": "a" * 16,
                "name": "one-stop service",
                "office": "6201",
                "scopes": ["rounds:read"],
                "digest": b"t" * 32,
                "made_by": "li",
                "made_at": MOMENT,
                "ends_at": MOMENT,
                "used_on": MOMENT.date(),
                "revoked_at": None,
            }
        ],
        "api_request": [
            {
                "token_id": "a" * 16,
                "digest": b"k" * 32,
                "fingerprint": b"f" * 32,
                "status": 200,
                "answer": {"filed": 2},
                "made_at": MOMENT,
            }
        ],
        "webhook": [
            {
                "id": "b" * 16,
                "office": "6201",
                "url": "https://hooks.example.gov.cn/all",
                "events": ["round.opened"],
                "made_by": "li",
                "made_at": MOMENT,
                "gone": False,
            }
        ],
        "webhook_delivery": [
            {
                "id": "msg_" + "c" * 32,
                "webhook_id": "b" * 16,
                "event": "round.opened",
                "body": "{}",
                "state": "waiting",
                "attempts": 0,
                "next_at": MOMENT,
                "outcome": "",
            }
        ],
    },
    "0009": {
        "wrong_code": [{"at": MOMENT, "tried": 41}],
    },
}
