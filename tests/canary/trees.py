"""Looks for canaries in files: below a folder everything that changed since a moment, but where a secret has to be."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import re
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.canary.values import Eyes, Sight

MOST = 512 * 1024 * 1024
_COARSE_S = 1.0
"""File systems stamp with a clock that ticks, a little behind ours."""

_PACKED: Mapping[bytes, Callable[[bytes], bytes]] = {
    b"\x1f\x8b": gzip.decompress,
    b"\xfd7zXZ": lzma.decompress,
    b"BZh": bz2.decompress,
}


@dataclass(frozen=True, slots=True)
class Holder:
    """A file that may hold secrets. `path`: regular expression for its whole path below the tree; `canaries`: which;
    `mode`: the most that it may allow; `owner`: `account:group`, "" for any."""

    path: str
    canaries: Sequence[str]
    mode: int
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Tree:
    """A folder. `name`: how it is called; `names`: folder of the passwd and group files that give its owners names."""

    name: str
    root: Path
    holders: Sequence[Holder] = ()
    without: Sequence[Path] = ()
    names: Path = Path("/etc")

    def leaks(self, eyes: Eyes, since: float, most: int = MOST) -> list[Sight]:
        """What is in files that changed after `since` and is in the wrong place, or open to the wrong people.

        Files of more than `most` bytes are left out.
        """
        return [sight for sight, allowed in self.sights(eyes, since, most) if not allowed]

    def sights(self, eyes: Eyes, since: float, most: int = MOST) -> Iterator[tuple[Sight, bool]]:
        """All canaries below the folder, and whether each may be there."""
        without = frozenset(map(str, self.without))
        for path, seen in _changed(str(self.root), since - _COARSE_S, without):
            if seen.st_size > most:
                continue
            inside = path[len(str(self.root)) + 1 :]
            place = f"{self.name}:{inside} ({stat.S_IMODE(seen.st_mode):04o} {self._owner(seen)})"
            name = eyes.seen(os.fsencode(inside), f"the name of {place}")
            yield from ((sight, False) for sight in name)
            for sight in eyes.seen(_content(path), place):
                yield sight, any(self._holds(holder, inside, seen, sight) for holder in self.holders)

    def _holds(self, holder: Holder, inside: str, seen: os.stat_result, sight: Sight) -> bool:
        return (
            re.fullmatch(holder.path, inside) is not None
            and sight.canary in holder.canaries
            and stat.S_IMODE(seen.st_mode) & ~holder.mode == 0
            and holder.owner in ("", self._owner(seen))
        )

    def _owner(self, seen: os.stat_result) -> str:
        people, groups = _names(self.names / "passwd"), _names(self.names / "group")
        return f"{people.get(seen.st_uid, seen.st_uid)}:{groups.get(seen.st_gid, seen.st_gid)}"


def _changed(folder: str, since: float, without: frozenset[str]) -> Iterator[tuple[str, os.stat_result]]:
    """Regular files whose content, name or mode changed after `since`. What goes away meanwhile is left out."""
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.path in without:
                continue
            with suppress(OSError):
                if entry.is_dir(follow_symlinks=False):
                    yield from _changed(entry.path, since, without)
                elif entry.is_file(follow_symlinks=False):
                    seen = entry.stat(follow_symlinks=False)
                    if seen.st_ctime > since:
                        yield entry.path, seen


def _content(path: str) -> bytes:
    """A file, and behind it what it holds packed."""
    try:
        with Path(path).open("rb") as file:
            raw = file.read(MOST)
    except OSError:
        return b""
    for magic, unpack in _PACKED.items():
        if raw.startswith(magic):
            with suppress(OSError, EOFError, lzma.LZMAError):
                return raw + unpack(raw)
    return raw


@cache
def _names(file: Path) -> Mapping[int, str]:
    lines = (line.split(":") for line in file.read_text("utf-8").splitlines())
    return {int(words[2]): words[0] for words in lines if len(words) > 2}
