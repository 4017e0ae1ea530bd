"""What a step table says may be written in one language or in two."""

from survey.questionnaires.words import Words
from survey.rounds.rules import in_words


def test_one_language_stays_as_it_is_and_two_are_chosen_from():
    assert in_words("满意", "en") == "满意"
    assert in_words(Words(zh="满意", en="satisfied"), "en") == "satisfied"
