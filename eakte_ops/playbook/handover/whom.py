"""Whom a handover concerns: the machines that are handed over, and all that can not go on without them. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from eakte_ops.errors import UsageError
from eakte_ops.inventory.model import Server
from eakte_ops.playbook.draft import Ground, Part
from eakte_ops.yamltext import did_you_mean


@dataclass(frozen=True, slots=True)
class Concerned:
    """`handed`: the machines that local IT gets. `parts`: what is stopped, in the order of starting: all on these
    machines, and everywhere else what starts later, for that may need it. A gateway on another machine goes on: it
    shows the notice page. `stopped`: the servers of these parts; `gateways`: servers that show a page to clerks."""

    handed: tuple[Server, ...]
    parts: tuple[Part, ...]
    gateways: tuple[Server, ...]

    @property
    def stopped(self) -> tuple[Server, ...]:
        """The servers on which something is stopped, and those handed over."""
        return _each_once((*self.handed, *(part.server for part in self.parts)))


def named(said: str, ground: Ground) -> tuple[Server, ...]:
    """The servers of a line of names, all of the town for "". Raises UsageError with a suggestion."""
    known = {server.name: server for server in ground.town.said.servers}
    for name in said.split():
        if name not in known:
            raise UsageError(f'{ground.town.name} has no server "{name}"{did_you_mean(name, known)}')
    chosen = said.split()
    return tuple(server for server in ground.town.said.servers if not chosen or server.name in chosen)


def concerned(said: str, ground: Ground) -> Concerned:
    """Whom it concerns when the servers of the line `said` ("": all of the town) are handed over. Raises UsageError."""
    handed = named(said, ground)
    every = ground.parts()
    first = min((part.order for part in every if part.server in handed), default=None)
    parts = [
        part
        for part in every
        if part.server in handed or (first is not None and part.order > first and not shows_page(part))
    ]
    return Concerned(handed, tuple(parts), _each_once(part.server for part in every if shows_page(part)))


def _each_once(servers: Iterable[Server]) -> tuple[Server, ...]:
    return tuple({server.name: server for server in servers}.values())


def shows_page(part: Part) -> bool:
    """Whether it is what clerks open first, and shows the notice page."""
    return any(probe.kind == "page" for probe in part.installed.component.probes)


def database(ground: Ground) -> Part | None:
    """The component that is the database, where the centre can ask it over its socket."""
    for part in ground.parts():
        if any(probe.kind == "sql" for probe in part.installed.component.probes):
            return part
    return None


def documents(server: Server, ground: Ground) -> str:
    """Where the documents lie on a server, "" where there are none."""
    places = (part.installed.places for part in ground.parts((server,)))
    return next((found["documents"] for found in places if "documents" in found), "")
