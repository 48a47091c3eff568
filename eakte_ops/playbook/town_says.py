"""What the servers of a town say before any plan may begin there: its stop switch, a handover in progress. As
assumptions that every plan makes, asked anew each time."""

from __future__ import annotations

from collections.abc import Iterable

from eakte_ops.inventory.model import Server, Town
from eakte_ops.playbook.assume import Differs
from eakte_ops.playbook.plan import Assumption
from eakte_ops.remote.posix import quote

SWITCH, HANDOVER = "stop switch", "handover"
_NONE = "none"
_SET = "set "
_LONGEST = 300
ENDS_HANDOVER = ("handover-end",)
"""Playbooks that are meant for a machine in a handover."""


def questions(town: Town, playbook: str) -> tuple[Assumption, ...]:
    """Both, for each server that can be changed at all. `playbook`: of the plan; some are meant for a handover."""
    servers = [server for server in town.said.servers if server.platform == "linux"]
    found = [_first_line(server, SWITCH, f"{town.profile.layout[server.platform].granted}/stop") for server in servers]
    if playbook not in ENDS_HANDOVER:
        found += [
            _first_line(server, HANDOVER, f"{town.profile.layout[server.platform].state}/handover")
            for server in servers
        ]
    return tuple(found)


def switches(differs: Iterable[Differs]) -> tuple[tuple[str, str], ...]:
    """Server and reason of each stop switch that is set, or of which it can not be told whether it is."""
    return tuple(
        (each.assumption.server, _reason(each) if not each.why else f"whether it is set can not be told ({each.why})")
        for each in differs
        if each.assumption.title == SWITCH
    )


def handover(differs: Iterable[Differs], name: str) -> str:
    """A sentence on the handover that is in progress in the town called `name`, "" if none is."""
    found = [each for each in differs if each.assumption.title == HANDOVER]
    if not found:
        return ""
    servers = ", ".join(each.assumption.server for each in found)
    said = next((text for each in found if (text := _reason(each) or each.why)), "")
    return f"machines of {name} are in the hands of local IT: {servers}{f' ({said})' if said else ''}"


def _first_line(server: Server, title: str, path: str) -> Assumption:
    """Holds where there is no such file; else the server gives its first line."""
    file = quote(path)
    ask = (
        f"if [ -e {file} ]; then printf '{_SET}%s\\n' \"$(head -c {_LONGEST} {file} 2>/dev/null | head -n 1)\";"
        f" else echo {_NONE}; fi"
    )
    return Assumption(server.name, title, ask, _NONE)


def _reason(each: Differs) -> str:
    return each.found.removeprefix(_SET.strip()).strip()
