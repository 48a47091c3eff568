"""The lock of a town on one of its servers: who is at work, and the fence token that only ever rises.

`take` is a comparison and a change in one, under the lock of the folder there. Time alone never frees it.
"""

from __future__ import annotations

from dataclasses import dataclass

from eakte_ops.errors import CommandFailed
from eakte_ops.remote import cleaning, numbers, ops
from eakte_ops.remote.types import Connection, Question

_FIELDS = 7
_MOST = 400


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has the lock. `since`, `until` (expected end): Unix seconds. `token`: the one under which it was taken."""

    run: str
    who: str
    host: str
    purpose: str
    since: float
    until: float
    token: int


def read(connection: Connection, *, server: str = "server") -> tuple[int, Holder | None]:
    """The token in force (0: none was ever raised), and who has the lock. Raises CommandFailed, Unreachable."""
    return _asked(connection, ops.call("townlock", "show"), server)


def take(connection: Connection, holder: Holder, *, server: str = "server") -> Holder:
    """Take the lock where it is free or the run has it already; gives who has it then.

    Of another run: that one's, unchanged. Of ours: with the token that is in force now, which is `holder.token`, or
    larger where that was not larger than the one before; asking twice with the same token changes nothing.
    """
    words = (
        holder.run,
        holder.who,
        holder.host,
        holder.purpose,
        f"{holder.since:.3f}",
        f"{holder.until:.3f}",
        str(int(holder.token)),
    )
    question = ops.call("townlock", "take", *(ops.one_line(word, _MOST) for word in words))
    _token, found = _asked(connection, question, server)
    if found is None:
        raise CommandFailed("nobody has the lock after it was taken", server=server, command=question.name, code=0)
    return found


def raise_token(connection: Connection, token: int, run: str, *, server: str = "server") -> int:
    """Raise the token for the run that has the lock, which keeps it; gives the token in force afterwards.

    It is larger than `token` where somebody else went ahead, and unchanged where another run (or none) has the lock.
    """
    raised, _holder = _asked(connection, ops.call("townlock", "raise", str(int(token)), run), server)
    return raised


def release(connection: Connection, run: str, token: int, *, server: str = "server") -> bool:
    """Give the lock back; True where the run does not have it (any more), False where it has it under another token."""
    _token, holder = _asked(connection, ops.call("townlock", "release", run, str(int(token))), server)
    return holder is None or holder.run != run


def break_(connection: Connection, token: int, note: str, *, server: str = "server") -> Holder | None:
    """Take the lock away from whoever has it, and say so in the system journal of the town: the token rises to `token`
    at least, so that nothing of theirs can begin any more. Gives who had it."""
    question = ops.call("townlock", "break_open", str(int(token)), ops.one_line(note))
    _token, had = _asked(connection, question, server)
    return had


def _asked(connection: Connection, question: Question, server: str) -> tuple[int, Holder | None]:
    answer = ops.ask(connection, question)
    found = parse(answer.out) if answer.status == 0 else None
    if found is None:
        raise ops.failed(server, question, answer)
    return found


def parse(said: bytes) -> tuple[int, Holder | None] | None:
    """The token and who has the lock, cleaned, as townlock.sh says them; None for anything else."""
    first, *lines = said.decode("utf-8", "replace").split("\n")
    in_force = numbers.whole(first)
    if in_force is None or lines == [""]:
        return None if in_force is None else (in_force, None)
    run, who, host, purpose, *rest = [*lines, *[""] * _FIELDS][:_FIELDS]
    since, until, token = numbers.time(rest[0]), numbers.time(rest[1]), numbers.whole(rest[2])
    if since is None or until is None or token is None or not run:
        return None
    run, who, host, purpose = (cleaning.line(word, _MOST) for word in (run, who, host, purpose))
    return in_force, Holder(run, who, host, purpose, since, until, token)
