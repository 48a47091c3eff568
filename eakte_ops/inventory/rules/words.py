"""Contacts, thresholds, names of secrets and tags."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from eakte_ops.inventory.plain import Plain, Problem, entries, mapping, text, texts
from eakte_ops.inventory.suggest import shown, suggestion
from eakte_ops.inventory.vocabulary import Limit, Vocabulary
from eakte_ops.yamltext import Path

NEEDED = ("centre", "local-it")


def check(town: Plain, vocabulary: Vocabulary) -> Iterator[Problem]:
    """Problems of a town's words. `vocabulary`: the thresholds that exist."""
    yield from official_key(town)
    yield from contacts(town)
    yield from thresholds(town, vocabulary, ())
    yield from twice(town, "secrets", ())
    for at, server in entries(town, "servers"):
        yield from thresholds(server, vocabulary, ("servers", at))
        yield from twice(server, "tags", ("servers", at))


def official_key(town: Plain) -> Iterator[Problem]:
    """A key begins with the number of its state, 01 to 16 (Destatis, Amtlicher Gemeindeschlüssel)."""
    key = text(mapping(town, "municipality"), "key")
    if key is not None and len(key) in (5, 8) and key.isdecimal() and not 1 <= int(key[:2]) <= 16:
        said = f"{key} is no official key: it begins with the number of a state, 01 to 16"
        yield Problem(("municipality", "key"), said)


def contacts(town: Plain) -> Iterator[Problem]:
    """The contacts that every town needs."""
    said = town.get("contacts", {})
    for role in NEEDED:
        if isinstance(said, dict) and role not in said:
            yield Problem(("contacts", role), "missing: whoever owns a finding must be reachable", at_key=True)


def thresholds(node: Plain, vocabulary: Vocabulary, path: Path) -> Iterator[Problem]:
    """Checks and fields that do not exist, values that they do not take."""
    for check_name, fields in mapping(node, "thresholds").items():
        here = (*path, "thresholds", check_name)
        known = vocabulary.get(check_name)
        if known is None:
            yield Problem(here, f"no check {shown(check_name)}{suggestion(check_name, vocabulary)}", at_key=True)
        elif not known:
            yield Problem(here, "this check has no thresholds", at_key=True)
        elif isinstance(fields, dict):
            yield from _fields(fields, known, here)


def _fields(fields: Plain, known: Mapping[str, Limit], path: Path) -> Iterator[Problem]:
    for name, value in fields.items():
        limit = known.get(name)
        if limit is None:
            yield Problem((*path, name), f"unknown threshold{suggestion(name, known)}", at_key=True)
        elif isinstance(value, int | float | str) and (objection := limit.objection(value)):
            yield Problem((*path, name), objection)


def twice(node: Plain, key: str, path: Path) -> Iterator[Problem]:
    """Texts that stand in a list more than once."""
    seen: set[str] = set()
    for at, word in texts(node, key):
        if word in seen:
            yield Problem((*path, key, at), f'"{word}" stands here twice')
        seen.add(word)
