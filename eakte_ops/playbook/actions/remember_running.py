"""`remember-running`: notes how the components run whose files are going to change.

It stands before the files are put in place, so that its way back comes after theirs: once the old files are back, what
was started with the new ones is started again.
"""

from __future__ import annotations

from collections.abc import Mapping

from eakte_ops.playbook import posix, running
from eakte_ops.playbook.actions import units
from eakte_ops.playbook.configuration import Effect, Nothing, effects, in_hands
from eakte_ops.playbook.draft import Draft, Drafted, Ground, Part, Where
from eakte_ops.playbook.plan import AskPerson, Do, OnServer
from eakte_ops.product.model import Language


class RememberRunning:
    """See draft.Action."""

    name = "remember-running"
    params = Nothing
    text: Mapping[Language, str] = {
        "en": "Notes how the components run whose files are going to change. The way back restarts or reloads those "
        "that took the new files, after the old ones are back.",
        "de": "Hält fest, wie die Komponenten laufen, deren Dateien sich ändern. Der Rückweg startet oder lädt neu, "
        "was die neuen Dateien genommen hat, sobald die alten wieder da sind.",
    }

    def draft(self, params: Nothing, where: Where, ground: Ground) -> Drafted:
        """In falling order, one after the other, so that the way back rises. Raises UsageError."""
        found = effects(where, ground)
        steps = [_noted(effect, turn, ground) for turn, effect in enumerate(reversed(found))]
        restarted = [effect.part for effect in found if effect.how == "restart" and not effect.by_hand]
        assumed = [each for part in restarted for each in (units.there(part), units.free(ground, part))]
        return Drafted(tuple(steps), units.each_once(assumed), {noted_as(effect.part): "word" for effect in found})


def noted_as(part: Part) -> str:
    """The value that says how a component ran before its files came."""
    return f"ran-before-{part.installed.name}-{part.server.name}"


def _noted(effect: Effect, turn: int, ground: Ground) -> Draft:
    part = effect.part
    name = part.installed.name
    return Draft(
        part.server.name,
        f"note how {name} runs",
        OnServer(posix.note_unit(noted_as(part), part.unit)),
        turn,
        undo=_undo(effect, ground),
        repeatable=True,
        gives=(noted_as(part),),
        limit=units.STOP_S + units.START_S,
        expected=2,
        title_de=f"festhalten, wie {name} läuft",
    )


def _undo(effect: Effect, ground: Ground) -> Do:
    part = effect.part
    if effect.by_hand:
        english, german = in_hands(effect)
        return AskPerson(
            f"the old files are back; if it took the new ones: {english}",
            question_de=f"die alten Dateien sind wieder da; falls sie die neuen genommen hat: {german}",
        )
    if effect.how == "restart":
        return OnServer(running.back(part.unit, ground.layout(part.server)), takes={"ran": noted_as(part)})
    return OnServer(running.where_it_runs(part.unit, effect.commands), "software")


ACTION = RememberRunning()
