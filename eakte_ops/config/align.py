"""Lays two texts side by side, line by line. Bounded work, whatever a server makes of its text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

MOST_CELLS = 1_000_000
"""Pairs of lines that are weighed; beyond that only the equal lines at both ends find each other."""

Pair: TypeAlias = tuple[int | None, int | None]
"""Numbers of two lines, from 0; None: the other one has no counterpart."""
Weight: TypeAlias = Callable[[int, int], int]
"""How well a line of the left and one of the right go together; 0: not at all."""

_BOTH, _LEFT, _RIGHT = 0, 1, 2


def align(left: int, right: int, same: Callable[[int, int], bool], weight: Weight) -> list[Pair]:
    """Pairs of lines of two texts of `left` and `right` lines, each line once, both in order.

    `same`: whether two lines are equal, so that nothing could go better with either.
    """
    first = _alike(min(left, right), same)
    last = _alike(min(left, right) - first, lambda a, b: same(left - 1 - a, right - 1 - b))
    middle = _weighed(left - first - last, right - first - last, lambda a, b: weight(first + a, first + b))
    return [
        *((at, at) for at in range(first)),
        *((_further(a, first), _further(b, first)) for a, b in middle),
        *((left - at, right - at) for at in range(last, 0, -1)),
    ]


def _further(number: int | None, by: int) -> int | None:
    return None if number is None else number + by


def _alike(most: int, same: Callable[[int, int], bool]) -> int:
    return next((at for at in range(most) if not same(at, at)), most)


def _weighed(left: int, right: int, weight: Weight) -> Iterator[Pair]:
    """The pairs whose weights are the most together (Needleman and Wunsch, without a price for gaps)."""
    if left * right > MOST_CELLS:
        yield from ((at, None) for at in range(left))
        yield from ((None, at) for at in range(right))
        return
    best = [0] * (right + 1)
    ways = []
    for a in range(left):
        row, way = [0], bytearray(right)
        for b in range(right):
            found, step = (best[b + 1], _LEFT) if best[b + 1] > row[b] else (row[b], _RIGHT)
            together = weight(a, b)
            if together and best[b] + together >= found:
                found, step = best[b] + together, _BOTH
            row.append(found)
            way[b] = step
        best = row
        ways.append(way)
    yield from reversed(list(_back(ways, left, right)))


def _back(ways: list[bytearray], a: int, b: int) -> Iterator[Pair]:
    while a or b:
        step = ways[a - 1][b - 1] if a and b else (_LEFT if a else _RIGHT)
        yield (a - 1 if step != _RIGHT else None, b - 1 if step != _LEFT else None)
        a -= step != _RIGHT
        b -= step != _LEFT
