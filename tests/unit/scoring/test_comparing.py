from dataclasses import replace

from survey.scoring.comparing import Difference, compare
from survey.scoring.run import RunInputs, score_run
from tests.unit.scoring.test_run import EVIDENCE, PARTS, SCHEME, SUBJECTS, filed


def document(scheme=SCHEME, evidence=EVIDENCE, parts=PARTS, subjects=SUBJECTS):
    return score_run(RunInputs.of(scheme, subjects, evidence, parts)).document()


def test_the_same_says_nothing():
    assert compare(document(), document()) == ()


def test_another_figure_is_one_line_of_the_inputs_and_those_of_its_consequences():
    found = compare(document(), document(evidence=(filed("A", "99"), *EVIDENCE[1:])))

    assert found[0] == Difference("A", "evidence.figure.work.value", "90", "99")
    assert Difference("A", "rank", "4", "1") in found
    assert all(line.subject in "ABCD" for line in found)


def test_another_source_changes_no_result():
    found = compare(document(), document(evidence=(replace(EVIDENCE[0], source="new.pdf"), *EVIDENCE[1:])))

    assert found == (Difference("A", "evidence.figure.work.source", "doc.pdf", "new.pdf"),)


def test_another_weight_is_named():
    plain = SCHEME.document() | {"version": 2}
    plain["types"] = [{**plain["types"][0], "weights": {"work": 60, "public": 40}}]
    other = SCHEME.model_validate(plain)

    found = compare(document(), document(other))

    said = {(line.what, line.before, line.after) for line in found if not line.subject}
    assert said == {
        ("scheme.version", "1", "2"),
        ("scheme.types.t.weights.work", "70", "60"),
        ("scheme.types.t.weights.public", "30", "40"),
    }


def test_who_came_and_who_left_and_a_count_that_came_later():
    found = compare(document(parts=PARTS[:1], subjects=SUBJECTS[:3]), document(subjects=SUBJECTS[1:]))

    whats = {(line.subject, line.what) for line in found}
    assert {("A", "roster"), ("D", "roster"), ("A", "rank"), ("D", "score")} <= whats
    assert any(what.startswith("round.r.") for _, what in whats)
