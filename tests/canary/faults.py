"""What a fault is that is planted while commands are typed, and what faults are made of."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeAlias

from tests.canary.desk import Desk

Plant: TypeAlias = Callable[[Desk], AbstractContextManager[object]]
NOT_WELL = (1, 2, 3, 7, 70)
_FAILING = Path(__file__).with_name("failing.py")


@dataclass(frozen=True, slots=True)
class Try:
    """A command under a fault. `ends`: the statuses it may have; `how`: more for `Desk.type`."""

    words: str
    ends: tuple[int, ...] = NOT_WELL
    how: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fault:
    """`plant`: makes it for as long as the block lasts. `needs`: as of a Row. `sample`: how many of its tries every
    test run makes."""

    name: str
    plant: Plant
    tries: tuple[Try, ...]
    needs: Literal["folder", "memory", "servers"] = "folder"
    sample: int = 9


def nothing(_desk: Desk) -> AbstractContextManager[object]:
    """The fault is in the way the command is typed."""
    return nullcontext()


def mistake(
    where: str, words: str, *, ends: tuple[int, ...] = (70,), how: str = "raise", first: Sequence[str] = (), **more: Any
) -> Try:
    """The program has a mistake in `where`; `how` it shows: see failing.py. `first`: words before the program's."""
    return Try(words, ends, {"program": (*first, sys.executable, str(_FAILING), how, where), **more})


def file_at(name: str, text: str | bytes | Callable[[str], str]) -> Plant:
    """The file `name` of the operations folder holds something else."""
    return lambda desk: changed(desk.folder / name, text)


def folder_at(name: str) -> Plant:
    """A folder where the file `name` of the operations folder should be."""
    return lambda desk: _a_folder(desk.folder / name)


@contextmanager
def changed(file: Path, text: str | bytes | Callable[[str], str]) -> Iterator[None]:
    """The file holds something else. `text`: what, or how its text is changed, which has to be a change."""
    kept, mode = file.read_bytes(), file.stat().st_mode
    new = text(kept.decode()) if callable(text) else text
    file.write_bytes(new if isinstance(new, bytes) else new.encode())
    assert file.read_bytes() != kept
    try:
        yield
    finally:
        file.write_bytes(kept)
        file.chmod(mode)


@contextmanager
def _a_folder(path: Path) -> Iterator[None]:
    """Where the file or folder was is a folder with something in it."""
    kept = path.with_name(f"{path.name}.kept")
    if path.exists():
        path.rename(kept)
    (path / "in it").mkdir(parents=True)
    try:
        yield
    finally:
        shutil.rmtree(path)
        if kept.exists():
            kept.rename(path)
