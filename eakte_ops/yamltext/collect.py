"""Mistakes that only a look at the whole file, or at several, can find."""

from __future__ import annotations

from eakte_ops.errors import Mistake
from eakte_ops.yamltext.document import Document, Path


class Mistakes:
    """Collects mistakes of one document by path; the place is looked up."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._found: list[Mistake] = []

    def add(self, path: Path, sentence: str, key: bool = False) -> None:
        """One more mistake at the value at `path`, or at its key. Nothing is said twice about a doubtful place."""
        if not self._document.in_doubt(path):
            self._found.append(self._document.mistake(path, sentence, key))

    @property
    def found(self) -> tuple[Mistake, ...]:
        """All of them, in the order of the file."""
        return tuple(sorted(self._found))

    def __bool__(self) -> bool:
        return bool(self._found)
