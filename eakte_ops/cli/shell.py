"""`eakte-ops shell`: lines that a person types, carried out on one server, each of them on record."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Annotated

import typer

from eakte_ops.cli.context import CONTEXT
from eakte_ops.cli.output import say
from eakte_ops.errors import CommandFailed, EakteError, InvalidFile, NotSupported, Refused, UsageError

if TYPE_CHECKING:
    from eakte_ops.audit import Entry, Trail
    from eakte_ops.audit.shells import Session
    from eakte_ops.cli.shell_lines import Desk
    from eakte_ops.inventory.model import Inventory, Server, Town
    from eakte_ops.remote.typed import Opened
    from eakte_ops.remote.types import Connect, Connection

_LIMIT_S, _LONGEST_S = 60, 86_400
_BEFORE = """\
Each line is carried out by itself, as {account}: the folder stays, variables do not, and what a line leaves in the
background ends with it. This is no terminal: no editor, no `top`, nothing that asks for a password. A line has
{limit} s (:limit N changes that); Ctrl-C ends the line, Ctrl-D or `exit` the shell.
What you type is on record, so type no password: {file}"""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the shell is. `stop`, `hold`: files on the server."""

    inventory: Inventory
    town: Town
    server: Server

    @property
    def stop(self) -> str:
        """The town's stop switch."""
        return f"{self.town.profile.layout[self.server.platform].granted}/stop"

    @property
    def hold(self) -> str:
        """While it is there, the software must not start."""
        return f"{self.town.profile.layout[self.server.platform].state}/hold"

    def connect(self, connect: Connect) -> Connection:
        """Log in as the account of people at work. Raises Unreachable."""
        seconds = self.inventory.settings.limits.server_seconds
        return connect(CONTEXT.target(self.town, self.server, "work"), monotonic() + seconds)


def shell(
    server: Annotated[str, typer.Argument(metavar="SERVER", help="As the inventory names it.")],
    why: Annotated[str, typer.Option("--why", help="What for; it stands in the audit and in the server's journal.")],
    limit: Annotated[
        int, typer.Option("--limit", min=1, max=_LONGEST_S, help="Seconds that a line may take.")
    ] = _LIMIT_S,
) -> int:
    """Carry out lines on a server, as the account of people at work; typed, or from stdin without a terminal.

    No terminal programs: the keys allow none. Begin and end stand in the audit and in the server's journal, each line
    in a file of its own. Status 7: the town's stop switch is set. From stdin 1: a line did not end with 0; 3: the
    connection broke.
    """
    from eakte_ops.audit.shells import Session
    from eakte_ops.cli.access_parts import trail
    from eakte_ops.cli.banner import banner
    from eakte_ops.cli.known_secrets import know_secrets
    from eakte_ops.cli.shell_lines import Desk
    from eakte_ops.clock import SYSTEM
    from eakte_ops.remote import typed

    if not why.strip():
        raise UsageError("--why needs a reason: others read it in the audit and in the journal of the server")
    place = _place(server)
    banner(place.inventory.folder, place.inventory.settings.lab)
    know_secrets(place.town)
    kept = trail(place.inventory)
    connector = CONTEXT.connector(place.inventory.settings.limits, lambda _target, _phase: None)
    desk = Desk(place, connector, place.connect(connector), limit)
    try:
        _say_who_is_at_work(desk)
        kept.folder.mkdir(parents=True, exist_ok=True, mode=0o750)
        session = Session(kept.folder, place.server.name, SYSTEM)
        with _on_record(kept, desk, session, why) as entry:
            opened = typed.begin(
                desk.reached(), stop=place.stop, hold=place.hold, note=kept.anchor(entry), server=place.server.name
            )
            _say_how_it_is(place, opened, limit, session)
            return desk.work(session, opened.home)
    finally:
        desk.leave()


def _place(server: str) -> Place:
    """The server of that name, in whichever town. Raises UsageError, InvalidFile, NotSupported, Refused."""
    from eakte_ops.yamltext import did_you_mean

    names: list[str] = []
    for inventory in _inventories():
        for town in inventory.towns.values():
            for each in town.said.servers:
                names.append(each.name)
                if each.name != server:
                    continue
                if each.platform != "linux":
                    raise NotSupported("a shell on a Windows server", place=server)
                return Place(inventory, town, each)
            if any(jump.name == server for jump in town.said.jump_hosts):
                raise Refused(f"{server} is a jump host: it opens ways to servers and gives us no shell")
    raise UsageError(
        f'there is no server "{server}"{did_you_mean(server, names)}',
        way_out="eakte-ops inventory list shows the towns",
    )


def _inventories() -> Iterator[Inventory]:
    """All towns; where a file is wrong, those towns one by one that are right: a shell is for bad days."""
    try:
        yield CONTEXT.inventory()
        return
    except InvalidFile as wrong:
        say(f"{wrong} (eakte-ops inventory check)")
    for town in CONTEXT.survey().known:
        try:
            inventory = CONTEXT.inventory(town)
        except InvalidFile:
            continue
        yield inventory


def _say_who_is_at_work(desk: Desk) -> None:
    """A run or a handover on this town, by the lock on this very server."""
    from datetime import UTC, datetime

    from eakte_ops.cli.times import moment
    from eakte_ops.clock import SYSTEM
    from eakte_ops.remote import townlock

    town = desk.place.town
    try:
        _token, holder = townlock.read(desk.reached(), server=desk.place.server.name)
    except EakteError as problem:
        say(f"NOTE: whether somebody is at work on {town.name} is not known ({problem.said}).")
        return
    if holder is not None:
        now = SYSTEM.now()
        since = moment(datetime.fromtimestamp(holder.since, UTC), now, now.astimezone().tzinfo or UTC, "en")
        say(
            f"NOTE: {holder.who} ({holder.host}) is at work on {town.name} since {since}: {holder.purpose} "
            f"(run {holder.run}). Do not change what that run changes."
        )


@contextmanager
def _on_record(kept: Trail, desk: Desk, session: Session, why: str) -> Iterator[Entry]:
    """Begin and end of the shell in the audit, whatever happens between them."""
    from eakte_ops.audit.compare import NOT_BEGUN
    from eakte_ops.audit.shells import END

    town, server = desk.place.town.id, desk.place.server.name
    entry = kept.record("shell", town=town, why=why, details={"server": server, "file": session.name})
    session.begin(who=entry.who, host=entry.host, server=server, why=why, audit=entry.hash)
    result = "broken off"
    try:
        yield entry
        result = "ended"
    except (Refused, CommandFailed) as problem:
        # Before the first line nothing was announced: the server's journal has no line of it, and needs none.
        result = f"ended: {problem.said}" if session.lines else NOT_BEGUN
        raise
    finally:
        session.close()
        lines = "" if result == NOT_BEGUN else f", {session.lines} line{'s' * (session.lines != 1)}"
        told = {"of": entry.hash, "on": server, "lines": session.lines, "result": f"{result}{lines}"}
        end = kept.record(END, town=town, why=why, details={**told, "file": session.name, "sha256": session.sha256})
        if result != NOT_BEGUN:
            _announce_end(desk, kept.anchor(end))


def _announce_end(desk: Desk, note: str) -> None:
    """Logs in again where the line broke; says so where the server's journal takes nothing."""
    from eakte_ops.remote import typed

    server = desk.place.server.name
    try:
        typed.end(desk.reached(), note=note, server=server)
    except EakteError as problem:
        say(f"NOTE: the end of this shell does not stand in the journal of {server}: {problem.said}")


def _say_how_it_is(place: Place, opened: Opened, limit: int, session: Session) -> None:
    account = place.town.profile.layout[place.server.platform].work_account
    say(f"Shell on {place.server.name} ({place.town.name}); announced in its system journal.")
    if opened.hold:
        say(f"NOTE: the hold is set here, so the software does not start: {opened.hold}")
    say(_BEFORE.format(account=account, limit=limit, file=session.file))
