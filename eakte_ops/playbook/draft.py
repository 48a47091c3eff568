"""What actions are given and what they give: between a step of a playbook and the steps of a plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Protocol, TypeVar

from eakte_ops.inventory.files import Owner
from eakte_ops.inventory.model import Installed, Server, Town
from eakte_ops.playbook.plan import Assumption, Do
from eakte_ops.product.model import Language, Layout, Strict

if TYPE_CHECKING:
    from eakte_ops.playbook.change import Change

P_contra = TypeVar("P_contra", bound=Strict, contravariant=True)


@dataclass(frozen=True, slots=True)
class Part:
    """A component on a server."""

    server: Server
    installed: Installed

    @property
    def unit(self) -> str:
        """Its unit under the service manager of the server."""
        return self.installed.component.unit[self.server.platform]

    @property
    def order(self) -> int:
        """Starts in rising order, stops in falling order."""
        return self.installed.component.order


@dataclass(frozen=True, slots=True)
class Ground:
    """What a plan is made from, as values: no connection, no clock, no store.

    `now`: when it is made. `arguments`: what was asked for, by the names of the playbook. `changes`: configuration
    files that differ from what the servers hold, for the acts that put them in place.
    """

    town: Town
    now: datetime
    arguments: Mapping[str, str] = field(default_factory=dict)
    changes: tuple[Change, ...] = ()

    def layout(self, server: Server) -> Layout:
        """Where the centre's things lie on `server`."""
        return self.town.profile.layout[server.platform]

    def parts(self, servers: Iterable[Server] | None = None) -> tuple[Part, ...]:
        """The components of `servers` (all of the town), in the order in which they start."""
        chosen = self.town.said.servers if servers is None else tuple(servers)
        found = [Part(server, part) for server in chosen for part in self.town.installed(server)]
        return tuple(sorted(found, key=lambda part: (part.order, part.server.name)))


@dataclass(frozen=True, slots=True)
class Where:
    """Where a step of a playbook happens: the servers and, of these, the components that were chosen."""

    servers: tuple[Server, ...]
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """A step without its place in the plan. `turn`: drafts of one turn may run side by side, a higher one waits for
    them; it counts within one step of the playbook alone. All else as in plan.Step."""

    server: str
    title: str
    do: Do
    turn: int = 0
    verify: str | None = None
    undo: Do | None = None
    repeatable: bool = False
    no_return: bool = False
    gives: tuple[str, ...] = ()
    limit: int | None = None
    expected: int | None = None
    stops: bool = False
    owner: Owner = "centre"
    title_de: str = ""
    word_for_word: bool = False


@dataclass(frozen=True, slots=True)
class Drafted:
    """What an action gives: steps, and what they take for granted."""

    steps: tuple[Draft, ...]
    assumes: tuple[Assumption, ...] = ()


class Action(Protocol[P_contra]):
    """One kind of step: compiles to drafts. Pure. `params`: what a playbook may say below `with`."""

    @property
    def name(self) -> str:
        """As it is written in playbooks."""

    @property
    def params(self) -> type[Strict]:
        """The model of what may stand below `with`."""

    @property
    def text(self) -> Mapping[Language, str]:
        """What it does, in a sentence, for the reference."""

    def draft(self, params: P_contra, where: Where, ground: Ground) -> Drafted:
        """The steps it takes here. Raises UsageError, NotSupported with a sentence."""
