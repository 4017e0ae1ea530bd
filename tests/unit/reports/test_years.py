"""Two runs side by side: what moved each score, and whether chance alone would do it."""

from decimal import Decimal

from survey.core.errors import same
from survey.reports.scores import score_report
from survey.reports.scores.years import compared_tables
from survey.rounds.definition import VoterGroup
from survey.scoring.run import RunInputs, score_run
from survey.scoring.scheme import Scheme
from survey.scoring.sources import CountedRound
from survey.turnout.rules import Disposition
from tests.factories.bundles import COUNTIES, YEARLY, filed
from tests.unit.scoring.made_rounds import count_ballots, frozen_round, same_answers

ONE, OTHER = (county.code for county in COUNTIES)
BEFORE = {ONE: {"vs": 60, "s": 60, "d": 60}, OTHER: {"vs": 50, "s": 70, "d": 60}}
AFTER = {ONE: {"vs": 140, "s": 30, "d": 10}, OTHER: {"vs": 52, "s": 69, "d": 59}}


def counted(cast, year):
    voters = [VoterGroup(county.code, "citizen", 200, (county.code,)) for county in COUNTIES]
    frozen = frozen_round(COUNTIES, voters=voters, contact=f"{year}-12340", rules={"minimum": 1}, seal="office")
    ballots = {code: same_answers(f"safety:{code}", **answers) for code, answers in cast.items()}
    count = count_ballots(frozen, ballots)
    turnout = tuple(Disposition(code, "citizen", 200, 0, 180, 0, 20) for code in cast)
    return CountedRound(frozen, count, turnout)


def report(cast, year=2026, values=("89.90", "80.10"), subjects=COUNTIES):
    document = YEARLY | {"id": f"counties-{year}", "year": year}
    evidence = [filed(county, value) for county, value in zip(COUNTIES, values, strict=True)]
    run = score_run(RunInputs.of(Scheme.model_validate(document), subjects, evidence, [counted(cast, year)]))
    return score_report(run, same)


def rows(before, after, table):
    (found,) = [one for one in compared_tables(before, after) if one.name == table]
    return list(found.records())


def of(found, code, component=None):
    return next(one for one in found if one["code"] == code and component in (None, one.get("component")))


def test_two_years_show_score_rank_and_grade_of_both():
    row = of(rows(report(BEFORE, 2025), report(AFTER), "units"), ONE)
    assert row["difference"] == row["score_after"] - row["score_before"]
    assert (row["rank_before"], row["rank_after"]) == (1, 1)


def test_a_large_move_is_beyond_chance_and_a_small_one_is_not():
    found = rows(report(BEFORE, 2025), report(AFTER), "components")
    large, small = of(found, ONE, "public"), of(found, OTHER, "public")
    assert large["chance"] == "yes, beyond chance"
    assert large["low"] > 0
    assert small["chance"] == "no, chance alone would do"
    assert small["low"] < 0 < small["high"]
    filed_figure = of(found, ONE, "economy")
    assert (filed_figure["difference"], filed_figure["chance"]) == (0, "nothing was sampled")


def test_the_points_by_component_tell_why_a_score_moved():
    before, after = report(BEFORE, 2025), report(BEFORE | {ONE: AFTER[ONE]}, values=("79.90", "80.10"))
    found = rows(before, after, "components")
    assert of(found, ONE, "economy")["moved"] == Decimal("-7.00")
    moved = sum(of(found, ONE, name)["moved"] for name in ("public", "economy"))
    assert abs(of(rows(before, after, "units"), ONE)["difference"] - moved) <= Decimal("0.02")


def test_of_one_and_the_same_count_nothing_is_chance():
    before, after = report(BEFORE), report(BEFORE, values=("79.90", "80.10"))
    assert of(rows(before, after, "units"), ONE)["chance"] == "the same count"
    assert of(rows(before, after, "components"), ONE, "public")["chance"] == "the same count"


def test_in_one_scheme_the_causes_are_named_and_a_count_only_as_another():
    found = rows(report(BEFORE), report(AFTER, values=("79.90", "80.10")), "causes")
    assert next(one for one in found if one["what"] == "经济发展 › Value")["after"] == "79.90"
    told = [one for one in found if one["after"] == "another count"]
    assert len(told) == 1
    hashes = {
        report(BEFORE).run.rounds["autumn"].count.figures_hash,
        report(AFTER).run.rounds["autumn"].count.figures_hash,
    }
    assert not any(digest[:16] in str(one) for digest in hashes for one in found)
    assert "causes" not in [one.name for one in compared_tables(report(BEFORE, 2025), report(AFTER))]


def test_a_figure_that_is_hidden_in_one_year_is_hidden_in_the_difference():
    few = {ONE: {"vs": 3}, OTHER: {"vs": 50, "s": 70, "d": 60}}
    before, after = report(few, 2025), report(AFTER)
    assert before.disclosed.withheld(ONE)
    row = of(rows(before, after, "components"), ONE, "public")
    assert (row["value_before"], row["difference"], row["moved"]) == ("*", "*", "*")
    assert row.get("low") is None


def test_who_was_assessed_in_one_year_alone_stands_there_without_a_difference():
    before = report(BEFORE, 2025, subjects=COUNTIES[:1])
    row = of(rows(before, report(AFTER), "units"), OTHER)
    assert (row["score_before"], row.get("difference")) == (None, None)
    assert row["score_after"] is not None


def test_causes_are_told_by_the_names_of_things_in_the_reader_s_language():
    before, after = report(BEFORE), report(BEFORE, values=("79.90", "80.10"))
    (filed_value,) = [one for one in rows(before, after, "causes") if one["code"] == ONE]
    assert (filed_value["name"], filed_value["what"], filed_value["before"], filed_value["after"]) == (
        COUNTIES[0].name,
        "经济发展 › Value",
        "89.90",
        "79.90",
    )


def test_another_rule_is_named_by_where_it_stands():
    def made(economy, **fields):
        types = [{**YEARLY["types"][0], "weights": {"public": 100 - economy, "economy": economy}}]
        run = score_run(
            RunInputs.of(
                Scheme.model_validate(YEARLY | {"types": types} | fields),
                COUNTIES,
                [filed(county, "80") for county in COUNTIES],
                [counted(BEFORE, 2026)],
            )
        )
        return score_report(run, same)

    veto = [{"id": "safety", "zh": "安全", "en": "Safety"}]
    found = {one["what"]: (one["before"], one["after"]) for one in rows(made(70), made(60, vetoes=veto), "causes")}
    assert found["Unit type › 县区 › weight › 经济发展"] == ("70", "60")
    assert found["Veto › 安全"] == (None, "there")
