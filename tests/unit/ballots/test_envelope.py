"""An envelope opens with all its keys, in their order, for its own round and place, and not otherwise."""

import itertools

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from hypothesis import given, settings
from hypothesis import strategies as st

from survey.ballots.envelope import Unreadable, binding, overhead, seal, unseal
from survey.core.keys import KeyKind, PrivateKey

OFFICE = PrivateKey(KeyKind.OFFICE, bytes(range(32)))
FIRST = PrivateKey(KeyKind.TRUSTEE, b"1" * 32)
SECOND = PrivateKey(KeyKind.TRUSTEE, b"2" * 32)
THIRD = PrivateKey(KeyKind.TRUSTEE, b"3" * 32)
PAIR = (FIRST, SECOND)
INFO = binding("ab" * 32, "620102", "A")
BALLOT = b"the ballot of one person"
SIZE = 300


def public(keys):
    return [key.public for key in keys]


def sealed_to(keys, ballot=BALLOT, info=INFO):
    return seal(ballot, SIZE, public(keys), info)


@pytest.mark.parametrize("keys", [(OFFICE,), (FIRST,), PAIR, (FIRST, SECOND, THIRD)])
def test_all_keys_in_their_order_give_the_padded_ballot(keys):
    assert unseal(sealed_to(keys), keys, INFO) == BALLOT.ljust(SIZE, b"\0")


@pytest.mark.parametrize(("keys", "more"), [((OFFICE,), 48), ((FIRST,), 1136), (PAIR, 2 * 1136)])
def test_the_overhead_is_exact(keys, more):
    assert overhead(public(keys)) == more
    assert len(sealed_to(keys)) == SIZE + more


@settings(max_examples=40)
@given(st.binary(max_size=SIZE))
def test_the_size_is_the_same_whatever_the_ballot(ballot):
    for keys in ((OFFICE,), PAIR):
        assert len(sealed_to(keys, ballot)) == SIZE + overhead(public(keys))


def test_every_other_choice_or_order_of_keys_opens_nothing():
    sealed = sealed_to(PAIR)

    others = [chosen for n in (1, 2, 3) for chosen in itertools.product((FIRST, SECOND, THIRD), repeat=n)]
    for keys in others:
        if keys in (PAIR, (SECOND,)):
            continue
        with pytest.raises(Unreadable):
            unseal(sealed, keys, INFO)


def test_the_outer_key_alone_finds_another_envelope_and_no_ballot():
    inner = unseal(sealed_to(PAIR), [SECOND], INFO)

    assert len(inner) == SIZE + 1136
    assert BALLOT not in inner
    with pytest.raises(Unreadable):
        unseal(inner, [SECOND], INFO)
    assert unseal(inner, [FIRST], INFO).startswith(BALLOT)


@pytest.mark.parametrize("keys", [(OFFICE,), PAIR])
def test_a_changed_byte_is_unreadable(keys):
    sealed = sealed_to(keys)

    for place in (0, 31, 32, len(sealed) // 2, len(sealed) - 1):
        changed = bytearray(sealed)
        changed[place] ^= 1
        with pytest.raises(Unreadable):
            unseal(bytes(changed), keys, INFO)
    for other in (b"", sealed[:-1], sealed + b"\0", sealed[:40]):
        with pytest.raises(Unreadable):
            unseal(other, keys, INFO)


@pytest.mark.parametrize("keys", [(OFFICE,), PAIR])
@pytest.mark.parametrize(
    "other",
    [
        binding("ac" * 32, "620102", "A"),
        binding("ab" * 32, "620103", "A"),
        binding("ab" * 32, "620102", "B"),
        binding("ab" * 32, "620102", "A", sheet=1),
        b"",
    ],
)
def test_an_envelope_moved_elsewhere_is_unreadable(keys, other):
    with pytest.raises(Unreadable):
        unseal(sealed_to(keys), keys, other)


def test_a_ballot_of_one_sheet_is_bound_as_before_there_were_sheets():
    assert binding("ab", "g", "A") == binding("ab", "g", "A", 0) == b"minsheng envelope 1\0ab\0g\0A"
    assert len({binding("ab", "g", "A", sheet) for sheet in range(3)}) == 3


def test_an_office_envelope_is_plain_hpke_with_x25519():
    suite = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_128_GCM)
    key = X25519PrivateKey.from_private_bytes(OFFICE.secret)

    assert suite.decrypt(sealed_to((OFFICE,)), key, INFO) == BALLOT.ljust(SIZE, b"\0")
    assert unseal(suite.encrypt(BALLOT, key.public_key(), INFO), [OFFICE], INFO) == BALLOT


def test_two_envelopes_of_one_ballot_have_nothing_in_common():
    one, other = sealed_to(PAIR), sealed_to(PAIR)

    # Chance expects 1 equal byte in 256.
    assert sum(a == b for a, b in zip(one, other, strict=True)) < len(one) / 50


def test_without_a_key_nothing_is_sealed():
    with pytest.raises(ValueError, match="needs a key"):
        seal(BALLOT, SIZE, [], INFO)
