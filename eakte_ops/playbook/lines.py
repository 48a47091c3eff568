"""Lines to the servers of a town: kept open between the acts of a run, opened anew when they broke."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from time import monotonic

from eakte_ops.remote.types import Connect, Connection, Target


class Lines:
    """Thread safe: each user has a line of its own; one that is free is used again.

    `targets`: server -> how to reach it, as the account of people at work. `seconds`: for connecting.
    """

    def __init__(self, targets: Mapping[str, Target], connect: Connect, seconds: float) -> None:
        self.targets = targets
        self._connect = connect
        self._seconds = seconds
        self._free: dict[str, list[Connection]] = defaultdict(list)
        self._changing = threading.Lock()

    @contextmanager
    def to(self, server: str) -> Iterator[Connection]:
        """A line to `server` for the block; one in which an error arose is closed. Raises Unreachable, KeyError."""
        line = self._take(server) or self._connect(self.targets[server], monotonic() + self._seconds)
        try:
            yield line
        except BaseException:
            line.close()
            raise
        with self._changing:
            self._free[server].append(line)

    def _take(self, server: str) -> Connection | None:
        with self._changing:
            return self._free[server].pop() if self._free[server] else None

    def close(self) -> None:
        """Close what is free; never raises."""
        with self._changing:
            lines = [line for free in self._free.values() for line in free]
            self._free.clear()
        for line in lines:
            line.close()
