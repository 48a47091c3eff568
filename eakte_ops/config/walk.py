"""All files below a folder of templates, also those that can not be used: nothing there is passed over in silence."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from eakte_ops.config.template import SUFFIX

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]*")
_DEEPEST = 8


@dataclass(frozen=True, slots=True)
class Found:
    """A file, or a folder with which something is wrong. `inside`: the names from the top down, for people."""

    path: Path
    inside: tuple[str, ...]
    objection: str = ""


def walk(top: Path, inside: tuple[str, ...] = ()) -> Iterator[Found]:
    """Below `top`, in the order of their names; hidden files are those of other programs. A missing `top` is empty."""
    try:
        entries = sorted(os.scandir(top), key=lambda entry: entry.name)
    except FileNotFoundError:
        return
    except OSError as error:
        yield Found(top, inside, f"can not be read: {error.strerror or 'unknown reason'}")
        return
    for entry in entries:
        if not entry.name.startswith("."):
            yield from _entry(Path(entry.path), (*inside, _shown(entry.name)))


def _entry(path: Path, inside: tuple[str, ...]) -> Iterator[Found]:
    try:
        kind = path.lstat().st_mode
    except OSError as error:
        yield Found(path, inside, f"can not be read: {error.strerror or 'unknown reason'}")
        return
    said = ""
    if stat.S_ISLNK(kind):
        said = "this is a link; only files that lie here themselves are read"
    elif stat.S_ISDIR(kind) and (path.name.endswith(SUFFIX) or len(inside) > _DEEPEST):
        said = "this is a folder, no template"
    elif not stat.S_ISDIR(kind) and path.suffix != SUFFIX:
        said = f"not read, because it does not end in {SUFFIX}"
    elif not _NAME.fullmatch(path.name):
        said = "a name here has letters, digits, dots, hyphens and underscores alone"
    if said or not stat.S_ISDIR(kind):
        yield Found(path, inside, said)
    else:
        yield from walk(path, inside)


def _shown(name: str) -> str:
    return "".join(char if char.isprintable() else "?" for char in name)
