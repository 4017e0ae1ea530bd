"""YAML files as people save them, and as nobody should: read right, or refused in a sentence, quickly."""

from decimal import Decimal

import pytest

from survey.core.errors import Invalid
from survey.core.yamlfile import load
from tests.factories.sentences import lines

TEXT = "name: 测评\nsteps: [满意, 不满意]\n"
VALUE = {"name": "测评", "steps": ["满意", "不满意"]}
ENCODING = "the file is neither UTF-8 nor UTF-16 with its mark nor GB 18030; save it as UTF-8"
ANCHORS = "anchors and references (& and *) are not allowed"


def read(tmp_path, written):
    file = tmp_path / "x.yaml"
    file.write_bytes(written.encode() if isinstance(written, str) else written)
    return load(file)[0]


def faults_of(tmp_path, written):
    with pytest.raises(Invalid) as refused:
        read(tmp_path, written)
    return lines(refused.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gbk", "gb18030"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
def test_a_file_is_read_however_it_was_saved(tmp_path, encoding, end):
    assert read(tmp_path, TEXT.replace("\n", end).encode(encoding)) == VALUE


def test_big_endian_utf_16_with_its_mark_is_read(tmp_path):
    assert read(tmp_path, b"\xfe\xff" + TEXT.encode("utf-16-be")) == VALUE


LAUGHS = 'a: &a ["lol", "lol"]\n' + "".join(f"b{i}: &b{i} [*a, *a, *a]\n" for i in range(9))

REFUSED = {
    "empty": (b"", "x.yaml: the file is empty"),
    "blank": (b" \n\t\n", "x.yaml: the file is empty"),
    "only a byte order mark": (b"\xef\xbb\xbf", "x.yaml: the file is empty"),
    "only the mark of UTF-16": (b"\xff\xfe", "x.yaml: the file is empty"),
    "only a comment": ("# later\n", "x.yaml: the file is empty"),
    "NUL bytes": (b"name: a\0b\n", f"x.yaml: {ENCODING}"),
    "UTF-16 without its mark": (TEXT.encode("utf-16-le"), f"x.yaml: {ENCODING}"),
    "no text": (b"\x89PNG\r\n\x1a\n\xff\xff\xff", f"x.yaml: {ENCODING}"),
    "two megabytes": (b"a" * 2_000_000, "x.yaml: the file has 2,000,000 bytes; the most is 1,000,000"),
    "a billion laughs": (LAUGHS, f"x.yaml:1: {ANCHORS}"),
    "an anchor that nobody uses": ("a: 1\nb: &b 2\n", f"x.yaml:2: {ANCHORS}"),
    "a reference to itself": ("a: 1\nb: &b [*b]\n", f"x.yaml:2: {ANCHORS}"),
    "a reference to nothing": ("a: *b\n", "x.yaml:1: this is not valid YAML: found undefined alias 'b'"),
    "a tab": ("a:\n\t- 1\n", "x.yaml:2: a tab stands here; indent with spaces"),
    "a control character": ("a: 1\nb: \x07\n", "x.yaml:2: the character U+0007 is not allowed; delete it"),
    "an escaped NUL": ('a: 1\nb: "\\0"\n', "x.yaml:2: the character U+0000 is not allowed; delete it"),
    "half a character": ('a: 1\nb: "\\ud800"\n', "x.yaml:2: the character U+D800 is not allowed; delete it"),
    "half a character in a field": ('"\\ud800": 1\n', "x.yaml:1: the character U+D800 is not allowed; delete it"),
    "another language's object": (
        "a: !!python/object/apply:os.system [id]\n",
        "x.yaml:1: the tag tag:yaml.org,2002:python/object/apply:os.system is not allowed; leave it out",
    ),
    "a tag of one's own": ("a: 1\nb: !Ref x\n", "x.yaml:2: the tag !Ref is not allowed; leave it out"),
    "a list for a field's name": ("? [a]\n: b\n", "x.yaml:1: a field's name must be a word"),
    "the same field twice": ("a: 1\nb:\n  c: 1\n  c: 2\n", "x.yaml:4: the field c stands here twice"),
    "two documents": ("a: 1\n---\nb: 2\n", "x.yaml:2: this is not valid YAML: but found another document"),
    "an unclosed bracket": ("a: [1\nb: 2\n", "x.yaml:2: this is not valid YAML: expected ',' or ']', but got ':'"),
    "a little too deep": ("a: " + "[" * 21 + "]" * 21, "x.yaml:1: the file is nested too deeply"),
}


@pytest.mark.parametrize(("written", "told"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_such_file_is_refused_in_one_line(tmp_path, written, told):
    assert faults_of(tmp_path, written) == [told]


@pytest.mark.parametrize("written", ["[" * 10_000, "[" * 10_000 + "]" * 10_000, "{a: " * 10_000, "- " * 10_000])
def test_ten_thousand_brackets_are_refused(tmp_path, written):
    assert faults_of(tmp_path, written) == ["x.yaml: the file is not valid YAML, or nested too deeply"]


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    for path in (tmp_path / "none.yaml", tmp_path):
        with pytest.raises(Invalid, match="the file cannot be read: is its name right"):
            load(path)


def test_plain_values_are_what_yaml_1_2_says(tmp_path):
    written = "{a: 1, b: 0.10, c: true, d: null, e: no, f: yes, g: 0o7, h: 2026-01-01, i: 12:30, j: '1', k: ~, l: 007}"

    assert read(tmp_path, written) == {
        "a": 1,
        "b": Decimal("0.10"),
        "c": True,
        "d": None,
        "e": "no",
        "f": "yes",
        "g": "0o7",
        "h": "2026-01-01",
        "i": "12:30",
        "j": "1",
        "k": None,
        "l": 7,
    }


def test_a_decimal_is_kept_exactly(tmp_path):
    assert str(read(tmp_path, "a: 0.30\n")["a"]) == "0.30"


def test_a_field_knows_its_line(tmp_path):
    file = tmp_path / "x.yaml"
    file.write_text("a:\n  - b: 1\n    c:\n\n      d: 2\n")

    _, at = load(file)
    assert (at["a",], at["a", 0], at["a", 0, "c"], at["a", 0, "c", "d"]) == (1, 2, 3, 5)
