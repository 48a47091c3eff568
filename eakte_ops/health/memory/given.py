"""What is kept, as this room sees it: results of looks, without the engine that made them (it knows SSH)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import datetime

    from eakte_ops.health.types import Identity, Judged, Site
    from eakte_ops.inventory.model import Server


class Stop(Protocol):
    """engine.Stop."""

    @property
    def server(self) -> Server:
        """The server that was to be looked at."""
        ...

    @property
    def site(self) -> Site | None:
        """None: it can not be asked yet."""
        ...


class Look(Protocol):
    """engine.ServerLook."""

    @property
    def stop(self) -> Stop:
        """Where."""
        ...

    @property
    def state(self) -> str:
        """Whether it was looked at."""
        ...

    @property
    def when(self) -> datetime:
        """When it was judged."""
        ...

    @property
    def error(self) -> Exception | None:
        """Why it was not reached, or not asked to the end."""
        ...


class Told(Protocol):
    """findings.Told."""

    @property
    def judged(self) -> Judged:
        """The result."""
        ...

    @property
    def cause(self) -> Identity | None:
        """The finding whose mere consequence it is."""
        ...
