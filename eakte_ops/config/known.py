"""All that a template can see: the values of a town, as read-only parts that know their own names."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from ipaddress import ip_address
from typing import Any

from eakte_ops.inventory.model import Installed, Server, Town

LOOPBACK = "127.0.0.1"


class Part(Mapping[str, Any]):
    """A mapping of plain values with a name for messages: `parts.gateway.port`. `of`: what its keys are.

    `may`: keys that can be there or not, so that a template may ask; None for any. All others are never there.
    """

    __slots__ = ("_held", "_may", "name", "of")

    def __init__(self, name: str, held: Mapping[str, Any], of: str = "value", may: Collection[str] | None = ()) -> None:
        self.name, self.of, self._held, self._may = name, of, held, may

    def may_lack(self, key: str) -> bool:
        """Whether `key` could be there for another town or server."""
        return self._may is None or key in self._may

    def __getitem__(self, key: str) -> Any:
        return self._held[key]

    def __contains__(self, key: object) -> bool:
        return key in self._held

    def __iter__(self) -> Iterator[str]:
        return iter(self._held)

    def __len__(self) -> int:
        return len(self._held)

    def __repr__(self) -> str:
        return f"<{self.name}>"


class Misused(Exception):
    """A template does what it may not; the text is the sentence."""


class Held:
    """A secret as a template sees it: its name, and the form in which its value is to be written ("" not said yet)."""

    __slots__ = ("form", "name")

    def __init__(self, name: str, form: str = "") -> None:
        self.name, self.form = name, form

    def __str__(self) -> str:
        raise Misused(f"the secret {self.name} can only stand alone: {{{{ secret[{self.name!r}] | FORM }}}}")

    def __bool__(self) -> bool:
        raise Misused(f"nothing can depend on the secret {self.name}; `is defined` says whether the town has it")

    def __eq__(self, _other: object) -> bool:
        return bool(self)

    def __hash__(self) -> int:
        return int(bool(self))


def seen_from(town: Town, server: Server) -> dict[str, Any]:
    """What every template sees on `server`: town, here, parts, layout, secret. All plain text, numbers, yes and no."""
    layout = town.profile.layout[server.platform]
    return {
        "town": Part(
            "town",
            {
                "id": town.id,
                "name": town.name,
                "key": town.said.municipality.key,
                "language": town.said.language,
                "product": town.said.product,
                "release": town.said.release,
                "database_operator": town.said.database_operator,
            },
        ),
        "here": Part(
            "here",
            {
                "name": server.name,
                "address": server.address,
                "components": tuple(part.name for part in town.installed(server)),
            },
        ),
        "parts": Part("parts", dict(_parts(town, server)), "component of the town", town.profile.components),
        "layout": Part("layout", layout.model_dump()),
        "secret": Part("secret", {name: Held(name) for name in town.said.secrets}, "secret of the town", None),
    }


def _parts(town: Town, here: Server) -> Iterator[tuple[str, Part]]:
    """Every component that some server of the town has, as seen from `here`."""
    installed: dict[str, Mapping[str, Installed]] = {}
    for name in town.profile.components_of(town.said.release):
        holders = [server for server in town.said.servers if name in server.components]
        if not holders:
            continue
        at = here if here in holders else holders[0]
        if at.name not in installed:
            installed[at.name] = {part.name: part for part in town.installed(at)}
        addresses = tuple(LOOPBACK if holder is here else holder.address for holder in holders)
        yield name, _part(town, installed[at.name][name], at, here, addresses)


def _part(town: Town, laid: Installed, at: Server, here: Server, addresses: tuple[str, ...]) -> Part:
    name = laid.name
    changed = at.components[name].services
    services = {}
    for each, service in town.profile.services_of(name, town.said.release).items():
        own = changed.get(each)
        port = own.port if own and own.port is not None else service.port
        instances = own.instances if own and own.instances is not None else service.instances
        said = {"name": each, "instances": instances} | ({"port": port} if port is not None else {})
        services[each] = Part(f"parts.{name}.service.{each}", said, may=("port",))
    return Part(
        f"parts.{name}",
        {
            "here": at is here,
            "address": LOOPBACK if at is here else addresses[0],
            "addresses": addresses,
            "port": Part(f"parts.{name}.port", laid.ports, "port"),
            "place": Part(f"parts.{name}.place", laid.places, "place"),
            "service": Part(f"parts.{name}.service", services, "service", town.profile.components[name].services),
        },
    )


def network(address: str) -> str:
    """An address as a network of one host, for access files: 192.0.2.11/32; a host name stays as it is."""
    try:
        return f"{address}/{ip_address(address).max_prefixlen}"
    except ValueError:
        return address


def url_host(address: str) -> str:
    """An address as it stands in a URL: IPv6 in brackets."""
    return f"[{address}]" if ":" in address else address
