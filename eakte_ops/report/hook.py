"""By a program of the centre's own: it gets the message on stdin and has to end in time with status 0. No shell."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from eakte_ops.report.ways import NotSent

if TYPE_CHECKING:
    from eakte_ops.report.queue import Claimed

_READ_OF_COMPLAINT = 800
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
        with tempfile.TemporaryFile() as complaints, tempfile.TemporaryFile() as said:
            said.write(claimed.content)
            said.seek(0)
            try:
                running = subprocess.Popen(
                    [str(self.program)],
                    stdin=said,
                    stdout=subprocess.DEVNULL,
                    stderr=complaints,
                    cwd=self.folder,
                    env=_environment(),
                    start_new_session=True,
                )
            except OSError as problem:
                raise NotSent(f"{self.program.name} can not be run: {problem.strerror}", way_down=True) from None
            try:
                status = running.wait(self.seconds)
            except subprocess.TimeoutExpired:
                raise NotSent(f"{self.program.name} did not end within {self.seconds:g} s", way_down=True) from None
            finally:
                _end(running)
            if status != 0:
                complaints.seek(0)
                first = complaints.read(_READ_OF_COMPLAINT).decode("utf-8", "replace").strip()
                about = f": {first}" if first else ""
                raise NotSent(f"{self.program.name} ended with status {status}{about}", way_down=False)


def _end(running: subprocess.Popen[bytes]) -> None:
    """Also what it started itself."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(running.pid, signal.SIGKILL)
    running.wait()


def _environment() -> Mapping[str, str]:
    return {name: value for name in _KEPT if (value := os.environ.get(name))}
