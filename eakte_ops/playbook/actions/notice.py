"""`notice` and `notice-away`: what clerks see instead of the software while work is going on."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from eakte_ops.playbook.actions import temporary
from eakte_ops.playbook.draft import Drafted, Ground, Where
from eakte_ops.playbook.handover import whom
from eakte_ops.playbook.handover.sentences import for_clerks
from eakte_ops.playbook.handover.states import State
from eakte_ops.product.model import Language, Strict


class Params(Strict):
    """What `notice` and `notice-away` have to know."""

    until: str = temporary.UNTIL
    why: str = temporary.WHY
    of: str = temporary.OF
    sentence: str = Field(
        default="", description="What clerks read, one line; empty: that work is going on until then."
    )


def _state(params: Params, ground: Ground) -> State:
    said = params.sentence or for_clerks(ground.town, params.until)
    return State("notice", params.until, params.why, params.of, above=said)


class NoticeAction:
    """See draft.Action."""

    name = "notice"
    params = Params
    text: Mapping[Language, str] = {
        "en": "Shows clerks a notice page on every gateway, in the town's language. The way back takes it away.",
        "de": "Zeigt auf jedem Gateway eine Hinweisseite, in der Sprache der Kommune. Der Rückweg nimmt sie weg.",
    }

    def draft(self, params: Params, where: Where, ground: Ground) -> Drafted:
        """On all gateways side by side. Raises NotSupported."""
        titles = ("show the notice page", "Hinweisseite zeigen")
        servers = whom.concerned("", ground).gateways
        return temporary.setting(_state(params, ground), servers, ground, titles)


class AwayAction:
    """See draft.Action."""

    name = "notice-away"
    params = Params
    text: Mapping[Language, str] = {
        "en": "Takes the notice page away: clerks are let in. The way back shows it again.",
        "de": "Nimmt die Hinweisseite weg: man kann wieder arbeiten. Der Rückweg zeigt sie wieder.",
    }

    def draft(self, params: Params, where: Where, ground: Ground) -> Drafted:
        """On all gateways side by side. Raises NotSupported."""
        titles = ("take the notice page away", "Hinweisseite wegnehmen")
        servers = whom.concerned("", ground).gateways
        return temporary.lifting(_state(params, ground), servers, ground, titles)


ACTION = NoticeAction()
AWAY = AwayAction()
