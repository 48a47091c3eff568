"""Did you mean ...? And which keys a model knows at a path."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from eakte_ops.yamltext.document import Data, Path, step_into

if TYPE_CHECKING:
    from pydantic import BaseModel

_SHOWN = 12


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`; did you mean "gateway"?`, or "" where nothing known is close to `word`."""
    names = {name.casefold(): name for name in known if name.isprintable()}
    close = get_close_matches(word.casefold()[:80], names, n=1, cutoff=0.6)
    return f'; did you mean "{names[close[0]]}"?' if close else ""


def listed(names: Iterable[str]) -> str:
    """`a, b, c`, cut after a dozen."""
    all_names = list(names)
    more = len(all_names) - _SHOWN
    return ", ".join(all_names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")


def known_keys(model: type[BaseModel], path: Path, data: Data) -> list[str]:
    """The keys that `model` knows in the mapping at `path` of `data`, in the order of the model."""
    return list(dict.fromkeys(name for schema in _at(model, path, data) for name in schema.get("properties", {})))


def _at(model: type[BaseModel], path: Path, data: Data) -> list[dict[str, Any]]:
    """The JSON Schema of what stands at `path`: several where a union allows several."""
    from pydantic.errors import PydanticUserError

    try:
        schema = _schema(model)
    except PydanticUserError:
        return []  # a model with a type that has no JSON Schema: no suggestion, the mistake itself is told
    here = list(_alternatives(schema, schema, data))
    below: Any = data
    for step in path:
        below = step_into(below, step)
        here = [end for schema_now in here for end in _down(schema, schema_now, step, below)]
    return here


@cache
def _schema(model: type[BaseModel]) -> dict[str, Any]:
    return model.model_json_schema(by_alias=True)


def _down(root: dict[str, Any], schema: dict[str, Any], step: str | int, data: Any) -> Iterator[dict[str, Any]]:
    if isinstance(step, int):
        prefix = schema.get("prefixItems", [])
        below = prefix[step] if step < len(prefix) else schema.get("items")
    else:
        below = schema.get("properties", {}).get(step, schema.get("additionalProperties"))
    if isinstance(below, dict):
        yield from _alternatives(root, below, data)


def _alternatives(root: dict[str, Any], schema: dict[str, Any], data: Any) -> Iterator[dict[str, Any]]:
    """`schema` with references followed and unions taken apart; of a tagged union only the branch `data` names."""
    if "$ref" in schema:
        name = cast("str", schema["$ref"]).rsplit("/", 1)[-1]
        yield from _alternatives(root, root["$defs"][name], data)
        return
    branches = schema.get("oneOf") or schema.get("anyOf") or schema.get("allOf")
    if not branches:
        yield schema
        return
    tag = schema.get("discriminator", {})
    named = data.get(tag.get("propertyName")) if isinstance(data, dict) else None
    chosen = tag.get("mapping", {}).get(named) if isinstance(named, str) else None
    for branch in [{"$ref": chosen}] if chosen else branches:
        yield from _alternatives(root, branch, data)
