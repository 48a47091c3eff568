"""Space and inodes of the local file systems."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from eakte_ops.health.facts.reading import lines, question, whole
from eakte_ops.health.types import Fact, NotKnown, Site
from eakte_ops.remote.types import Answer, Question, Visit

_OCTAL = re.compile(r"\\([0-7]{3})")


@dataclass(frozen=True, slots=True)
class Mount:
    """A local file system. Sizes in bytes; `available` is what an ordinary account may still use.

    `inodes` 0: it has no fixed number of them. `known` False: it exists, but could not be asked. `meant`: "rw" or "ro"
    as /etc/fstab wants it, "" where that does not name it.
    """

    path: str
    kind: str
    writable: bool
    known: bool
    size: int = 0
    available: int = 0
    used_percent: float = 0.0
    inodes: int = 0
    inodes_percent: float = 0.0
    meant: str = ""


def unescaped(path: str) -> str:
    """A path of /proc/mounts as people write it."""
    return _OCTAL.sub(lambda found: chr(int(found[1], 8)), path)


def _ask(_site: Site) -> Question:
    return question("storage", limit=8)


def _parse(answer: Answer, _visit: Visit) -> tuple[Mount, ...]:
    shapes: dict[str, tuple[str, bool]] = {}
    figures: dict[str, str] = {}
    meant: dict[str, str] = {}
    complete = False
    for kind, *rest in lines(answer):
        if kind == "mount" and len(rest) == 3:
            shapes[rest[2]] = (rest[0], rest[1] == "rw")
        elif kind == "space" and len(rest) == 2:
            figures[rest[1]] = rest[0]
        elif kind == "fstab" and len(rest) == 2:
            meant[rest[1].rstrip("/") or "/"] = rest[0]
        complete = complete or kind == "end"
    if not complete or not shapes:
        raise NotKnown("unreadable", what="/proc/mounts")
    return tuple(
        replace(_mount(path, *shape, figures.get(path)), meant=meant.get(path, "")) for path, shape in shapes.items()
    )


def _mount(path: str, kind: str, writable: bool, figures: str | None) -> Mount:
    if figures is None:
        return Mount(unescaped(path), kind, writable, known=False)
    block, blocks, free, available, inodes, inodes_free = (whole(part, "stat -f") for part in _six(figures))
    used = blocks - free
    return Mount(
        unescaped(path),
        kind,
        writable,
        known=True,
        size=block * blocks,
        available=block * available,
        used_percent=_percent(used, used + available),  # as df does: what is kept for root is not counted
        inodes=inodes,
        inodes_percent=_percent(inodes - inodes_free, inodes),
    )


def _six(figures: str) -> list[str]:
    parts = figures.split()
    if len(parts) != 6:
        raise NotKnown("unreadable", what="stat -f")
    return parts


def _percent(part: int, of: int) -> float:
    return round(max(0.0, min(100.0, 100 * part / of)), 1) if of > 0 else 0.0


STORAGE = Fact("storage", _ask, _parse)
