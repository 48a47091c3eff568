"""What the jobs of a run said: cleaned, without secrets, bounded; then kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from eakte_ops.remote import cleaning
from eakte_ops.secret.scrub import SCRUBBER

MOST = 4_000
"""Characters kept of each stream of a job: the end, where it says why it failed."""

_WORDS = 200
"""Characters of the last words of a job, for one line."""

Keep: TypeAlias = Callable[[str, str, str], None]
"""Job, output, errors -> kept (memory/outputs.py). Called from several threads."""
Record: TypeAlias = Callable[[str, str, str], None]
"""As Keep, for text as it came from a server."""


def kept_nowhere(_job: str, _out: str, _err: str) -> None:
    """For those who do not record."""


def record(keep: Keep) -> Record:
    """What gives `keep` the outputs as `harmless` makes them."""

    def recorded(job: str, out: str, err: str) -> None:
        keep(job, harmless(out), harmless(err))

    return recorded


def harmless(said: str) -> str:
    """The end of `said` without secrets and control characters, at most `MOST` characters.

    Secrets go first: what is cut or cleaned before could leave a half of one that nobody recognises.
    """
    known = SCRUBBER.clean(said)
    clean = SCRUBBER.clean(cleaning.text(known.encode("utf-8", "replace"), limit=4 * len(known) + 16))
    return clean if len(clean) <= MOST else "…" + clean[1 - MOST :]


def last_words(out: str, err: str) -> str:
    """The last line in which a job said something, of its errors if there are any: usually why it failed."""
    lines = [line for line in harmless(err.strip() or out).splitlines() if line.strip()]
    return cleaning.line(lines[-1].strip(), _WORDS) if lines else ""
