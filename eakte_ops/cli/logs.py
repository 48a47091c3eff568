"""`eakte-ops logs`: the newest lines of a component's logs, from all of its servers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from eakte_ops.cli.context import CONTEXT
from eakte_ops.cli.logs_text import MOST, Seen, Wanted, show_data, show_lines, unread
from eakte_ops.errors import EakteError, NotSupported, Refused, UsageError, worst

if TYPE_CHECKING:
    from eakte_ops.audit import Entry, Trail
    from eakte_ops.inventory.model import Inventory, Server, Town
    from eakte_ops.remote.fleet import Errand, Outcome

_FEW, _MANY = 100, 1_000


def logs(
    town: Annotated[str, typer.Argument(metavar="TOWN")],
    component: Annotated[str, typer.Argument(metavar="COMPONENT", help="As the inventory names it.")],
    *,
    server: Annotated[str, typer.Option("--server", metavar="SERVER", help="Only there.")] = "",
    since: Annotated[
        str, typer.Option("--since", metavar="WHEN", help="30min, 2h, 3d, 14:00 or 2026-11-24T10:00 (town's time).")
    ] = "",
    lines: Annotated[
        int, typer.Option("--lines", min=0, max=MOST, help=f"Lines of each file ({_FEW}; with --since {_MANY}).")
    ] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> int:
    """Show the newest lines of a component's logs, without the town's secrets.

    Each look stands in the audit and in the system journal of the server. Status 3: a server could not be asked.
    """
    from zoneinfo import ZoneInfo

    from eakte_ops.cli.access_parts import trail
    from eakte_ops.cli.banner import banner
    from eakte_ops.cli.known_secrets import know_secrets
    from eakte_ops.cli.since import moment_since
    from eakte_ops.clock import SYSTEM

    inventory = CONTEXT.inventory(town)
    place = inventory.towns[town]
    servers = _servers(place, component, server)
    zone = ZoneInfo(place.said.windows.zone)
    after = moment_since(since, SYSTEM.now(), zone) if since else None
    wanted = Wanted(component, after, lines or (_MANY if since else _FEW))
    banner(inventory.folder, inventory.settings.lab)
    know_secrets(place)
    seen = _look(inventory, place, servers, wanted, trail(inventory))
    if as_json:
        show_data(town, wanted, seen)
    else:
        show_lines(seen, wanted, zone)
    return worst({each.error.status for each in seen if each.error is not None} | unread(seen))


def _servers(town: Town, component: str, server: str) -> list[Server]:
    """Where the component is. Raises UsageError for names that are not there."""
    from eakte_ops.yamltext import did_you_mean

    names = [each.name for each in town.said.servers]
    if server and server not in names:
        raise UsageError(f'{town.id} has no server "{server}"{did_you_mean(server, names)}')
    has = {each.name: [part.name for part in town.installed(each)] for each in town.said.servers}
    found = [each for each in town.said.servers if component in has[each.name] and server in ("", each.name)]
    if found:
        return found
    known = has[server] if server else list(dict.fromkeys(name for parts in has.values() for name in parts))
    said = f'{server or town.id} has no component "{component}"{did_you_mean(component, known)}'
    raise UsageError(said, way_out=f"there: {', '.join(known) or 'none'}")


def _look(inventory: Inventory, town: Town, servers: Sequence[Server], wanted: Wanted, kept: Trail) -> list[Seen]:
    """Ask the servers, side by side. Each look is on record before its server is asked."""
    from eakte_ops.audit.compare import NOT_BEGUN
    from eakte_ops.remote.fleet import visit_all

    seen = {
        each.name: Seen(each.name, error=NotSupported("reading logs of Windows servers", place=each.name))
        for each in servers
        if each.platform != "linux"
    }
    entries: dict[str, Entry] = {}
    errands: list[Errand] = []
    limits = inventory.settings.limits
    for each in servers:
        if each.name in seen:
            continue
        details = {
            "component": wanted.component,
            "server": each.name,
            "since": wanted.since and wanted.since.isoformat(),
        }
        entries[each.name] = kept.record("logs", town=town.id, details=details)
        errands.append(_errand(town, each, wanted, kept.anchor(entries[each.name]), limits.server_seconds))
    connect = CONTEXT.connector(limits, lambda _target, _phase: None)
    for outcome in visit_all(errands, connect, threads=limits.threads):
        name = outcome.target.name
        seen[name] = _seen(outcome, wanted)
        if outcome.visit is None or isinstance(seen[name].error, Refused):
            ended = {"of": entries[name].hash, "result": NOT_BEGUN, "said": str(seen[name].error)}
            kept.record("logs.end", town=town.id, details=ended)
    return [seen[each.name] for each in servers]


def _errand(town: Town, server: Server, wanted: Wanted, note: str, seconds: float) -> Errand:
    from eakte_ops.remote import tails
    from eakte_ops.remote.fleet import Errand

    folder = f"{town.profile.layout[server.platform].logs}/{wanted.component}"
    since = wanted.since.timestamp() if wanted.since else 0.0
    question = tails.question(folder, bytes_each=wanted.bytes_each, since=since, note=note)
    return Errand(CONTEXT.target(town, server, "work"), (question,), deadline_s=seconds)


def _seen(outcome: Outcome, wanted: Wanted) -> Seen:
    from eakte_ops.remote import tails
    from eakte_ops.remote.stamps import newest

    server = outcome.target.name
    try:
        if outcome.error is not None:
            raise outcome.error
        found = tails.read(outcome.answers[0], server)
    except EakteError as problem:
        return Seen(server, error=problem)
    shown = tuple(
        (each, newest(each.text, whole=each.whole, since=wanted.since, most=wanted.lines, zone=found.zone))
        for each in reversed(found.files)
    )
    return Seen(server, found, shown)
