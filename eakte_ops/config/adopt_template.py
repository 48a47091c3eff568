"""A template of the town's own that gives what a server has, as near to the centre's as can be."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from eakte_ops.config import guard
from eakte_ops.config.adopt_file import Asked, Secrets, held_on, matched
from eakte_ops.config.adopt_values import solver_of
from eakte_ops.config.library import Library, own_file
from eakte_ops.config.lines import theirs, wanted
from eakte_ops.config.render import render, sight
from eakte_ops.config.rendered import Pieces, Rendered, Slot
from eakte_ops.config.source import Chunk, adopted_head, chunks, lines_of, literal
from eakte_ops.config.template import MOST_BYTES, InvalidTemplate, Template, template_of
from eakte_ops.errors import InvalidFile, Refused


@dataclass(frozen=True, slots=True)
class NewTemplate:
    """`lines`: how many say what the server has and the template did not; `odd`: how many of them hold what nobody
    sees, written out. `lost`: values that the town says and that have no effect any more.
    """

    template: Template = field(repr=False)
    lines: int
    odd: int
    lost: tuple[str, ...]
    secrets: Secrets


def new_template(asked: Asked, mark: str) -> NewTemplate:
    """The template. `mark`: when, by whom and from where. Raises Refused, UsageError.

    Lines of the template that give what the server has stay as they are; in place of others stands the server's text.
    """
    one = asked.rendered[0]
    lines, text = lines_of(one.pieces), asked.texts[one.server]
    same = matched(one, text)
    _may_be_written(asked, lines, text, [at for at in range(len(text)) if at not in same])
    seen = sight(asked.town, asked.town.server(one.server), asked.template)
    head = adopted_head(asked.template, mark)
    for parts in (chunks(asked.template, seen), ()):
        body, strange = _body(parts, lines, text, same)
        made = _made(asked, head + body)
        held = [held_on(each, asked.texts[each.server]) for each in _files(asked, made) if each.server in asked.texts]
        if made is not None and held and held[0] is not None:
            if None in held:
                raise asked.different()
            _must_leave_others(asked, made)
            odd = sum(not line.removesuffix("\n").isprintable() for line in strange)
            secrets = asked.compared(each for each in held if each is not None)
            return NewTemplate(made, len(strange), odd, _lost(asked, body), secrets)
    raise Refused(
        "no template could be made that gives exactly the text of the server; nothing was written",
        place=one.path,
        way_out=f"change {asked.template.file} by hand, or set the file right on the server",
    )


def _may_be_written(asked: Asked, lines: Sequence[Pieces], text: Sequence[str], strange: Sequence[int]) -> None:
    """Raises Refused where a line that is not in the template may hold a secret. `strange`: numbers of such lines."""
    one = asked.rendered[0]
    if asked.strict:
        known = {_bare("".join(map(str, line))) for line in lines if not any(isinstance(part, Slot) for part in line)}
        if wrong := [at for at in strange if _bare(text[at]) not in known]:
            raise asked.refused("a file with secrets has lines that are not in its template", wrong, _beyond(asked))
        return
    if closed := asked.unopened():
        raise closed
    shown = guard.shown(
        theirs(_bare(line).encode() for line in text),
        wanted(one, asked.secrets),
        asked.known(),
        for_all=bool(one.mode & 0o004),
    )
    if wrong := [at for at in strange if shown[at].why]:
        raise asked.refused("there are lines that hold a secret, look as if they did, or are too long to say", wrong)


def _beyond(asked: Asked) -> str:
    one = asked.rendered[0]
    solver = solver_of(asked, one)
    solver.solve(asked.texts[one.server])
    names = ", ".join(f"`{name}`" for name in sorted(solver.beyond))
    return f"; {names} would be what the template does not allow" if names else ""


def _bare(line: str) -> str:
    return line.removesuffix("\n").removesuffix("\r")


def _body(
    parts: Iterable[Chunk], lines: Sequence[Pieces], text: Sequence[str], same: Mapping[int, int]
) -> tuple[str, list[str]]:
    """The text of the template below its head, and the server's lines in it that were not in the template.

    `same`: number of a line of the server -> the rendered line that it is. Without any line of the template nothing
    of it stays, not even what gives no line.
    """
    ours = {rendered: number for number, rendered in same.items()}
    body: list[str] = []
    kept = False
    at = rendered = 0
    for chunk in parts:
        here = [ours.get(rendered + each) for each in range(len(chunk.lines))]
        rendered += len(here)
        if not here:
            body.append(chunk.source)
        elif here[0] is not None and here == list(range(here[0], here[0] + len(here))):
            body += [_said(number, lines, text, same) for number in range(at, here[0])]
            body.append(chunk.source)
            at, kept = here[0] + len(here), True
    if not kept:
        body, at = [], 0
    body += [_said(number, lines, text, same) for number in range(at, len(text))]
    return "".join(body), [line for number, line in enumerate(text) if number not in same]


def _said(number: int, lines: Sequence[Pieces], text: Sequence[str], same: Mapping[int, int]) -> str:
    return literal(lines[same[number]] if number in same else (text[number],))


def _made(asked: Asked, text: str) -> Template | None:
    used, town = asked.template, asked.town
    if len(text.encode()) > MOST_BYTES:
        return None
    shown = own_file(town.id, town.said.release, used.id)
    try:
        return template_of(text, shown, template=used.id, product=used.product, release=town.said.release, town=town.id)
    except InvalidTemplate:
        return None


def _files(asked: Asked, template: Template | None) -> tuple[Rendered, ...]:
    """The file on all servers of the town, made from a template; the first server that was asked for comes first."""
    if template is None:
        return ()
    try:
        made = render([asked.town], Library((template,)))
    except InvalidFile:
        return ()
    return tuple(sorted(made, key=lambda one: one.server != asked.rendered[0].server))


def _must_leave_others(asked: Asked, template: Template) -> None:
    before = {one.server: one.pieces for one in asked.others}
    after = {one.server: one.pieces for one in _files(asked, template)}
    if changed := [name for name, pieces in before.items() if after.get(name) != pieces]:
        raise Refused(
            f"a template of the town's own holds for {', '.join(changed)}, too, and would change the file there;"
            " nothing was written",
            way_out=f"add a value to {asked.template.file}: that can be said for one server",
        )


def _lost(asked: Asked, body: str) -> tuple[str, ...]:
    """Values that the inventory says and the new text does not ask for."""
    town, name = asked.town, asked.template.id
    said = {
        *town.said.configuration.get(name, {}),
        *(v for s in town.said.servers for v in s.configuration.get(name, {})),
    }
    return tuple(sorted(value for value in said if not re.search(rf"\bvalues(?:\.|\[['\"]){value}\b", body)))
