"""Reads access.yml: strict, all mistakes at once, each with its place."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from ipaddress import ip_network
from pathlib import Path as File

from eakte_ops.access.keys import read_key
from eakte_ops.access.rules import Access, AccessFile
from eakte_ops.errors import InvalidFile, UsageError
from eakte_ops.yamltext import Document, Mistakes, Path, did_you_mean, load, read, validate

FILE = "access.yml"


def load_access(folder: File, towns: Collection[str]) -> Access:
    """access.yml of the operations folder. `towns`: ids of all its towns, which keys may name.

    Raises UsageError where there is no such file and InvalidFile with all mistakes.
    """
    path = folder / FILE
    if not path.exists():
        raise UsageError(
            f"there is no {FILE} in {folder}, so nobody's access is known",
            way_out="docs/how-to/access.md shows one; it says from where the centre comes and which keys it holds",
        )
    return _judge(load(path, FILE), towns)


def read_access(text: str, towns: Collection[str]) -> Access:
    """As `load_access`, from the text of such a file."""
    return _judge(read(text, FILE), towns)


def _judge(document: Document, towns: Collection[str]) -> Access:
    said, mistakes = validate(document, AccessFile)
    if said is None:
        raise InvalidFile(mistakes, files_read=1)
    found = Mistakes(document)
    _check_hosts(said, found)
    _check_keys(said, towns, found)
    _check_signers(said, found)
    if found:
        raise InvalidFile(found.found, files_read=1)
    return Access(said)


def _check_hosts(said: AccessFile, found: Mistakes) -> None:
    names: set[str] = set()
    addresses: set[str] = set()
    for at, host in enumerate(said.operations_hosts):
        if host.name in names:
            found.add(("operations_hosts", at, "name"), f'there are two operations hosts "{host.name}"')
        names.add(host.name)
        for number, address in enumerate(host.addresses):
            path: Path = ("operations_hosts", at, "addresses", number)
            try:
                network = ip_network(address)
            except ValueError as problem:
                found.add(path, f"an IP address or network is expected ({problem})")
                continue
            if network.num_addresses > 256:
                found.add(path, "this network is too wide for a from=; name the operations hosts themselves")
            if address in addresses:
                found.add(path, f"the address {address} is there twice")
            addresses.add(address)
    if not any(host.role == "norm" for host in said.operations_hosts):
        found.add(("operations_hosts",), "no operations host has the role norm")
    if not any(host.role == "emergency" for host in said.operations_hosts):
        found.add(
            ("operations_hosts",),
            "no operations host has the role emergency; its address has to be in the towns' rules from the first day",
        )


def _check_keys(said: AccessFile, towns: Collection[str], found: Mistakes) -> None:
    holders: set[str] = set()
    known: dict[bytes, str] = {}
    for at, holder in enumerate(said.holders):
        if holder.id in holders:
            found.add(("holders", at, "id"), f'there are two holders "{holder.id}"; put the keys of both under one')
        holders.add(holder.id)
        places: set[tuple[str, str]] = set()
        for number, key in enumerate(holder.keys):
            path: Path = ("holders", at, "keys", number)
            _once(key.key, f"{holder.id} at {key.machine}", known, (*path, "key"), found)
            _day(key.expires, (*path, "expires"), found)
            if key.revoked is None and (key.machine, key.account) in places:
                found.add(
                    (*path, "machine"),
                    f"{holder.id} has two keys for {key.account} at {key.machine}; there is one per person and machine",
                )
            if key.revoked is None:
                places.add((key.machine, key.account))
            else:
                _day(key.revoked, (*path, "revoked"), found)
                if not key.why:
                    found.add(path, "a revoked key needs a `why`")
            for town_at, town in enumerate(key.towns if key.towns != "all" else ()):
                if town not in towns:
                    found.add((*path, "towns", town_at), f'no town "{town}"{did_you_mean(town, towns)}')


def _check_signers(said: AccessFile, found: Mistakes) -> None:
    known: dict[bytes, str] = {}
    for at, signer in enumerate(said.signers):
        _once(signer.key, signer.name, known, ("signers", at, "key"), found)
        _day(signer.expires, ("signers", at, "expires"), found)


def _once(text: str, whose: str, known: dict[bytes, str], path: Path, found: Mistakes) -> None:
    try:
        key = read_key(text)
    except ValueError as problem:
        found.add(path, str(problem))
        return
    if key.blob in known:
        found.add(path, f"the same key as that of {known[key.blob]}; every person and machine has its own")
    known[key.blob] = whose


def _day(text: str, path: Path, found: Mistakes) -> None:
    try:
        date.fromisoformat(text)
    except ValueError:
        found.add(path, f"there is no day {text}")
