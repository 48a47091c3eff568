"""Plain data against a pydantic model: every mistake at once, each with its path, and its place in a document."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from eakte_ops.errors import Mistake
from eakte_ops.yamltext.document import ABSENT, Data, Document, Path, step_into
from eakte_ops.yamltext.sentences import found, sentence
from eakte_ops.yamltext.suggest import did_you_mean, known_keys, listed
from eakte_ops.yamltext.unions import EITHER, Complaint, settle

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Problem:
    """A mistake without a place: the path in the data, whether the key or the value is meant, and the sentence."""

    path: Path
    sentence: str
    at_key: bool = False


def _no_raw(_path: Path) -> str | None:
    return None


def validate(
    document: Document,
    model: type[M],
    context: Mapping[str, Any] | None = None,
) -> tuple[M | None, list[Mistake]]:
    """The validated model, or None and all mistakes: those of the reading and those of the model, in file order.

    As `inspect` does it, with the places of `document`.
    """
    if not document.readable:
        return None, sorted(document.mistakes)
    if document.data is None and not document.mistakes:
        return None, [Mistake(document.file, 1, 1, "", "the file is empty")]  # libyaml may count a line too many here
    valid, problems = inspect(document.data, model, raw=document.raw, context=context)
    told = [
        document.mistake(problem.path, problem.sentence, problem.at_key)
        for problem in problems
        if not document.in_doubt(problem.path)
    ]
    mistakes = sorted({*document.mistakes, *told})
    return (None, mistakes) if mistakes else (valid, [])


def inspect(
    data: Data,
    model: type[M],
    *,
    raw: Callable[[Path], str | None] = _no_raw,
    context: Mapping[str, Any] | None = None,
) -> tuple[M | None, list[Problem]]:
    """The validated model, or None and all problems of plain data (for data laid together from several files).

    Strict: nothing is converted, except what YAML has no type for (dates, addresses, enumerations written as text).
    `raw`: the unquoted word at a path as it was written. `context`: handed to the model's validators.
    """
    try:
        # Through JSON, because pydantic's strict mode takes text for a date or an enumeration only there.
        return model.model_validate_json(json.dumps(data), strict=True, context=dict(context or {})), []
    except ValidationError as error:
        details = [each for each in error.errors(include_url=False) if not _only_wrong_entries(each)]
        complaints = settle([_complaint(data, each) for each in details])
    return None, [_tell(data, model, complaint, raw(complaint.path)) for complaint in complaints]


def _only_wrong_entries(details: Mapping[str, Any]) -> bool:
    """Pydantic counts only the entries that are right: a list whose only entry is wrong is "too short" as well."""
    value, least = details["input"], details.get("ctx", {}).get("min_length", 0)
    return details["type"] == "too_short" and isinstance(value, list | dict) and len(value) >= least


def _complaint(data: Data, details: Mapping[str, Any]) -> Complaint:
    kind: str = details["type"]
    location: tuple[str | int, ...] = details["loc"]
    at_key = bool(location) and location[-1] == "[key]"
    path, branches = _locate(data, location[:-1] if at_key else location, kind)
    context = details.get("ctx", {})
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        path = (*path, str(context.get("discriminator", "")).strip("'"))
    value = context.get("tag", details["input"]) if kind == "union_tag_invalid" else details["input"]
    kind = "missing" if kind == "union_tag_not_found" else kind
    return Complaint(kind, path, details["msg"], context, value, at_key, branches)


def _locate(data: Data, location: tuple[str | int, ...], kind: str) -> tuple[Path, tuple[tuple[Path, str], ...]]:
    """The path in the file. Steps that are not in the file are names of union branches, or the missing key itself."""
    path: list[str | int] = []
    branches: list[tuple[Path, str]] = []
    here: Any = data
    for index, step in enumerate(location):
        below = step_into(here, step)
        if below is not ABSENT:
            here = below
            path.append(step)
        elif kind == "missing" and index == len(location) - 1:
            path.append(step)
        else:
            branches.append((tuple(path), str(step)))
    return tuple(path), tuple(branches)


def _tell(data: Data, model: type[BaseModel], found_here: Complaint, raw: str | None) -> Problem:
    kind, path, value, context = found_here.kind, found_here.path, found_here.value, found_here.context
    if kind == "extra_forbidden":
        return Problem(path, _unknown_key(data, model, path), at_key=True)
    if kind == EITHER:
        said = f"{context['wanted']} expected, found {found(value, raw)}"
    else:
        said = sentence(kind, found_here.message, context, value, raw)
    return Problem(path, said, found_here.at_key)


def _unknown_key(data: Data, model: type[BaseModel], path: Path) -> str:
    known = known_keys(model, path[:-1], data)
    return f"unknown key{did_you_mean(str(path[-1]), known) or (f'; known are {listed(known)}' if known else '')}"
