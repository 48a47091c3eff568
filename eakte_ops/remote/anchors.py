"""Reading back what was written to the system journal of a town's server under our name. The town keeps it, not we."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from eakte_ops.remote import cleaning, numbers, ops, sudo
from eakte_ops.remote.types import Connection, Question, Script

READ_COMMAND = ("/usr/bin/journalctl", "--quiet", "--no-pager", "--output", "json", "--identifier", "eakte-ops")
"""What sudo must allow; the rule of the access pack is exactly this."""

MOST_BYTES = 2_000_000
_MOST_TEXT = 2_000


@dataclass(frozen=True, slots=True)
class Anchor:
    """One entry. `at`: Unix seconds by the server's clock. `uid`: of who wrote it, as the system journal saw it; any
    account there can write under our name, so only that of eakte-ops counts. `text`: cleaned."""

    at: float
    uid: int
    text: str


def question() -> Question:
    """What to ask: the newest 2 MB of our own entries, as JSON lines."""
    text = f"{{ {sudo.command(READ_COMMAND)}; printf '\\nstatus %s\\n' \"$?\"; }} | tail -c {MOST_BYTES}"
    return Question("anchors", Script({"posix": text}), limit=60.0, cap=MOST_BYTES + 1)


def read(connection: Connection, *, server: str = "server") -> tuple[Anchor, ...]:
    """The newest entries (2 MB), oldest first. Raises SudoRefused, CommandFailed, Unreachable."""
    asked = question()
    answer = ops.ask(connection, asked)
    denied = sudo.refusal(server, " ".join(READ_COMMAND), None, answer.err)
    if denied is not None:
        raise denied
    if answer.status != 0 or not answer.out.endswith(b"\nstatus 0\n"):
        raise ops.failed(server, asked, answer)
    return tuple(parse(answer.out))


def parse(out: bytes) -> Iterator[Anchor]:
    """Entries of the JSON lines of journalctl; what is none (the half line at the beginning) is left out."""
    for line in out.splitlines():
        try:
            said = json.loads(line)
            at, uid, text = int(said["__REALTIME_TIMESTAMP"]) / 1e6, int(said["_UID"]), said["MESSAGE"]
        except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
            continue
        if not numbers.is_time(at) or not 0 <= uid < 2**32:
            continue
        if isinstance(text, list):  # bytes that are no plain text come as numbers
            text = bytes(each for each in text if isinstance(each, int) and 0 <= each < 256).decode("utf-8", "replace")
        if isinstance(text, str):
            yield Anchor(at, uid, cleaning.line(text, _MOST_TEXT))
