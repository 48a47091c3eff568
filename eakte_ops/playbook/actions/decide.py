"""`decide`: a question that is asked only where there is something to decide."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from eakte_ops.inventory.files import Name
from eakte_ops.playbook.actions.ask import question
from eakte_ops.playbook.draft import Drafted, Ground, Where
from eakte_ops.product.model import Language, Strict


class Params(Strict):
    """What `decide` has to know."""

    english: str = Field(description="What there is to decide; empty: nothing, and nothing is asked.")
    german: str = Field(description="The same in German.")
    answers: tuple[Name, ...] = Field(min_length=2, description="With the first one it goes on, others end it.")


class DecideAction:
    """See draft.Action."""

    name = "decide"
    params = Params
    text: Mapping[Language, str] = {
        "en": "Asks a person to decide, where there is something to decide; otherwise it is no step at all.",
        "de": "Lässt jemanden entscheiden, wo es etwas zu entscheiden gibt; sonst ist es gar kein Schritt.",
    }

    def draft(self, params: Params, where: Where, ground: Ground) -> Drafted:
        """One question, or none."""
        if not params.english:
            return Drafted(())
        return Drafted((question(params.english, params.german or params.english, params.answers),))


ACTION = DecideAction()
