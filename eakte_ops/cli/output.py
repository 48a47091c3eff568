"""How things are said: data on stdout, talk on stderr, colours only for people's terminals, JSON with a schema name."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Literal, TypeAlias, cast

from eakte_ops.errors import EakteError, InvalidFile

if TYPE_CHECKING:
    from rich.console import Console


Style: TypeAlias = Literal["bold", "dim", "red", "green", "yellow", "magenta"]
_STYLES: Mapping[Style, str] = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "magenta": "35"}
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_WORD = re.compile(r"[a-z]+(?![-./:\w])")


def say(text: str = "") -> None:
    """Talk: one line on stderr."""
    print(harmless(without_secrets(text)), file=sys.stderr, flush=True)


def show(text: str = "", stream: IO[str] | None = None, *, style: Style | None = None) -> None:
    """Data: one line on stdout or `stream`; in colour where somebody sees it, without waiting for rich."""
    out = stream or sys.stdout
    line = harmless(without_secrets(text))
    print(f"\x1b[{_STYLES[style]}m{line}\x1b[0m" if style and is_for_people(out) else line, file=out)


def harmless(text: str) -> str:
    """`text` without characters that steer a terminal or can not be written, such as from names of files."""
    return _UNSEEN.sub("\ufffd", text)


def show_json(schema: str, version: int, content: Mapping[str, Any], stream: IO[str] | None = None) -> None:
    """Data for programs, on stdout or `stream`: `schema` and `version` first, then `content`; UTF-8, indented."""
    whole = {"schema": f"eakte-ops/{schema}", "version": version, **content}
    out = stream or sys.stdout
    escaped = (getattr(out, "encoding", None) or "").lower().replace("-", "") != "utf8"
    print(without_secrets(json.dumps(whole, ensure_ascii=escaped, indent=2)), file=out)


@contextmanager
def replaced(path: Path) -> Iterator[IO[str]]:
    """A stream whose content is in `path` when the block ends: from the old to the new at once, or not at all.

    Who may read the file is what the umask says. Raises OSError.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        with beside.open("x", encoding="utf-8", errors="replace") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def without_secrets(text: str) -> str:
    """`text` with every value that this process revealed replaced by its name: the net under the type `Secret`."""
    from eakte_ops.secret.scrub import SCRUBBER

    return SCRUBBER.clean(text)


def is_for_people(stream: IO[str]) -> bool:
    """Whether colours and moving lines are wanted on `stream`."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def width(stream: IO[str]) -> int:
    """Characters of a line of the terminal; 120 where it is none, or does not tell."""
    import shutil

    return shutil.get_terminal_size((120, 24)).columns if stream.isatty() else 120


def console(stream: IO[str] | None = None) -> Console:
    """A rich console on stdout (default) or `stream`; without markup, emoji and highlighting of our own texts.

    When `stream` is no terminal the width does not depend on it, so that nothing is cut off in files and pipes.
    """
    from rich.console import Console

    class Ours(Console):
        """Where the reader of a pipe went away the command ends as everywhere else, not with rich's own status."""

        def on_broken_pipe(self) -> None:
            raise BrokenPipeError

    out = stream or sys.stdout
    people = is_for_people(out)
    return Ours(
        file=cast("IO[str]", _WithoutSecrets(out)),
        markup=False,
        emoji=False,
        highlight=False,
        no_color=not people,
        force_terminal=people,
        width=None if out.isatty() else 160,
        soft_wrap=not out.isatty(),
    )


class _WithoutSecrets:
    """A stream that is written to as `without_secrets` says; in all else it is the stream itself."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """See `io.TextIOBase.write`."""
        return self._stream.write(without_secrets(text))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def say_error(problem: EakteError) -> None:
    """An error as sentences with place, cause and way out, on stderr."""
    if isinstance(problem, InvalidFile):
        for mistake in problem.mistakes:
            say(str(mistake))
        say(str(problem))
        return
    first, *rest = str(problem).splitlines() or [""]
    # A name that was typed stays as it was typed: only a plain word begins with a capital letter.
    say(first[:1].upper() + first[1:] if not problem.place and _WORD.match(first) else first)
    for line in rest:
        say(line)
    if problem.way_out:
        say(f"  → {problem.way_out}")
