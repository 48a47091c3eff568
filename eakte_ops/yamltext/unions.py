"""A union complains once for each of its branches; people are told about the one that was meant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from eakte_ops.yamltext.document import Path
from eakte_ops.yamltext.sentences import is_type_error, wanted

EITHER = "either"
"""Kind of the complaint that several branches have in common; its context holds what is `wanted`."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """One error of pydantic, with the path in the data. `branches`: (where a union stands, which branch complains)."""

    kind: str
    path: Path
    message: str
    context: Mapping[str, Any]
    value: Any
    at_key: bool
    branches: tuple[tuple[Path, str], ...]


def settle(problems: list[Complaint]) -> list[Complaint]:
    """Of the branches of each union, only the one that the file seems to mean."""
    unions: dict[Path, dict[str, list[Complaint]]] = {}
    for problem in problems:
        for place, branch in problem.branches:
            unions.setdefault(place, {}).setdefault(branch, []).append(problem)
    left = list(problems)
    for place, by_branch in sorted(unions.items(), key=lambda union: len(union[0])):
        meant = _meant(place, by_branch)
        dropped = [problem for branch, list_ in by_branch.items() if branch not in meant for problem in list_]
        left = [problem for problem in left if not any(problem is other for other in dropped)]
    return _merged(left)


def _meant(place: Path, by_branch: dict[str, list[Complaint]]) -> set[str]:
    """Branches that take this kind of value; of several the one with the fewest mistakes. None fits: all of them."""
    fitting = {
        branch: problems
        for branch, problems in by_branch.items()
        if not any(problem.path == place and is_type_error(problem.kind) for problem in problems)
    }
    if not fitting:
        return set(by_branch)
    return {min(fitting, key=lambda branch: len(fitting[branch]))}


def _merged(problems: list[Complaint]) -> list[Complaint]:
    """Type errors of several branches about one value become one: `text or a list expected, found ...`."""
    result: dict[tuple[Path, str], Complaint] = {}
    words: dict[Path, list[str]] = {}
    for problem in problems:
        if problem.branches and is_type_error(problem.kind):
            words.setdefault(problem.path, []).append(wanted(problem.kind))
            either = " or ".join(dict.fromkeys(words[problem.path]))
            several = either != wanted(problem.kind)
            result[(problem.path, EITHER)] = (
                replace(problem, kind=EITHER, context={"wanted": either}) if several else problem
            )
        else:
            result[(problem.path, f"{problem.kind} {problem.message}")] = problem
    return list(result.values())
