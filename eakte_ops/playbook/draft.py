"""What actions are given and what they give: between a step of a playbook and the steps of a plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias, TypeVar

from eakte_ops.inventory.files import Owner
from eakte_ops.inventory.model import Installed, Server, Town
from eakte_ops.playbook.plan import Assumption, Do, ValueKind
from eakte_ops.product.model import Language, Layout, Strict

if TYPE_CHECKING:
    from eakte_ops.playbook.change import Change

Order: TypeAlias = Literal["start", "stop", "together", "one-by-one"]
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

    def owner(self, part: Part) -> Owner:
        """Who operates `part`: a database may be local IT's, and then it is asked for and never touched."""
        return self.town.said.database_operator if part.installed.name == "database" else "centre"


@dataclass(frozen=True, slots=True)
class Where:
    """Where a step of a playbook happens: the servers and, of these, the components that were chosen, in the order in
    which they start. `order`: in which they take their turns, None: as the action does it by itself; `number`: of the
    step in its playbook, for names of values that no other step has; `chosen`: by what of `components`, `servers` and
    `tags` the playbook chose, empty: it is all of the town."""

    servers: tuple[Server, ...]
    parts: tuple[Part, ...]
    order: Order | None = None
    number: int = 0
    chosen: frozenset[str] = frozenset()

    def part_turns(self, usual: Order) -> tuple[tuple[Part, ...], ...]:
        """The components turn by turn. `usual`: the order where the playbook says none."""
        return turns([(part.order, part.server.name, part) for part in self.parts], self.order or usual)

    def server_turns(self, usual: Order) -> tuple[tuple[Server, ...], ...]:
        """The servers turn by turn; each counts as what starts first on it. `usual`: as in `part_turns`."""
        first = {part.server.name: part.order for part in reversed(self.parts)}
        return turns([(first.get(each.name, 0), each.name, each) for each in self.servers], self.order or usual)


T = TypeVar("T")


def turns(ranked: Iterable[tuple[int, str, T]], order: Order) -> tuple[tuple[T, ...], ...]:
    """Things by rank and name, turn by turn: those of one rank side by side, unless `order` says otherwise."""
    found = sorted(ranked, key=lambda each: each[:2])
    if order == "together":
        return (tuple(thing for _rank, _name, thing in found),) if found else ()
    if order == "one-by-one":
        return tuple((thing,) for _rank, _name, thing in found)
    groups = [tuple(thing for _r, _n, thing in group) for _rank, group in groupby(found, key=lambda each: each[0])]
    return tuple(reversed(groups)) if order == "stop" else tuple(groups)


@dataclass(frozen=True, slots=True)
class Draft:
    """A step without its place in the plan. `turn`: drafts of one turn may run side by side, a higher one waits for
    them; it counts within one step of the playbook alone. All else as in plan.Step; limit and expected None: those of
    the playbook's step, else the plan's usual ones. `title` "": that of the playbook's step."""

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
    """What an action gives: steps, what they take for granted, and the values that arise (name -> kind)."""

    steps: tuple[Draft, ...]
    assumes: tuple[Assumption, ...] = ()
    values: Mapping[str, ValueKind] = field(default_factory=dict)


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
