"""What must differ from town to town: names of hosts, official keys, addresses that are reached directly."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from eakte_ops.inventory.plain import Plain, Problem, called, mapping, text
from eakte_ops.inventory.rules.network import hosts, normal
from eakte_ops.yamltext import Path


def check(towns: Mapping[str, Plain]) -> Iterator[tuple[str, str, Problem]]:
    """Problems between two towns, each as (town in whose file it stands, the other town, problem).

    Behind jump hosts the same address may occur in several towns: networks of towns are never joined, so they may
    number their hosts alike. What the operations host reaches directly is one network, where an address is one host.
    """
    names: dict[str, str] = {}
    keys: dict[str, str] = {}
    direct: dict[str, str] = {}
    for town, said in towns.items():
        key = text(mapping(said, "municipality"), "key")
        if key is not None and key.isdecimal() and (other := keys.setdefault(key, town)) != town:
            yield town, other, Problem(("municipality", "key"), f"{key} is already the key of {other}")
        for path, host in hosts(said):
            yield from _host(town, path, host, names, direct)


def _host(
    town: str, path: Path, host: Mapping[str, Any], names: dict[str, str], direct: dict[str, str]
) -> Iterator[tuple[str, str, Problem]]:
    name = called(host, "")
    if name and (other := names.setdefault(name, town)) != town:
        sentence = f'"{name}" is already a host of {other}; a name means one host in all towns'
        yield town, other, Problem((*path, "name"), sentence)
    address = normal(text(host, "address") or "")
    if address is None or host.get("jump") or path == ("storage",):
        return
    if (other := direct.setdefault(address, town)) != town:
        sentence = (
            f"{address} is already an address of {other}; only behind jump hosts may towns number their hosts alike"
        )
        yield town, other, Problem((*path, "address"), sentence)
