"""A small province's score run: a survey that two counties held, a figure that was filed, grades; and its bundle."""

from dataclasses import replace
from datetime import date

from survey.bundles.contents import MANIFEST, SIGNATURE, bundle_files
from survey.bundles.signing import Signer
from survey.core.ids import canonical_json
from survey.core.keys import KeyKind, PrivateKey
from survey.counting.figures import Text
from survey.counting.signed import sign
from survey.rounds.definition import VoterGroup
from survey.scoring.evidence import Evidence
from survey.scoring.run import RunInputs, score_run
from survey.scoring.scheme import Scheme
from survey.scoring.sources import CountedRound
from survey.turnout.rules import Disposition
from tests.unit.scoring.made_rounds import count_ballots, frozen_round, same_answers, subject

SECRET = "a secret that signs the bundles of tests, and nothing else"
TRUSTEES = tuple(PrivateKey(KeyKind.TRUSTEE, bytes([n]) * 32) for n in (1, 2))
COUNTIES = tuple(subject(code) for code in ("620102", "620103"))
YEARLY = {
    "id": "counties-yearly",
    "version": 2,
    "title": {"zh": "县区年度考核", "en": "Yearly assessment of counties"},
    "year": 2026,
    "components": [
        {
            "id": "public",
            "zh": "群众满意度",
            "en": "Public opinion",
            "source": {"kind": "round", "round": "autumn", "figure": "index"},
        },
        {"id": "economy", "zh": "经济发展", "en": "Economy", "source": {"kind": "import"}},
    ],
    "types": [
        {
            "id": "county",
            "zh": "县区",
            "en": "Counties",
            "selects": ["type:county"],
            "weights": {"public": 30, "economy": 70},
        }
    ],
    "gradings": [
        {
            "id": "grades",
            "bands": [
                {"id": "excellent", "zh": "优秀", "en": "Excellent", "at_least": 90},
                {"id": "good", "zh": "良好", "en": "Good"},
            ],
        }
    ],
}
SCHEME = Scheme.model_validate(YEARLY)
CAST = {"620102": {"vs": 12, "s": 9, "d": 8}, "620103": {"vs": 3, "s": 20, "d": 7}}


def held_at(county, *, seal="trustees", **fields):
    """Return the count that a county made, sealed by two trustees who signed it; one remark is in it."""
    definition = {"seal": seal, "rules": {"minimum": 1}, "contact": f"{county.code}-12340"} | fields
    voters = [VoterGroup(county.code, "citizen", 40, (county.code,))]
    keys = TRUSTEES if seal == "trustees" else ()
    frozen = replace(frozen_round([county], voters=voters, **definition), keys=tuple(key.public for key in keys))
    cast = {county.code: same_answers(f"safety:{county.code}", **CAST[county.code])}
    count = count_ballots(frozen, cast, [Text(county.code, "safety", "一句只有考核办看得到的话")])
    spent = sum(CAST[county.code].values())
    turnout = (Disposition(county.code, "citizen", 40, waiting=0, spent=spent, void=0, expired=40 - spent),)
    return CountedRound(frozen, count, turnout, {}, sign(count, keys).signatures)


def filed(county, value="89.90"):
    day = date(2026, 12, 1)
    return Evidence("figure", county.code, "economy", "", value, "economy.pdf", "assessment office", day)


def inputs(*parts):
    parts = parts or tuple(held_at(county) for county in COUNTIES)
    return RunInputs.of(SCHEME, COUNTIES, [filed(county) for county in COUNTIES], parts)


def signed(files, secret=SECRET):
    return files | {SIGNATURE: canonical_json(Signer(secret).sign(files[MANIFEST]))}


def bundle(*parts):
    """Return the files of the province's bundle, signed."""
    return signed(bundle_files(score_run(inputs(*parts))))
