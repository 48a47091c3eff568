"""What the actions share that set a temporary state or lift it: the steps, on some servers side by side."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic import Field

from eakte_ops.inventory.model import Server
from eakte_ops.playbook import posix
from eakte_ops.playbook.draft import Draft, Drafted, Ground
from eakte_ops.playbook.handover import states
from eakte_ops.playbook.handover.states import State
from eakte_ops.playbook.plan import Assumption, OnServer
from eakte_ops.product.model import Title

UNTIL: Any = Field(default="", description="Until when, ISO 8601 in UTC; empty: the expected end of the run.")
WHY: Any = Field(default="", description="Why, one line, for those who find it.")
OF: Any = Field(default="", description="The run that has set it, where it is not this one.")
SERVERS: Any = Field(default="", description="Names of servers with blanks between; empty: all of the town.")
_TITLES = {
    "hold": Title(en="the hold", de="die Startsperre"),
    "notice": Title(en="the notice page", de="die Hinweisseite"),
    "handover": Title(en="the mark of a handover", de="das Merkzeichen einer Übergabe"),
}


def setting(state: State, servers: Iterable[Server], ground: Ground, titles: tuple[str, str]) -> Drafted:
    """Steps that set it. `titles`: English and German. They take for granted that nobody has set it."""
    return _drafted(state, servers, ground, titles, lifts=False)


def lifting(state: State, servers: Iterable[Server], ground: Ground, titles: tuple[str, str]) -> Drafted:
    """Steps that lift it; the way back sets it again as it was."""
    return _drafted(state, servers, ground, titles, lifts=True)


def _drafted(
    state: State, servers: Iterable[Server], ground: Ground, titles: tuple[str, str], *, lifts: bool
) -> Drafted:
    steps, assumed = [], []
    for server in servers:
        posix.only_here(server, titles[0])
        layout = ground.layout(server)
        steps.append(
            Draft(
                server.name,
                titles[0],
                OnServer(states.lift_text(state, layout) if lifts else states.set_text(state, layout)),
                verify=states.is_lifted_text(state, layout) if lifts else states.is_set_text(state, layout),
                undo=OnServer(states.set_text(state, layout) if lifts else states.leave_text(state, layout)),
                repeatable=True,
                limit=30,
                expected=1,
                title_de=titles[1],
            )
        )
        if not lifts:
            assumed.append(nobodys(state, server, ground))
    return Drafted(tuple(steps), tuple(assumed))


def nobodys(state: State, server: Server, ground: Ground) -> Assumption:
    """Nobody has set it on that server."""
    title = _TITLES[state.name]
    asked = states.whose_text(state.name, ground.layout(server))
    return Assumption(
        server.name, f"{title.en} is not set", asked, states.NOBODYS, title_de=f"{title.de} ist nicht gesetzt"
    )
