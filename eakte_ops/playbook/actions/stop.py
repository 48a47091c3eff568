"""`stop`: components are stopped and have to be down."""

from __future__ import annotations

from collections.abc import Mapping

from eakte_ops.playbook import posix
from eakte_ops.playbook.actions import units
from eakte_ops.playbook.draft import Draft, Drafted, Ground, Part, Where
from eakte_ops.product.model import Language, Strict


class Params(Strict):
    """`stop` has to know nothing."""


class StopAction:
    """See draft.Action."""

    name = "stop"
    params = Params
    text: Mapping[Language, str] = {
        "en": "Stops components and waits until they are down. What did not run before is not started on the way back.",
        "de": "Hält Komponenten an und wartet, bis sie stehen. Was vorher nicht lief, startet auch der Rückweg nicht.",
    }

    def draft(self, params: Params, where: Where, ground: Ground) -> Drafted:
        """A note, then turn by turn in the order of stopping. Raises NotSupported."""
        ours = units.ours(where, ground, "stopping")

        def one(part: Part, turn: int) -> Draft:
            if part not in ours:
                return units.asked(part, turn, "stop", "anhalten:", stops=True, back=("start again", "wieder starten:"))
            return Draft(
                part.server.name,
                f"stop {part.installed.name}",
                units.on_server(posix.stop_unit(part.unit, ground.layout(part.server)), where, part),
                turn,
                verify=posix.verify_stopped(part.unit),
                undo=units.on_server(posix.undo_stop(part.unit, ground.layout(part.server)), where, part),
                repeatable=True,
                limit=units.STOP_S,
                expected=20,
                stops=True,
                title_de=f"{part.installed.name} anhalten",
            )

        stopped = units.in_turns(where.part_turns("stop"), 1, one, lambda _parts, _turn: iter(()))
        assumed = units.each_once([units.there(part) for part in ours])
        return Drafted((*units.notes(where, ours), *stopped), assumed, units.values(where, ours))


ACTION = StopAction()
