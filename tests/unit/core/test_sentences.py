"""Sentences as people of both languages read them: moments in the country's time, days, counts, words of ours."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from survey.core.errors import Refused
from survey.core.language import translator
from survey.core.sentences import Sentence, Word, day_of, fill, same, write_day, write_moment

CHINESE = {
    "d MMM y, HH:mm": "y年M月d日 HH:mm",
    "d MMM y": "y年M月d日",
    "%(name)s is %(state)s": "%(name)s的状态是%(state)s",
    "open": "已开放",
    "closed": "已关闭",
    " or ": "或",
    "It is too late: %(why)s": "已过时限：%(why)s",
}


def zh(sentence):
    return CHINESE.get(sentence, sentence)


@pytest.mark.parametrize(
    ("moment", "english", "chinese"),
    [
        (datetime(2026, 11, 21, 1, 30, tzinfo=UTC), "21 Nov 2026, 09:30", "2026年11月21日 09:30"),
        # Midnight of the country is the afternoon before in UTC.
        (datetime(2026, 8, 31, 16, tzinfo=UTC), "1 Sep 2026, 00:00", "2026年9月1日 00:00"),
        (datetime(2026, 12, 31, 15, 59, 59, tzinfo=UTC), "31 Dec 2026, 23:59", "2026年12月31日 23:59"),
        (datetime(2026, 3, 1, 9, tzinfo=timezone(timedelta(hours=6))), "1 Mar 2026, 11:00", "2026年3月1日 11:00"),
    ],
)
def test_a_moment_is_written_in_the_country_s_time(moment, english, chinese):
    assert write_moment(moment, same) == english
    assert write_moment(moment, zh) == chinese


@pytest.mark.parametrize("month", range(1, 13))
def test_the_country_s_clock_is_never_put_forward(month):
    assert write_moment(datetime(2026, month, 15, 4, tzinfo=UTC), zh) == f"2026年{month}月15日 12:00"


def test_a_day_is_that_of_the_country():
    late = datetime(2026, 1, 4, 16, 30, tzinfo=UTC)
    assert day_of(late) == date(2026, 1, 5)
    assert (write_day(late, same), write_day(late, zh)) == ("5 Jan 2026", "2026年1月5日")
    assert write_day(date(2026, 1, 5), zh) == "2026年1月5日"


def test_the_catalogue_has_the_patterns():
    assert translator("en")("d MMM y, HH:mm") == "d MMM y, HH:mm"
    assert write_moment(datetime(2026, 11, 21, 1, 30, tzinfo=UTC), translator("zh")) == "2026年11月21日 09:30"


def test_words_of_the_program_are_translated_with_the_sentence():
    figures = {"name": "open", "state": Word("open")}
    assert fill("%(name)s is %(state)s", figures) == "open is open"
    assert fill("%(name)s is %(state)s", figures, zh) == "open的状态是已开放"
    assert fill("%(name)s is %(state)s", {"name": "r", "state": (Word("open"), Word("closed"))}, zh) == (
        "r的状态是已开放或已关闭"
    )


def test_a_sentence_may_stand_within_another():
    why = Sentence("%(name)s is %(state)s", {"name": "r", "state": Word("closed")})
    refused = Refused("It is too late: %(why)s", why=why)
    assert refused.say() == "It is too late: r is closed"
    assert refused.say(zh) == "已过时限：r的状态是已关闭"


def test_counts_are_grouped_but_not_what_only_looks_like_a_count():
    figures = {"n": 119_000, "year": 2026, "id": 1234, "all": True, "name": "12345"}
    said = fill("%(n)s, %(year)s, %(id)s, %(all)s, %(name)s", figures)
    assert said == "119,000, 2026, 1234, True, 12345"
    assert fill("%(n)d of them", {"n": 119_000}) == "119000 of them"


def test_moments_and_days_among_the_figures():
    figures = {"at": datetime(2026, 11, 21, 1, 30, tzinfo=UTC), "day": date(2026, 11, 21)}
    assert fill("%(at)s / %(day)s", figures, zh) == "2026年11月21日 09:30 / 2026年11月21日"
