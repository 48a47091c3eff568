"""Running a program of this machine: argument list in, output out; an error names the program and its last words."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Sequence
from typing import TypeAlias

from eakte_ops.clock import SYSTEM
from eakte_ops.errors import CommandFailed

HERE = "this machine"
_TELL_S = 10.0
Waiting: TypeAlias = Callable[[float], None]


def last_words(text: str) -> str:
    """The last line that says something."""
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "no message")


def run(
    argv: Sequence[str], *, stdin: str = "", limit: float = 60.0, place: str = HERE, waiting: Waiting | None = None
) -> str:
    """Run a program to its end and give its stdout.

    Given: `limit` in seconds, after which it is killed; `waiting` is called with the seconds gone, every ten seconds.
    Raises: CommandFailed for a status that is not 0 or the limit.
    """
    try:
        process = subprocess.Popen(
            argv,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
        )
    except FileNotFoundError as missing:
        raise CommandFailed(server=place, command=argv[0], code=127, said="this program is not installed") from missing
    with process:
        try:
            out, err = _to_its_end(process, stdin, limit, waiting)
        except BaseException as early:
            process.kill()
            if isinstance(early, subprocess.TimeoutExpired):
                said = f"killed after {limit:g} s"
                raise CommandFailed(server=place, command=argv[0], code="none", said=said) from early
            raise
    if process.returncode:
        said = last_words(err or out)
        raise CommandFailed(server=place, command=" ".join(argv[:3]), code=process.returncode, said=said)
    return out


def _to_its_end(process: subprocess.Popen[str], stdin: str, limit: float, waiting: Waiting | None) -> tuple[str, str]:
    began = SYSTEM.monotonic()
    text: str | None = stdin
    while True:
        gone = SYSTEM.monotonic() - began
        try:
            return process.communicate(text, timeout=min(_TELL_S, max(0.0, limit - gone)))
        except subprocess.TimeoutExpired:
            text = None  # what is left of the first text goes on by itself
            gone = SYSTEM.monotonic() - began
            if gone >= limit:
                raise
            if waiting is not None:
                waiting(gone)


def succeeds(argv: Sequence[str], *, limit: float = 60.0) -> bool:
    """Whether a program ends with status 0; its output is thrown away."""
    try:
        run(argv, limit=limit)
    except CommandFailed:
        return False
    return True
