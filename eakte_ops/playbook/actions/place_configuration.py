"""`place-configuration`: what was brought comes in place of what is there, which is kept."""

from __future__ import annotations

from collections.abc import Mapping

from eakte_ops.config import replace
from eakte_ops.playbook.configuration import Nothing, changes_on, effects, names, replacements
from eakte_ops.playbook.draft import Draft, Drafted, Ground, Where
from eakte_ops.playbook.plan import OnServer
from eakte_ops.product.model import Language


class PlaceConfiguration:
    """See draft.Action."""

    name = "place-configuration"
    params = Nothing
    text: Mapping[Language, str] = {
        "en": "Puts the files in their places, each whole, with owner and mode from the first moment, and keeps what "
        "was there. What somebody changed since it was seen is left, and ends the run. The way back puts back what was "
        "there, with its owner, mode and times.",
        "de": "Setzt die Dateien an ihre Plätze, jede ganz und vom ersten Augenblick an mit Besitzer und Rechten, und "
        "bewahrt auf, was dort war. Was jemand geändert hat, seit es gesehen wurde, bleibt und beendet den Lauf. Der "
        "Rückweg legt zurück, was dort war, mit Besitzer, Rechten und Zeiten.",
    }

    def draft(self, params: Nothing, where: Where, ground: Ground) -> Drafted:
        """One step on each server, side by side.

        Where a restart follows the service counts as stopped from here on: whatever starts now takes the new files.
        """
        restarts = {each.part.server.name for each in effects(where, ground) if each.how == "restart"}
        steps = []
        for server, changes in changes_on(where, ground):
            files, layout = replacements(changes), ground.layout(server)
            steps.append(
                Draft(
                    server.name,
                    f"put in place, keep what is there: {names(changes)}",
                    OnServer(replace.put(files, layout)),
                    verify=replace.verify(files, layout),
                    undo=OnServer(replace.restore(files, layout)),
                    repeatable=True,
                    limit=120,
                    expected=2,
                    stops=server.name in restarts,
                    title_de=f"einsetzen, aufbewahren, was da ist: {names(changes)}",
                )
            )
        return Drafted(tuple(steps))


ACTION = PlaceConfiguration()
