"""The playbooks of an operations folder: playbooks/NAME.yml, read strictly, all mistakes of all files at once."""

from __future__ import annotations

import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any

from eakte_ops.errors import InvalidFile, Mistake, UsageError
from eakte_ops.playbook.model import PlaybookFile
from eakte_ops.playbook.rules import NAME, own_words, rules
from eakte_ops.yamltext import Document, Mistakes, did_you_mean, load, validate

FOLDER = "playbooks"
SUFFIX = ".yml"
_NO_PLAYBOOKS = ("README.md",)


@dataclass(frozen=True, slots=True)
class Playbook:
    """A playbook in which nothing is wrong. `file`: from the operations folder on, as people are shown it."""

    name: str
    file: str
    said: PlaybookFile
    document: Document = field(repr=False)

    def params_of(self, number: int) -> dict[str, Any]:
        """What the step of that number (from 1) says to its action, as plain data with its placeholders."""
        step = self.said.steps[number - 1]
        return {**step.with_, **own_words(step)}


@dataclass(frozen=True, slots=True)
class Playbooks:
    """The playbooks of an operations folder by name. `mistakes`: of all files; `files`: how many were looked at."""

    known: Mapping[str, Playbook]
    mistakes: tuple[Mistake, ...] = ()
    files: int = 0

    def of(self, name: str) -> Playbook:
        """The playbook of that name; mistakes in others do not matter.

        Raises InvalidFile with all mistakes of its file, UsageError where there is none of that name.
        """
        if name in self.known:
            return self.known[name]
        shown = f"{FOLDER}/{name}{SUFFIX}"
        if wrong := [mistake for mistake in self.mistakes if mistake.file == shown]:
            raise InvalidFile(wrong, 1)
        raise UsageError(
            f'there is no playbook "{name}" ({shown}){did_you_mean(name, self.known)}',
            way_out="eakte-ops playbooks list shows those there are (one of the program's is gone? eakte-ops init DIR)",
        )


def load_playbooks(folder: FilePath) -> Playbooks:
    """The playbooks of the operations folder `folder`. Never raises for what is in it."""
    known: dict[str, Playbook] = {}
    mistakes: list[Mistake] = []
    files = 0
    for path, shown, objection in _entries(folder / FOLDER):
        files += 1
        if objection:
            mistakes.append(Mistake(shown, 1, 1, "", objection))
            continue
        playbook, wrong = checked(load(path, shown), path.stem)
        mistakes += wrong
        if playbook is not None:
            known[playbook.name] = playbook
    return Playbooks(known, tuple(sorted(mistakes)), files)


def checked(document: Document, name: str) -> tuple[Playbook | None, tuple[Mistake, ...]]:
    """The playbook that a document holds, or None and all its mistakes, in the order of the file."""
    said, mistakes = validate(document, PlaybookFile)
    if said is None:
        return None, tuple(mistakes)
    found = Mistakes(document)
    for path, sentence, key in rules(said):
        found.add(path, sentence, key)
    return (None, found.found) if found else (Playbook(name, document.file, said, document), ())


def _entries(top: FilePath) -> Iterator[tuple[FilePath, str, str]]:
    """What lies in the folder: path, name for people, and why it is no playbook ("" if it may be one)."""
    try:
        paths = sorted(top.iterdir())
    except FileNotFoundError:
        return
    except OSError as error:
        yield top, FOLDER, f"can not be read: {error.strerror or 'unknown reason'}"
        return
    for path in paths:
        if path.name.startswith(".") or path.name in _NO_PLAYBOOKS:
            continue
        shown = "".join(char if char.isprintable() else "?" for char in path.name)
        yield path, f"{FOLDER}/{shown}", _objection(path)


def _objection(path: FilePath) -> str:
    try:
        kind = path.lstat().st_mode
    except OSError as error:
        return f"can not be read: {error.strerror or 'unknown reason'}"
    if stat.S_ISLNK(kind):
        return "this is a link; only files that lie here themselves are read"
    if stat.S_ISDIR(kind):
        return "this is a folder; playbooks lie side by side"
    if path.suffix != SUFFIX:
        return f"not read, because it does not end in {SUFFIX}"
    if not NAME.fullmatch(path.stem):
        return "a playbook is named with small letters, digits and hyphens"
    return ""
