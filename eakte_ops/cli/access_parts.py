"""What the commands about access share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eakte_ops.cli.context import CONTEXT
from eakte_ops.cli.output import show

if TYPE_CHECKING:
    from collections.abc import Iterable

    from eakte_ops.access.rules import Access
    from eakte_ops.audit import Trail
    from eakte_ops.inventory.model import Inventory


def access_rules() -> Access:
    """access.yml of the operations folder. Raises UsageError, InvalidFile."""
    from eakte_ops.access.load import load_access

    return load_access(CONTEXT.folder, CONTEXT.survey().known)


def trail(inventory: Inventory) -> Trail:
    """The audit of the operations folder."""
    from eakte_ops.audit import Trail

    return Trail(inventory.folder / inventory.settings.state)


def show_table(lines: Iterable[tuple[str, ...]]) -> None:
    """Aligned columns, the first line as headings."""
    rows = [tuple(str(cell) for cell in line) for line in lines]
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    for number, row in enumerate(rows):
        cells = [(cell.upper() if number == 0 else cell).ljust(width) for cell, width in zip(row, widths, strict=True)]
        show("   ".join(cells).rstrip())
