"""The values that explain what a server has: to be said in the inventory, of the town or of one server."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from eakte_ops.config.adopt_file import Asked, Secrets
from eakte_ops.config.render import sight
from eakte_ops.config.rendered import Rendered
from eakte_ops.config.solve import Held, Said, Solved, Solver
from eakte_ops.config.values import settled
from eakte_ops.config.withhold import looks_secret
from eakte_ops.errors import Refused, UsageError

_SHORTEST = 4
"""Characters of what stands at the place of a secret that are looked for in a value."""


@dataclass(frozen=True, slots=True)
class NewValues:
    """`values`: to be said about `template` in the inventory of the town, or of `server` where that is not ""."""

    template: str
    values: Mapping[str, Said]
    server: str
    secrets: Secrets


def new_values(asked: Asked) -> NewValues | None:
    """The values that give the texts of the servers; None where none do.

    Raises Refused where one of them may be a secret, UsageError where the servers say different things.
    """
    if not asked.template.head.values or asked.template.head.partial:
        return None
    found = [solver_of(asked, one).solve(asked.texts[one.server]) for one in asked.rendered]
    solved = [each for each in found if each is not None]
    if not solved:
        return None
    new = [_changed(asked, one, each) for one, each in zip(asked.rendered, found, strict=True)]
    if any(each != new[0] for each in new):
        raise asked.different()
    held = [each.held for each in solved]
    values = new[0] or {}
    _must_be_no_secret(asked, values, held)
    return NewValues(asked.template.id, values, _level(asked, values), asked.compared(held))


def solver_of(asked: Asked, one: Rendered) -> Solver:
    """What looks for the values on one server."""
    server, template = asked.town.server(one.server), asked.template
    return Solver(
        template, sight(asked.town, server, template), settled(template.head, template.id, asked.town, server)
    )


def _changed(asked: Asked, one: Rendered, solved: Solved | None) -> dict[str, Said] | None:
    if solved is None:
        return None
    current = settled(asked.template.head, asked.template.id, asked.town, asked.town.server(one.server))
    return {name: value for name, value in solved.values.items() if not _same(value, current[name])}


def _same(one: Said, other: Said) -> bool:
    """Whether two values are written in the same way: 2 and 2.0 are not."""
    return type(one) is type(other) and one == other


def _level(asked: Asked, values: Mapping[str, Said]) -> str:
    """The server that has to say the values, "" for the town: what a server says itself goes before the town's word."""
    names = [one.server for one in asked.rendered]
    own = [name for name in names if values.keys() & asked.town.server(name).configuration.get(asked.template.id, {})]
    if len(names) > 1 and own:
        raise UsageError(
            f"{', '.join(own)} {'say' if len(own) > 1 else 'says'} something of its own about {asked.template.id}",
            way_out=f"take it over for one at a time: --server {names[0]}",
        )
    return names[0] if own or asked.others else ""


def _must_be_no_secret(asked: Asked, values: Mapping[str, Said], held: Sequence[Held]) -> None:
    """Raises Refused where a value is, or may be, a secret that somebody wrote into the wrong place."""
    declared = asked.template.head.values
    few = {name for name, value in declared.items() if value.choices or isinstance(value.default, bool)}
    free = {name: str(value) for name, value in values.items() if name not in few}
    if free and (wrong := asked.unopened()):
        raise wrong
    known = asked.known()
    near = {part for each in held for _, raw in each for part in _parts(raw) if len(part) >= _SHORTEST}
    for name, value in free.items():
        if known.found_in(value) or looks_secret(value) or any(part in value for part in near):
            raise Refused(
                f"the value of `{name}` on the server is a secret, or looks like one; nothing was written",
                way_out="look on the server, and set right what stands there",
            )


def _parts(raw: str) -> Iterator[str]:
    """What stands at the place of a secret, with and without what may stand around it."""
    yield raw
    yield raw.strip().strip("\"'")
