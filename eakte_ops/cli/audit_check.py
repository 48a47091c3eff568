"""`eakte-ops audit check`: does the record hold together, and do the towns' own journals bear it out?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Annotated, Any

import typer

from eakte_ops.cli.access_parts import trail
from eakte_ops.cli.context import CONTEXT
from eakte_ops.cli.output import say, show, show_json
from eakte_ops.errors import EakteError, Status, UsageError, worst

if TYPE_CHECKING:
    from eakte_ops.audit import Trail
    from eakte_ops.audit.compare import Compared, Journal, Record
    from eakte_ops.audit.shells import Examined
    from eakte_ops.inventory.model import Inventory, Server, Town
    from eakte_ops.remote.types import Connect, Connection

_ACCOUNT_S = 10.0


@dataclass(frozen=True, slots=True)
class _Asked:
    """One server: what its journal bears out, or why it could not be asked."""

    town: str
    server: str
    compared: Compared | None = None
    error: EakteError | None = None


def check(
    towns: Annotated[list[str] | None, typer.Argument(metavar="[TOWN]...", help="Ask the servers of these.")] = None,
    everywhere: Annotated[bool, typer.Option("--all", help="Ask the servers of all towns.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> int:
    """Say where the record was altered or shortened; with TOWN also whether the journals of its servers bear it out.

    An end that was cut off, or a record written anew, shows in the towns' journals alone. Status 0: all fits,
    1: something does not, 3: a server could not be asked.
    """
    if towns and everywhere:
        raise UsageError("name towns or say --all, not both")
    inventory = CONTEXT.inventory(*(towns or []))
    kept = trail(inventory)
    faults = [f"{kept.file}:{fault.line}  {fault.said}" for fault in kept.faults()]
    typed = _shells(kept)
    faults += typed.faults
    asked = _ask(inventory, kept, [*(towns or inventory.towns)]) if towns or everywhere else []
    if as_json:
        _show_json(kept, faults, typed.unread, asked)
    else:
        for each in typed.unread:
            say(f"NOT LOOKED AT  {each}")
        _show(kept, faults, asked)
    statuses = {each.error.status for each in asked if each.error is not None}
    if faults or any(each.compared is not None and each.compared.findings for each in asked):
        statuses.add(Status.FINDINGS)
    return worst(statuses)


def _shells(kept: Trail) -> Examined:
    """The files in which shells wrote down their lines."""
    from eakte_ops.audit.shells import examine

    return examine(kept.folder, kept.entries())


def _ask(inventory: Inventory, kept: Trail, towns: Sequence[str]) -> list[_Asked]:
    """Every server of the towns, side by side; in the order of the inventory."""
    from concurrent.futures import ThreadPoolExecutor

    from eakte_ops.audit.compare import Record
    from eakte_ops.cli.banner import banner
    from eakte_ops.clock import SYSTEM

    banner(inventory.folder, inventory.settings.lab)
    record = Record(kept.name, kept.who.host, list(kept.entries()), SYSTEM.now())
    limits = inventory.settings.limits
    connect = CONTEXT.connector(limits, lambda _target, _phase: None)
    wanted = [(inventory.towns[town], server) for town in towns for server in inventory.towns[town].said.servers]

    def one(place: tuple[Town, Server]) -> _Asked:
        town, server = place
        try:
            journal = _journal(town, server, connect, limits.server_seconds)
        except EakteError as problem:
            return _Asked(town.id, server.name, error=problem)
        return _Asked(town.id, server.name, _compare(record, town, journal))

    with ThreadPoolExecutor(max(1, min(limits.threads, len(wanted)))) as pool:
        return list(pool.map(one, wanted))


def _compare(record: Record, town: Town, journal: Journal) -> Compared:
    from eakte_ops.audit.compare import compare

    return compare(record, town.id, journal)


def _journal(town: Town, server: Server, connect: Connect, seconds: float) -> Journal:
    """Our own lines in the system journal of a server. Raises EakteError."""
    from eakte_ops.audit.compare import Journal
    from eakte_ops.remote import anchors

    connection = connect(CONTEXT.target(town, server, "work"), monotonic() + seconds)
    try:
        uid = _account(connection, server)
        return Journal(server.name, uid, anchors.read(connection, server=server.name))
    finally:
        connection.close()


def _account(connection: Connection, server: Server) -> int:
    """The number of the account that we log in as: what another one wrote under our name is not ours."""
    from eakte_ops.remote import numbers, ops
    from eakte_ops.remote.types import Question, Script

    question = Question("account", Script({"posix": "id -u"}), limit=_ACCOUNT_S)
    answer = ops.ask(connection, question)
    uid = numbers.whole(answer.out.decode("ascii", "replace").strip())
    if answer.status != 0 or uid is None:
        raise ops.failed(server.name, question, answer)
    return uid


def _show(kept: Trail, faults: Sequence[str], asked: Sequence[_Asked]) -> None:
    for fault in faults:
        show(fault)
    for each in asked:
        for said in each.compared.findings if each.compared else ():
            show(f"{each.server}  {said}")
    for each in asked:
        for said in each.compared.notes if each.compared else ():
            say(f"{each.server}: {said}")
        if each.error is not None:
            say(f"NOT ASKED  {each.error}")
            if each.error.way_out:
                say(f"  → {each.error.way_out}")
    say(f"{kept.file}: {_faults(len(faults))}.")
    if not asked:
        say("An end that was cut off shows in the towns' journals alone: eakte-ops audit check TOWN, or --all.")
        return
    answered = [each.compared for each in asked if each.compared is not None]
    found, held = sum(len(each.findings) for each in answered), sum(each.held for each in answered)
    fits = f"{found} {'things do' if found != 1 else 'thing does'} not fit" if found else "all fits"
    say(f"{len(answered)} of {len(asked)} servers asked: {held} entries are borne out by their journals, {fits}.")


def _faults(count: int) -> str:
    return f"{count} fault{'s' * (count != 1)}" if count else "the chain holds"


def _show_json(kept: Trail, faults: Sequence[str], unread: Sequence[str], asked: Sequence[_Asked]) -> None:
    told = {"faults": list(faults), "not_looked_at": list(unread), "servers": list(_as_data(asked))}
    show_json("audit-check", 1, {"file": str(kept.file), "record": kept.name, **told})


def _as_data(asked: Sequence[_Asked]) -> Iterator[Mapping[str, Any]]:
    for each in asked:
        compared = each.compared
        yield {
            "town": each.town,
            "server": each.server,
            "asked": compared is not None,
            "borne_out": compared.held if compared else None,
            "findings": list(compared.findings) if compared else [],
            "notes": list(compared.notes) if compared else [],
            "error": str(each.error) if each.error else "",
        }
