"""What plans and runs leave behind in the store. Its tables are in schema/."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from eakte_ops.store import Migration


def migrations() -> tuple[Migration, ...]:
    """The steps of the tables of this room."""
    from eakte_ops.store import migrations_of

    return migrations_of("playbook", "eakte_ops.playbook.memory")
