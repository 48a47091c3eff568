"""One changer per town: a process of this host (a file), a run (a row in the store), and every server of the town.

The servers have the last word. Taking the lock raises the fence token there, so that nothing an earlier process sent
can begin any more. The first server, in the order of their names, decides between two who come at once: it is asked
alone, and the others only after it said yes. Time alone never frees a lock.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from eakte_ops.errors import Busy, CommandFailed, EakteError
from eakte_ops.playbook.everywhere import Heard, everywhere
from eakte_ops.remote import townlock
from eakte_ops.remote.townlock import Holder

if TYPE_CHECKING:
    from eakte_ops.playbook.lines import Lines

_LOOKED_AT_S = 0.3
"""Whoever only looks whether a town is worked on holds its file for a moment, and must not keep work from beginning."""

Moments: TypeAlias = Callable[[float], str]
"""Unix seconds -> as the clock on the wall of the town shows them."""

Seen: TypeAlias = Mapping[str, tuple[int, Holder | None]]
"""By server: the token in force, and who has the lock."""
LEAP = 1_000_000
"""So far apart the tokens of two servers of a town can not be by our work: each taking raises them by one."""
Objection: TypeAlias = Callable[[str, int, Holder | None], EakteError | None]
"""Server, its token, who has the lock -> why it may not be taken; None where it may, even out of another's hands."""


class Locked(Busy):
    """Another run has the town."""

    message = "{town} is locked by the run {run} ({purpose}), by {who} on {host} since {since}, expected until {until}"

    @classmethod
    def of(cls, town: str, holder: Holder, at: Moments, way_out: str) -> Locked:
        """As people read it."""
        return cls(
            town=town,
            run=holder.run,
            purpose=holder.purpose or "no purpose is given",
            who=holder.who or "nobody named",
            host=shown_host(holder.host) or "an unnamed host",
            since=at(holder.since),
            until=at(holder.until),
            way_out=way_out,
        )


class Leapt(CommandFailed):
    """A server names a token that no work of ours can have raised: the others are not taken along with it."""

    message = "{server}: its fence token is {token:,}, and that of no other server of the town is near it ({other:,})"
    hint = "it was altered there, or the machine was another town's: look at lock/token on it, together with local IT"

    @classmethod
    def of(cls, server: str, token: int, other: int) -> Leapt:
        """The error for that server; `other`: what the others have."""
        return cls("token", server=server, token=token, other=other, command="townlock", code=0)


@dataclass(frozen=True, slots=True)
class Taken:
    """`token`: in force on every server that was reached; `left_out`: servers that were not, and why."""

    token: int
    left_out: Mapping[str, EakteError] = field(default_factory=dict)


def host_here(host: str, record: str) -> str:
    """How this operations folder is called in locks: two hosts of one name, or two folders of one host, differ."""
    return f"{host}/{record}"


def shown_host(host: str) -> str:
    """The host as people call it."""
    return host.partition("/")[0]


def file_of(state: Path, town: str) -> Path:
    """The file that a process of this host holds while it works on `town`."""
    return state / "locks" / town


def working(state: Path, town: str, purpose: str) -> AbstractContextManager[None]:
    """This process works on `town` for the block. Raises Busy where another process of this host does."""
    from eakte_ops.store.lock import held

    return held(file_of(state, town), town, purpose, patience=_LOOKED_AT_S)


def is_worked_on(state: Path, town: str) -> str:
    """What a process of this host says that is at work on `town`; "" where none is."""
    file = file_of(state, town)
    try:
        handle = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return ""
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return os.pread(handle, 300, 0).decode("utf-8", "replace").strip() or "another command"
        return ""
    finally:
        os.close(handle)


def look(lines: Lines, servers: Sequence[str]) -> Heard[tuple[int, Holder | None]]:
    """Who has the town, as each of its servers says. Never raises an EakteError."""

    def read(server: str) -> tuple[int, Holder | None]:
        with lines.to(server) as line:
            return townlock.read(line, server=server)

    return everywhere(servers, read)


def take(
    lines: Lines, servers: Sequence[str], holder: Holder, *, needed: Collection[str], objection: Objection
) -> Taken:
    """Take the lock on all `servers`, or on none. `holder.token` is not used: the new one is above all that there are.

    `needed`: servers without which it is not taken; others are left out where they can not be reached. Raises the first
    objection, Unreachable, CommandFailed; what the run did not have before is given back then.
    """
    seen = look(lines, servers)
    seen.must(needed)
    for server, (token, other) in seen.said.items():
        said = objection(server, token, other)
        if said is not None:
            raise said
    ours = replace(holder, token=1 + _highest({server: token for server, (token, _holder) in seen.said.items()}))
    order = [server for server in servers if server in seen.said]
    taken: dict[str, int] = {}
    try:
        for group in (order[:1], order[1:]):
            _take_all(lines, group, ours, seen.said, taken=taken, objection=objection)
        _highest({"": ours.token, **taken})
        token = max(taken.values(), default=ours.token)
        _level(lines, taken, token, holder.run)
    except BaseException:
        had = [server for server, (_token, other) in seen.said.items() if other is not None and other.run == holder.run]
        _give_back(lines, {server: token for server, token in taken.items() if server not in had}, holder.run)
        raise
    return Taken(token, dict(seen.failed))


def _highest(tokens: Mapping[str, int]) -> int:
    """The highest of the `tokens`, by server. Raises Leapt: one server that lies about its own must not lead the fence
    of all others to where nothing can be counted up any more."""
    (server, highest), *others = sorted(tokens.items(), key=lambda each: -each[1]) or [("", 0)]
    if others and highest - others[0][1] > LEAP:
        raise Leapt.of(server, highest, others[0][1])
    return highest


def _take_all(
    lines: Lines, servers: Sequence[str], ours: Holder, seen: Seen, *, taken: dict[str, int], objection: Objection
) -> None:
    def one(server: str) -> Holder:
        with lines.to(server) as line:
            other = seen[server][1]
            if other is not None and other.run != ours.run:  # may be taken out of its hands, as was judged before
                townlock.release(line, other.run, other.token, server=server)
            return townlock.take(line, ours, server=server)

    heard = everywhere(servers, one)
    for server, holder in heard.said.items():
        if (holder.run, holder.host) == (ours.run, ours.host):
            taken[server] = holder.token
    heard.must(servers)
    for server, holder in heard.said.items():
        if server not in taken:  # somebody came in between
            raise objection(server, holder.token, holder) or CommandFailed(
                f"the run {holder.run} came in between", server=server, command="townlock take", code=0
            )


def _give_back(lines: Lines, taken: Mapping[str, int], run: str) -> None:
    """After a lock that was not got as a whole. A server that can not be told says so to whoever comes next."""

    def give(server: str) -> bool:
        with lines.to(server) as line:
            return townlock.release(line, run, taken[server], server=server)

    everywhere(taken, give)


def _level(lines: Lines, taken: Mapping[str, int], token: int, run: str) -> None:
    """One token on all servers."""

    def rise(server: str) -> int:
        with lines.to(server) as line:
            return townlock.raise_token(line, token, run, server=server)

    low = [server for server, theirs in taken.items() if theirs < token]
    everywhere(low, rise).must(low)


def release(lines: Lines, servers: Sequence[str], run: str, token: int) -> Mapping[str, EakteError]:
    """Give the lock of `run` back; gives the servers that could not be told, and why."""

    def give(server: str) -> bool:
        with lines.to(server) as line:
            return townlock.release(line, run, token, server=server)

    return everywhere(servers, give).failed


def _highest_plausible(tokens: Mapping[str, int]) -> int:
    """As _highest, without those that have leapt: a town is freed all the same, each server from its own token on."""
    try:
        return _highest(tokens)
    except Leapt as leapt:
        return _highest_plausible(
            {server: token for server, token in tokens.items() if server != leapt.values["server"]}
        )


def break_open(lines: Lines, servers: Sequence[str], note: Callable[[str], str]) -> Heard[Holder | None]:
    """Take the lock away from whoever has it, on all servers that can be reached; gives who had it on each.

    `note`: by server, the line for its system journal; called before, may raise, and then nothing is broken there.
    """
    seen = look(lines, servers)
    token = 1 + _highest_plausible({server: token for server, (token, _holder) in seen.said.items()})

    def break_one(server: str) -> Holder | None:
        said = note(server)
        with lines.to(server) as line:
            return townlock.break_(line, token, said, server=server)

    broken = everywhere(seen.said, break_one)
    return Heard(broken.said, {**seen.failed, **broken.failed})
