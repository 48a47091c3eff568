"""The settings that are needed before anything else, read without the models."""

from __future__ import annotations

from pathlib import Path
from typing import Any

SETTINGS = "eakte-ops.yml"
USUAL = "state"


def state_folder(folder: Path) -> Path:
    """The state folder of the operations folder `folder`: `state` in eakte-ops.yml, relative to it.

    A file of settings that is wrong is told by whoever reads it whole; here the usual place is taken then.
    """
    said = _said(folder).get("state")
    return folder / Path(said if isinstance(said, str) and said else USUAL)


def is_lab(folder: Path) -> bool:
    """Whether the operations folder describes a lab, which all output says."""
    return _said(folder).get("lab") is True


def _said(folder: Path) -> dict[str, Any]:
    from eakte_ops.yamltext import load

    data = load(folder / SETTINGS, SETTINGS).data
    return data if isinstance(data, dict) else {}
