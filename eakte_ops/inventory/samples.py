"""The sample operations folder that travels with the program."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent.parent


def samples_folder() -> Path:
    """The folder with eakte-ops.yml, inventories/, templates/ and playbooks/ of the samples.

    Installed from a wheel they lie in the package; in a checkout the top of the repository is the sample.
    """
    installed = _PACKAGE / "samples"
    return installed if installed.is_dir() else _PACKAGE.parent
