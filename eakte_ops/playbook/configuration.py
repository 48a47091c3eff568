"""What the actions about configuration share: the changes of each server, and how they take effect. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from eakte_ops.config.render import sight
from eakte_ops.config.replace import Replacement, replacement
from eakte_ops.errors import UsageError
from eakte_ops.inventory.model import Server
from eakte_ops.playbook.change import Change
from eakte_ops.playbook.draft import Ground, Part, Where
from eakte_ops.playbook.plan import OnServer
from eakte_ops.product.model import Strict
from eakte_ops.remote.posix import quote

How: TypeAlias = Literal["restart", "reload"]
_NAMED = 3


class Nothing(Strict):
    """The plan's changes say everything."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What becomes of a component whose files changed. `commands`: for a reload, as sh text.

    `by_hand`: a person does it: local IT with what they operate, or somebody in the software's own administration,
    where `services` are reloaded.
    """

    part: Part
    how: How
    commands: str = ""
    by_hand: bool = False
    services: tuple[str, ...] = ()


def changes_on(where: Where, ground: Ground) -> Iterator[tuple[Server, tuple[Change, ...]]]:
    """Each server that gets files, with these, in the order of the inventory."""
    for server in where.servers:
        here = tuple(change for change in ground.changes if change.file.server == server.name)
        if here:
            yield server, here


def replacements(changes: Sequence[Change]) -> tuple[Replacement, ...]:
    """The same as the texts that replace them want it."""
    return tuple(replacement(change.file, change.seen) for change in changes)


def names(changes: Sequence[Change]) -> str:
    """Their templates, for titles; of many the first and how many more there are."""
    found = [change.file.template.id for change in changes]
    more = f" (+ {len(found) - _NAMED})" if len(found) > _NAMED else ""
    return ", ".join(found[:_NAMED]) + more


def commands(change: Change, ground: Ground) -> Mapping[Literal["by", "validation"], tuple[str, ...]]:
    """The commands of the head, for this server."""
    template, server = change.file.template, ground.town.server(change.file.server)
    seen = sight(ground.town, server, template)
    return {
        "by": template.words(template.head.effect.by, seen),
        "validation": template.words(template.head.validation, seen),
    }


def effects(where: Where, ground: Ground) -> tuple[Effect, ...]:
    """What has to happen for the changed texts to take effect: each component once, in the order in which they start.

    A restart makes a reload needless. Raises UsageError where a template names a component that its server lacks.
    """
    asked: dict[tuple[str, str], list[Change]] = {}
    for server, changes in changes_on(where, ground):
        for change in changes:
            if change.new_text and change.file.template.head.effect.how in ("restart", "reload"):
                asked.setdefault((server.name, change.file.template.head.effect.of), []).append(change)
    parts = {(part.server.name, part.installed.name): part for part in ground.parts(where.servers)}
    for (server_name, component), changed in asked.items():
        if (server_name, component) not in parts:
            raise UsageError(
                f"a change takes effect by {component}, and {server_name} has none",
                place=changed[0].file.template.file,
                way_out="correct `effect` in its head, or the components of the server in the inventory",
            )
    return tuple(_effect(part, asked[key], ground) for key, part in parts.items() if key in asked)


def _effect(part: Part, changed: Sequence[Change], ground: Ground) -> Effect:
    heads = [change.file.template.head for change in changed]
    if any(head.effect.how == "restart" for head in heads):
        return Effect(part, "restart", by_hand=ground.owner(part) == "local-it")
    found = [commands(change, ground)["by"] for change in changed]
    if all(found) and ground.owner(part) == "centre":
        lines = dict.fromkeys(" ".join(quote(word) for word in words) for words in found)
        return Effect(part, "reload", "\n".join(lines))
    return Effect(
        part, "reload", by_hand=True, services=tuple(dict.fromkeys(head.service for head in heads if head.service))
    )


def no_undo(why: str) -> OnServer:
    """The way back of a step that leaves nothing to undo by itself, with the reason: it is read in plans."""
    return OnServer(f"# {why}\n:\n")


def in_hands(effect: Effect) -> tuple[str, str]:
    """What a person is asked for where no command does it, in English and in German."""
    what = ", ".join(effect.services) or effect.part.installed.name
    server = effect.part.server.name
    if effect.how == "restart":
        return f"restart {what} ({server})", f"{what} neu starten ({server})"
    return (
        f"reload {what} in the administration of the software ({server})",
        f"{what} in der Administration der Software neu laden ({server})",
    )
