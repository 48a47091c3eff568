"""Lines to the servers of a town: kept open between the acts of a run, opened anew when they broke.

A line that lay idle may have died without a word (a firewall forgot it, a laptop slept, the server went down), so one
that lay longer than a moment is asked whether it lives before anything is said on it.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Literal

from eakte_ops.clock import SYSTEM, Clock
from eakte_ops.errors import Unreachable
from eakte_ops.remote.exchange import Exchange, shell_for
from eakte_ops.remote.types import Connect, Connection, Question, Script, Target

FRESH_S = 10.0
"""Seconds that a line may lie idle and is used without being asked."""
STALE_S = 900.0
"""Seconds after which it is not asked but replaced."""
_PROBE_S = 5.0
ALIVE = Question("line", Script({"posix": ":"}), limit=_PROBE_S, cap=16)
"""What an idle line is asked; only its coming back counts."""


@dataclass(frozen=True, slots=True)
class _Idle:
    line: Connection
    since: float


class Lines:
    """Thread safe: each user has a line of its own; one that is free is used again.

    `targets`: server -> how to reach it, as the account of people at work. `seconds`: for connecting.
    """

    def __init__(self, targets: Mapping[str, Target], connect: Connect, seconds: float, clock: Clock = SYSTEM) -> None:
        self.targets = targets
        self._connect = connect
        self._seconds = seconds
        self._clock = clock
        self._free: dict[str, list[_Idle]] = defaultdict(list)
        self._changing = threading.Lock()

    @contextmanager
    def to(self, server: str) -> Iterator[Connection]:
        """A line to `server` for the block; one in which an error arose is closed. Raises Unreachable, KeyError."""
        line = self._line(server, self._clock.monotonic() + self._seconds)
        try:
            yield line
        except Unreachable:
            self._broke(server, line)
            raise
        except BaseException:
            line.close()
            raise
        self._back(server, line)

    def lend(self, target: Target, deadline: float) -> Connection:
        """A line as a `types.Connect` gives it, for what opens and closes its own: closing it gives it back.

        `target`: one of `targets`. Raises Unreachable.
        """
        line = self._line(target.name, min(deadline, self._clock.monotonic() + self._seconds))
        return _Lent(self, target.name, line, self._clock)

    def close(self) -> None:
        """Close what is free; never raises."""
        with self._changing:
            lines = [idle.line for free in self._free.values() for idle in free]
            self._free.clear()
        for line in lines:
            line.close()

    def _line(self, server: str, deadline: float) -> Connection:
        target = self.targets[server]
        while (idle := self._take(server)) is not None:
            if self._lives(target, idle):
                return idle.line
            idle.line.close()
        return self._connect(target, deadline)

    def _take(self, server: str) -> _Idle | None:
        with self._changing:
            return self._free[server].pop() if self._free[server] else None

    def _lives(self, target: Target, idle: _Idle) -> bool:
        lay = self._clock.monotonic() - idle.since
        if lay <= FRESH_S:
            return True
        if lay > STALE_S:
            return False
        deadline = self._clock.monotonic() + _PROBE_S
        exchange = Exchange(idle.line, shell_for(target.dialect), (ALIVE,), budget=_PROBE_S, deadline=deadline)
        return [answer.status for answer in exchange] == [0]

    def _back(self, server: str, line: Connection) -> None:
        with self._changing:
            self._free[server].append(_Idle(line, self._clock.monotonic()))

    def _broke(self, server: str, line: Connection) -> None:
        """What broke one line has mostly broken the others to that server: nobody has to find out one by one."""
        with self._changing:
            others = self._free.pop(server, [])
        for each in (line, *(idle.line for idle in others)):
            each.close()


class _Lent:
    """See `types.Connection`. One whose talk failed is closed for good instead of given back."""

    def __init__(self, lines: Lines, server: str, line: Connection, clock: Clock) -> None:
        # What is judged by the times of a visit (the server's clock) means this one, not the login of an hour ago.
        self.visit = replace(line.visit, began=clock.now().timestamp() - line.visit.login_s, ended=0.0)
        self._lines = lines
        self._server = server
        self._line = line
        self._clock = clock
        self._failed = False
        self._closed = False

    def talk(self, stdin: bytes, *, deadline: float, cap: int) -> Iterator[tuple[Literal["out", "err"], bytes]]:
        """See `types.Connection`."""
        try:
            yield from self._line.talk(stdin, deadline=deadline, cap=cap)
        except GeneratorExit:  # whoever listened has heard enough: the line is well
            raise
        except BaseException:
            self._failed = True
            raise

    def close(self) -> None:
        """See `types.Connection`."""
        if self._closed:
            return
        self._closed = True
        self.visit = replace(self.visit, ended=self._clock.now().timestamp())
        if self._failed:
            self._lines._broke(self._server, self._line)
        else:
            self._lines._back(self._server, self._line)
