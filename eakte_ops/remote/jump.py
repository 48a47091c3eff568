"""One connection per jump host, shared by all servers behind it and closed with the last of them."""

from __future__ import annotations

import errno
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, Protocol, TypeAlias, cast

import paramiko

from eakte_ops.errors import EakteError, JumpHostFailed, LineLost, TimedOut
from eakte_ops.remote import cleaning, wire
from eakte_ops.remote.login import Clock
from eakte_ops.remote.types import Target

_SENT_S = 1.0
"""How long closing waits for what is being sent; a line that is stuck for longer ends with the jump host's own."""


class Tunnel:
    """A channel through a jump host in the place of a socket, as paramiko wants to have one.

    Nothing is sent after our CLOSE, whichever thread is about to: sshd answers data for a channel that is no more by
    ending the whole connection, and with it every other server behind this jump host. So sending and closing exclude
    each other, and a CLOSE of the other side only wakes the reader; ours follows when the owner closes.
    Closing never raises, also when the jump host is gone; `shutdown` wakes the reader without sending anything, which
    would wait where the jump host's own line is stuck.
    """

    def __init__(self, channel: paramiko.Channel) -> None:
        self._channel = channel
        self.recv = channel.recv
        self.settimeout = channel.settimeout
        self._closed = False
        self._sending = threading.Lock()
        wire.on_peer_close(channel, channel.in_buffer.close)

    def send(self, data: bytes) -> int:
        """As a socket's. Raises OSError once it is closed."""
        with self._sending:
            if self._closed:
                raise OSError(errno.EPIPE, "the tunnel is closed")
            return self._channel.send(data)

    def shutdown(self, _how: int) -> None:
        """Let whoever reads see the end."""
        self._channel.in_buffer.close()

    def close(self) -> None:
        """Give the channel back."""
        self._closed = True
        if not self._sending.acquire(timeout=_SENT_S):
            return
        try:
            self._channel.close()
        except (paramiko.SSHException, OSError, EOFError):  # the jump host is gone
            pass
        finally:
            self._sending.release()


class Hop(Protocol):
    """What is needed of a connection to a jump host."""

    transport: wire.Wire

    def close(self) -> None:
        """Give it back."""


OpenHop: TypeAlias = Callable[[Target, float], Hop]


@dataclass(slots=True)
class _Shared:
    """One handshake and its result. `users` counts those who wait for it or use it."""

    done: threading.Event = field(default_factory=threading.Event)
    hop: Hop | None = None
    error: EakteError | None = None
    users: int = 0


class JumpHosts:
    """Lends tunnels through jump hosts. `opened` makes the one connection, a channel may take `limit` seconds."""

    def __init__(self, opened: OpenHop, limit: float) -> None:
        self._limit = limit
        self._open = opened
        self._lock = threading.Lock()
        self._shared: dict[Target, _Shared] = {}

    def channel(
        self, server: str, via: Target, place: tuple[str, int], clock: Clock
    ) -> tuple[Tunnel, Callable[[], None]]:
        """A tunnel to `place` (address, port) as `via` sees it, and what gives it back.

        Raises the jump host's own errors (named after it, `place` = the server), JumpHostFailed or TimedOut.
        """
        shared = self._borrow(server, via, clock)
        try:
            return Tunnel(self._through(server, via, place, clock, shared)), lambda: self._release(via, shared)
        except BaseException:
            self._release(via, shared)
            raise

    def _borrow(self, server: str, via: Target, clock: Clock) -> _Shared:
        """The shared connection; the first who comes opens it, the others wait for that one handshake."""
        while True:
            with self._lock:
                shared = self._shared.get(via)
                ours = shared is None or _is_dead(shared)
                if shared is None or ours:
                    shared = self._shared[via] = _Shared()
                shared.users += 1
            if ours:
                self._handshake(via, clock, shared)
            elif not shared.done.wait(clock.left(float("inf"))):
                self._release(via, shared)
                raise clock.timed_out("jump host")
            if shared.error is None:
                return shared
            self._release(via, shared)
            # It ran out of ITS time, or broke off: with time of our own left, ours is another attempt.
            again = isinstance(shared.error, (TimedOut, LineLost)) and not ours and clock.left(1) >= 1
            if not again:
                raise _for(server, shared.error)

    def _handshake(self, via: Target, clock: Clock, shared: _Shared) -> None:
        try:
            shared.hop = self._open(via, clock.deadline)
        except EakteError as failed:
            shared.error = failed
        except BaseException:
            shared.error = LineLost(server=via.name, phase="connect")
            raise
        finally:
            shared.done.set()

    def _through(
        self, server: str, via: Target, place: tuple[str, int], clock: Clock, shared: _Shared
    ) -> paramiko.Channel:
        assert shared.hop is not None
        until = monotonic() + clock.left(self._limit)
        try:
            return shared.hop.transport.open_channel(
                "direct-tcpip", place, ("127.0.0.1", 0), window_size=wire.WINDOW, timeout=clock.left(self._limit)
            )
        except paramiko.ChannelException as refused:
            said = cleaning.line(str(refused.text))
            raise JumpHostFailed(said, server=server, jump=via.name) from refused
        except (paramiko.SSHException, OSError, EOFError) as broken:
            if not shared.hop.transport.is_active():
                raise clock.lost("jump host") from broken
            if monotonic() >= until:
                raise clock.timed_out("jump host") from broken
            # paramiko keeps one refusal per connection: of two at the same time the second is told without its words.
            raise JumpHostFailed("the channel was refused", server=server, jump=via.name) from broken

    def _release(self, via: Target, shared: _Shared) -> None:
        with self._lock:
            shared.users -= 1
            if shared.users:
                return
            if self._shared.get(via) is shared:
                del self._shared[via]
        if shared.hop is not None:
            shared.hop.close()


def _is_dead(shared: _Shared) -> bool:
    if not shared.done.is_set():
        return False
    return shared.hop is None or not shared.hop.transport.is_active()


def _for(server: str, failed: EakteError) -> EakteError:
    """The jump host's error as an error of its own for each server behind it."""
    own: EakteError = cast(Any, type(failed))(place=server, way_out=failed.way_out, **failed.values)
    own.__cause__ = failed
    return own
