"""`drain`: behind the notice page nothing new comes; what is under way is given time to come to its end."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from eakte_ops.playbook import posix
from eakte_ops.playbook.draft import Draft, Drafted, Ground, Part, Where
from eakte_ops.playbook.handover import sql
from eakte_ops.playbook.plan import OnServer
from eakte_ops.product.model import Language, Strict

_SLACK_S = 30


class Params(Strict):
    """What `drain` has to know."""

    seconds: int = Field(default=60, ge=1, le=3600, description="How long it is waited for at most.")


class DrainAction:
    """See draft.Action."""

    name = "drain"
    params = Params
    text: Mapping[Language, str] = {
        "en": "Waits until no worker holds a row of a queue, for a bounded time. What is not done by then begins anew "
        "after the next start, and the number of rows is said. Changes nothing.",
        "de": "Wartet eine begrenzte Zeit, bis kein Arbeiter mehr eine Zeile einer Warteschlange hält. Was bis dahin "
        "nicht fertig ist, beginnt nach dem nächsten Start neu, und wie viele Zeilen das sind, wird gesagt. "
        "Ändert nichts.",
    }

    def draft(self, params: Params, where: Where, ground: Ground) -> Drafted:
        """One wait for each component of the centre's that has something to drain; none is no mistake."""
        parts = [p for p in where.parts if "queue" in p.installed.component.drains and ground.owner(p) == "centre"]
        return Drafted(tuple(_one(part, params.seconds) for part in parts))


def _one(part: Part, seconds: int) -> Draft:
    posix.only_here(part.server, f"draining {part.installed.name}")
    return Draft(
        part.server.name,
        f"wait until {part.installed.name} is at rest, {seconds} s at most",
        OnServer(text(part, seconds)),
        repeatable=True,
        limit=seconds + _SLACK_S,
        expected=min(seconds, 5),
        title_de=f"warten, bis {part.installed.name} zur Ruhe gekommen ist, höchstens {seconds} s",
    )


def text(part: Part, seconds: int) -> str:
    """Waits; fails where the database can not be asked, since nobody would know what is being interrupted."""
    return (
        f"end=$(($(date +%s) + {seconds}))\n"
        "while :; do\n"
        f"    held=$({sql.asked(part, sql.HELD)}) || exit 1\n"
        '    [ "$held" = 0 ] && echo "nothing is under way" && exit 0\n'
        '    [ "$(date +%s)" -ge "$end" ] && break\n'
        "    sleep 1\n"
        "done\n"
        'echo "$held rows are still held by workers: their work begins anew after the next start"\n'
    )


ACTION = DrainAction()
