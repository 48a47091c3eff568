"""The files of the operations folder that a plan is made from, by what they hold: looked at again before it runs."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from eakte_ops.access.load import FILE as ACCESS
from eakte_ops.errors import UsageError
from eakte_ops.inventory.model import Town
from eakte_ops.inventory.sources import DEFAULTS, FOLDER, SETTINGS
from eakte_ops.playbook.change import Change
from eakte_ops.playbook.plan import OnServer, Step
from eakte_ops.secret.files import TownFolder

NOTHING = ""
"""Stands for the hash of a file that is not there."""
_LINK = "link"


def files_of(
    folder: Path, town: Town, playbook: str, steps: Iterable[Step], changes: Iterable[Change] = ()
) -> tuple[str, ...]:
    """Paths from the operations folder on, sorted, of all that a plan for `town` is made from.

    `playbook`: file of the playbook, "" where it is none of the folder. Secrets are counted by their age files: those
    that a step or a file needs.
    """
    named = {SETTINGS, ACCESS, f"{FOLDER}/{DEFAULTS}", f"{FOLDER}/{town.id}.yml", f"{FOLDER}/{town.id}.known_hosts"}
    named |= {playbook} - {""}
    secrets = set(_secrets(steps))
    for change in changes:
        named.add(change.file.template.file)
        secrets |= set(change.file.secrets)
    kept = TownFolder(folder / FOLDER, town.id)
    return tuple(sorted(named | {kept.shown(kept.sealed(name)) for name in secrets}))


def hashed(folder: Path, files: Iterable[str]) -> Mapping[str, str]:
    """File -> SHA-256 of what it holds now, NOTHING where there is none.

    Raises UsageError for a link: what it leads to could be changed after the plan was shown and signed, and nobody
    would see it.
    """
    found = {file: _hash(folder / file) for file in files}
    for file, said in found.items():
        if said == _LINK:
            raise UsageError(
                f"{file} is a link, and a plan is made of files that lie in the operations folder themselves",
                way_out="put the file itself there and commit it",
            )
    return found


def changed(folder: Path, inputs: Mapping[str, str]) -> tuple[str, ...]:
    """What is not as it was in `inputs`, as clauses: `inventories/witten.yml was changed`."""
    return tuple(_clauses(inputs, {file: _hash(folder / file) for file in inputs}))


def _clauses(before: Mapping[str, str], now: Mapping[str, str]) -> Iterator[str]:
    for file, was in sorted(before.items()):
        if now[file] == _LINK:
            yield f"{file} was replaced by a link"
        elif now[file] != was:
            yield f"{file} was {'removed' if now[file] == NOTHING else 'added' if was == NOTHING else 'changed'}"


def _secrets(steps: Iterable[Step]) -> Iterator[str]:
    for step in steps:
        for do in (step.do, step.undo):
            if isinstance(do, OnServer):
                yield from do.secrets.values()


def _hash(file: Path) -> str:
    try:
        handle = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as problem:
        return _LINK if problem.errno == errno.ELOOP else NOTHING
    with os.fdopen(handle, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
