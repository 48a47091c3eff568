"""This machine as a server: /bin/sh as a child process. For the contract of the framing, and for no town."""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from time import monotonic
from typing import IO, Literal

from eakte_ops.errors import LineLost, OutputCut, TimedOut
from eakte_ops.remote.types import Visit

_CHUNK = 32_768


class LocalConnection:
    """See `types.Connection`. `command` runs in a session of its own, which ends with the talk, in `env`."""

    def __init__(
        self,
        command: tuple[str, ...] = ("/bin/sh", "-s"),
        *,
        name: str = "local",
        env: Mapping[str, str] | None = None,
    ) -> None:
        self.visit = Visit(login_s=0.0, host_key="", kex="", cipher="", began=time.time())
        self._command = command
        self._name = name
        self._env = dict(os.environ if env is None else env)

    def talk(self, stdin: bytes, *, deadline: float, cap: int) -> Iterator[tuple[Literal["out", "err"], bytes]]:
        """See `types.Connection`."""
        pipe = subprocess.PIPE
        with subprocess.Popen(
            self._command, stdin=pipe, stdout=pipe, stderr=pipe, env=self._env, start_new_session=True
        ) as child:
            assert child.stdin is not None
            writer = threading.Thread(target=_send, args=(child.stdin, stdin), daemon=True)
            writer.start()
            try:
                yield from self._listen(child, deadline, cap)
            finally:
                with contextlib.suppress(ProcessLookupError):  # ended by itself
                    os.killpg(child.pid, signal.SIGKILL)
                writer.join(2.0)

    def _listen(
        self, child: subprocess.Popen[bytes], deadline: float, cap: int
    ) -> Iterator[tuple[Literal["out", "err"], bytes]]:
        began, taken = monotonic(), 0
        with selectors.DefaultSelector() as streams:
            streams.register(child.stdout or -1, selectors.EVENT_READ, "out")
            streams.register(child.stderr or -1, selectors.EVENT_READ, "err")
            while streams.get_map():
                ready = streams.select(max(0.0, deadline - monotonic()))
                if not ready:
                    raise TimedOut(server=self._name, seconds=round(monotonic() - began, 1), phase="exchange")
                for key, _events in ready:
                    data = os.read(key.fd, _CHUNK)
                    if not data:
                        streams.unregister(key.fileobj)
                        continue
                    taken += len(data)
                    if taken > cap:
                        raise OutputCut("", server=self._name, command="the exchange", code=0, cap=cap)
                    yield key.data, data
        if child.wait() < 0:
            raise LineLost(server=self._name, phase="exchange")

    def close(self) -> None:
        """See `types.Connection`."""
        self.visit = replace(self.visit, ended=self.visit.ended or time.time())


def _send(pipe: IO[bytes], data: bytes) -> None:
    with contextlib.suppress(OSError):  # the child did not want all of it
        pipe.write(data)
        pipe.close()
