"""`start`: components are started in the order of the product, each turn when the one before is well."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from eakte_ops.playbook import posix
from eakte_ops.playbook.actions import units
from eakte_ops.playbook.actions.gate import WELL, gate_of
from eakte_ops.playbook.draft import Draft, Drafted, Ground, Part, Where
from eakte_ops.product.model import Language, Strict


class Params(Strict):
    """What `start` has to know."""

    well: tuple[str, ...] = Field(
        default=WELL, description="The checks that have to be well of what was started before the next one is."
    )


class StartAction:
    """See draft.Action."""

    name = "start"
    params = Params
    text: Mapping[Language, str] = {
        "en": "Starts components in the order of the product and waits after each turn until they are well. "
        "What ran before is not stopped on the way back.",
        "de": "Startet Komponenten in der Reihenfolge des Produkts und wartet nach jeder, bis sie in Ordnung ist. "
        "Was vorher lief, wird auf dem Rückweg nicht angehalten.",
    }

    def draft(self, params: Params, where: Where, ground: Ground) -> Drafted:
        """A note, then turn by turn in the order of starting, each with its gate. Raises NotSupported."""
        ours = units.ours(where, ground, "starting")

        def one(part: Part, turn: int) -> Draft:
            if part not in ours:
                return units.asked(
                    part, turn, "start", "starten:", stops=False, back=("stop again", "wieder anhalten:")
                )
            return Draft(
                part.server.name,
                f"start {part.installed.name}",
                units.on_server(posix.start_unit(part.unit, ground.layout(part.server)), where, part),
                turn,
                verify=posix.verify_started(part.unit),
                undo=units.on_server(posix.undo_start(part.unit), where, part),
                repeatable=True,
                limit=units.START_S,
                expected=5,
                title_de=f"{part.installed.name} starten",
            )

        started = units.in_turns(
            where.part_turns("start"), 1, one, lambda parts, turn: gate_of(params.well, parts, turn, ground)
        )
        assumed = units.each_once([units.there(part) for part in ours])
        return Drafted((*units.notes(where, ours), *started), assumed, units.values(where, ours))


ACTION = StartAction()
