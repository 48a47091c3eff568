"""Folders of towns' own templates that nothing uses: of no town, or of a release that the town had before."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

from eakte_ops.config.library import FOLDER, Library, own_folder
from eakte_ops.errors import Mistake
from eakte_ops.inventory.model import Town
from eakte_ops.yamltext import did_you_mean

_END = f".{FOLDER}"


def of_no_town(folder: Path, towns: Collection[str]) -> tuple[Mistake, ...]:
    """Folders beside the inventory that no town of `towns` has. `folder`: the operations folder."""
    found = sorted(path.name for path in (folder / "inventories").glob(f"*{_END}") if path.is_dir())
    return tuple(
        Mistake(f"inventories/{name}", 1, 1, "", f"there is no town {town!r}{did_you_mean(town, towns)}")
        for name in found
        if (town := name.removesuffix(_END)) not in towns
    )


def left_behind(folder: Path, library: Library, town: Town) -> Iterator[Mistake]:
    """Folders of releases before the present one: what was the town's own there is the centre's now.

    Those of later releases are there for an upgrade.
    """
    order = list(town.profile.releases)
    now = order.index(town.said.release)
    had = {each.release for each in library.own if each.town == town.id and order.index(each.release) < now}
    for release in sorted(had, key=order.index):
        where = (own_folder(folder, town.id) / release).relative_to(folder)
        said = f"{town.id} has {town.said.release} now, so nothing in this folder is used"
        yield Mistake(f"{where}", 1, 1, "", f"{said}; take over what is still wanted into {town.said.release}")
