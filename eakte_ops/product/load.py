"""Profiles of products: files of the package, read once and kept."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml

from eakte_ops.product.model import Profile

FOLDER = Path(__file__).parent / "profiles"


def known() -> tuple[str, ...]:
    """The names of all products that have a profile, in alphabetical order."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yml")))


@cache
def profile(name: str) -> Profile:
    """The profile of product `name`. Raises KeyError for an unknown name."""
    if name not in known():
        raise KeyError(name)
    text = (FOLDER / f"{name}.yml").read_text(encoding="utf-8")
    return Profile.model_validate_json(__import__("json").dumps(yaml.load(text, yaml.CSafeLoader)))
