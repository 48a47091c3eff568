"""What the lab needs of the centre's own side: the inventory of an operations folder, and how a server is reached."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal, Protocol, TypeAlias

from eakte_ops.config.library import Library
from eakte_ops.inventory.model import Inventory, JumpHost, Server, Town
from eakte_ops.remote.types import Target


class Centre(Protocol):
    """The command line gives its own; it knows thresholds, settings and accounts."""

    def inventory(self, *towns: str) -> Inventory:
        """The towns of the operations folder."""
        ...

    def library(self) -> Library:
        """Its templates."""
        ...

    def target(self, town: Town, server: Server | JumpHost, account: Literal["look", "work"]) -> Target:
        """How to reach a server as this account."""
        ...


Open: TypeAlias = Callable[[Path], Centre]
"""Gives the centre's side of an operations folder."""
