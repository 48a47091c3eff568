"""A document against a pydantic model: every mistake at once, each at its place."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from eakte_ops.errors import Mistake
from eakte_ops.yamltext.document import ABSENT, Document, Path, step_into
from eakte_ops.yamltext.sentences import found, is_type_error, sentence, wanted
from eakte_ops.yamltext.suggest import did_you_mean, known_keys, listed

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class _Problem:
    """One error of pydantic, with the path in the file. `branches`: (where a union stands, which branch complains)."""

    kind: str
    path: Path
    message: str
    context: Mapping[str, Any]
    value: Any
    at_key: bool
    branches: tuple[tuple[Path, str], ...]


def validate(
    document: Document, model: type[M], context: Mapping[str, Any] | None = None
) -> tuple[M | None, list[Mistake]]:
    """The validated model, or None and all mistakes: those of the reading and those of the model, in file order.

    Strict: nothing is converted, except what YAML has no type for (dates, addresses, enumerations written as text).
    `context` is handed to the model's validators.
    """
    if not document.readable:
        return None, sorted(document.mistakes)
    if document.data is None and not document.mistakes:
        return None, [document.mistake((), "the file is empty")]
    try:
        # Through JSON, because pydantic's strict mode takes text for a date or an enumeration only there.
        valid = model.model_validate_json(json.dumps(document.data), strict=True, context=dict(context or {}))
    except ValidationError as error:
        problems = [_problem(document, details) for details in error.errors(include_url=False)]
        told = [_tell(document, model, problem) for problem in _settle_unions(problems)]
        mistakes = [mistake for path, mistake in told if not document.in_doubt(path)]
        return None, sorted({*document.mistakes, *mistakes})
    if document.mistakes:
        return None, sorted(document.mistakes)
    return valid, []


def _problem(document: Document, details: Mapping[str, Any]) -> _Problem:
    kind: str = details["type"]
    location: tuple[str | int, ...] = details["loc"]
    at_key = bool(location) and location[-1] == "[key]"
    path, branches = _locate(document, location[:-1] if at_key else location, kind)
    context = details.get("ctx", {})
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        path = (*path, str(context.get("discriminator", "")).strip("'"))
    value = context.get("tag", details["input"]) if kind == "union_tag_invalid" else details["input"]
    kind = "missing" if kind == "union_tag_not_found" else kind
    return _Problem(kind, path, details["msg"], context, value, at_key, branches)


def _locate(
    document: Document, location: tuple[str | int, ...], kind: str
) -> tuple[Path, tuple[tuple[Path, str], ...]]:
    """The path in the file. Steps that are not in the file are names of union branches, or the missing key itself."""
    path: list[str | int] = []
    branches: list[tuple[Path, str]] = []
    data: Any = document.data
    for index, step in enumerate(location):
        below = step_into(data, step)
        if below is not ABSENT:
            data = below
            path.append(step)
        elif kind == "missing" and index == len(location) - 1:
            path.append(step)
        else:
            branches.append((tuple(path), str(step)))
    return tuple(path), tuple(branches)


def _settle_unions(problems: list[_Problem]) -> list[_Problem]:
    """Of the branches of each union, only the one that the file seems to mean."""
    unions: dict[Path, dict[str, list[_Problem]]] = {}
    for problem in problems:
        for place, branch in problem.branches:
            unions.setdefault(place, {}).setdefault(branch, []).append(problem)
    left = list(problems)
    for place, by_branch in sorted(unions.items(), key=lambda union: len(union[0])):
        meant = _meant(place, by_branch)
        dropped = [problem for branch, list_ in by_branch.items() if branch not in meant for problem in list_]
        left = [problem for problem in left if not any(problem is other for other in dropped)]
    return _merged(left)


def _meant(place: Path, by_branch: dict[str, list[_Problem]]) -> set[str]:
    """Branches that take this kind of value; of several the one with the fewest mistakes. None fits: all of them."""
    fitting = {
        branch: problems
        for branch, problems in by_branch.items()
        if not any(problem.path == place and is_type_error(problem.kind) for problem in problems)
    }
    if not fitting:
        return set(by_branch)
    return {min(fitting, key=lambda branch: len(fitting[branch]))}


def _merged(problems: list[_Problem]) -> list[_Problem]:
    """Type errors of several branches about one value become one: `text or a list expected, found ...`."""
    result: dict[tuple[Path, str], _Problem] = {}
    words: dict[Path, list[str]] = {}
    for problem in problems:
        if problem.branches and is_type_error(problem.kind):
            words.setdefault(problem.path, []).append(wanted(problem.kind))
            result.setdefault((problem.path, "type"), problem)
        else:
            result[(problem.path, f"{problem.kind} {problem.message}")] = problem
    merged = []
    for problem in result.values():
        several = list(dict.fromkeys(words.get(problem.path, [])))
        if problem.branches and is_type_error(problem.kind) and len(several) > 1:
            context = {"either": " or ".join(several)}
            merged.append(
                _Problem("either", problem.path, "", context, problem.value, problem.at_key, problem.branches)
            )
        else:
            merged.append(problem)
    return merged


def _tell(document: Document, model: type[BaseModel], problem: _Problem) -> tuple[Path, Mistake]:
    path, raw = problem.path, document.raw(problem.path)
    if problem.kind == "extra_forbidden":
        return path, document.mistake(path, _unknown_key(document, model, path), key=True)
    if problem.kind == "either":
        said = f"{problem.context['either']} expected, found {found(problem.value, raw)}"
    else:
        said = sentence(problem.kind, problem.message, problem.context, problem.value, raw)
    return path, document.mistake(path, said, key=problem.at_key)


def _unknown_key(document: Document, model: type[BaseModel], path: Path) -> str:
    known = known_keys(model, path[:-1], document.data)
    return f"unknown key{did_you_mean(str(path[-1]), known) or (f'; known are {listed(known)}' if known else '')}"
