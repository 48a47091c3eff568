"""From files to towns: shape, rules, and the file to which each mistake belongs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from pathlib import Path as FilePath

from eakte_ops.errors import Mistake
from eakte_ops.inventory.files import TownDefaults, TownFile
from eakte_ops.inventory.lay import Laid, lay
from eakte_ops.inventory.model import Settings, Town
from eakte_ops.inventory.plain import Plain, Problem
from eakte_ops.inventory.rules import across, configuration, network, software, times, words
from eakte_ops.inventory.sources import DEFAULTS, Sources
from eakte_ops.inventory.vocabulary import Templates, Vocabulary
from eakte_ops.product.load import known, profile
from eakte_ops.yamltext import Document, Path, dotted, inspect, validate
from eakte_ops.yamltext import Problem as ShapeProblem

PROFILES: software.Profiles = {name: partial(profile, name) for name in known()}


@dataclass
class Findings:
    """What checking gave. `towns`: those in whose own file nothing is wrong. `laid`: all towns as they were read.

    `shared`: mistakes that concern every town. `own`: town, or name of a file that is none -> mistakes there.
    `between`: two towns and the mistake that only both together make; it stands in the file of the first.
    """

    settings: Settings | None = None
    towns: dict[str, Town] = field(default_factory=dict)
    shared: set[Mistake] = field(default_factory=set)
    own: dict[str, set[Mistake]] = field(default_factory=dict)
    between: list[tuple[str, str, Mistake]] = field(default_factory=list)
    laid: dict[str, Laid] = field(default_factory=dict)


def check(sources: Sources, folder: FilePath, vocabulary: Vocabulary, templates: Templates | None = None) -> Findings:
    """Everything that is right and everything that is wrong. `vocabulary`: thresholds that may be set.

    `templates`: those of configuration; None: what is said about them is not compared.
    """
    result = Findings()
    result.settings, mistakes = validate(sources.settings, Settings)
    result.shared.update(mistakes, sources.lost, _defaults(sources.defaults, vocabulary, templates))
    result.laid = laid = {town: lay(document, sources.defaults) for town, document in sources.towns.items()}
    for town, document in laid.items():
        said, found = _town(document, partial(_rules, document, town, vocabulary, templates), result.shared)
        own = {mistake for mistake in found if mistake.file == document.own.file}
        own.update(mistake for mistake in sources.astray if mistake.file == document.own.file)
        result.shared |= found - own
        if own:
            result.own[town] = own
        elif said is not None and not found:
            result.towns[town] = Town(town, folder / document.own.file, said, profile(said.product))
    read = {document.own.file for document in laid.values()}
    for mistake in sources.astray:
        if mistake.file not in read:
            result.own[mistake.file] = {mistake}
    for town, other, problem in across.check({town: _mapping(each.data) for town, each in laid.items()}):
        result.between.append((town, other, laid[town].own.mistake(problem.path, problem.sentence, problem.at_key)))
    return result


def _defaults(document: Document, vocabulary: Vocabulary, templates: Templates | None) -> list[Mistake]:
    """What is wrong with the shared defaults by themselves."""
    if not document.readable:
        return list(document.mistakes)
    alone = Laid(document, document, document.data)
    data = _mapping(document.data)
    _, shape = inspect(document.data, TownDefaults, raw=document.raw)
    rules = chain(
        times.check(data),
        software.product_and_release(data, PROFILES),
        words.thresholds(data, vocabulary, ()),
        configuration.defaults(data, PROFILES, templates) if templates else (),
    )
    told = _not_twice(alone, (Problem(each.path, each.sentence, each.at_key) for each in shape), rules)
    return [*document.mistakes, *(document.mistake(each.path, each.sentence, each.at_key) for each in told)]


def _town(
    laid: Laid, rules: Callable[[], Iterable[Problem]], shared: set[Mistake]
) -> tuple[TownFile | None, set[Mistake]]:
    """A town by itself: the values if they are right, and what is wrong in its file or in the defaults under it."""
    if not laid.own.readable:
        return None, set(laid.own.mistakes)
    if laid.data is None and not laid.own.mistakes:
        return None, {laid.own.mistake((), "the file is empty")}
    said, shape = inspect(laid.data, TownFile, raw=laid.raw)
    told = _not_twice(laid, (Problem(each.path, _missing(each), each.at_key) for each in shape), rules())
    return said, {*laid.own.mistakes, *(_mistake(laid, problem, shared) for problem in told)}


def _rules(laid: Laid, town: str, vocabulary: Vocabulary, templates: Templates | None) -> Iterator[Problem]:
    data = laid.data
    if not isinstance(data, dict):
        return
    yield from times.check(data)
    yield from network.check(data)
    yield from software.check(data, PROFILES)
    yield from words.check(data, vocabulary)
    if templates is not None:
        yield from configuration.check(data, laid.is_own, town, PROFILES, templates)


def _missing(problem: ShapeProblem) -> str:
    """The sentence of a problem; where a key of the top is missing, also what it is for or where else it may stand."""
    if problem.sentence != "missing" or len(problem.path) != 1:
        return problem.sentence
    key = str(problem.path[0])
    if key in TownDefaults.model_fields:
        return f"missing here and in {DEFAULTS}"
    return f"missing: {TownFile.model_fields[key].description}".removesuffix(".")


def _mapping(data: object) -> Plain:
    return data if isinstance(data, dict) else {}


def _not_twice(laid: Laid, shape: Iterable[Problem], rules: Iterable[Problem]) -> Iterator[Problem]:
    """Problems in shape, then those of rules, one for each place; nothing about what is in doubt already."""
    doubtful: set[Path] = set()
    for problem in shape:
        doubtful.add(problem.path)
        if not laid.in_doubt(problem.path):
            yield problem
    for problem in rules:
        before = any(problem.path[:length] in doubtful for length in range(1, len(problem.path) + 1))
        if not before and not laid.in_doubt(problem.path):
            yield problem


def _mistake(laid: Laid, problem: Problem, shared: set[Mistake]) -> Mistake:
    """The place of a problem. What is wrong in the defaults for this town only is the town's mistake."""
    source = laid.source(problem.path)
    mistake = source.mistake(problem.path, problem.sentence, problem.at_key)
    if source is laid.own or mistake in shared:
        return mistake
    line, column = laid.own.place(problem.cause, key=True)
    sentence = f"{problem.sentence} (comes from {laid.base.file}:{mistake.line})"
    return Mistake(laid.own.file, line, column, dotted(problem.path), sentence)
