"""`remember`: what the machines are like, for the comparison when they come back. Everything is at rest then."""

from __future__ import annotations

from collections.abc import Mapping

from eakte_ops.playbook import posix
from eakte_ops.playbook.actions import temporary
from eakte_ops.playbook.draft import Draft, Drafted, Ground, Where
from eakte_ops.playbook.handover import signs, whom
from eakte_ops.playbook.plan import OnServer
from eakte_ops.product.model import Language, Strict

_LIMIT_S = 120


class Params(Strict):
    """What `remember` has to know."""

    servers: str = temporary.SERVERS


class RememberAction:
    """See draft.Action."""

    name = "remember"
    params = Params
    text: Mapping[Language, str] = {
        "en": "Remembers of each machine concerned: start, kernel, packages, addresses, disk, memory, release, "
        "configuration, fence token, clock, and the highest document. Changes nothing of the software.",
        "de": "Merkt sich von jeder betroffenen Maschine: Start, Kernel, Pakete, Adressen, Platte, Speicher, Release, "
        "Konfiguration, Sperrnummer, Uhr und das höchste Dokument. Ändert nichts an der Software.",
    }

    def draft(self, params: Params, where: Where, ground: Ground) -> Drafted:
        """One line of signs from each server concerned, side by side. Raises NotSupported, UsageError."""
        servers = whom.concerned(params.servers, ground).stopped
        steps = []
        for server in servers:
            posix.only_here(server, "remembering")
            name = signs.value_name(server.name)
            steps.append(
                Draft(
                    server.name,
                    "remember what the machine is like",
                    OnServer(signs.text(name, ground.layout(server), whom.documents(server, ground), keep=True)),
                    repeatable=True,
                    gives=(name,),
                    limit=_LIMIT_S,
                    expected=3,
                    title_de="sich merken, wie die Maschine ist",
                )
            )
        return Drafted(tuple(steps), values={signs.value_name(server.name): "line" for server in servers})


ACTION = RememberAction()
