"""`hand-over` and `take-back`: the mark that says in whose hands a machine is, and until when."""

from __future__ import annotations

from collections.abc import Mapping

from eakte_ops.playbook.actions import temporary
from eakte_ops.playbook.draft import Drafted, Ground, Where
from eakte_ops.playbook.handover.states import State
from eakte_ops.product.model import Language, Strict


class Params(Strict):
    """What `hand-over` and `take-back` have to know."""

    until: str = temporary.UNTIL
    why: str = temporary.WHY
    of: str = temporary.OF


class HandOverAction:
    """See draft.Action."""

    name = "hand-over"
    params = Params
    text: Mapping[Language, str] = {
        "en": "Marks all servers of the town: until then what is down is down on purpose and no finding. "
        "The way back takes the mark away.",
        "de": "Kennzeichnet alle Server der Kommune: bis dann steht mit Absicht, was steht, und ist kein Befund. "
        "Der Rückweg nimmt das Zeichen weg.",
    }

    def draft(self, params: Params, where: Where, ground: Ground) -> Drafted:
        """On all servers with components side by side. Raises NotSupported."""
        state = State("handover", params.until, params.why, params.of)
        servers = [server for server in ground.town.said.servers if server.components]
        return temporary.setting(state, servers, ground, ("mark as handed over", "als übergeben kennzeichnen"))


class TakeBackAction:
    """See draft.Action."""

    name = "take-back"
    params = Params
    text: Mapping[Language, str] = {
        "en": "Takes the mark of a handover away: from then on what is down is a finding. The way back sets it again.",
        "de": "Nimmt das Zeichen der Übergabe weg: ab dann ist ein Befund, was steht. Der Rückweg setzt es wieder.",
    }

    def draft(self, params: Params, where: Where, ground: Ground) -> Drafted:
        """On all servers with components side by side. Raises NotSupported."""
        state = State("handover", params.until, params.why, params.of)
        servers = [server for server in ground.town.said.servers if server.components]
        return temporary.lifting(state, servers, ground, ("take the machine back", "Maschine zurücknehmen"))


ACTION = HandOverAction()
TAKE_BACK = TakeBackAction()
