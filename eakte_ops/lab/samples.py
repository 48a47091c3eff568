"""Where the sample towns lie: inside the installed package, or in the checkout this program runs from."""

from __future__ import annotations

from pathlib import Path

import eakte_ops


def samples() -> Path:
    """The folder that holds `inventories/` and `eakte-ops.yml`."""
    package = Path(eakte_ops.__file__).parent
    installed = package / "samples"
    return installed if installed.is_dir() else package.parent
