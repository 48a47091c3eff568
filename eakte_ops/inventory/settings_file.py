"""eakte-ops.yml by itself, for whoever needs no town: a mistake in a town's file keeps nobody from sending a mail."""

from __future__ import annotations

from pathlib import Path

from eakte_ops.errors import InvalidFile
from eakte_ops.inventory.settings import Settings
from eakte_ops.inventory.sources import SETTINGS
from eakte_ops.yamltext import load, validate


def load_settings(folder: Path) -> Settings:
    """The settings of the operations folder `folder`. Raises InvalidFile with all mistakes."""
    settings, mistakes = validate(load(folder / SETTINGS, SETTINGS), Settings)
    if settings is None:
        raise InvalidFile(mistakes, 1)
    return settings
