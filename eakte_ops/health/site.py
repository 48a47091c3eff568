"""From the inventory to what health knows of a server."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, partial
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from eakte_ops.access.granted import expected
from eakte_ops.access.rules import Access
from eakte_ops.health.agreed import agreed
from eakte_ops.health.types import Site
from eakte_ops.inventory.model import Server, Town

if TYPE_CHECKING:
    from eakte_ops.config.library import Library


def site_of(town: Town, server: Server, access: Access | None, library: Callable[[], Library]) -> Site:
    """One server as health sees it; thresholds of the server go before those of the town, field by field.

    `library` is asked where somebody asks for the files that were agreed.
    """
    return Site(
        town=town.id,
        server=server.name,
        components=town.installed(server),
        layout=town.profile.layout[server.platform],
        database_operator=town.said.database_operator,
        thresholds=_laid(town.said.thresholds, server.thresholds),
        granted=None if access is None else cache(partial(expected, town, server, access)),
        release=town.said.release,
        windows=town.said.windows,
        storage=town.said.storage,
        round_trip=town.said.round_trip,
        names=_names(town),
        agreed=cache(partial(agreed, town, server, library)),
    )


def _names(town: Town) -> tuple[str, ...]:
    storage = (town.said.storage,) if town.said.storage else ()
    addresses = dict.fromkeys(host.address for host in (*town.said.servers, *storage))
    return tuple(address for address in addresses if not _is_ip(address))


def _is_ip(address: str) -> bool:
    try:
        ip_address(address)
    except ValueError:
        return False
    return True


def _laid(under: Mapping[str, Mapping[str, Any]], over: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    return {name: {**under.get(name, {}), **over.get(name, {})} for name in {**under, **over}}
