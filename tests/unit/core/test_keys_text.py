"""The text of a trustee's key survives people: their case, their spaces, and it names the line they mistyped."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.core.errors import Invalid, Refused
from survey.core.keytext import LOCKED, KeyText, lock, unlock

# Made by the first version and kept: what is on paper must open in every later one.
PAPER = """MINSHENG TRUSTEE KEY 1
Name: 监督员甲
Fingerprint: e229 8b10 a0ea cd30 f7da 4ca8 7fb0 4094 5757 9afa
1: UQW8 92U7 YRAM YN2V B97B C377
2: 7KWU G4T5 VTM4 TY77 8WDD 8ZUL
3: KSKX 6U23 KDJQ JX36 2TBE PR9N
4: QH59 NQN6 X766 DS9Y HP6W DGUP
5: VMXG Q58T YD4N 7MWV BZL6 8U4V
6: VK69 6GAC 9TNK 9FEL XHLP R8X8
"""
TEXT = KeyText.read(PAPER)
ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
TEXTS = st.builds(
    KeyText,
    st.sampled_from(["甲", "Zhang San", "A: B", "（监督）员 2"]),
    st.from_regex(r"[0-9a-f]{4}( [0-9a-f]{4}){9}", fullmatch=True),
    st.binary(min_size=LOCKED, max_size=LOCKED),
)


def test_the_first_paper_still_opens():
    assert unlock(TEXT.locked, "correct horse") == b"t" * 32
    assert str(TEXT) == PAPER


@given(TEXTS)
def test_what_is_written_is_read_back(text):
    assert KeyText.read(str(text)) == text
    assert not set("".join(text.lines())) & set("01OI")


TYPED = {
    "small letters": PAPER.lower(),
    "no spaces": re.sub(r"(?<=\S) (?=\S)", "", PAPER),
    "many spaces": PAPER.replace(" ", "   ").replace("\n", "  \n\n"),
    "tabs and hyphens": re.sub(r"(?<=[A-Z0-9]{4}) (?=[A-Z0-9]{4})", "-", PAPER).replace(": ", ":\t"),
    "full width": PAPER.translate({n: n + 0xFEE0 for n in range(0x21, 0x7F)}),
    "ideographic spaces": PAPER.replace(" ", "\u3000"),
    "windows": PAPER.replace("\n", "\r\n"),
    "another order": "\n".join(reversed(PAPER.splitlines())),
    "no headline": PAPER.partition("\n")[2],
    "numbers with a dot": re.sub(r"(?m)^(\d):", r" \1.", PAPER),
    "text around": "typed by hand\n\n" + PAPER + "\nend",
}


@pytest.mark.parametrize("typed", TYPED.values(), ids=TYPED.keys())
def test_how_it_was_typed_does_not_matter(typed):
    assert KeyText.read(typed) == TEXT


@given(st.integers(0, 5), st.integers(0, 23), st.sampled_from(ALPHABET + "01OI%"))
def test_one_wrong_sign_names_its_line(number, place, sign):
    lines = list(TEXT.lines())
    signs = lines[number].replace(" ", "")
    if signs[place] == sign:
        return
    lines[number] = signs[:place] + sign + signs[place + 1 :]

    with pytest.raises(Invalid) as fault:
        KeyText.read(written(lines))
    assert str(fault.value) == f"line {number + 1} was mistyped"


def test_swapped_signs_are_noticed():
    for number, line in enumerate(TEXT.lines()):
        signs = line.replace(" ", "")
        for place in range(23):
            if signs[place] == signs[place + 1]:
                continue
            lines = list(TEXT.lines())
            lines[number] = signs[:place] + signs[place + 1] + signs[place] + signs[place + 2 :]
            with pytest.raises(Invalid, match=f"^line {number + 1} was mistyped$"):
                KeyText.read(written(lines))


def test_two_lines_that_changed_places_are_both_named():
    first, second, *rest = TEXT.lines()

    with pytest.raises(Invalid) as fault:
        KeyText.read(written([second, first, *rest]))
    assert str(fault.value) == "line 1 was mistyped; line 2 was mistyped"


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (PAPER.replace("3: KSKX ", "3: "), "line 3 was mistyped"),
        (re.sub("(?m)^4:.*\n", "", PAPER), "line 4 is missing"),
        (re.sub("(?m)^Name.*\n", "", PAPER), "the line Name: is missing"),
        (PAPER.replace("Fingerprint", "Print"), "the line Fingerprint: is missing"),
        ("", "the line Name: is missing; the line Fingerprint: is missing; line 1 is missing"),
    ],
)
def test_what_is_missing_is_named(typed, told):
    with pytest.raises(Invalid, match=told):
        KeyText.read(typed)


def test_a_line_typed_twice_must_be_the_same():
    with pytest.raises(Invalid, match="line 2 stands there twice"):
        KeyText.read(PAPER + "2: 7KWU G4T5 VTM4 TY77 8WDD 8ZUM\n")
    assert KeyText.read(PAPER + PAPER) == TEXT


def test_a_wrong_passphrase_and_a_wrong_key_are_refused_and_say_nothing_of_it():
    with pytest.raises(Refused, match="passphrase does not open this key"):
        unlock(TEXT.locked, "Correct horse")


def test_one_passphrase_locks_one_key_in_two_ways():
    one, other = lock(b"t" * 32, "correct horse"), lock(b"t" * 32, "correct horse")

    assert one[:15] != other[:15]
    assert one[27:] != other[27:]
    assert unlock(one, "correct horse") == unlock(other, "correct horse") == b"t" * 32


def written(lines):
    numbered = "\n".join(f"{number}: {line}" for number, line in enumerate(lines, start=1))
    return f"Name: {TEXT.name}\nFingerprint: {TEXT.fingerprint}\n{numbered}"
