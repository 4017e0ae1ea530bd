"""Sentences with figures, canonical bytes, half-up numbers, the clock, keys in files."""

from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.core.clock import now
from survey.core.errors import Invalid, Problem, Refused, SurveyError
from survey.core.ids import canonical_json, content_hash, derive_key, gives_hash
from survey.core.numbers import fraction, half_up

# --- errors ---


def test_an_error_is_said_in_the_language_asked_for():
    error = Refused("%(n)s of %(all)s are spent", n=3, all=5)

    assert str(error) == "3 of 5 are spent"
    assert error.say({"%(n)s of %(all)s are spent": "共 %(all)s 个，已用 %(n)s 个"}.get) == "共 5 个，已用 3 个"
    assert isinstance(error, SurveyError)


def test_an_invalid_input_says_every_fault_with_its_place():
    error = Invalid([Problem("a.csv:2", "%(n)s cells", {"n": 3}), Problem("", "no place")])

    assert str(error) == "a.csv:2: 3 cells; no place"


def test_what_people_wrote_is_never_taken_for_a_format():
    assert Problem("", "%(value)s is wrong", {"value": "%(x)s 100%"}).say() == "%(x)s 100% is wrong"


# --- canonical bytes ---


def test_canonical_bytes_do_not_depend_on_order_or_spaces():
    assert canonical_json({"b": [1, "好"], "a": None}) == '{"a":null,"b":[1,"好"]}'.encode()
    assert content_hash({"a": 1, "b": 2}) == content_hash({"b": 2, "a": 1}) != content_hash({"a": 2, "b": 1})


@pytest.mark.parametrize("value", [1.5, {"a": [1, {"b": 0.0}]}, (float("nan"),), Decimal(1), datetime.now(UTC)])
def test_what_has_no_one_form_is_refused(value):
    with pytest.raises(TypeError):
        canonical_json(value)
    assert gives_hash(value, "0" * 64) is False


def test_a_value_gives_its_own_hash_only():
    assert gives_hash({"a": 1}, content_hash({"a": 1}))
    assert not gives_hash({"a": 2}, content_hash({"a": 1}))


def test_keys_of_two_purposes_and_of_two_secrets_differ():
    keys = {derive_key(secret, purpose) for secret in ("s", "t") for purpose in ("codes", "stamps")}

    assert len(keys) == 4
    assert all(len(key) == 32 for key in keys)


# --- numbers ---

ROUNDED = {"0.125": "0.13", "0.135": "0.14", "-0.125": "-0.13", "2.5": "2.50", "0.004999": "0.00", "-0.005": "-0.01"}


@pytest.mark.parametrize(("value", "rounded"), ROUNDED.items())
def test_half_is_rounded_away_from_zero(value, rounded):
    assert str(half_up(Decimal(value), 2)) == rounded
    assert half_up(Fraction(value), 2) == Decimal(rounded)


@given(st.integers(-(10**12), 10**12), st.integers(1, 10**6), st.integers(0, 6))
def test_a_rounded_fraction_is_never_more_than_half_a_step_off(numerator, denominator, places):
    exact = Fraction(numerator, denominator)

    assert abs(fraction(half_up(exact, places)) - exact) <= Fraction(1, 2 * 10**places)
    assert half_up(-exact, places) == -half_up(exact, places)


def test_a_whole_number_gets_its_places():
    assert str(half_up(7, 2)) == "7.00"


# --- clock ---


def test_the_clock_is_in_utc():
    assert now().tzinfo is UTC
