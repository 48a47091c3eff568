"""The variables that every text of a run may use. They are not known when the plan is made, so no text holds them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from eakte_ops.remote.posix import quote


@dataclass(frozen=True, slots=True)
class Variables:
    """`run`: its id; `plan`: the plan's hash; `who`: who is at work, one line; `until`: when it is expected to end."""

    run: str
    plan: str
    who: str
    until: datetime

    def lines(self, taken: Mapping[str, str] | None = None) -> str:
        """Lines to put before a text: $run, $plan, $who, $until (Unix seconds), and those it takes from other steps."""
        said = {
            "run": self.run,
            "plan": self.plan,
            "who": self.who,
            "until": f"{self.until.timestamp():.0f}",
            **(taken or {}),
        }
        return "".join(f"{name}={quote(value)}\n" for name, value in said.items())
