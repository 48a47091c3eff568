"""The lab's towns: hosts, networks and addresses. Servers and addresses equal the sample inventories (a test says so).

The operations host has the LAST address of each network, as a /32 with one host route per lab host: a machine whose
own network happens to be 192.0.2.0/24 keeps its gateway. A network without such an address is for its hosts only.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from typing import Literal

from eakte_ops.errors import UsageError

Role = Literal["server", "jump", "storage"]


@dataclass(frozen=True, slots=True)
class Network:
    """A bridge. `bridge`: interface name, at most 15 characters. `operations`: our address on it, None: no leg."""

    bridge: str
    cidr: IPv4Network
    operations: IPv4Address | None = None


@dataclass(frozen=True, slots=True)
class Leg:
    """One interface of a host; the first of a host is called host0 in it, the next host1."""

    network: Network
    address: IPv4Address

    @property
    def interface(self) -> str:
        """Address with prefix length, as `192.0.2.10/27`."""
        return f"{self.address}/{self.network.cidr.prefixlen}"


@dataclass(frozen=True, slots=True)
class Host:
    """One machine of a town. `jump`: the name of the host that stands between the centre and this one."""

    name: str
    town: str
    role: Role
    legs: tuple[Leg, ...]
    jump: str | None = None

    @property
    def address(self) -> IPv4Address:
        """The address that the inventory gives."""
        return self.legs[0].address


@dataclass(frozen=True, slots=True)
class LabTown:
    """One town of the lab."""

    key: str
    networks: tuple[Network, ...]
    hosts: tuple[Host, ...]

    def host_addresses(self) -> str:
        """Lines for /etc/hosts: the hosts of this town and nobody else's."""
        return "".join(f"{host.address} {host.name}\n" for host in self.hosts)


def _network(bridge: str, cidr: str, *, reached: bool = True) -> Network:
    network = IPv4Network(cidr)
    return Network(bridge, network, network.broadcast_address - 1 if reached else None)


def _host(name: str, role: Role, *legs: tuple[Network, str], jump: str | None = None) -> Host:
    town = name.partition("-")[0]
    return Host(name, town, role, tuple(Leg(network, IPv4Address(address)) for network, address in legs), jump)


def _witten() -> LabTown:
    net = _network("lab-witten", "192.0.2.0/27")
    return LabTown(
        "witten",
        (net,),
        (
            _host("witten-db", "server", (net, "192.0.2.10")),
            _host("witten-app", "server", (net, "192.0.2.11")),
            _host("witten-index", "server", (net, "192.0.2.12")),
            _host("witten-gw", "server", (net, "192.0.2.13")),
            _host("witten-store", "storage", (net, "192.0.2.20")),
        ),
    )


def _herdecke() -> LabTown:
    net = _network("lab-herdecke", "192.0.2.32/27")
    return LabTown(
        "herdecke",
        (net,),
        (
            _host("herdecke-box", "server", (net, "192.0.2.42")),
            _host("herdecke-store", "storage", (net, "192.0.2.52")),
        ),
    )


def _hattingen() -> LabTown:
    outer = _network("lab-hattingen", "198.51.100.0/28")
    inner = _network("lab-hattingen-b", "198.51.100.32/27", reached=False)
    jump = "hattingen-jump"
    return LabTown(
        "hattingen",
        (outer, inner),
        (
            _host(jump, "jump", (outer, "198.51.100.5"), (inner, "198.51.100.33")),
            _host("hattingen-db", "server", (inner, "198.51.100.42"), jump=jump),
            _host("hattingen-app", "server", (inner, "198.51.100.43"), jump=jump),
            _host("hattingen-store", "storage", (inner, "198.51.100.52"), jump=jump),
        ),
    )


TOWNS: tuple[LabTown, ...] = (_witten(), _herdecke(), _hattingen())


def towns_named(keys: Iterable[str], towns: tuple[LabTown, ...] = TOWNS) -> tuple[LabTown, ...]:
    """Those of `towns` that have these names, all of them for none.

    Raises: UsageError for a town that the lab does not have.
    """
    wanted = tuple(keys)
    known = {town.key: town for town in towns}
    for key in wanted:
        if key not in known:
            raise UsageError(f'the lab has no town "{key}"', way_out=f"it has: {', '.join(known)}")
    return tuple(town for town in towns if not wanted or town.key in wanted)


def host_named(name: str, towns: tuple[LabTown, ...] = TOWNS) -> Host:
    """The host of this name. Raises: UsageError with the names there are."""
    hosts = {host.name: host for town in towns for host in town.hosts}
    if name not in hosts:
        raise UsageError(f'the lab has no host "{name}"', way_out=f"it has: {', '.join(hosts)}")
    return hosts[name]
