"""The first difference of two documents, by a place that people can find."""

from survey.core.difference import first_difference


def told(one, other):
    found = first_difference(one, other)
    return found and (str(found), found.one, found.other)


def test_entries_are_named_where_they_have_names():
    one = {"units": [{"code": "6201", "score": "94.3776"}, {"code": "6202", "score": "80"}]}
    other = {"units": [{"code": "6201", "score": "94.3777"}, {"code": "6202", "score": "81"}]}
    assert told(one, other) == ("units > 6201 > score", "94.3776", "94.3777")
    assert told(one, one) is None


def test_what_only_one_has_is_a_dash_in_the_other():
    assert told({"a": 1}, {"a": 1, "b": 2}) == ("b", "-", "2")
    assert told({"units": [{"id": "x"}]}, {"units": []}) == ("units > x", "{'id': 'x'}", "-")


def test_entries_without_names_are_numbered_from_1():
    assert told([1, [2, 3]], [1, [2, 4]]) == ("2 > 2", "3", "4")
    assert told([{"code": "a"}, {"code": "a"}], [{"code": "a"}, {"code": "b"}]) == ("2 > code", "a", "b")


def test_the_order_counts_and_so_does_the_type():
    assert told([{"id": "a"}, {"id": "b"}], [{"id": "b"}, {"id": "a"}]) == ("1", "{'id': 'a'}", "{'id': 'b'}")
    assert told({"n": 1}, {"n": "1"}) == ("n", "1", "'1'")
    assert told({"n": 1}, {"n": True}) == ("n", "1", "True")


def test_what_stands_there_is_cut_where_it_is_long():
    assert told({"n": "x" * 200}, {"n": {}}) == ("n", "x" * 120 + "...", "{}")
