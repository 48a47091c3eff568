"""`take-effect`: the components whose files changed take the new ones, each once, as they start."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from eakte_ops.playbook import posix, running
from eakte_ops.playbook.actions import units
from eakte_ops.playbook.actions.ask import question
from eakte_ops.playbook.actions.gate import WELL, gate_of
from eakte_ops.playbook.actions.remember_running import noted_as
from eakte_ops.playbook.configuration import Effect, Nothing, effects, in_hands, no_undo
from eakte_ops.playbook.draft import Draft, Drafted, Ground, Part, Where
from eakte_ops.playbook.plan import OnServer
from eakte_ops.product.model import Language

_LATER = no_undo(
    "Nothing yet: first the old files come back, then the way back of remember-running lets them take effect."
)


class TakeEffect:
    """See draft.Action."""

    name = "take-effect"
    params = Nothing
    text: Mapping[Language, str] = {
        "en": "Restarts or reloads exactly the components whose files hold something else now, each once, one after "
        "the other as they start, and waits after each one until it is well, and in the end for all that starts later. "
        "The way back is that of remember-running.",
        "de": "Startet oder lädt genau die Komponenten neu, deren Dateien jetzt anderes enthalten, jede einmal, "
        "eine nach der anderen in der Reihenfolge ihres Starts, und wartet nach jeder, bis sie in Ordnung ist, "
        "am Ende auch auf alles, was später startet. Den Rückweg hat remember-running.",
    }

    def draft(self, params: Nothing, where: Where, ground: Ground) -> Drafted:
        """Each effect, and its gate a turn later. Raises UsageError."""
        return Drafted(tuple(_drafts(where, ground)))


def _drafts(where: Where, ground: Ground) -> Iterator[Draft]:
    found = effects(where, ground)
    for number, effect in enumerate(found):
        yield _taken(effect, 2 * number, ground)
        yield from gate_of(WELL, (effect.part,), 2 * number + 1, ground)
    yield from gate_of(WELL, _behind(found, ground), 2 * len(found), ground)


def _behind(found: Sequence[Effect], ground: Ground) -> tuple[Part, ...]:
    """What starts after the first that changed, in all of the town: a database may run and let nobody in any more.

    Only where something can be asked.
    """
    changed = {(effect.part.server.name, effect.part.installed.name) for effect in found}
    first = min((effect.part.order for effect in found), default=None)
    return tuple(
        part
        for part in ground.parts()
        if first is not None
        and part.order > first
        and (part.server.name, part.installed.name) not in changed
        and part.server.platform == "linux"
    )


def _taken(effect: Effect, turn: int, ground: Ground) -> Draft:
    part = effect.part
    name = part.installed.name
    if effect.by_hand:
        asked = question(*in_hands(effect))
        return replace(asked, turn=turn, stops=effect.how == "restart", owner=ground.owner(part))
    if effect.how == "reload":
        return Draft(
            part.server.name,
            f"reload {name}",
            OnServer(running.where_it_runs(part.unit, effect.commands), "software"),
            turn,
            undo=_LATER,
            repeatable=True,
            limit=120,
            expected=2,
            title_de=f"{name} neu laden",
        )
    return Draft(
        part.server.name,
        f"restart {name}",
        OnServer(posix.restart_unit(part.unit, ground.layout(part.server)), takes={"ran": noted_as(part)}),
        turn,
        verify=posix.verify_restarted(part.unit),
        undo=_LATER,
        repeatable=True,
        limit=units.STOP_S + units.START_S,
        expected=20,
        stops=True,
        title_de=f"{name} neu starten",
    )


ACTION = TakeEffect()
