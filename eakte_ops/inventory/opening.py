"""Whether a town's window is open at a moment."""

from __future__ import annotations

from datetime import datetime

from eakte_ops.inventory.files import Windows
from eakte_ops.inventory.hours import Hours


def open_at(windows: Windows, moment: datetime) -> bool:
    """Whether work is allowed at `moment` (aware), by the rules of hours.py."""
    return hours_of(windows).open_at(moment)


def hours_of(windows: Windows) -> Hours:
    """The windows as plain values."""
    said = windows.model_dump(mode="json", by_alias=True)
    return Hours.of(said["zone"], said["open"], said["closed"])
