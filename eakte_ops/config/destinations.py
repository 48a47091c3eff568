"""Where files may go on a server, and that no two of them get into each other's way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Generic, Literal, TypeVar

from eakte_ops.inventory.model import Installed, Server, Town
from eakte_ops.product.model import Layout, Platform
from eakte_ops.product.places import is_place

Whose = TypeVar("Whose")
MERGED_ENDS = ".yml"


def objection(path: str, platform: Platform, layout: Layout) -> str:
    """Why no file can be put at `path`; "" if one can."""
    mark = "\\" if platform == "windows" else "/"
    parts = path.split(mark)
    if not is_place(path, platform) or not path.isprintable() or parts[-1] == "" or "." in parts:
        return f"no path of a file for {platform}: {path!r:.120}"
    if platform == "windows" and any(part != part.rstrip(". ") for part in parts):
        return f"no path of a file for {platform}, which leaves out dots and blanks at an end: {path!r:.120}"
    if _key(path, platform).startswith(_key(layout.state, platform) + mark):
        return f"{path} lies in {layout.state}, where no configuration belongs"
    return ""


_OURS = ("configuration", "settings", "program")
"""Names of places of a component in which its configuration may lie."""


def beyond(path: str, owner: Literal["work", "root"], parts: Iterable[Installed], town: Town, server: Server) -> str:
    """Why a file of these `parts` may not go to `path`; "" if it may.

    What the centre places goes into the folder of configuration or into a place of its own components, never to where
    programs, keys, logins or data are. Into a folder of which a component takes every file goes no other one.
    """
    platform = server.platform
    mark, key = ("\\" if platform == "windows" else "/"), _key(path, platform)
    parts = tuple(parts)
    for part in town.installed(server):
        merged = part.component.merged
        folder = _key(part.places[merged.place].rstrip(mark), platform) + mark if merged else ""
        if merged and key.startswith(folder) and key.casefold().endswith(MERGED_ENDS):
            belong = merged.files.get(town.said.release, ())
            if key.removeprefix(folder) not in {_key(name, platform) for name in belong}:
                return f"{path}: {part.name} takes every file that ends in {MERGED_ENDS} there as configuration"
    if owner == "root":
        return ""
    own = {part.places[name] for part in parts for name in _OURS if name in part.places}
    allowed = [town.profile.layout[platform].configuration, *sorted(own)]
    if any(key.startswith(_key(folder.rstrip(mark), platform) + mark) for folder in allowed):
        return ""
    return f"{path} lies outside of {', '.join(allowed)}, where configuration of the centre belongs"


class Taken(Generic[Whose]):
    """The places of the files of one server. `Whose`: what is told of a place that is taken."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._files: dict[str, Whose] = {}
        self._folders: dict[str, Whose] = {}

    def take(self, path: str, whose: Whose) -> Whose | None:
        """Takes a place, or says who has it: as the same file, as a folder of it or as something in it."""
        key = _key(path, self._platform)
        above = list(_above(key, "\\" if self._platform == "windows" else "/"))
        for found in (self._files.get(key), self._folders.get(key), *map(self._files.get, above)):
            if found is not None:
                return found
        self._files[key] = whose
        self._folders.update(dict.fromkeys(above, whose))
        return None


def _key(path: str, platform: Platform) -> str:
    """Equal for paths of the same file: Windows takes capital and small letters as one."""
    return path.casefold() if platform == "windows" else path


def _above(path: str, mark: str) -> Iterator[str]:
    while mark in path:
        path = path.rpartition(mark)[0]
        yield path
