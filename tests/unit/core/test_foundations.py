"""Sentences with figures, canonical bytes, half-up numbers, the clock, keys in files."""

from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from survey.core.clock import now
from survey.core.errors import Invalid, Problem, Refused, SurveyError
from survey.core.ids import canonical_json, content_hash, derive_key, gives_hash
from survey.core.keys import fingerprint, new_office_key, public_bytes, read_private_key, read_public_key
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


# --- keys ---

SECRET = "correct horse"


@pytest.fixture
def files(tmp_path):
    return tmp_path / "office.key", tmp_path / "office.pub"


def test_a_new_key_opens_with_its_passphrase_and_matches_its_public_half(files):
    printed = new_office_key(*files, SECRET)

    public = read_public_key(files[1])
    assert public_bytes(read_private_key(files[0], SECRET).public_key()) == public
    assert printed == fingerprint(public)
    assert len(printed.split()) == 10
    assert files[0].stat().st_mode & 0o077 == 0


def test_the_passphrase_is_not_short_and_not_another(files):
    with pytest.raises(Refused, match="The passphrase has 5 characters; at least 8 are needed"):
        new_office_key(*files, "short")
    new_office_key(*files, SECRET)
    with pytest.raises(Refused, match="The passphrase does not open"):
        read_private_key(files[0], "another passphrase")


@pytest.mark.parametrize("existing", [0, 1])
def test_a_key_is_never_overwritten(files, existing):
    files[existing].write_text("precious")

    with pytest.raises(Refused, match="exists already; a key is never overwritten"):
        new_office_key(*files, SECRET)
    assert files[existing].read_text() == "precious"
    assert not files[1 - existing].exists()


def test_what_is_no_office_key_is_refused(files, tmp_path):
    other = Ed25519PrivateKey.generate()
    encoding, none = serialization.Encoding.PEM, serialization.BestAvailableEncryption(SECRET.encode())
    (tmp_path / "other.key").write_bytes(other.private_bytes(encoding, serialization.PrivateFormat.PKCS8, none))
    public = other.public_key().public_bytes(encoding, serialization.PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "other.pub").write_bytes(public)
    (tmp_path / "text").write_text("no key")

    for read, name, told in [
        (read_public_key, "other.pub", "another kind of key"),
        (read_public_key, "text", "is not a public key file"),
        (read_public_key, "none", "There is no key file"),
        (lambda file: read_private_key(file, SECRET), "other.key", "another kind of key"),
        (lambda file: read_private_key(file, SECRET), "text", "or it is not a private key file"),
        (lambda file: read_private_key(file, SECRET), "none", "There is no key file"),
    ]:
        with pytest.raises(Refused, match=told):
            read(tmp_path / name)
