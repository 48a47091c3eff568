"""A file that one process of this machine holds at a time. It dies with its holder: a killed one blocks nobody."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from eakte_ops.clock import SYSTEM, Clock
from eakte_ops.errors import Busy
from eakte_ops.store import rights

_POLL_S = 0.1


@contextmanager
def held(file: Path, what: str, purpose: str, *, patience: float = 0.0, clock: Clock = SYSTEM) -> Iterator[None]:
    """Hold `file`, which stands for `what` ("the lab"), for `purpose`.

    Raises: Busy with the holder's words if somebody else has it after `patience` seconds.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(
        rights.opened(file, os.O_RDWR | os.O_APPEND), "a+", encoding="utf-8"
    ) as opened:  # readers could hold it
        _take(opened, what, clock.monotonic() + patience, clock)
        opened.truncate(0)
        since = clock.now().astimezone().strftime("%Y-%m-%d %H:%M:%S %Z")
        opened.write(f"{purpose}, since {since}, process {os.getpid()}\n")
        opened.flush()
        try:
            yield
        finally:
            opened.truncate(0)


def _take(opened: IO[str], what: str, end: float, clock: Clock) -> None:
    while True:
        try:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as taken:
            if clock.monotonic() < end:
                clock.sleep(_POLL_S)
                continue
            opened.seek(0)
            holder = opened.read().strip() or "another command"
            raise Busy(f"{what} is busy: {holder}", way_out="wait for it to end, then try again") from taken
        return
