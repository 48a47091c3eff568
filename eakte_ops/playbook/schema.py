"""The JSON Schema of a playbook, for editors that complete and check while one types, what actions take included."""

from __future__ import annotations

import json
from typing import Any

from eakte_ops.inventory.schema import without_titles
from eakte_ops.playbook.actions import ACTIONS
from eakte_ops.playbook.model import PlaybookFile
from eakte_ops.playbook.rules import OWN

FILE = "playbook.schema.json"
_PLACEHOLDER = {"type": "string", "pattern": r"^\$[a-z][a-z0-9_]*$"}


def schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a file in playbooks/."""
    made = PlaybookFile.model_json_schema(by_alias=True)
    models = made["$defs"]
    step = models["PlaybookStep"]
    step["properties"]["action"] = {**step["properties"]["action"], "anyOf": [{"enum": sorted(ACTIONS)}]}
    step["allOf"] = [_of(name, models) for name in sorted(ACTIONS)]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **without_titles(made), "title": FILE}


def params_of(name: str) -> dict[str, Any]:
    """The JSON Schema of what stands below `with` for an action."""
    made = ACTIONS[name].params.model_json_schema(by_alias=True, ref_template="#/$defs/{model}")
    for word in OWN:
        made.get("properties", {}).pop(word, None)
    return made


def text() -> str:
    """The schema as the text of a file."""
    return json.dumps(schema(), ensure_ascii=False, indent=2) + "\n"


def _of(name: str, models: dict[str, Any]) -> dict[str, Any]:
    """What `with` holds where `action` is `name`; wherever a value stands, `$argument` may stand, too."""
    said = params_of(name)
    models |= said.pop("$defs", {})
    said["properties"] = {key: _or_argument(value) for key, value in said.get("properties", {}).items()}
    then: dict[str, Any] = {"properties": {"with": said}}
    if said.get("required"):
        then["required"] = ["with"]
    return {"if": {"properties": {"action": {"const": name}}, "required": ["action"]}, "then": then}


def _or_argument(said: dict[str, Any]) -> dict[str, Any]:
    about: dict[str, Any] = {key: said[key] for key in ("description", "default") if key in said}
    return {**about, "anyOf": [{key: value for key, value in said.items() if key not in about}, _PLACEHOLDER]}
