"""Where the program remembers: the one setting that is needed before anything else, read without the models."""

from __future__ import annotations

from pathlib import Path

SETTINGS = "eakte-ops.yml"
USUAL = "state"


def state_folder(folder: Path) -> Path:
    """The state folder of the operations folder `folder`: `state` in eakte-ops.yml, relative to it.

    A file of settings that is wrong is told by whoever reads it whole; here the usual place is taken then.
    """
    from eakte_ops.yamltext import load

    data = load(folder / SETTINGS, SETTINGS).data
    said = data.get("state") if isinstance(data, dict) else None
    return folder / Path(said if isinstance(said, str) and said else USUAL)
