"""`gate`: asks whether all is well, and goes on when it is. Changes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pydantic import Field

from eakte_ops.playbook.draft import Draft, Drafted, Ground, Part, Where
from eakte_ops.playbook.plan import Gate
from eakte_ops.product.model import Language, Strict

LIMIT_S = 180
"""A JVM with its microservices takes up to two minutes until all of them say UP."""
WELL = ("service.units", "service.ports", "service.health", "database.answers")
"""The checks that tell of a component whether it works, as far as they concern it."""


class Params(Strict):
    """What `gate` has to know."""

    checks: tuple[str, ...] = Field(min_length=1, description="Names of the checks that have to be well.")


class GateAction:
    """See draft.Action."""

    name = "gate"
    params = Params
    text: Mapping[Language, str] = {
        "en": "Asks whether all is well, until it is or the limit is over. Changes nothing.",
        "de": "Fragt, ob alles in Ordnung ist, bis es so ist oder das Limit erreicht ist. Ändert nichts.",
    }

    def draft(self, params: Params, where: Where, ground: Ground) -> Drafted:
        """One gate for the whole town where nothing is chosen, else one on each server, for the components chosen."""
        return Drafted(tuple(gates(params.checks, where)))


def gates(checks: Sequence[str], where: Where, turn: int = 0) -> Iterator[Draft]:
    """What is asked where a step happens."""
    if not where.chosen:
        yield _of(checks, "", (), turn)
        return
    for server in where.servers:
        named = tuple(part.installed.name for part in where.parts if part.server.name == server.name)
        yield _of(checks, server.name, named if "components" in where.chosen else (), turn)


def gate_of(checks: Sequence[str], parts: Sequence[Part], turn: int) -> Iterator[Draft]:
    """Whether these components are well, each on its server."""
    for server in dict.fromkeys(part.server.name for part in parts):
        yield _of(checks, server, tuple(part.installed.name for part in parts if part.server.name == server), turn)


def _of(checks: Sequence[str], server: str, components: tuple[str, ...], turn: int) -> Draft:
    whom = ", ".join(components)
    return Draft(
        server,
        f"{whom or 'all'} well: {', '.join(checks)}",
        Gate(tuple(checks), components),
        turn,
        limit=LIMIT_S,
        expected=3,
        title_de=f"{whom or 'alles'} in Ordnung: {', '.join(checks)}",
    )


ACTION = GateAction()
