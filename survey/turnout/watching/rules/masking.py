"""Which sums must not be shown: small ones, and those that would give a small one back. Pure.

Units by classes are a table with totals. A row stands for a unit or for all units, a column for a class or for all
classes; a cell of the table joins its row and its column. Every row and every column is one equation (the parts are
the total), so a masked cell can be worked out exactly when, in the graph whose edges are the masked cells, it is a
bridge: it lies on no cycle. Cells are masked along the cheapest path round each bridge until there is none. Below a
cell stand its batches, a single level: one masked batch under a cell that is shown needs another one.

What is protected is how many codes were spent. How many were void is known to whoever took them back; a masked cell
shows neither.
"""

import heapq
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum

from survey.core.errors import N_
from survey.turnout.rules import Disposition
from survey.turnout.watching.rules.sums import Key, Sums

Node = tuple[str, str | None]
Edges = Mapping[Node, set[Node]]

# The whole round is masked last.
LAST = 10**12


class Mask(Enum):
    """Why a figure is not shown; the sentence takes the figure ``least``."""

    SMALL = N_("fewer than %(least)s codes issued")
    BESIDE = N_("would give away a neighbour with fewer than %(least)s codes issued")


def mask(sums: Sums, least: int) -> dict[Key, Mask]:
    """Return the sums that must not be shown, each with the reason.

    Nothing issued at all is no secret and is shown.

    Args:
        sums: all sums of a round, as ``roll_up`` gives them.
        least: cells with fewer codes issued are masked.
    """
    cells = {key: sum_ for key, sum_ in sums.items() if sum_.made and key.batch is None}
    masked = {key: Mask.SMALL for key, sum_ in cells.items() if sum_.issued < least}
    masked |= dict.fromkeys(_neighbours_in_units(masked, cells), Mask.BESIDE)
    while bridge := _first_bridge(masked):
        for key in _way_round(bridge, masked, cells):
            masked.setdefault(key, Mask.BESIDE)
    return masked | dict(_masked_batches(sums, masked, least))


def _neighbours_in_units(masked: Iterable[Key], cells: Mapping[Key, Disposition]) -> Iterator[Key]:
    """Yield a second class of every unit with one masked class, where possible one that is masked elsewhere.

    Going round the bridges would find them as well, but one by one; of two thousand units that takes half a minute.
    """
    in_unit: defaultdict[str | None, list[Key]] = defaultdict(list)
    of_unit: defaultdict[str | None, list[Key]] = defaultdict(list)
    for key in cells:
        if key.ballot_class is not None:
            of_unit[key.unit].append(key)
    for key in masked:
        in_unit[key.unit].append(key)
    classes = {key.ballot_class for key in masked}
    for unit, keys in in_unit.items():
        if unit is None or len(keys) > 1:
            continue
        others = [key for key in of_unit[unit] if key not in keys]
        beside = min(others, key=lambda key: (key.ballot_class not in classes, cells[key].issued, key))
        classes.add(beside.ballot_class)
        yield beside


def _masked_batches(sums: Sums, masked: Mapping[Key, Mask], least: int) -> Iterator[tuple[Key, Mask]]:
    below: defaultdict[Key, list[Key]] = defaultdict(list)
    for key in sums:
        if key.batch is not None:
            below[Key(key.unit, key.ballot_class)].append(key)
    for cell, batches in below.items():
        small = [key for key in batches if sums[key].issued < least]
        yield from ((key, Mask.SMALL) for key in small)
        others = sorted((key for key in batches if key not in small), key=lambda key: (sums[key].issued, key))
        if cell not in masked:
            others = others[: 1 if len(small) == 1 else 0]
        yield from ((key, Mask.BESIDE) for key in others)


def _ends(key: Key) -> tuple[Node, Node]:
    return ("unit", key.unit), ("class", key.ballot_class)


def _edges(keys: Iterable[Key]) -> Edges:
    edges: defaultdict[Node, set[Node]] = defaultdict(set)
    for key in keys:
        row, column = _ends(key)
        edges[row].add(column)
        edges[column].add(row)
    return edges


def _order(node: Node) -> tuple[str, bool, str]:
    return node[0], node[1] is None, node[1] or ""


def _first_bridge(masked: Iterable[Key]) -> Key | None:
    """Return a masked cell that can be worked out; none when there is none (Tarjan's bridges, without recursion)."""
    edges = _edges(masked)
    found: dict[Node, int] = {}
    lowest: dict[Node, int] = {}
    for root in sorted(edges, key=_order):
        if root in found:
            continue
        found[root] = lowest[root] = len(found)
        stack = [(root, root, iter(sorted(edges[root], key=_order)))]
        while stack:
            node, above, neighbours = stack[-1]
            neighbour = next(neighbours, None)
            if neighbour is None:
                stack.pop()
                lowest[above] = min(lowest[above], lowest[node])
                if node != above and lowest[node] > found[above]:
                    return _key(node, above)
            elif neighbour not in found:
                found[neighbour] = lowest[neighbour] = len(found)
                stack.append((neighbour, node, iter(sorted(edges[neighbour], key=_order))))
            elif neighbour != above:
                lowest[node] = min(lowest[node], found[neighbour])
    return None


def _key(one: Node, other: Node) -> Key:
    row, column = (one, other) if one[0] == "unit" else (other, one)
    return Key(row[1], column[1])


def _way_round(bridge: Key, masked: Mapping[Key, Mask], cells: Mapping[Key, Disposition]) -> list[Key]:
    """Return the cells of the cheapest other way from the row of a cell to its column (Dijkstra).

    There always is one: over the totals. What is masked already costs nothing, another cell what is issued in it.
    """
    edges = _edges(key for key in cells if key != bridge)
    start, end = _ends(bridge)
    came_from: dict[Node, Node] = {}
    done: set[Node] = set()
    queue = [(0, _order(start), _order(start), start, start)]
    while end not in done:
        cost, _, _, node, before = heapq.heappop(queue)
        if node in done:
            continue
        done.add(node)
        came_from[node] = before
        for neighbour in edges[node] - done:
            step = _cost(_key(node, neighbour), masked, cells)
            heapq.heappush(queue, (cost + step, _order(neighbour), _order(node), neighbour, node))
    way, node = [], end
    while node != start:
        way.append(_key(node, came_from[node]))
        node = came_from[node]
    return way


def _cost(key: Key, masked: Mapping[Key, Mask], cells: Mapping[Key, Disposition]) -> int:
    if key in masked:
        return 0
    return 1 + cells[key].issued + (LAST if key == Key() else 0)
