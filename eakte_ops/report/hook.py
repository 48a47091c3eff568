"""By a program of the centre's own: it gets the message on stdin and has to end in time with status 0. No shell."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from eakte_ops.report.ways import NotSent

if TYPE_CHECKING:
    from eakte_ops.report.queue import Claimed

_READ_OF_COMPLAINT = 800
_LAST_WORDS_S = 2.0
_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TZ")
"""What a program needs to start, and nothing that says how secrets are opened."""


@dataclass(frozen=True, slots=True)
class ByHook:
    """The program. `folder`: the operations folder, in which it runs; `seconds`: after which it is ended."""

    program: Path
    folder: Path
    seconds: float

    def __call__(self, claimed: Claimed) -> None:
        """Run it once; whatever of it is left after its time is ended. Raises NotSent."""
        with tempfile.TemporaryFile() as said:
            said.write(claimed.content)
            said.seek(0)
            try:
                running = subprocess.Popen(
                    [str(self.program)],
                    stdin=said,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.PIPE,
                    cwd=self.folder,
                    env=_environment(),
                    start_new_session=True,
                )
            except OSError as problem:
                raise NotSent(f"{self.program.name} can not be run: {problem.strerror}", way_down=True) from None
            complaints = _Complaints(running)
            try:
                status = running.wait(self.seconds)
            except subprocess.TimeoutExpired:
                raise NotSent(f"{self.program.name} did not end within {self.seconds:g} s", way_down=True) from None
            finally:
                _end(running)
            if status != 0:
                first = complaints.first()
                about = f": {first}" if first else ""
                raise NotSent(f"{self.program.name} ended with status {status}{about}", way_down=False)


class _Complaints:
    """What the program says on stderr: the begin is kept, the rest is read away, however much it is."""

    def __init__(self, running: subprocess.Popen[bytes]) -> None:
        assert running.stderr is not None
        self._pipe = running.stderr
        self._kept = b""
        self._reader = threading.Thread(target=self._read, name="complaints", daemon=True)
        self._reader.start()

    def first(self) -> str:
        """Its begin. A process that got away with the pipe is not waited for."""
        self._reader.join(_LAST_WORDS_S)
        return self._kept.decode("utf-8", "replace").strip()

    def _read(self) -> None:
        with self._pipe:
            while piece := os.read(self._pipe.fileno(), 65_536):
                self._kept += piece[: _READ_OF_COMPLAINT - len(self._kept)]


def _end(running: subprocess.Popen[bytes]) -> None:
    """Also what it started itself."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(running.pid, signal.SIGKILL)
    running.wait()


def _environment() -> Mapping[str, str]:
    return {name: value for name in _KEPT if (value := os.environ.get(name))}
