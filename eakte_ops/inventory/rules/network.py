"""Addresses, jump hosts, storage and names within a town."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from ipaddress import ip_address
from typing import Any

from eakte_ops.inventory.plain import Plain, Problem, called, entries, mapping, text
from eakte_ops.inventory.suggest import suggestion
from eakte_ops.yamltext import Path

_LABEL = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)")


def check(town: Plain) -> Iterator[Problem]:
    """Problems of the hosts of a town."""
    yield from _addresses(town)
    yield from _jumps(town)
    yield from _names(town)
    yield from _same_way(town)


def hosts(town: Plain) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Jump hosts, servers and storage of a town, in this order, each with its path."""
    for key in ("jump_hosts", "servers"):
        yield from (((key, at), host) for at, host in entries(town, key))
    if storage := mapping(town, "storage"):
        yield ("storage",), storage


@lru_cache(maxsize=20_000)
def normal(address: str) -> str | None:
    """One spelling for equal addresses; None when it is neither an IP address nor a host name (RFC 1123)."""
    try:
        ip = ip_address(address)
    except ValueError:
        name = address.lower().removesuffix(".")
        labels = name.split(".")
        fine = len(name) <= 253 and all(_LABEL.fullmatch(label) for label in labels) and not labels[-1].isdigit()
        return name if fine else None
    return None if ip.is_unspecified or ip.is_multicast or "%" in address or address == "255.255.255.255" else str(ip)


def _addresses(town: Plain) -> Iterator[Problem]:
    for path, host in hosts(town):
        for key in ("address", "inside"):
            said = text(host, key)
            if said and normal(said) is None:
                yield Problem((*path, key), f'"{said}" is neither an IP address of a host nor a host name')


def _jumps(town: Plain) -> Iterator[Problem]:
    jumps = {name for _, jump in entries(town, "jump_hosts") if (name := text(jump, "name"))}
    servers = {name for _, server in entries(town, "servers") if (name := text(server, "name"))}
    for at, server in entries(town, "servers"):
        jump = text(server, "jump")
        if jump is None or jump in jumps:
            continue
        if jump in servers:
            sentence = (
                f'"{jump}" is a server, not a jump host; list it under jump_hosts as well under a name of its own'
            )
        else:
            sentence = f'no jump host "{jump}"{suggestion(jump, jumps) or "; jump_hosts of this town is empty"}'
        yield Problem(("servers", at, "jump"), sentence)


def _names(town: Plain) -> Iterator[Problem]:
    seen: set[str] = set()
    for path, host in hosts(town):
        name = text(host, "name")
        if name is not None and name in seen:
            yield Problem((*path, "name"), f'another host of this town is already named "{name}"')
        elif name is not None:
            seen.add(name)


def _same_way(town: Plain) -> Iterator[Problem]:
    """Two hosts at the same address and port, reached the same way; storage on a machine it should protect."""
    seen: dict[tuple[str, str, str], str] = {}
    machines: dict[str, str] = {}
    for path, host in hosts(town):
        address = normal(text(host, "address") or "")
        if address is None:
            continue
        name = called(host)
        if path == ("storage",):
            if address in machines:
                sentence = f"{address} is {machines[address]}; a backup must lie on another machine than what it saves"
                yield Problem((*path, "address"), sentence)
            continue
        way = (address, str(host.get("port", 22)), str(host.get("jump") or ""))
        if way in seen:
            yield Problem((*path, "address"), f"{seen[way]} already has {address} port {way[1]}, reached the same way")
        seen.setdefault(way, name)
        machines.setdefault(address, name)
