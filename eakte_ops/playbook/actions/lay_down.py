"""`lay-down` and `stand-up`: everything that a handover concerns is stopped in order, and started in order again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from pydantic import Field

from eakte_ops.playbook.actions import start, stop, temporary
from eakte_ops.playbook.actions.gate import WELL
from eakte_ops.playbook.draft import Drafted, Ground, Where
from eakte_ops.playbook.handover import whom
from eakte_ops.product.model import Language, Strict


class Params(Strict):
    """What `lay-down` has to know."""

    servers: str = temporary.SERVERS


class StandUpParams(Params):
    """What `stand-up` has to know."""

    well: tuple[str, ...] = Field(
        default=WELL, description="The checks that have to be well of what was started before the next one is."
    )


def _here(params: Params, where: Where, ground: Ground) -> Where:
    """The components it concerns, those of local IT left to them."""
    found = whom.concerned(params.servers, ground)
    parts = tuple(part for part in found.parts if ground.owner(part) == "centre")
    return replace(where, servers=found.stopped, parts=parts)


class LayDownAction:
    """See draft.Action."""

    name = "lay-down"
    params = Params
    text: Mapping[Language, str] = {
        "en": "Stops all components of the servers handed over, and of others what may need them, in the order of "
        "stopping. What local IT operates itself is left to them. The way back starts what ran before.",
        "de": "Hält alle Komponenten der übergebenen Server an, und auf anderen, was sie brauchen könnte, in der "
        "Reihenfolge des Anhaltens. Was die örtliche IT selbst betreibt, bleibt ihr überlassen. Der Rückweg startet, "
        "was vorher lief.",
    }

    def draft(self, params: Params, where: Where, ground: Ground) -> Drafted:
        """As `stop` does it. Raises NotSupported, UsageError."""
        return stop.ACTION.draft(stop.Params(), _here(params, where, ground), ground)


class StandUpAction:
    """See draft.Action."""

    name = "stand-up"
    params = StandUpParams
    text: Mapping[Language, str] = {
        "en": "Starts the same components in the order of starting and waits after each turn until they are well. "
        "The way back stops what did not run before.",
        "de": "Startet dieselben Komponenten in der Reihenfolge des Startens und wartet nach jeder, bis sie in Ordnung "
        "ist. Der Rückweg hält an, was vorher nicht lief.",
    }

    def draft(self, params: StandUpParams, where: Where, ground: Ground) -> Drafted:
        """As `start` does it. Raises NotSupported, UsageError."""
        return start.ACTION.draft(start.Params(well=params.well), _here(params, where, ground), ground)


ACTION = LayDownAction()
STAND_UP = StandUpAction()
