"""The pattern of a whole count, attacked with everything it shows: by elimination, and by trying every table."""

from dataclasses import replace
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey.core.numbers import half_up
from survey.reports.disclosure import Joint, Line, protect_count
from survey.reports.disclosure.audit import Exposure, Watch, audit
from survey.reports.disclosure.printed import Rounded, window
from survey.rounds.rules import Disclosure

POINTS = {"a": 95, "b": 85, "c": 50}
BEST = frozenset("a")
WEIGHTS = {"A": Fraction(1, 2), "B": Fraction(3, 10), "C": Fraction(1, 5)}
RULES = Disclosure()


def cells(*n):
    return dict(zip("abc", n, strict=True))


def subject(**classes):
    """One item about one subject: a line for each class, their sum, the class means, the weighted total."""
    lines = [Line(name, row, (), BEST, group=name) for name, row in classes.items()]
    together = {option: sum(row[option] for row in classes.values()) for option in "abc"}
    lines.append(Line("all", together, (), BEST, parts=tuple(classes)))
    means = [
        Joint(f"mean {name}", {(name, o): Fraction(p, sum(row.values())) for o, p in POINTS.items()}, name)
        for name, row in classes.items()
        if sum(row.values())
    ]
    total = {term: WEIGHTS[mean.group] * factor for mean in means for term, factor in mean.terms.items()}
    ballots = {name: sum(row.values()) for name, row in classes.items()}
    return lines, [Joint("total", total), *means], ballots


def protected(*, disclosure=RULES, **classes):
    lines, joints, ballots = subject(**classes)
    return protect_count(lines, joints, disclosure=disclosure, ballots=ballots)


def published(lines, joints, pattern):
    """Return everything a reader of all reports has, as sums over the cells of the classes."""
    for line in lines:
        parts = line.parts or (line.key,)
        yield {(part, option): 1 for part in parts for option in line.cells}
        for option in line.cells:
            if pattern.shows(line.key, option):
                yield {(part, option): 1 for part in parts}
    yield from (joint.terms for joint in joints if pattern.shows_joint(joint.key))


def possible(lines, figures):
    """Try every table of the classes' totals and return those that print the same figures."""
    rows = [line for line in lines if not line.parts]
    true = {(line.key, option): n for line in rows for option, n in line.cells.items()}
    shares = [
        [(i, j, line.total - i - j) for i in range(line.total + 1) for j in range(line.total + 1 - i)] for line in rows
    ]
    printed = [(figure, sum(f * true[t] for t, f in figure.items())) for figure in figures]
    for tried in product(*shares):
        table = {
            (line.key, o): n for line, row in zip(rows, tried, strict=True) for o, n in zip("abc", row, strict=True)
        }
        if all(sum(f * table[t] for t, f in figure.items()) == value for figure, value in printed):
            yield table


def test_nothing_small_shows_everything():
    pattern = protected(A=cells(20, 10, 5), B=cells(9, 8, 7))

    assert not any(found.hidden for found in pattern.lines.values())
    assert pattern.joints == {"total", "mean A", "mean B"}


def test_a_class_below_five_takes_the_next_smallest_with_it_but_not_the_total():
    pattern = protected(A=cells(20, 10, 6), B=cells(9, 8, 7), C=cells(2, 1, 1))

    assert pattern.whole >= {"B", "C"}
    assert "total" in pattern.joints
    assert not pattern.joints & {"mean B", "mean C"}


def test_the_only_class_is_not_given_back_by_the_total():
    pattern = protected(C=cells(2, 1, 1))

    assert pattern.whole == {"C", "all"}
    assert pattern.joints == frozenset()


def test_the_edge_of_a_class():
    assert "mean B" in protected(A=cells(20, 10, 5), B=cells(5, 0, 0)).joints
    assert "mean B" not in protected(A=cells(20, 10, 5), B=cells(4, 0, 0)).joints


def test_votes_all_alike_below_the_best_are_hidden_whole_and_cannot_be_worked_out():
    pattern = protected(A=cells(20, 10, 5), B=cells(0, 0, 7))

    assert "B" in pattern.whole
    assert "mean B" not in pattern.joints
    shown = protected(A=cells(20, 10, 5), B=cells(0, 0, 7), disclosure=Disclosure(unanimity="show"))
    assert "B" not in shown.whole


def test_a_zero_next_to_votes_that_differ_is_shown():
    pattern = protected(A=cells(20, 10, 0), B=cells(9, 8, 0))

    assert pattern.shows("A", "c")
    assert pattern.shows("B", "c")


def test_a_cell_is_covered_in_its_column_too():
    pattern = protected(A=cells(20, 10, 3), B=cells(9, 8, 7))

    assert not pattern.shows("A", "c")
    assert not (pattern.shows("B", "c") and pattern.shows("all", "c"))


def test_an_index_of_two_items_does_not_give_the_hidden_one_back():
    hidden = Line("one", cells(0, 12, 0), ({"a": 95, "b": 85, "c": 50},), BEST)
    open_line = Line("two", cells(20, 10, 5), ({"a": 95, "b": 85, "c": 50},), BEST)
    third = Line("three", cells(20, 12, 6), ({"a": 95, "b": 85, "c": 50},), BEST)
    index = Joint(
        "index",
        {(line.key, o): Fraction(p, 3 * line.total) for line in (hidden, open_line, third) for o, p in POINTS.items()},
    )

    pattern = protect_count([hidden, open_line, third], [index], disclosure=RULES)

    assert "one" in pattern.whole
    assert "index" not in pattern.joints or pattern.whole & {"two", "three"}


def test_the_pattern_does_not_depend_on_the_order_of_the_lines():
    lines, joints, ballots = subject(A=cells(20, 10, 3), B=cells(9, 8, 7), C=cells(2, 6, 1))
    again = lines[::-1]

    first = protect_count(lines, joints, disclosure=RULES, ballots=ballots)
    second = protect_count(again, joints, disclosure=RULES, ballots=ballots)

    assert (dict(first.lines), first.whole, first.joints) == (dict(second.lines), second.whole, second.joints)


counts = st.integers(0, 7)
rows = st.builds(cells, counts, counts, counts)


@settings(max_examples=40)
@given(rows, rows)
def test_no_hidden_count_follows_from_everything_that_is_shown(first, second):
    """Brute force: other tables print the same total, means, sums and visible cells."""
    lines, joints, ballots = subject(A=first, B=second)
    pattern = protect_count(lines, joints, disclosure=RULES, ballots=ballots)
    tables = list(possible(lines, list(published(lines, joints, pattern))))
    for line in lines:
        for option in pattern.lines[line.key].hidden:
            if line.cells[option]:
                values = {sum(table[part, option] for part in line.parts or (line.key,)) for table in tables}
                assert len(values) >= 2, (line.key, option)
    assert not pattern.exposed


@settings(max_examples=40)
@given(rows, rows)
def test_no_hidden_count_follows_from_figures_that_are_rounded(first, second):
    """Brute force: other tables print the same two decimals of the total and the means."""
    lines, joints, ballots = subject(A=first, B=second)
    joints = [replace(joint, step=Fraction(1, 100)) for joint in joints]
    pattern = protect_count(lines, joints, disclosure=RULES, ballots=ballots)
    shown = [joint.terms for joint in joints if pattern.shows_joint(joint.key)]
    exact = [figure for figure in published(lines, joints, pattern) if figure not in shown]
    true = {(line.key, option): n for line in lines for option, n in line.cells.items()}
    printed = [(terms, in_print(terms, true)) for terms in shown]
    tables = [
        table for table in possible(lines, exact) if all(in_print(terms, table) == value for terms, value in printed)
    ]
    for line in lines:
        for option in pattern.lines[line.key].hidden:
            if line.cells[option]:
                values = {sum(table[part, option] for part in line.parts or (line.key,)) for table in tables}
                assert len(values) >= 2, (line.key, option)
    for joint in joints:
        if joint.group and 0 < ballots[joint.group] < RULES.min_class:
            values = {sum(f * table[t] for t, f in joint.terms.items()) for table in tables}
            assert len(values) >= 3, joint.key
    assert not pattern.exposed


def in_print(terms, table):
    return half_up(Fraction(sum(factor * table[term] for term, factor in terms.items())), 2)


@pytest.mark.parametrize(
    ("value", "same", "others"),
    [
        # 12.345 is printed as 12.35, like 12.354; 12.344 and 12.355 are not
        (12345, (0, 9), (-1, 10)),
        (-12345, (0, -9), (1, -10)),
        (0, (4, -4), (5, -5)),
        (4, (0, -8), (1, -9)),
    ],
)
def test_the_window_of_a_rounded_figure(value, same, others):
    figure = Rounded({"a": Fraction(value, 1000), "b": Fraction(1, 1000)}, Fraction(1, 100))
    found = window(figure, {"a": 0, "b": 1}, [1, 0], {0})
    unit = found.factors[1]

    assert all(found.low <= by * unit <= found.high for by in same)
    assert not any(found.low <= by * unit <= found.high for by in others)


def test_a_rounded_figure_whose_neighbours_print_otherwise_is_an_equation():
    totals = [{"a": 1, "b": 1}]
    watched = [Watch("a", {"a": 1})]
    table = {"a": 4, "b": 8}

    sharp, blunt = (Rounded({"a": Fraction(1, n)}, Fraction(1, 100)) for n in (100, 1000))

    assert audit(table, totals, watched, joining=[sharp]) == {"a": Exposure.SOLVED}
    assert audit(table, totals, watched, joining=[blunt]) == {}


@settings(max_examples=60)
@given(st.lists(counts, min_size=3, max_size=4), st.lists(st.integers(0, 4), min_size=4, max_size=4), st.data())
def test_the_auditor_never_calls_hidden_what_is_not(row, factors, data):
    table = dict(enumerate(row))
    hidden = data.draw(st.sets(st.sampled_from(sorted(table)), min_size=1))
    figures = [dict.fromkeys(table, 1), {at: factors[at] for at in table}]
    figures += [{at: 1} for at in table if at not in hidden]

    found = audit(table, figures, [Watch(at, {at: 1}, 2) for at in hidden])

    others = [
        dict(enumerate(tried))
        for tried in product(range(sum(row) + 1), repeat=len(row))
        if all(sum(f * (tried[at] - row[at]) for at, f in figure.items()) == 0 for figure in figures)
    ]
    for at in hidden:
        if at not in found:
            assert len({other[at] for other in others}) >= 2


@pytest.mark.parametrize(
    ("figures", "expected"),
    [
        ([{"a": 1, "b": 1}], {}),
        ([{"a": 1, "b": 1}, {"a": 2, "b": 1}], {"a": Exposure.SOLVED, "b": Exposure.SOLVED}),
        ([{"a": 1, "b": 1}, {"b": 1}], {"a": Exposure.SOLVED, "b": Exposure.SOLVED}),
        ([{"a": 9, "b": 1}], {"a": Exposure.NARROW, "b": Exposure.NARROW}),
    ],
)
def test_what_the_auditor_calls_solved_and_narrow(figures, expected):
    assert audit({"a": 1, "b": 8}, figures, [Watch("a", {"a": 1}), Watch("b", {"b": 1})]) == expected


def test_a_figure_over_many_cells_at_its_end_tells_every_cell():
    table = {(row, option): 0 if option else 6 for row in range(4) for option in range(4)}
    totals = [{(row, option): 1 for option in range(4)} for row in range(4)]
    index = {(row, option): 10 - option for row, option in table}

    assert audit(table, totals, [Watch("x", {(0, 0): 1})]) == {}
    assert audit(table, [*totals, index], [Watch("x", {(0, 0): 1})]) == {"x": Exposure.NARROW}
