"""Towns as they are typed, by what is remembered of them: no inventory is read, so none of its mistakes can hinder."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from eakte_ops.errors import UsageError

if TYPE_CHECKING:
    from eakte_ops.health.memory.known import TownKnown
    from eakte_ops.store import Rows


def named_in_files(folder: Path) -> frozenset[str]:
    """The towns that have a file in the operations folder, whatever stands in it."""
    return frozenset(file.stem for file in (folder / "inventories").glob("*.yml") if not file.name.startswith("_"))


def chosen(rows: Rows, names: Sequence[str], folder: Path) -> list[TownKnown]:
    """The remembered towns that were typed, by id or name, in whatever case; each once.

    Raises UsageError for one that does not exist, and for one that no sweep has looked at.
    """
    from eakte_ops.health.memory import towns

    found: dict[str, TownKnown] = {}
    for name in names:
        here = towns.known(rows, name.casefold())
        town = here[0] if here else _by_name(towns.known(rows), name, named_in_files(folder))
        if town is None or town.looked is None:
            raise UsageError(
                f"nothing is known of {name} yet: no sweep has looked at it", way_out=f"eakte-ops sweep {name}"
            )
        found[town.id] = town
    return list(found.values())


def _by_name(known: Sequence[TownKnown], name: str, files: Collection[str]) -> TownKnown | None:
    town = next((town for town in known if town.name.casefold() == name.casefold()), None)
    if town is None and name not in files:
        from eakte_ops.inventory.suggest import shown, suggestion

        ids = {*files, *(each.id for each in known)}
        raise UsageError(
            f"there is no town {shown(name)}{suggestion(name, ids)}", way_out="eakte-ops status shows them all"
        )
    return town
