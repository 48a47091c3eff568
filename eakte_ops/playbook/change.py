"""A configuration file that a server should hold and does not, or holds without its note knowing of it."""

from __future__ import annotations

from dataclasses import dataclass

from eakte_ops.config.rendered import Rendered


@dataclass(frozen=True, slots=True)
class Change:
    """`file`: as it should be, secrets by their names. `seen`: what is there now (config/replace.py: `seen_of`), ""
    where nothing is; it says nothing of what a file holds, so a plan may say it.

    `new_text`: whether what it holds becomes another; else only owner, mode or note do, and no component has to hear
    of it.
    """

    file: Rendered
    seen: str
    new_text: bool = True
