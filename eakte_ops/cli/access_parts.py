"""What the commands about access share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eakte_ops.cli.context import CONTEXT
from eakte_ops.cli.output import say, show
from eakte_ops.errors import InvalidFile, Mistake, UsageError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from eakte_ops.access.rules import Access
    from eakte_ops.audit import Trail
    from eakte_ops.inventory.model import Inventory


def access_rules() -> Access:
    """access.yml of the operations folder. Raises UsageError, InvalidFile."""
    from eakte_ops.access.load import load_access

    return load_access(CONTEXT.folder, CONTEXT.survey().known)


def mistakes_beside(towns: Collection[str]) -> tuple[int, tuple[Mistake, ...]]:
    """How many files about access lie beside the inventory of `towns`, and what is wrong in them."""
    from eakte_ops.access.load import FILE

    files = 0
    found: list[Mistake] = []
    if (CONTEXT.folder / FILE).exists():
        files += 1
        try:
            access_rules()
        except InvalidFile as wrong:
            found += wrong.mistakes
    for town in sorted(towns):
        shown = f"inventories/{town}.known_hosts"
        file = CONTEXT.folder / shown
        if file.is_file():
            files += 1
            found += _host_key_mistakes(file.read_text("utf-8", "replace"), shown)
    return files, tuple(found)


def _host_key_mistakes(text: str, shown: str) -> Iterator[Mistake]:
    from eakte_ops.remote.known_hosts import parse

    try:
        parse(text, shown)
    except UsageError as wrong:
        yield Mistake(shown, int(wrong.place.rpartition(":")[2]), 1, "", wrong.said)


def say_who_is_locked_out(access: Access, towns: Iterable[str]) -> None:
    """Name the towns whose pack lets in no person, or not the night: no key is there, or each has come to its end."""
    from eakte_ops.clock import SYSTEM

    today = SYSTEM.now().date()
    asked = tuple(towns)
    for account, whom in (("work", "people at work"), ("look", "the night")):
        without = [
            town
            for town in asked
            if not any(held.key.account == account and held.key.last_day >= today for held in access.granted(town))
        ]
        if without:
            say(f"NOTE: this pack does not let in {whom} at {', '.join(without)}: no valid key with account: {account}")


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
