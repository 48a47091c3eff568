"""Renders the files of a town. Pure: templates and inventory in, values out; no secret is opened for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from eakte_ops.config.destinations import Taken, beyond, objection
from eakte_ops.config.head import Head
from eakte_ops.config.known import Part, seen_from
from eakte_ops.config.library import Library
from eakte_ops.config.rendered import Rendered, Slot
from eakte_ops.config.sandbox import Stumbled, pieces_of
from eakte_ops.config.template import Template, short_texts
from eakte_ops.config.values import settled
from eakte_ops.errors import InvalidFile, Mistake
from eakte_ops.inventory.model import Server, Town


def render(towns: Iterable[Town], library: Library) -> tuple[Rendered, ...]:
    """All files of all servers of `towns`, in the order of the inventory, then of their ids.

    Raises InvalidFile with everything that could not be rendered: each with template, line, town and server.
    """
    made: list[Rendered] = []
    wrong: list[Mistake] = []
    for town in towns:
        for server in town.said.servers:
            here: Taken[Template] = Taken(server.platform)
            seen = seen_from(town, server)
            for template in placed_on(town, server, library):
                try:
                    rendered = _one(town, server, template, seen)
                except _Wrong as problem:
                    wrong.append(problem.mistake)
                    continue
                if (other := here.take(rendered.path, template)) is not None:
                    said = f"{rendered.path} gets into the way of {other.file}, which is placed before"
                    wrong.append(_in_head(template, town, server, said, "destination"))
                    continue
                made.append(rendered)
    if wrong:
        raise InvalidFile(set(wrong))
    return tuple(made)


def placed_on(town: Town, server: Server, library: Library) -> Iterator[Template]:
    """The templates whose files belong on `server`, proposals included."""
    there = {part.name for part in town.installed(server)}
    for template in library.of(town.said.product, town.said.release, town.id):
        head = template.head
        if not there.intersection(head.components) or head.database not in (None, town.said.database_operator):
            continue
        if not head.service or _runs(town, server, head):
            yield template


def _runs(town: Town, server: Server, head: Head) -> bool:
    """Whether the microservice that reads a file is switched on here."""
    return any(head.service in part.services for part in town.installed(server) if part.name in head.components)


def places(town: Town, server: Server, library: Library) -> Iterator[tuple[Template, str | Mistake]]:
    """Where the files of `placed_on` belong, or why nobody can say it; their texts are not rendered."""
    seen = seen_from(town, server)
    for template in placed_on(town, server, library):
        try:
            yield template, _path(town, server, template, _sight(town, server, template, seen))
        except _Wrong as problem:
            yield template, problem.mistake


def sight(town: Town, server: Server, template: Template) -> dict[str, Any]:
    """All that a template sees on a server."""
    return _sight(town, server, template, seen_from(town, server))


def _sight(town: Town, server: Server, template: Template, seen: dict[str, Any]) -> dict[str, Any]:
    head = template.head
    more: dict[str, Any] = {"values": Part("values", settled(head, template.id, town, server))}
    if len(head.components) == 1:
        more["own"] = seen["parts"][head.components[0]]
    return {**seen, **more}


class _Wrong(Exception):
    def __init__(self, mistake: Mistake) -> None:
        self.mistake = mistake
        super().__init__(str(mistake))


def _one(town: Town, server: Server, template: Template, seen: dict[str, Any]) -> Rendered:
    sees = _sight(town, server, template, seen)
    path = _path(town, server, template, sees)
    try:
        pieces = pieces_of(template.body.render(sees))
    except Stumbled as problem:
        ((line, said), *_more) = problem.places
        raise _Wrong(_mistake(template, town, server, said, (line, 1))) from problem
    _look_at_commands(town, server, template, sees)
    layout = town.profile.layout[server.platform]
    mode = int(template.head.mode, 8)
    if mode & 0o007 and any(isinstance(piece, Slot) for piece in pieces):
        said = f"holds a secret and could be used by everybody on the server (mode {template.head.mode})"
        raise _Wrong(_in_head(template, town, server, said, "mode"))
    root = template.head.owner == "root"
    return Rendered(
        town.id,
        server.name,
        template,
        path,
        "root" if root else layout.work_account,
        "root" if root else layout.software_account,
        mode,
        pieces,
    )


def _path(town: Town, server: Server, template: Template, sees: dict[str, Any]) -> str:
    try:
        path = template.destination.render(sees)
    except Stumbled as problem:
        raise _Wrong(_in_head(template, town, server, problem.places[0][1], "destination")) from problem
    head, there = template.head, town.installed(server)
    parts = [part for part in there if part.name in head.components]
    layout = town.profile.layout[server.platform]
    if said := objection(path, server.platform, layout) or beyond(path, head.owner, parts, town, server):
        raise _Wrong(_in_head(template, town, server, said, "destination"))
    return path


def _look_at_commands(town: Town, server: Server, template: Template, sees: dict[str, Any]) -> None:
    """That the commands of the head can be made for this server, too, so that nobody stumbles when they are needed."""
    for path, word in short_texts(template.head):
        try:
            said = "" if template.short(word).render(sees).isprintable() else "a word of a command is one line"
        except Stumbled as problem:
            said = problem.places[0][1]
        if said:
            raise _Wrong(_in_head(template, town, server, said, *path))


def _in_head(template: Template, town: Town, server: Server, sentence: str, *path: str | int) -> Mistake:
    return _mistake(template, town, server, sentence, template.document.place(path))


def _mistake(template: Template, town: Town, server: Server, sentence: str, place: tuple[int, int]) -> Mistake:
    return Mistake(template.file, *place, f"{town.id}, {server.name}", sentence)
