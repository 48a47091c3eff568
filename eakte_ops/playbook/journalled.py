"""The journal of a run: in the store first, then on the lock server of the town.

What comes before an act has to lie in both before it counts as written. What tells of an act that is over may reach the
lock server later, with the next line: whoever goes on there asks the servers how that act ended.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

from eakte_ops.clock import SYSTEM, Clock
from eakte_ops.errors import CommandFailed, EakteError, Unreachable
from eakte_ops.playbook.acts import Fenced
from eakte_ops.playbook.journal import Entry
from eakte_ops.playbook.memory import entries
from eakte_ops.playbook.written import Written

if TYPE_CHECKING:
    from eakte_ops.playbook.copy import Copy
    from eakte_ops.playbook.memory.keeper import Keeper

_TOLD_LATER = ("done", "failed", "unclear")
"""Marks of acts that are over, as the server that carried them out also knows."""


class Closed(EakteError):
    """The process has left this run; a thread that is still at work writes nothing more."""

    message = "this process has left the run; nothing more is written"


class Journalled:
    """See journal.Journal. Thread safe. `known`: the lines that are in the store already; `there`: how many of them lie
    on the lock server; `who`: login and host, for the record."""

    def __init__(
        self,
        run: str,
        keeper: Keeper,
        copy: Copy,
        who: str,
        *,
        known: Sequence[Written] = (),
        there: int = 0,
        clock: Clock = SYSTEM,
    ) -> None:
        self._run = run
        self._keeper = keeper
        self._copy = copy
        self._who = who
        self._clock = clock
        self._entries = [each.entry for each in known]
        self._lines = [each.line() for each in known]
        self._there = there
        self._open = True
        self._writing = threading.Lock()

    def write(self, entry: Entry) -> None:
        """See Journal. Raises Fenced where somebody else has taken the town, Unreachable, CommandFailed, Closed."""
        with self._writing:
            if not self._open:
                raise Closed
            line = Written(self._clock.now().timestamp(), self._who, entry).line()
            number = len(self._lines)
            self._keeper.writing(lambda rows: entries.append(rows, self._run, number, line))
            self._lines.append(line)
            self._entries.append(entry)
            try:
                self._send()
            except Fenced:
                raise
            except (Unreachable, CommandFailed):
                if entry.mark not in _TOLD_LATER and entry.turn != "closed":
                    raise

    def entries(self) -> Sequence[Entry]:
        """See Journal."""
        with self._writing:
            return tuple(self._entries)

    @property
    def behind(self) -> int:
        """How many lines the lock server does not have yet."""
        return len(self._lines) - self._there

    def catch_up(self) -> None:
        """Send what the lock server does not have. Raises as `write`."""
        with self._writing:
            self._send()

    def leave(self) -> None:
        """Nothing more is written from here; waits for nobody."""
        self._open = False

    def _send(self) -> None:
        """Send the lines that are missing there; once more where it has fewer than it said (its disk was replaced)."""
        for first in (self._there, None):
            start = self._there if first is None else first
            if start >= len(self._lines):
                return
            self._there = self._copy.append(start + 1, self._lines[start:])
            if self._there == len(self._lines):
                return
            if self._there > len(self._lines):
                break
        raise CommandFailed(
            f"it has {self._there} lines of the journal, and here are {len(self._lines)}",
            server="the lock server",
            command="journal",
            code=None,
        )
