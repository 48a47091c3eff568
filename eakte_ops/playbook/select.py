"""Where a step happens: the servers and components of a town that a playbook chooses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from eakte_ops.errors import UsageError
from eakte_ops.playbook.draft import Ground, Order, Where
from eakte_ops.playbook.model import Place
from eakte_ops.yamltext import did_you_mean


def select(place: Place, ground: Ground, order: Order | None = None, number: int = 0) -> Where:
    """What `place` chooses in a town, arguments put in; one that was not given stands for nothing.

    Raises UsageError for what the town does not have, and where nothing is left: a step is never left out in silence.
    """
    town = ground.town
    components = _given(place.components, ground.arguments)
    servers = _given(place.servers, ground.arguments)
    parts = ground.parts()
    _known("component", components, {part.installed.name for part in parts}, town.name)
    _known("server", servers, [server.name for server in town.said.servers], town.name)
    chosen = tuple(
        server
        for server in town.said.servers
        if (not servers or server.name in servers)
        and (not place.tags or set(place.tags) & set(server.tags))
        and (not components or any(p.server == server and p.installed.name in components for p in parts))
    )
    if not chosen:
        raise UsageError(f"there is no server of {town.name} {_said(components, servers, place.tags)}")
    here = tuple(p for p in parts if p.server in chosen and (not components or p.installed.name in components))
    said = {"components": components, "servers": servers, "tags": place.tags}
    return Where(chosen, here, order, number, frozenset(name for name, words in said.items() if words))


def _given(words: Iterable[str], arguments: Mapping[str, str]) -> tuple[str, ...]:
    """Words of a playbook with what was asked for in place of `$name`."""
    found = (arguments.get(word[1:], "") if word.startswith("$") else word for word in words)
    return tuple(word for word in found if word)


def _known(kind: str, words: Iterable[str], known: Iterable[str], town: str) -> None:
    names = sorted(known)
    for word in words:
        if word not in names:
            raise UsageError(
                f'{town} has no {kind} "{word}"{did_you_mean(word, names)}', way_out=f"there are: {', '.join(names)}"
            )


def _said(components: Iterable[str], servers: Iterable[str], tags: Iterable[str]) -> str:
    said = [
        f"{before} {' or '.join(words)}"
        for before, words in (("with", tuple(components)), ("named", tuple(servers)), ("with the tag", tuple(tags)))
        if words
    ]
    return ", ".join(said)
