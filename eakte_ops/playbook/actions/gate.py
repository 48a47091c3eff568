"""`gate`: asks whether all is well, and goes on when it is. Changes nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NoReturn

from pydantic import Field

from eakte_ops.errors import UsageError
from eakte_ops.health.catalogue import CHECKS
from eakte_ops.health.site import site_of
from eakte_ops.health.types import AnyCheck, Check, Site, TownCheck
from eakte_ops.inventory.model import Server
from eakte_ops.playbook.draft import Draft, Drafted, Ground, Part, Where
from eakte_ops.playbook.gates import OWN
from eakte_ops.playbook.plan import Gate
from eakte_ops.product.model import Language, Strict

LIMIT_S = 180
"""A JVM with its microservices takes up to two minutes until all of them say UP."""
WELL = ("service.units", "service.ports", "service.startup", "service.health", "database.answers", "index.state")
"""The checks that tell of components whether they work; of each one those that concern it."""


class Params(Strict):
    """What `gate` has to know."""

    checks: tuple[str, ...] = Field(min_length=1, description="Names of the checks that have to be well.")


class GateAction:
    """See draft.Action."""

    name = "gate"
    params = Params
    text: Mapping[Language, str] = {
        "en": "Asks whether all is well, until it is or the limit is over. Changes nothing.",
        "de": "Fragt, ob alles in Ordnung ist, bis es so ist oder das Limit erreicht ist. Ändert nichts.",
    }

    def draft(self, params: Params, where: Where, ground: Ground) -> Drafted:
        """One gate for the whole town where nothing is chosen, else one on each server, for the components chosen.

        Raises UsageError for a check that has nothing to look at there: that gate could never hold.
        """
        return Drafted(tuple(gates(params.checks, where, ground)))


def gates(checks: Sequence[str], where: Where, ground: Ground, turn: int = 0) -> Iterator[Draft]:
    """What is asked where a step happens. Raises UsageError for a check that has nothing to look at there."""
    servers = where.servers if where.chosen else ground.town.said.servers
    named = {part.installed.name for part in where.parts} if "components" in where.chosen else None
    sites = {server.name: _site(ground, server, named) for server in servers if server.platform == "linux"}
    for name in checks:
        if not _concerned((name,), tuple(sites.values())):
            raise UsageError(f"there is nothing that {name} looks at on {', '.join(s.name for s in servers)}")
    if not where.chosen:
        yield _of(tuple(checks), "", (), turn)
        return
    for server, site in sites.items():
        if concerned := _concerned(checks, (site,)):
            yield _of(concerned, server, () if named is None else tuple(p.name for p in site.components), turn)


def gate_of(checks: Sequence[str], parts: Sequence[Part], turn: int, ground: Ground) -> Iterator[Draft]:
    """Whether these components are well, each on its server, by those of `checks` that concern them."""
    for server in dict.fromkeys(part.server.name for part in parts):
        here = [part for part in parts if part.server.name == server]
        names = tuple(part.installed.name for part in here)
        if concerned := _concerned(checks, (_site(ground, here[0].server, set(names)),)):
            yield _of(concerned, server, names, turn)


def _site(ground: Ground, server: Server, components: Collection[str] | None) -> Site:
    """A server as health sees it, with these components alone."""
    site = site_of(ground.town, server, None, _not_asked)
    kept = tuple(part for part in site.components if components is None or part.name in components)
    return replace(site, components=kept)


def _not_asked() -> NoReturn:
    """What a check concerns never depends on what files hold."""
    raise AssertionError("templates were asked for")


def _concerned(checks: Sequence[str], sites: Sequence[Site]) -> tuple[str, ...]:
    """Those of `checks` that have anything to look at on `sites`, or that are the plan's own."""
    return tuple(name for name in checks if name in OWN or _concerns(CHECKS[name], sites))


def _concerns(check: AnyCheck, sites: Sequence[Site]) -> bool:
    if isinstance(check, TownCheck):
        return bool(sites) and check.concerns(sites)
    return isinstance(check, Check) and any(check.concerns(site) for site in sites)


def _of(checks: tuple[str, ...], server: str, components: tuple[str, ...], turn: int) -> Draft:
    whom = ", ".join(components)
    return Draft(
        server,
        f"{whom or 'all'} well: {', '.join(checks)}",
        Gate(checks, components),
        turn,
        limit=LIMIT_S,
        expected=3,
        title_de=f"{whom or 'alles'} in Ordnung: {', '.join(checks)}",
    )


ACTION = GateAction()
