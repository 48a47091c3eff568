"""`hold` and `release`: the software of a server must not start, across new starts of the machine, and may again."""

from __future__ import annotations

from collections.abc import Mapping

from eakte_ops.playbook.actions import temporary
from eakte_ops.playbook.draft import Drafted, Ground, Where
from eakte_ops.playbook.handover import whom
from eakte_ops.playbook.handover.states import State
from eakte_ops.product.model import Language, Strict


class Params(Strict):
    """What `hold` and `release` have to know."""

    until: str = temporary.UNTIL
    why: str = temporary.WHY
    of: str = temporary.OF
    servers: str = temporary.SERVERS


class HoldAction:
    """See draft.Action."""

    name = "hold"
    params = Params
    text: Mapping[Language, str] = {
        "en": "Sets the hold wherever something will be stopped: no unit of the software starts while it is there, not "
        "even when the machine starts anew. It stops nothing. The way back lifts it.",
        "de": "Setzt die Startsperre überall, wo etwas angehalten wird: solange sie da ist, startet keine Unit der "
        "Software, auch nicht, wenn die Maschine neu startet. Sie hält nichts an. Der Rückweg hebt sie auf.",
    }

    def draft(self, params: Params, where: Where, ground: Ground) -> Drafted:
        """On all servers concerned side by side. Raises NotSupported, UsageError."""
        state = State("hold", params.until, params.why, params.of)
        servers = whom.concerned(params.servers, ground).stopped
        return temporary.setting(state, servers, ground, ("set the hold", "Startsperre setzen"))


class ReleaseAction:
    """See draft.Action."""

    name = "release"
    params = Params
    text: Mapping[Language, str] = {
        "en": "Lifts the hold; it starts nothing. The way back sets it again.",
        "de": "Hebt die Startsperre auf; sie startet nichts. Der Rückweg setzt sie wieder.",
    }

    def draft(self, params: Params, where: Where, ground: Ground) -> Drafted:
        """On all servers concerned side by side. Raises NotSupported, UsageError."""
        state = State("hold", params.until, params.why, params.of)
        servers = whom.concerned(params.servers, ground).stopped
        return temporary.lifting(state, servers, ground, ("lift the hold", "Startsperre aufheben"))


ACTION = HoldAction()
RELEASE = ReleaseAction()
