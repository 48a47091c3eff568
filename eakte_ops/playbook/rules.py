"""What a playbook must be beyond its shape: names that exist, what its actions take, values given before taken."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from eakte_ops.health.catalogue import CHECKS
from eakte_ops.inventory import files
from eakte_ops.playbook.actions import ACTIONS
from eakte_ops.playbook.actions.command import Params as Command
from eakte_ops.playbook.actions.command import variables
from eakte_ops.playbook.gates import OWN as PLAN_CHECKS
from eakte_ops.playbook.gates import known_gate
from eakte_ops.playbook.model import PlaybookFile, PlaybookStep
from eakte_ops.playbook.placeholders import SAMPLES, named, placeholders, put_in
from eakte_ops.product.load import known, profile
from eakte_ops.product.model import Strict
from eakte_ops.yamltext import Path, did_you_mean, inspect

Problem: TypeAlias = tuple[Path, str, bool]
"""Where, what, and whether the key is meant."""

NAME = re.compile(files.NAME)
OWN = ("verify", "undo", "repeatable")
"""Said beside `with`: words of the step itself, for an action whose params know them."""
_TEXTS = ("text", "verify", "undo")


def own_words(step: PlaybookStep) -> dict[str, Any]:
    """What a step says to its action beside `with`."""
    return {word: said for word in OWN if (said := getattr(step, word)) is not None}


def rules(said: PlaybookFile) -> Iterator[Problem]:
    """Everything in which a playbook contradicts itself or names what there is not."""
    names: set[str] = set()
    found: list[tuple[int, PlaybookStep, Strict]] = []
    for at, step in enumerate(said.steps):
        if step.name in names:
            yield ("steps", at, "name"), f'another step is named "{step.name}" already', False
        names.add(step.name)
        yield from _where(said, step, at)
        yield from _checks(step.before, ("steps", at, "before"))
        params, problems = _params(said, step, at)
        yield from problems
        if params is not None:
            found.append((at, step, params))
    if len(found) == sum(step.action is not None for step in said.steps):
        yield from _values(said, found)
        yield from _arguments(said, found)


def _where(said: PlaybookFile, step: PlaybookStep, at: int) -> Iterator[Problem]:
    components = sorted({name for product in known() for name in profile(product).components})
    for kind, words in (("component", step.where.components), ("server", step.where.servers)):
        for index, word in enumerate(words):
            path: Path = ("steps", at, "where", f"{kind}s", index)
            if name := named(word):
                yield from _placeholder(said, path, name, (kind,))
            elif kind == "component" and word not in components:
                yield path, f'no product has a component "{word}"{did_you_mean(word, components)}', False


def _placeholder(said: PlaybookFile, path: Path, name: str, kinds: tuple[str, ...] = ()) -> Iterator[Problem]:
    if name not in said.arguments:
        yield path, f'there is no argument "{name}"{did_you_mean(name, said.arguments)}', False
    elif kinds and said.arguments[name].kind not in kinds:
        yield path, f"the argument {name} is a {said.arguments[name].kind}, and a {kinds[0]} is needed here", False


def _checks(names: Iterable[str], at: Path) -> Iterator[Problem]:
    for index, name in enumerate(names):
        if not known_gate(name):
            near = did_you_mean(name, [each for each in (*PLAN_CHECKS, *CHECKS) if known_gate(each)])
            yield (*at, index), f'there is no check "{name}" to wait for{near}', False


def _params(said: PlaybookFile, step: PlaybookStep, at: int) -> tuple[Strict | None, list[Problem]]:
    """What the step says to its action, tried with a sample of each argument; None where something is wrong."""
    here: Path = ("steps", at)
    if step.action is None or step.owner == "local-it":
        return None, list(_for_local_it(step, here))
    if step.action not in ACTIONS:
        near = did_you_mean(step.action, ACTIONS) or f"; there are {', '.join(ACTIONS)}"
        return None, [((*here, "action"), f'there is no action "{step.action}"{near}', False)]
    action = ACTIONS[step.action]
    problems = list(_own(step, action.params, here))
    data: dict[str, Any] = {**step.with_, **own_words(step)}
    for path, name in placeholders(data):
        if path[0] not in _TEXTS:
            problems += _placeholder(said, _path(here, path), name)
    if problems:
        return None, problems
    samples = {name: SAMPLES[argument.kind] for name, argument in said.arguments.items()}
    params, wrong = inspect(put_in(data, samples, said.arguments), action.params)
    if params is None:
        problems += [(_path(here, each.path), each.sentence, each.at_key) for each in wrong]
        return None, problems
    objections = getattr(action, "objections", None)
    if objections is not None:
        problems += [
            (_path(here, path), sentence, False) for path, sentence in objections(params, tuple(said.arguments))
        ]
    for name in ("checks", "well"):
        problems += _checks(getattr(params, name, ()), (*here, "with", name))
    if step.action == "command" and step.title is None:
        problems.append((here, "`title` is missing: what does the command do, in both languages?", False))
    return (None if problems else params), problems


def _for_local_it(step: PlaybookStep, here: Path) -> Iterator[Problem]:
    if step.owner == "centre":
        yield here, "`action` is missing: what is done?", False
        return
    if step.title is None:
        yield here, "`title` is missing: it is what local IT is asked to do", False
    for word in ("action", "with_", *OWN):
        if getattr(step, word) not in (None, {}):
            key = word.rstrip("_")
            yield (
                (*here, key),
                f"local IT does it, so there is no `{key}`: the title says what they are asked to do",
                True,
            )


def _own(step: PlaybookStep, params: type[Strict], here: Path) -> Iterator[Problem]:
    for word in OWN:
        if word in step.with_:
            yield (*here, "with", word), f"`{word}` stands beside `with`, not below it", True
        elif getattr(step, word) is not None and word not in params.model_fields:
            yield (*here, word), f"{step.action} brings its own; `{word}` is only for `command`", True


def _path(here: Path, path: Path) -> Path:
    """A path in what an action is told, as a path in the file."""
    return (*here, *path) if path and path[0] in OWN else (*here, "with", *path)


def _values(said: PlaybookFile, found: list[tuple[int, PlaybookStep, Strict]]) -> Iterator[Problem]:
    """Values are declared, given once, and given before they are taken."""
    given: set[str] = set()
    for at, _step, params in found:
        takes: Mapping[str, str] = getattr(params, "takes", {})
        for variable, name in takes.items():
            path: Path = ("steps", at, "with", "takes", variable)
            if name not in said.values:
                yield path, f'there is no value "{name}"{did_you_mean(name, said.values)}', False
            elif name not in given:
                yield path, f'no step before gives the value "{name}"', False
        for index, name in enumerate(getattr(params, "gives", ())):
            path = ("steps", at, "with", "gives", index)
            if name not in said.values:
                yield path, f'`values` says no kind for "{name}"{did_you_mean(name, said.values)}', False
            elif name in given:
                yield path, f'another step gives the value "{name}" already', False
            given.add(name)
    for name in said.values:
        if name not in given:
            yield ("values", name), "no step gives this value", True


def _arguments(said: PlaybookFile, found: list[tuple[int, PlaybookStep, Strict]]) -> Iterator[Problem]:
    """An argument that nothing uses would be asked for in vain."""
    titles = [said.title, *(step.title for step in said.steps if step.title)]
    used = {name for title in titles for name in said.arguments if f"${name}" in title.en or f"${name}" in title.de}
    for step in said.steps:
        used |= {named(word) for word in (*step.where.components, *step.where.servers)}
        used |= {name for _path, name in placeholders(dict(step.with_))}
    for _at, _step, params in found:
        if isinstance(params, Command):
            used |= {name for word in _TEXTS for name in variables(getattr(params, word) or "")}
    for name in said.arguments:
        if name not in used:
            yield ("arguments", name), "nothing uses this argument", True
