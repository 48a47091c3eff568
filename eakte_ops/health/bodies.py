"""Reads the JSON bodies of health and aggregate addresses: bounded, types checked, nothing taken on trust."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from eakte_ops.health.facts.reading import word
from eakte_ops.health.facts.web import Reply
from eakte_ops.health.types import NotKnown

_DEEPEST = 6
_MOST = 300


@dataclass(frozen=True, slots=True)
class Part:
    """A nested component of a health body: name with its parents ("discovery/eureka"), its own word, its error."""

    name: str
    status: str
    error: str


@dataclass(frozen=True, slots=True)
class Health:
    """What a health body says. `parts`: all nested components; `details` by component name, of the first level."""

    status: str
    parts: tuple[Part, ...]
    details: Mapping[str, Mapping[str, Any]]

    @property
    def up(self) -> bool:
        """Whether it says UP about itself (its parts may say otherwise)."""
        return self.status == "UP"

    @property
    def down_parts(self) -> tuple[Part, ...]:
        """The nested components that say DOWN or OUT_OF_SERVICE."""
        return tuple(part for part in self.parts if part.status in ("DOWN", "OUT_OF_SERVICE"))


@lru_cache(maxsize=16)  # several checks read the same body, one after the other
def health(reply: Reply) -> Health:
    """The health body of a reply, whatever its HTTP status. Raises NotKnown if it is none."""
    body = _object(reply)
    status = body.get("status")
    if not isinstance(status, str):
        raise NotKnown("unreadable", what="/manage/health: status")
    first = _mapping(body.get("components"))
    details = {_name(name): _mapping(_mapping(part).get("details")) for name, part in list(first.items())[:_MOST]}
    return Health(_name(status).upper(), tuple(_bounded(_parts(first, "", 1))), details)


def aggregate(reply: Reply) -> Mapping[str, str]:
    """Service -> status word, as the aggregate address lists them. Raises NotKnown."""
    found = _json(reply, "/applications")
    if not isinstance(found, list):
        raise NotKnown("unreadable", what="/applications")
    listed: dict[str, str] = {}
    for each in found[:_MOST]:
        if (
            not isinstance(each, dict)
            or not isinstance(each.get("name"), str)
            or not isinstance(each.get("status"), str)
        ):
            raise NotKnown("unreadable", what="/applications")
        listed[_name(each["name"])] = _name(each["status"]).upper()
    return listed


def figure(details: Mapping[str, Any], key: str) -> float | None:
    """A number that is not negative, or None."""
    value = details.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 <= value < 1e18 else None


def texts(details: Mapping[str, Any], key: str) -> tuple[str, ...] | None:
    """A list of short texts, or None if it is not there or something else."""
    value = details.get(key)
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        return None
    return tuple(_name(each) for each in value[:_MOST])


def text_of(details: Mapping[str, Any], key: str) -> str | None:
    """A short text, or None."""
    value = details.get(key)
    return _name(value) if isinstance(value, str) else None


def _parts(components: Mapping[str, Any], parent: str, depth: int) -> Iterator[Part]:
    for name, part in components.items():
        known = _mapping(part)
        status = known.get("status")
        if isinstance(status, str):
            error = _mapping(known.get("details")).get("error")
            yield Part(
                parent + _name(name), _name(status).upper(), word(str(error or "").encode("utf-8", "replace"), 120)
            )
        if depth < _DEEPEST:
            yield from _parts(_mapping(known.get("components")), f"{parent}{_name(name)}/", depth + 1)


def _bounded(parts: Iterator[Part]) -> Iterator[Part]:
    for number, part in enumerate(parts):
        if number >= _MOST:
            return
        yield part


def _object(reply: Reply) -> Mapping[str, Any]:
    found = _json(reply, "/manage/health")
    if not isinstance(found, dict):
        raise NotKnown("unreadable", what="/manage/health")
    return found


def _json(reply: Reply, what: str) -> Any:
    if reply.cut:
        raise NotKnown("unreadable", what=f"{what}: too long")
    try:
        return json.loads(reply.body.decode("utf-8", "replace"))
    except (ValueError, RecursionError) as wrong:
        raise NotKnown("unreadable", what=f"{what}, HTTP {reply.status}") from wrong


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _name(text: str) -> str:
    return word(text.encode("utf-8", "replace"), 80)
