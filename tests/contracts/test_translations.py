"""Every sentence for people is there in Chinese, with the same figures in it. English is the source."""

import re
from pathlib import Path

import pytest
from babel.messages.frontend import CommandLineInterface
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
CATALOGUE = ROOT / "survey" / "translations" / "zh" / "LC_MESSAGES" / "messages.po"
PLACES = re.compile(r"%\(\w+\)[a-z]|%%|\{\w*\}")


@pytest.fixture(scope="module")
def sentences(tmp_path_factory):
    """Extract from the source as `make translations-update` does."""
    template = tmp_path_factory.mktemp("extract") / "messages.pot"
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        command = ["pybabel", "-q", "extract", "-F", "babel.cfg", "-k", "lazy_gettext", "-o", str(template), "."]
        CommandLineInterface().run(command)
    with template.open("rb") as file:
        return [message for message in read_po(file) if message.id]


@pytest.fixture(scope="module")
def chinese():
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="zh")


def forms(text):
    return [text] if isinstance(text, str) else list(text or [])


def test_every_sentence_is_translated(sentences, chinese):
    assert sentences, "nothing was extracted"
    missing = []
    for sentence in sentences:
        found = chinese.get(sentence.id, sentence.context)
        if found is None or found.fuzzy or not all(forms(found.string)):
            missing.append(sentence.id)
    assert missing == []


def test_a_translation_has_the_places_of_its_sentence(chinese):
    differing = []
    for message in chinese:
        if not message.id or not all(forms(message.string)):
            continue
        # Chinese has one form; the English plural names every figure.
        wanted = set(PLACES.findall(forms(message.id)[-1]))
        if any(set(PLACES.findall(form)) != wanted for form in forms(message.string)):
            differing.append(message.id)
    assert differing == []


def test_no_translation_has_outlived_its_sentence(sentences, chinese):
    living = {(message.context, forms(message.id)[0]) for message in sentences}
    outlived = [m.id for m in chinese if m.id and (m.context, forms(m.id)[0]) not in living]
    assert outlived == []
