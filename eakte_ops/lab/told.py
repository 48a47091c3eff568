"""What the lab tells while it works."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from eakte_ops.clock import SYSTEM
from eakte_ops.events import Event, Sink


@dataclass(frozen=True, slots=True)
class Told(Event):
    """`subject`: a host, a town or "image"; `said`: a few words."""

    subject: str
    said: str


Tell: TypeAlias = Callable[[str, str], None]


def teller(sink: Sink) -> Tell:
    """A function `tell(subject, said)` that stamps the time and hands the event on."""

    def tell(subject: str, said: str) -> None:
        sink(Told(SYSTEM.monotonic(), subject, said))

    return tell
