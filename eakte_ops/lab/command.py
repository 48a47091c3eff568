"""Running a program of this machine: argument list in, output out; an error names the program and its last words."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence

from eakte_ops.errors import CommandFailed

HERE = "this machine"


def last_words(text: str) -> str:
    """The last line that says something."""
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "no message")


def run(argv: Sequence[str], *, stdin: str = "", limit: float = 60.0, place: str = HERE) -> str:
    """Run a program to its end and give its stdout.

    Given: `limit` in seconds, after which it is killed. Raises: CommandFailed for a status that is not 0 or the limit.
    """
    try:
        done = subprocess.run(
            argv, input=stdin, capture_output=True, text=True, errors="replace", timeout=limit, check=False
        )
    except subprocess.TimeoutExpired as late:
        raise CommandFailed(server=place, command=argv[0], code="none", said=f"killed after {limit:g} s") from late
    except FileNotFoundError as missing:
        raise CommandFailed(server=place, command=argv[0], code=127, said="this program is not installed") from missing
    if done.returncode:
        said = last_words(done.stderr or done.stdout)
        raise CommandFailed(server=place, command=" ".join(argv[:3]), code=done.returncode, said=said)
    return done.stdout


def succeeds(argv: Sequence[str], *, limit: float = 60.0) -> bool:
    """Whether a program ends with status 0; its output is thrown away."""
    try:
        run(argv, limit=limit)
    except CommandFailed:
        return False
    return True
