"""A configuration file that a server should hold and does not."""

from __future__ import annotations

from dataclasses import dataclass

from eakte_ops.config.rendered import Rendered


@dataclass(frozen=True, slots=True)
class Change:
    """`file`: as it should be, secrets by their names; `before`: SHA-256 of what is there, "" where nothing is."""

    file: Rendered
    before: str
