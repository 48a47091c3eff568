"""Reads an operations folder. All mistakes of all files are found before the first one is told."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path as FilePath

from eakte_ops.errors import InvalidFile, Mistake, UsageError
from eakte_ops.inventory.check import PROFILES, Findings, check
from eakte_ops.inventory.model import Inventory
from eakte_ops.inventory.plain import says, text
from eakte_ops.inventory.sources import read
from eakte_ops.inventory.suggest import suggestion
from eakte_ops.inventory.vocabulary import Templates, Vocabulary
from eakte_ops.yamltext import Document, Path


def load(
    folder: FilePath,
    *,
    thresholds: Vocabulary,
    templates: Templates | None = None,
    reserved: Collection[str] = (),
    towns: Collection[str] = (),
) -> Inventory:
    """The inventory of the operations folder `folder`.

    `thresholds`, `templates`: what may be set; without `templates` what is said about them is not compared.
    `reserved`: words that no town may be named like. With `towns` only these and the shared files have to be right.
    Raises InvalidFile with all mistakes, UsageError for a town that does not exist.
    """
    return survey(folder, thresholds=thresholds, templates=templates, reserved=reserved).inventory(towns)


def survey(
    folder: FilePath,
    *,
    thresholds: Vocabulary,
    templates: Templates | None = None,
    reserved: Collection[str] = (),
    instead: Mapping[str, Document] = {},
) -> Survey:
    """Like `load`, but says what is wrong instead of raising it. `instead`: town -> what its file is taken to say."""
    sources = read(folder, reserved)
    sources = replace(sources, towns={**sources.towns, **instead})
    return Survey(folder, check(sources, folder, thresholds, templates), tuple(sources.towns), sources.count)


@dataclass(frozen=True, slots=True)
class Survey:
    """An operations folder as it was found. `known`: all towns that have a file; `files`: how many were read."""

    folder: FilePath
    findings: Findings
    known: tuple[str, ...]
    files: int

    def must_know(self, towns: Collection[str]) -> None:
        """Raises UsageError when one of `towns` has no file."""
        for town in towns:
            if town not in self.known:
                raise UsageError(
                    f'there is no town "{town}"{suggestion(town, self.known)}',
                    way_out="eakte-ops inventory list shows the towns",
                )

    def products(self) -> dict[str, str]:
        """Town -> its product, for all towns that name one that exists, whatever else is wrong with them."""
        said = {town: text(laid.data, "product") or "" for town, laid in self.findings.laid.items()}
        return {town: product for town, product in said.items() if product in PROFILES}

    def origin(self, town: str) -> Callable[[Path], str]:
        """For a known town: path in its data -> `FILE:LINE` that says the value, the file alone for the empty path."""
        laid = self.findings.laid[town]

        def place(path: Path) -> str:
            if not path:
                return laid.own.file
            source = laid.source(path)
            return f"{source.file}:{source.place(path, key=True)[0]}" if says(source.data, path) else ""

        return place

    def mistakes(self, towns: Collection[str] = ()) -> tuple[Mistake, ...]:
        """What keeps `towns` from being worked with, () means all of them; in the order of files and lines.

        What only two towns together make wrong counts when both of them are asked for.
        """
        asked = set(towns or self.known)
        found = set(self.findings.shared)
        for town, own in self.findings.own.items():
            if not towns or town in asked:
                found |= own
        found |= {mistake for one, other, mistake in self.findings.between if {one, other} <= asked}
        return tuple(sorted(found))

    def inventory(self, towns: Collection[str] = ()) -> Inventory:
        """The inventory; with `towns` the files of others may be wrong, those are left out.

        Raises InvalidFile with all mistakes that matter, UsageError for a town that does not exist.
        """
        self.must_know(towns)
        mistakes = self.mistakes(towns)
        if mistakes or self.findings.settings is None:
            raise InvalidFile(mistakes, self.files)
        return Inventory(self.folder, self.findings.settings, self.findings.towns)

    def left_out(self, towns: Collection[str]) -> Iterator[tuple[str, int]]:
        """Files that are wrong but do not matter for `towns`, each with its number of mistakes."""
        told: dict[str, int] = {}
        for mistake in sorted(set(self.mistakes()) - set(self.mistakes(towns))):
            told[mistake.file] = told.get(mistake.file, 0) + 1
        yield from told.items()
