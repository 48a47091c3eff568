"""`clean-configuration`: what was brought goes; what was there before stays for the newest runs."""

from __future__ import annotations

from collections.abc import Mapping

from eakte_ops.config import replace
from eakte_ops.playbook.configuration import Nothing, changes_on, no_undo
from eakte_ops.playbook.draft import Draft, Drafted, Ground, Where
from eakte_ops.playbook.plan import OnServer
from eakte_ops.product.model import Language


class CleanConfiguration:
    """See draft.Action."""

    name = "clean-configuration"
    params = Nothing
    text: Mapping[Language, str] = {
        "en": f"Takes away what was brought. What was there before stays for the newest {replace.KEPT_RUNS} runs.",
        "de": f"Nimmt weg, was gebracht wurde. Was vorher da war, bleibt für die letzten {replace.KEPT_RUNS} Läufe.",
    }

    def draft(self, params: Nothing, where: Where, ground: Ground) -> Drafted:
        """One step on each server, side by side; never a reason to go back."""
        return Drafted(
            tuple(
                Draft(
                    server.name,
                    "take away what was brought, keep what was there before",
                    OnServer(replace.clean(ground.layout(server))),
                    undo=no_undo("Nothing: what was there before is still kept."),
                    repeatable=True,
                    limit=60,
                    title_de="wegnehmen, was gebracht wurde, aufbewahren, was vorher da war",
                )
                for server, _changes in changes_on(where, ground)
            )
        )


ACTION = CleanConfiguration()
