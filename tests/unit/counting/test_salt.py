"""The hash of a count is published beside hidden figures: it must not tell them, however often somebody tries."""

from dataclasses import replace

import pytest
from sqlalchemy import Engine

from survey.core.keys import read_private_key
from survey.counting.figures import Count
from survey.counting.merge import _salt
from survey.counting.service import count_round
from survey.rounds.service import get_round
from survey.storage.engine import unit_of_work
from tests.factories.casting import cast_code
from tests.factories.rounds import PASSPHRASE, make_round

ANSWERS = {"first": "1", "work:620102": "1", "conduct:620102": "2"}


@pytest.fixture
def closed(engine: Engine, tmp_path):
    made = make_round(engine, tmp_path)
    made.open()
    code = next(issued for issued in made.issue() if issued.group == "620102")
    cast_code(engine, code.code, ANSWERS)
    made.close()
    return made


def counted(made) -> Count:
    key = read_private_key(made.folder / "office.key", PASSPHRASE)
    with unit_of_work(made.engine) as session:
        return count_round(session, get_round(session, made.name), [key]).count


def test_the_right_figures_alone_do_not_give_the_published_hash(closed):
    count = counted(closed)
    guessed = replace(count, salt="")
    assert guessed.document() == {name: value for name, value in count.document().items() if name != "salt"}
    assert guessed.content_hash != count.content_hash
    assert guessed.figures_hash != count.figures_hash


def test_counting_again_gives_the_same_salt_and_so_the_same_bytes(closed):
    assert counted(closed).to_bytes() == counted(closed).to_bytes()
    assert len(counted(closed).salt) == 64


def test_a_count_of_an_earlier_version_has_none_and_keeps_its_hash(closed):
    old = replace(counted(closed), salt="")
    assert "salt" not in old.document()
    assert Count.read(old.to_bytes()).content_hash == old.content_hash


def test_a_merged_count_is_salted_by_all_of_its_parts(closed):
    one = counted(closed)
    other = replace(one, salt="b" * 64)
    assert _salt([one, other]) == _salt([other, one]) != _salt([one])
    assert _salt([replace(one, salt=""), replace(one, salt="")]) == ""
