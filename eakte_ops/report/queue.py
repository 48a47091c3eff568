"""Mails wait here until a mail server took them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from eakte_ops.store import Migration


def migrations() -> tuple[Migration, ...]:
    """The steps of the tables of this room."""
    from eakte_ops.store import migrations_of

    return migrations_of("report", "eakte_ops.report")
