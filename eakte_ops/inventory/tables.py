"""Tables of a JSON Schema in words: key, what it holds, whether it is needed, what it means."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

_WORDS = {"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false"}


def page(heading: str, schema: dict[str, Any], optional_here: frozenset[str] = frozenset()) -> list[str]:
    """A section with one table for the top of `schema` and one for each model below it, in the order of use."""
    lines = [f"## {heading}", "", schema["description"], ""]
    lines += [*table(schema, schema["$defs"], optional_here), ""]
    for name in _order(schema):
        model = schema["$defs"][name]
        lines += [f"### {name}", "", model["description"].replace("\n\n", " "), "", *table(model, schema["$defs"]), ""]
    return lines


def table(model: dict[str, Any], models: dict[str, Any], from_defaults: frozenset[str] = frozenset()) -> Iterator[str]:
    """The keys of `model`. `models`: by name; `from_defaults`: keys that _defaults.yml may say instead."""
    yield "| key | holds | if left out | meaning |"
    yield "| --- | --- | --- | --- |"
    needed = model.get("required", [])
    for key, said in model["properties"].items():
        default = "needed" if key in needed else _default(said)
        if key in from_defaults:
            default = f"the default in `_defaults.yml`{', else needed' if 'default' not in said else ''}"
        meaning = said.get("description") or models[_name(said)]["description"]
        yield f"| `{key}` | {holds(said)} | {default} | {_cell(meaning)} |"


def _default(said: dict[str, Any]) -> str:
    value = said.get("default")
    if "$ref" in said and value is not None:
        return "its defaults"
    if value in ("", None, [], {}):
        return "nothing"
    return f"`{json.dumps(value)}`"


def holds(said: dict[str, Any]) -> str:
    """What a value is, in words: `list of Server`, `whole number 1 to 65535`."""
    if "$ref" in said:
        return f"[{_name(said)}](#{_name(said).lower()})"
    if "anyOf" in said:
        return " or ".join(dict.fromkeys(holds(each) for each in said["anyOf"] if each.get("type") != "null"))
    if "enum" in said:
        return " or ".join(f"`{each}`" for each in said["enum"])
    if said.get("type") == "array":
        return f"list of {holds(said['items'])}"
    if said.get("type") == "object":
        below = next(iter(said.get("patternProperties", {}).values()), said.get("additionalProperties"))
        return f"name: {holds(below)}" if isinstance(below, dict) else "keys with values"
    return _WORDS[said["type"]] + _bounds(said)


def _bounds(said: dict[str, Any]) -> str:
    low, high = said.get("minimum"), said.get("maximum")
    if low is not None and high is not None:
        return f" {low} to {high}"
    if "exclusiveMinimum" in said:
        return f" above {said['exclusiveMinimum']}" + (f" to {high}" if high is not None else "")
    return ""


def _order(schema: dict[str, Any]) -> list[str]:
    found: list[str] = []
    for name in _refs(schema["properties"]):
        _visit(schema["$defs"], name, found)
    return found


def _visit(models: dict[str, Any], name: str, found: list[str]) -> None:
    if name in found:
        return
    found.append(name)
    for below in _refs(models[name]["properties"]):
        _visit(models, below, found)


def _refs(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if "$ref" in node:
            yield _name(node)
        for value in node.values():
            yield from _refs(value)
    elif isinstance(node, list):
        for each in node:
            yield from _refs(each)


def _name(said: dict[str, Any]) -> str:
    return str(said["$ref"]).rsplit("/", 1)[-1]


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
