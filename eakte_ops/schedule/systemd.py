"""Telling systemd that units came or went."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence

from eakte_ops.errors import MachineFailed

_LIMIT_S = 60.0


def arrived(timers: Sequence[str], changed: bool) -> None:
    """Units are in place, `changed` or as before: the timers start with the machine and now. Raises MachineFailed."""
    if changed:
        _systemctl("daemon-reload")
    _systemctl("enable", *timers)
    _systemctl("restart" if changed else "start", *timers)


def leaving(timers: Sequence[str]) -> None:
    """The timers stop and do not start with the machine; what they started goes on to its end. Raises MachineFailed."""
    if timers:
        _systemctl("disable", "--now", *timers)


def gone() -> None:
    """Units were taken away. Raises MachineFailed."""
    _systemctl("daemon-reload")


def _systemctl(*words: str) -> None:
    command = ["systemctl", "--no-ask-password", *words]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_LIMIT_S, check=False)
    except (OSError, subprocess.TimeoutExpired) as problem:
        raise MachineFailed(f"systemctl {words[0]} did not do it: {problem}") from None
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines() or [f"status {done.returncode}"]
        raise MachineFailed(f"systemctl {words[0]} did not do it: {lines[-1][:300]}")
