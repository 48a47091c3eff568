"""A person changes a value in an editor: on a file in memory only they can read, gone afterwards whatever happens."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import NoReturn

from eakte_ops.errors import Refused, UsageError
from eakte_ops.secret.value import Secret
from eakte_ops.secret.vault import LONGEST

PREFIX = "eakte-ops-secret-"
"""Begin of the folders' names, so that one left behind by `kill -9` or a power failure is found (`secret check`)."""

_IN_MEMORY = frozenset({"tmpfs", "ramfs"})
# Keeps copies of the text out of swap files, of ~/.viminfo and of undo files.
_DISCREET = {"vim": ("-n", "-i", "NONE", "--cmd", "set noundofile nobackup"), "nvim": ("-n", "-i", "NONE")}


def edited(before: Secret | None, name: str, environment: Mapping[str, str] = os.environ) -> str:
    """The value after editing; one line end at the end is the editor's and not part of it.

    Raises UsageError (no editor, it failed, what it left is no text), Refused (no place in memory).
    """
    with _private_folder(environment) as folder:
        file = folder / name
        text = f"{before.reveal()}\n" if before else ""
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as opened:
            opened.write(text)
        status = subprocess.run([*_editor(environment), str(file)], check=False).returncode
        if status:
            raise UsageError(f"the editor ended with status {status}; nothing was changed")
        return without_line_end(_text(file))


def without_line_end(text: str) -> str:
    """`text` without the one line end that editors and `echo` add."""
    return text.removesuffix("\n").removesuffix("\r")


def left_behind(environment: Mapping[str, str] = os.environ) -> tuple[Path, ...]:
    """Folders of edits that were killed before they could clean up; ours only."""
    return tuple(
        folder for place in _places(environment) for folder in sorted(place.glob(f"{PREFIX}*")) if _is_ours(folder)
    )


def _is_ours(folder: Path) -> bool:
    with suppress(FileNotFoundError):  # its edit ended just now
        return folder.stat().st_uid == os.geteuid()
    return False


@contextmanager
def _private_folder(environment: Mapping[str, str]) -> Iterator[Path]:
    places = _places(environment)
    if not places:
        raise Refused(
            "there is no folder in memory to edit in (neither XDG_RUNTIME_DIR nor /dev/shm is a tmpfs)",
            way_out="the value must not touch a disk; use `secret set` instead",
        )
    with _signals_clean_up():
        folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=places[0]))
        try:
            yield folder
        finally:
            with suppress(FileNotFoundError):  # somebody tidied up already
                shutil.rmtree(folder)


@contextmanager
def _signals_clean_up() -> Iterator[None]:
    """A closed terminal or a TERM ends the edit as Ctrl-C does, so that the file is removed."""

    def interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
        raise KeyboardInterrupt

    before = {number: signal.signal(number, interrupt) for number in (signal.SIGHUP, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _places(environment: Mapping[str, str]) -> tuple[Path, ...]:
    """Folders that lie in memory, the private one first."""
    asked = [Path(environment.get("XDG_RUNTIME_DIR") or "/nonexistent"), Path("/dev", "shm")]
    kinds = _mounts()
    return tuple(place for place in asked if place.is_dir() and _kind(place.resolve(), kinds) in _IN_MEMORY)


def _mounts() -> dict[Path, str]:
    """Mount point -> kind of file system."""
    fields = (line.split(" ") for line in Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines())
    return {Path(words[1]): words[2] for words in fields if len(words) > 2}


def _kind(place: Path, kinds: Mapping[Path, str]) -> str:
    return next((kinds[folder] for folder in (place, *place.parents) if folder in kinds), "")


def _editor(environment: Mapping[str, str]) -> list[str]:
    words = shlex.split(environment.get("VISUAL") or environment.get("EDITOR") or "editor")
    program = shutil.which(words[0]) if words else None
    if program is None:
        raise UsageError("there is no editor", way_out="set EDITOR to one, for example EDITOR=nano")
    discreet = _DISCREET.get(Path(program).resolve().name.partition(".")[0], ())
    return [program, *words[1:], *discreet]


def _text(file: Path) -> str:
    text = None
    raw = file.read_bytes() if file.exists() else b""
    if len(raw) <= LONGEST * 4:
        try:
            text = raw.decode()
        except UnicodeDecodeError:
            text = None  # that exception carries the bytes; it must not become the context of another one
    if text is None:
        raise UsageError("what the editor left is no UTF-8 text, or too long; nothing was changed")
    return text
