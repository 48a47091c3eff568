"""What a town may say differently about a file: declared in the heads of templates, said in its inventory file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from eakte_ops.config.head import Head, Value
from eakte_ops.inventory.model import Server, Town
from eakte_ops.inventory.vocabulary import KINDS, Limit


def limit_of(value: Value) -> Limit:
    """A declared value as the inventory knows limits."""
    return Limit(KINDS[type(value.default)], value.default, value.least, value.most, value.choices, value.means.en)


def settled(head: Head, template: str, town: Town, server: Server) -> dict[str, Any]:
    """Name -> value on `server`: its own word, else the town's, else the default. Unknown names are left out."""
    said: dict[str, Any] = {**_said(town.said.configuration, template), **_said(server.configuration, template)}
    return {name: said.get(name, value.default) for name, value in head.values.items()}


def _said(configuration: Mapping[str, Mapping[str, Any]], template: str) -> Mapping[str, Any]:
    return configuration.get(template, {})
