"""JSON Schemas of the three kinds of files, for editors that complete and check while one types."""

from __future__ import annotations

import json
from typing import Any, Literal, TypeAlias

from pydantic import BaseModel

from eakte_ops.inventory.files import TownDefaults, TownFile
from eakte_ops.inventory.settings import Settings
from eakte_ops.product.load import known

Kind: TypeAlias = Literal["town", "defaults", "settings"]

MODELS: dict[Kind, type[BaseModel]] = {"town": TownFile, "defaults": TownDefaults, "settings": Settings}
FILES: dict[Kind, str] = {
    "town": "inventory.schema.json",
    "defaults": "defaults.schema.json",
    "settings": "settings.schema.json",
}
"""Name of each schema's file; the samples point at docs/reference/NAME, an operations folder at schema/NAME."""


def schema(kind: Kind) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a file as people write it: what defaults may say is not required in a town."""
    made = MODELS[kind].model_json_schema(by_alias=True)
    if kind == "town":
        made["required"] = [key for key in made["required"] if key not in TownDefaults.model_fields]
    if "product" in made["properties"]:
        made["properties"]["product"]["examples"] = list(known())
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **without_titles(made), "title": FILES[kind]}


def text(kind: Kind) -> str:
    """The schema as the text of a file."""
    return json.dumps(schema(kind), ensure_ascii=False, indent=2) + "\n"


def without_titles(node: Any) -> Any:
    """The same without the titles that pydantic makes of field names, which say nothing, and without empty defaults.

    A field that is named "title" is a mapping and stays.
    """
    if isinstance(node, dict):
        return {
            key: without_titles(value)
            for key, value in node.items()
            if not (key == "title" and isinstance(value, str)) and not (key == "default" and value is None)
        }
    return [without_titles(each) for each in node] if isinstance(node, list) else node
