"""Reads an operations folder."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import yaml

from eakte_ops.inventory.model import Inventory, Settings, Town, TownFile
from eakte_ops.product.load import profile


def load(folder: Path, *, thresholds: Mapping[str, Mapping[str, Any]], reserved: Collection[str] = ()) -> Inventory:
    """The operations folder `folder`, read and found right."""
    base = _raw(folder / "inventories" / "_defaults.yml")
    towns = {}
    for file in sorted((folder / "inventories").glob("[!_]*.yml")):
        own = _raw(file)
        laid = {**base, **own, "contacts": {**base.get("contacts", {}), **own.get("contacts", {})}}
        said = TownFile.model_validate_json(json.dumps(laid))
        towns[file.stem] = Town(file.stem, file, said, profile(said.product))
    return Inventory(folder, Settings.model_validate_json(json.dumps(_raw(folder / "eakte-ops.yml"))), towns)


def _raw(file: Path) -> dict[str, Any]:
    return yaml.load(file.read_text(encoding="utf-8"), yaml.CSafeLoader) or {}
