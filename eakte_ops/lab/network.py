"""The lab's bridges: one network per town, no way from one to another, nothing of the machine's own network touched.

Three things keep networks apart: hosts have no default route; each bridge answers ARP for its own address only; a
routing rule (`iif BRIDGE prohibit`) forbids forwarding from it even where the machine has ip_forward = 1. A network
without a leg of ours gets an `unreachable` route: nothing meant for it leaves by the machine's default gateway.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address
from pathlib import Path

from eakte_ops.errors import CommandFailed, Refused
from eakte_ops.lab.command import run, succeeds
from eakte_ops.lab.towns import LabTown, Network

_RULE_PRIORITY = "186"
_LINKS = Path("/sys/class/net")
_SETTINGS = {"ipv4/conf/{}/arp_ignore": "1", "ipv4/conf/{}/forwarding": "0", "ipv6/conf/{}/disable_ipv6": "1"}


def clashes(towns: Iterable[LabTown], own: Iterable[IPv4Address]) -> Iterator[IPv4Address]:
    """Which of the machine's `own` addresses and gateways the lab would cover."""
    wanted = tuple(towns)
    single = {leg.address for town in wanted for host in town.hosts for leg in host.legs}
    single |= {net.operations for town in wanted for net in town.networks if net.operations}
    hidden = [net.cidr for town in wanted for net in town.networks if net.operations is None]
    return (address for address in own if address in single or any(address in cidr for cidr in hidden))


def link_commands(network: Network) -> Iterator[list[str]]:
    """What makes a bridge that exists already usable; each may be repeated."""
    bridge = network.bridge
    if network.operations:
        yield ["ip", "address", "replace", f"{network.operations}/32", "dev", bridge]
    yield ["ip", "link", "set", bridge, "up"]


def route_commands(town: LabTown) -> Iterator[list[str]]:
    """Host routes to what we may reach, an end for what we may not; each may be repeated."""
    for network in town.networks:
        if network.operations is None:
            yield ["ip", "route", "replace", "unreachable", str(network.cidr)]
    for host in town.hosts:
        for leg in host.legs:
            source = leg.network.operations
            if source:
                route = ["dev", leg.network.bridge, "src", str(source)]
                yield ["ip", "route", "replace", f"{leg.address}/32", *route]


def connect_town(town: LabTown) -> None:
    """Make the town's networks. Idempotent. Raises: Refused if an address is taken or the kernel has no bridges."""
    taken = list(clashes([town], _own_addresses(town)))
    if taken:
        raise Refused(
            f"the lab can not start here: this machine itself uses {taken[0]}, which is an address of the lab",
            place="lab up",
            way_out="use a machine (a virtual one will do) whose network has other addresses",
        )
    for network in town.networks:
        _make_bridge(network.bridge)
        for command in link_commands(network):
            run(command)
    for command in route_commands(town):
        run(command)


def _own_addresses(town: LabTown) -> Iterator[IPv4Address]:
    """Addresses and gateways of the machine, the town's own bridges left out."""
    ours = {network.bridge for network in town.networks}
    for link in json.loads(run(["ip", "-json", "-4", "address"])):
        if link["ifname"] not in ours:
            yield from (IPv4Address(entry["local"]) for entry in link["addr_info"])
    for route in json.loads(run(["ip", "-json", "-4", "route"])):
        if "gateway" in route:
            yield IPv4Address(route["gateway"])


def _make_bridge(bridge: str) -> None:
    if not (_LINKS / bridge).exists():
        try:
            run(["ip", "link", "add", bridge, "type", "bridge", "forward_delay", "0"])
        except CommandFailed as failed:
            said = failed.values["said"]
            raise Refused(f"this machine does not give a network bridge: {said}", place="lab up") from failed
    for path, value in _SETTINGS.items():
        setting = Path("/proc/sys/net") / path.format(bridge)
        if setting.exists():
            setting.write_text(value, encoding="ascii")
    if f"iif {bridge} " not in run(["ip", "rule", "list"]):
        run(["ip", "rule", "add", "iif", bridge, "prohibit", "priority", _RULE_PRIORITY])


def disconnect_town(town: LabTown) -> None:
    """Remove every rule, route and bridge of the town. Does nothing twice."""
    for network in town.networks:
        while succeeds(["ip", "rule", "delete", "iif", network.bridge, "prohibit"]):
            pass
        if network.operations is None:
            succeeds(["ip", "route", "delete", "unreachable", str(network.cidr)])
        if (_LINKS / network.bridge).exists():
            run(["ip", "link", "delete", network.bridge])


def join(link: str, bridge: str) -> None:
    """Put a link of the machine (the outer end of a host's second leg) on a bridge."""
    run(["ip", "link", "set", link, "master", bridge, "up"])
