"""A questionnaire on paper: everything that is asked stands there, in one embedded font, and it is no ballot."""

import re
from pathlib import Path

import pypdfium2
import pytest

from survey.questionnaires.schema import read_questionnaire
from survey.reports.paper.questionnaire import write_paper
from survey.subjects.roster import Subject
from tests.factories.sentences import chinese

FILES = sorted((Path(__file__).parents[2] / "data" / "questionnaires").glob("*.yaml"))
PEOPLE = tuple(
    Subject(code=f"s{number}", name=name, kind="cadre", rank=rank)
    for number, (name, rank) in enumerate(
        [("王秀英", "head"), ("李建国", "deputy"), ("一个名字特别长的人" * 4, "deputy")]
    )
)
LONG = """id: long
version: 1
title: {zh: 长, en: Long}
items:
  - id: one
    kind: multiple
    at_least: 1
    at_most: 2
    zh: 问题很长很长很长很长很长很长很长很长很长很长很长很长很长很长很长很长很长很长很长很长很长很长很长很长？
    en: A long question
    options:
      - {code: a, zh: 甲, en: A}
      - {code: b, zh: 选项也很长很长很长很长很长很长很长很长很长很长很长很长很长很长很长很长很长很长, en: B}
      - {code: c, zh: 丙, en: C}
"""


def paper(tmp_path, questionnaire, lang="zh"):
    file = tmp_path / "paper.pdf"
    write_paper(file, questionnaire, PEOPLE, lang, chinese if lang == "zh" else str)
    return file


def text_of(file):
    document = pypdfium2.PdfDocument(file)
    return re.sub(r"\s", "", "".join(page.get_textpage().get_text_range() for page in document))


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_question_and_option_stands_on_it(tmp_path, file, lang):
    questionnaire = read_questionnaire(file)

    text = text_of(paper(tmp_path, questionnaire, lang))

    for item in questionnaire.items:
        for words in (item.words(lang), *(option.words(lang) for option in item.options)):
            assert re.sub(r"\s", "", words) in text
    assert questionnaire.reference in text
    assert questionnaire.content_hash[:16] in text


def test_words_of_any_length_are_broken_into_lines(tmp_path):
    file = tmp_path / "long.yaml"
    file.write_text(LONG, encoding="utf-8")
    questionnaire = read_questionnaire(file)

    text = text_of(paper(tmp_path, questionnaire))

    assert all(option.zh in text for option in questionnaire.items[0].options)


def test_the_same_questionnaire_gives_the_same_bytes(tmp_path):
    questionnaire = read_questionnaire(FILES[0])

    assert paper(tmp_path, questionnaire).read_bytes() == paper(tmp_path, questionnaire).read_bytes()


def test_only_the_embedded_font_is_named(tmp_path):
    content = paper(tmp_path, read_questionnaire(FILES[0])).read_bytes()

    assert b"Helvetica" not in content
