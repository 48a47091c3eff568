"""Profiles of products: files of the package, read strictly, once, and kept."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from eakte_ops.errors import InvalidFile, Mistake
from eakte_ops.product.model import Profile
from eakte_ops.product.rules import check
from eakte_ops.yamltext import Document, Mistakes, load, read, validate

FOLDER = Path(__file__).parent / "profiles"


@cache
def known() -> tuple[str, ...]:
    """The names of all products that have a profile, in alphabetical order."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yml")))


@cache
def profile(name: str) -> Profile:
    """The profile of product `name`. Raises KeyError for an unknown name, InvalidFile with all mistakes."""
    if name not in known():
        raise KeyError(name)
    return _checked(load(FOLDER / f"{name}.yml", f"{name}.yml"), name)


def from_text(text: str, name: str) -> Profile:
    """A profile from text, for product `name`. Raises InvalidFile with all mistakes."""
    return _checked(read(text, f"{name}.yml"), name)


def _checked(document: Document, name: str) -> Profile:
    found, mistakes = validate(document, Profile)
    if found is None:
        raise InvalidFile(mistakes, files_read=1)
    wrong = _breaks(found, document, name)
    if wrong:
        raise InvalidFile(wrong, files_read=1)
    return found


def _breaks(found: Profile, document: Document, name: str) -> tuple[Mistake, ...]:
    mistakes = Mistakes(document)
    for path, sentence in check(found, name):
        mistakes.add(path, sentence)
    return mistakes.found
