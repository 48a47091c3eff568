"""`restart`: components are restarted, each alone, and the next one when it is well."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from eakte_ops.playbook import posix
from eakte_ops.playbook.actions import units
from eakte_ops.playbook.actions.gate import WELL, gate_of
from eakte_ops.playbook.draft import Draft, Drafted, Ground, Part, Where
from eakte_ops.product.model import Language, Strict


class Params(Strict):
    """What `restart` has to know."""

    well: tuple[str, ...] = Field(
        default=(*WELL, "gateway.answer"),
        description="The checks that have to be well of what was restarted before the next one is.",
    )


class RestartAction:
    """See draft.Action."""

    name = "restart"
    params = Params
    text: Mapping[Language, str] = {
        "en": "Restarts components, each alone, and waits after each one until it is well. "
        "The way back starts what is down and stops nothing.",
        "de": "Startet Komponenten neu, jede für sich, und wartet nach jeder, bis sie in Ordnung ist. "
        "Der Rückweg startet, was steht, und hält nichts an.",
    }

    def draft(self, params: Params, where: Where, ground: Ground) -> Drafted:
        """A note, then one after the other as they start, each with its gate. Raises NotSupported."""
        ours = units.ours(where, ground, "restarting")

        def one(part: Part, turn: int) -> Draft:
            if part not in ours:
                return units.asked(part, turn, "restart", "neu starten:", stops=True, back=None)
            return Draft(
                part.server.name,
                f"restart {part.installed.name}",
                units.on_server(posix.restart_unit(part.unit, ground.layout(part.server)), where, part),
                turn,
                verify=posix.verify_restarted(part.unit),
                undo=units.on_server(posix.undo_restart(part.unit, ground.layout(part.server)), where, part),
                repeatable=True,
                limit=units.STOP_S + units.START_S,
                expected=20,
                stops=True,
                title_de=f"{part.installed.name} neu starten",
            )

        restarted = units.in_turns(
            where.part_turns("one-by-one"), 1, one, lambda parts, turn: gate_of(params.well, parts, turn, ground)
        )
        assumed = [each for part in ours for each in (units.there(part), units.free(ground, part))]
        return Drafted((*units.notes(where, ours), *restarted), units.each_once(assumed), units.values(where, ours))


ACTION = RestartAction()
