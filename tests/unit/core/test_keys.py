"""Keys of both kinds, in files: made, read, never overwritten, and a swapped or damaged one is told."""

import pickle

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from survey.core.errors import Invalid, Refused, TooLarge
from survey.core.keys import (
    KeyKind,
    PrivateKey,
    PublicKey,
    fingerprint,
    new_office_key,
    new_trustee_key,
    read_key_text,
    read_private_key,
    read_public_key,
    restore_trustee_key,
)
from survey.core.keytext import KeyText

SECRET = "correct horse"
OFFICE = PrivateKey(KeyKind.OFFICE, b"o" * 32)
TRUSTEE = PrivateKey(KeyKind.TRUSTEE, b"t" * 32)
OTHER = PrivateKey(KeyKind.TRUSTEE, b"u" * 32)


def new_key(kind, private, public, passphrase):
    if kind == "office":
        return new_office_key(private, public, passphrase)
    return new_trustee_key("监督员甲", private, public, passphrase)


@pytest.fixture
def files(tmp_path):
    return tmp_path / "a.key", tmp_path / "a.pub"


@pytest.fixture(scope="module")
def trustee_files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("trustee")
    new_trustee_key("监督员甲", folder / "a.key", folder / "a.pub", SECRET)
    return folder / "a.key", folder / "a.pub"


@pytest.mark.parametrize("kind", KeyKind)
def test_a_new_key_opens_with_its_passphrase_and_matches_its_public_half(files, kind):
    printed = new_key(kind, *files, SECRET)

    public = read_public_key(files[1])
    private = read_private_key(files[0], SECRET)
    assert private.kind is public.kind is kind
    assert private.public == public
    assert printed == public.fingerprint == fingerprint(public.data)
    assert len(printed.split()) == 10
    assert files[0].stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("kind", KeyKind)
def test_the_passphrase_is_not_short_and_not_another(files, kind):
    with pytest.raises(Refused, match="The passphrase has 5 characters; at least 8 are needed"):
        new_key(kind, *files, "short")
    assert not any(file.exists() for file in files)
    new_key(kind, *files, SECRET)
    with pytest.raises(Refused, match="The passphrase does not open"):
        read_private_key(files[0], "another passphrase")


@pytest.mark.parametrize("kind", KeyKind)
@pytest.mark.parametrize("existing", [0, 1])
def test_a_key_is_never_overwritten(files, existing, kind):
    files[existing].write_text("precious")

    with pytest.raises(Refused, match="exists already; a key is never overwritten"):
        new_key(kind, *files, SECRET)
    assert files[existing].read_text() == "precious"
    assert not files[1 - existing].exists()


@pytest.mark.parametrize("name", ["", "  ", "甲\n乙", "甲" * 41, "a\x07"])
def test_a_trustee_has_a_name_of_one_line(files, name):
    with pytest.raises(Refused, match="one line of 1 to 40 characters"):
        new_trustee_key(name, *files, SECRET)


def test_the_keys_of_a_seed_never_change():
    # A paper must give the same key in every later version.
    assert OFFICE.public.fingerprint == "780c 5942 833b 6c3e b4bb dd23 2487 f364 875f 4533"
    assert TRUSTEE.public.fingerprint == "e229 8b10 a0ea cd30 f7da 4ca8 7fb0 4094 5757 9afa"
    assert TRUSTEE.sign(b"m").hex()[:16] == "803a3edc70121794"


def test_what_is_no_key_is_refused(files, tmp_path):
    other = Ed25519PrivateKey.generate()
    encoding, locked = serialization.Encoding.PEM, serialization.BestAvailableEncryption(SECRET.encode())
    (tmp_path / "other.key").write_bytes(other.private_bytes(encoding, serialization.PrivateFormat.PKCS8, locked))
    public = other.public_key().public_bytes(encoding, serialization.PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "other.pub").write_bytes(public)
    (tmp_path / "text").write_text("no key")
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "large").write_bytes(b"-" * 100_001)

    def private(file):
        return read_private_key(file, SECRET)

    for read, name, told in [
        (read_public_key, "other.pub", "another kind of key"),
        (read_public_key, "text", "is not a public key file"),
        (read_public_key, "bytes", "is not a public key file"),
        (read_public_key, "none", "There is no key file"),
        (private, "other.key", "another kind of key"),
        (private, "text", "or it is not a private key file"),
        (private, "bytes", "or it is not a private key file"),
        (private, "none", "There is no key file"),
        (read_key_text, "other.key", "is not a trustee's private key file"),
    ]:
        with pytest.raises(Refused, match=told):
            read(tmp_path / name)
    with pytest.raises(TooLarge, match="large is too large to be a key file"):
        read_public_key(tmp_path / "large")


# --- the trustee's files ---


def test_a_trustees_public_file_has_the_name_and_no_secret(trustee_files):
    private, public = trustee_files
    key = read_private_key(private, SECRET)

    assert "Name: 监督员甲\n" in public.read_text()
    assert key.public.fingerprint in public.read_text()
    for file in trustee_files:
        content = file.read_bytes()
        assert key.secret not in content
        assert key.secret.hex().encode() not in content
    assert "secret" not in repr(key)


def test_a_swapped_fingerprint_is_told_with_both(trustee_files, tmp_path):
    text = trustee_files[1].read_text()
    own = read_public_key(trustee_files[1]).fingerprint
    (tmp_path / "swapped.pub").write_text(text.replace(own, OTHER.public.fingerprint))

    with pytest.raises(Refused) as refusal:
        read_public_key(tmp_path / "swapped.pub")
    assert "swapped.pub was changed" in str(refusal.value)
    assert own in str(refusal.value)
    assert OTHER.public.fingerprint in str(refusal.value)


def test_a_public_file_that_went_through_a_windows_editor_is_read(trustee_files, tmp_path):
    changed = b"\xef\xbb\xbf" + trustee_files[1].read_bytes().replace(b"\n", b"\r\n")
    (tmp_path / "windows.pub").write_bytes(changed)

    assert read_public_key(tmp_path / "windows.pub") == read_public_key(trustee_files[1])


@pytest.mark.parametrize("change", [("A", "*"), ("END", "FIN"), ("\nFingerprint", "\nPrint"), ("Name: ", "")])
def test_a_damaged_public_file_is_refused(trustee_files, tmp_path, change):
    (tmp_path / "damaged.pub").write_text("".join(trustee_files[1].read_text().rsplit(change[0], 1)) + change[1])

    with pytest.raises(Refused):
        read_public_key(tmp_path / "damaged.pub")


def test_a_changed_line_of_a_private_file_is_named(trustee_files, tmp_path):
    lines = trustee_files[0].read_text().splitlines()
    lines[5] = lines[5][:-1] + ("A" if lines[5][-1] != "A" else "B")
    (tmp_path / "changed.key").write_text("\n".join(lines))

    with pytest.raises(Invalid, match="line 3 was mistyped"):
        read_private_key(tmp_path / "changed.key", SECRET)


def test_a_restored_key_is_the_same_two_files(trustee_files, files):
    restore_trustee_key(read_key_text(trustee_files[0]), *files, SECRET)

    assert [file.read_bytes() for file in files] == [file.read_bytes() for file in trustee_files]
    assert files[0].stat().st_mode & 0o077 == 0


def test_a_restored_key_must_give_the_printed_fingerprint(trustee_files, files):
    printed = read_key_text(trustee_files[0])
    mistaken = KeyText(printed.name, OTHER.public.fingerprint, printed.locked)

    with pytest.raises(Refused) as refusal:
        restore_trustee_key(mistaken, *files, SECRET)
    assert printed.fingerprint in str(refusal.value)
    assert OTHER.public.fingerprint in str(refusal.value)
    assert not any(file.exists() for file in files)


def test_a_passphrase_from_another_input_method_opens(files):
    new_trustee_key("甲", *files, "密码 Correct 123")

    assert read_private_key(files[0], "密码 Ｃｏｒｒｅｃｔ １２３").public == read_public_key(files[1])


# --- keys as values ---


@pytest.mark.parametrize("key", [OFFICE, TRUSTEE])
def test_a_key_is_read_back_from_its_document_and_from_another_process(key):
    assert PublicKey.from_document(key.public.document()) == key.public
    assert key.opening
    assert key.public.sealing
    copy = pickle.loads(pickle.dumps((key, key.public)))  # noqa: S301 - its own bytes
    assert copy == (key, key.public)


def test_a_document_with_another_keys_fingerprint_is_refused():
    document = TRUSTEE.public.document() | {"fingerprint": OTHER.public.fingerprint}

    with pytest.raises(Refused, match="do not belong together"):
        PublicKey.from_document(document)


@pytest.mark.parametrize(
    "fault",
    [{"kind": "office"}, {"kind": "boss"}, {"public": "00"}, {"public": "xy"}, {"public": "ff" * 1248}],
)
def test_a_damaged_document_is_refused(fault):
    with pytest.raises(Refused, match="damaged"):
        PublicKey.from_document(TRUSTEE.public.document() | fault)


def test_a_key_to_which_nothing_can_be_sealed_is_none():
    # Such a point gives the same secret with every key; HPKE refuses it when it is too late.
    with pytest.raises(ValueError, match="shared key"):
        PublicKey(KeyKind.OFFICE, bytes(32))
    data = TRUSTEE.public.data
    with pytest.raises(ValueError, match="shared key"):
        PublicKey(KeyKind.TRUSTEE, data[:1184] + bytes(32) + data[-32:])


def test_a_trustee_signs_and_nobody_else():
    signature = TRUSTEE.sign(b"the count")

    assert TRUSTEE.public.verify(signature, b"the count")
    assert not TRUSTEE.public.verify(signature, b"another count")
    assert not OTHER.public.verify(signature, b"the count")
    assert not OFFICE.public.verify(signature, b"the count")
    with pytest.raises(ValueError, match="signs nothing"):
        OFFICE.sign(b"the count")


def test_the_three_keys_of_a_trustee_are_independent():
    assert TRUSTEE._part("x25519", 32) != TRUSTEE._part("ed25519", 32)
    assert TRUSTEE.secret not in {TRUSTEE._part(label, 32) for label in ("x25519", "ed25519", "ml-kem-768")}
