"""Puts the parts together: finds the operations folder, loads the inventory. Imports what is needed when it is needed."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from eakte_ops.errors import UsageError

if TYPE_CHECKING:
    from eakte_ops.inventory.model import Inventory

MARK = "eakte-ops.yml"


@dataclass
class Context:
    """What the words before the subcommand said. `project`: operations folder as typed, None to look for it."""

    project: Path | None = None
    debug: bool = False
    _inventory: Inventory | None = field(default=None, repr=False)

    @property
    def folder(self) -> Path:
        """The operations folder: --project, else EAKTE_OPS_PROJECT, else upwards from here. Raises UsageError."""
        said = self.project or (Path(p) if (p := os.environ.get("EAKTE_OPS_PROJECT")) else None)
        if said is not None:
            if (said / MARK).is_file():
                return said.resolve()
            raise UsageError(
                f"there is no {MARK} in {said}, so it is no operations folder",
                way_out=f"eakte-ops init {said} makes one",
            )
        here = Path.cwd()
        for folder in (here, *here.parents):
            if (folder / MARK).is_file():
                return folder
        raise UsageError(
            f"no operations folder here: no {MARK} in {here} or above it",
            way_out="name it with --project DIR or EAKTE_OPS_PROJECT, or make one: eakte-ops init DIR",
        )


CONTEXT = Context()
"""The context of this process; main.py fills it before a subcommand runs."""
