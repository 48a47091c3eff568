"""The files of an operations folder, read as text: which there are, and what is wrong before anything is compared."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from eakte_ops.errors import Mistake
from eakte_ops.inventory.files import NAME
from eakte_ops.inventory.suggest import suggestion
from eakte_ops.yamltext import Document, load

SETTINGS = "eakte-ops.yml"
FOLDER = "inventories"
DEFAULTS = "_defaults.yml"
_NO_DEFAULTS = Document(f"{FOLDER}/{DEFAULTS}", {}, ())


@dataclass(frozen=True, slots=True)
class Sources:
    """Everything as it was read. `towns`: id -> its file. `astray`: files wrong before their text is looked at.

    `lost`: why the folder of the towns could not be read at all.
    """

    settings: Document
    defaults: Document
    towns: Mapping[str, Document]
    astray: tuple[Mistake, ...] = ()
    lost: tuple[Mistake, ...] = ()

    @property
    def count(self) -> int:
        """How many files there are."""
        towns = {document.file for document in self.towns.values()} | {mistake.file for mistake in self.astray}
        return 1 + (self.defaults is not _NO_DEFAULTS) + len(towns)


def read(folder: Path, reserved: Collection[str]) -> Sources:
    """The files of the operations folder `folder`. `reserved`: words that no town may be named like. Never raises."""
    settings = _load(folder / SETTINGS, SETTINGS)
    try:
        found = sorted((folder / FOLDER).iterdir())
    except OSError as error:
        said = f"the folder {FOLDER} beside this file can not be read: {error.strerror}"
        return Sources(settings, _NO_DEFAULTS, {}, lost=(Mistake(SETTINGS, 1, 1, "", said),))
    defaults, towns, astray = _NO_DEFAULTS, {}, []
    for path in found:
        shown = f"{FOLDER}/{path.name}"
        if path.name == DEFAULTS:
            defaults = _empty_is_fine(_load(path, shown))
            continue
        if said := _astray(path, reserved):
            astray.append(Mistake(shown, 1, 1, "", said))
        if path.suffix == ".yml" and not path.name.startswith((".", "_")):
            towns[path.stem] = _load(path, shown)
    return Sources(settings, defaults, towns, tuple(astray))


def _load(path: Path, shown: str) -> Document:
    """A link is not followed: what it points to need not be in git, and must not be quoted in messages."""
    if path.is_symlink():
        said = "this is a link; only files that lie here themselves are read"
        return Document(shown, None, (Mistake(shown, 1, 1, "", said),), readable=False)
    return load(path, shown)


def _empty_is_fine(defaults: Document) -> Document:
    if defaults.data is None and defaults.readable and not defaults.mistakes:
        return Document(defaults.file, {}, ())
    return defaults


def _astray(path: Path, reserved: Collection[str]) -> str:
    """Why a file would not be read, or not as its writer thinks; "" if all is well or it is no YAML at all."""
    name, stem = path.name, path.stem
    if path.suffix.lower() not in {".yml", ".yaml"} or name.startswith("."):
        return ""
    if path.suffix != ".yml":
        return f"not read, because it does not end in .yml; rename it to {stem.lower()}.yml"
    if name.startswith("_"):
        return (
            f"not read; the only shared file here is {DEFAULTS}{suggestion(name, [DEFAULTS]).partition('; there')[0]}"
        )
    if re.fullmatch(NAME, stem, re.ASCII) is None:
        return "the name of the file is the town's id: small letters, digits and hyphens, for example witten.yml"
    if stem in reserved:
        return f"a town can not be named {stem}: that is a word of the commands of eakte-ops"
    return ""
