"""What is asked on servers (facts), how it is judged (checks), what came of it (findings)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from eakte_ops.inventory.vocabulary import Vocabulary


def vocabulary() -> Vocabulary:
    """The thresholds that an inventory may set, as plain values: check -> field -> what it may be."""
    from eakte_ops.health import catalogue

    return catalogue.vocabulary()
