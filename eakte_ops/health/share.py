"""Where not all can be shown: the worst first, and among equals every server before anybody's second one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from typing import TypeVar

T = TypeVar("T")


def share(found: Sequence[T], most: int, rank: Callable[[T], int], whose: Callable[[T], Hashable]) -> list[T]:
    """At most `most` of `found`, in its order. A server that has much to say does not bury what others have to.

    `rank`: 0 is the worst; `whose`: town and server.
    """
    if len(found) <= most:
        return list(found)
    turns: Counter[tuple[int, Hashable]] = Counter()
    order: list[tuple[int, int, int]] = []
    for number, each in enumerate(found):
        of = (rank(each), whose(each))
        order.append((of[0], turns[of], number))
        turns[of] += 1
    return [found[number] for number in sorted(number for _rank, _turn, number in sorted(order)[:most])]
