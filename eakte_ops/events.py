"""What happens is announced as events; progress bars and the like are subscribers that can not stop the work."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Event:
    """Base of the events that each room defines for itself. `at`: seconds on the monotonic clock."""

    at: float


Sink: TypeAlias = Callable[[Event], None]


def silent(_event: Event) -> None:
    """A sink for callers that do not want to be told."""


def fan_out(sinks: Iterable[Sink], dropped: Callable[[Sink, Exception], None]) -> Sink:
    """One sink that hands each event to all of `sinks`.

    A sink that raises is dropped for good and reported once through `dropped`; the others and the work go on.
    """
    alive = list(sinks)

    def emit(event: Event) -> None:
        for sink in tuple(alive):
            try:
                sink(event)
            except Exception as broken:
                alive.remove(sink)
                dropped(sink, broken)

    return emit
