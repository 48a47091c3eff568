"""A server that we are logged in to: one constant command, text in, bytes out, until the deadline."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from time import monotonic
from typing import Literal

import paramiko

from eakte_ops.errors import LineLost, NotSupported, OutputCut, TimedOut
from eakte_ops.remote import wire
from eakte_ops.remote.jump import Tunnel
from eakte_ops.remote.types import Target, Visit
from eakte_ops.remote.watchdog import Watch

COMMAND = "exec /bin/sh -s"
"""The one command that is ever run on a POSIX server: the text of an exchange goes in on stdin."""

_CHUNK = 32_768
BACKSTOP_S = 0.3
"""The watchdog comes this much after a deadline: the waits that know their phase end first."""


class SshConnection:
    """One server, logged in. `talk` may be called several times, one after the other."""

    def __init__(
        self, target: Target, made: wire.Wire, sock: socket.socket | Tunnel, visit: Visit, watch: Watch
    ) -> None:
        self.target = target
        self.visit = visit
        self.transport = made
        self.on_close: Callable[[], None] = lambda: None
        self._sock = sock
        self._watch = watch
        self._closing = threading.Lock()
        self._closed = False

    def talk(self, stdin: bytes, *, deadline: float, cap: int) -> Iterator[tuple[Literal["out", "err"], bytes]]:
        """See `types.Connection`."""
        if self.target.dialect != "posix":
            raise NotSupported("PowerShell on a real connection", place=self.target.name)
        self._watch.until(deadline + BACKSTOP_S)
        began = monotonic()
        channel = None
        try:
            channel = self.transport.open_session(window_size=wire.WINDOW, timeout=max(0.1, deadline - monotonic()))
            bell = _Bell()
            channel.in_buffer.set_event(bell)
            channel.in_stderr_buffer.set_event(bell)
            channel.exec_command(COMMAND)
            channel.settimeout(max(0.1, deadline - monotonic()))
            channel.sendall(stdin)
            channel.shutdown_write()  # should a profile have eaten the text, the shell ends and nobody waits
            yield from self._listen(channel, bell, deadline, cap)
        except (paramiko.SSHException, OSError, EOFError) as broken:
            if self._watch.fired or monotonic() >= deadline:
                waited = round(monotonic() - began, 1)
                raise TimedOut(server=self.target.name, seconds=waited, phase="exchange") from broken
            raise LineLost(server=self.target.name, phase="exchange") from broken
        finally:
            if channel is not None:
                with contextlib.suppress(paramiko.SSHException, OSError, EOFError):  # the line is gone
                    channel.close()
            self._watch.until(float("inf"))

    def _listen(
        self, channel: paramiko.Channel, bell: _Bell, deadline: float, cap: int
    ) -> Iterator[tuple[Literal["out", "err"], bytes]]:
        taken = 0
        while True:
            bell.silence()
            over = channel.eof_received or channel.closed
            for stream, ready, read in (
                ("out", channel.recv_ready, channel.recv),
                ("err", channel.recv_stderr_ready, channel.recv_stderr),
            ):
                while taken <= cap and ready():
                    data = read(min(_CHUNK, cap + 1 - taken) or 1)
                    taken += len(data)
                    if taken <= cap:
                        yield ("out" if stream == "out" else "err"), data
            if taken > cap:
                raise OutputCut("", server=self.target.name, command="the exchange", code=0, cap=cap)
            if over:
                if channel.eof_received:
                    return
                raise EOFError
            if not channel.recv_ready() and not channel.recv_stderr_ready():
                if monotonic() >= deadline:
                    raise TimeoutError
                bell.wait(max(0.0, deadline - monotonic()))

    def close(self) -> None:
        """See `types.Connection`."""
        with self._closing:
            if self._closed:
                return
            self._closed = True
        wire.end(self.transport, self._sock)
        self._watch.stop()
        self.visit = replace(self.visit, ended=time.time())
        self.on_close()


class _Bell(threading.Event):
    """Rung by both streams of a channel. paramiko clears its event when ONE stream is empty; only we may."""

    def clear(self) -> None:
        """Nothing; see `silence`."""

    def silence(self) -> None:
        """Really clear, before looking at the streams."""
        super().clear()
