"""A way out of the house: what it has to be able to do, and how it says that it could not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from eakte_ops.report.plain import plain
from eakte_ops.secret.scrub import SCRUBBER

if TYPE_CHECKING:
    from eakte_ops.report.queue import Claimed

_LONGEST = 200


class NotSent(Exception):
    """It was not taken. `why`: for people; `way_down`: others would not be taken either, so they need not be tried."""

    def __init__(self, why: str, *, way_down: bool) -> None:
        self.why = plain(SCRUBBER.clean(why), _LONGEST)
        self.way_down = way_down
        super().__init__(self.why)


class Send(Protocol):
    """A way. `seconds`: the most that one message may take there."""

    @property
    def seconds(self) -> float:
        """The most that one message may take."""
        ...

    def __call__(self, claimed: Claimed) -> None:
        """Hand one message over. Raises NotSent."""
        ...
