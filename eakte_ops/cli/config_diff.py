"""`eakte-ops config diff`: the files as the templates say them now against those on the servers of a town."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from eakte_ops.cli.config_parts import Asked, FileOption, Json, LanguageOption, OneTown, ServerOption, asked
from eakte_ops.cli.context import CONTEXT
from eakte_ops.cli.language import spoken
from eakte_ops.cli.output import say, show, show_json
from eakte_ops.errors import CommandFailed, EakteError, NotSupported, Status, worst

if TYPE_CHECKING:
    from eakte_ops.config.compare import Compared
    from eakte_ops.config.fetch import Found, Lying
    from eakte_ops.config.rendered import Rendered
    from eakte_ops.config.strays import Stray
    from eakte_ops.config.withhold import Values
    from eakte_ops.inventory.model import Server, Town
    from eakte_ops.remote.fleet import Errand, Outcome
    from eakte_ops.secret.value import Secret


@dataclass
class Opened:
    """The secrets of a town that could be opened, and for the others why not."""

    secrets: dict[str, Secret] = field(default_factory=dict)
    closed: dict[str, EakteError] = field(default_factory=dict)


@dataclass
class Difference:
    """What was found in a town. `failed`: server -> why nothing is known of it; `unseen`: folders of which not all
    names could be seen; `wrong`: files that could not be compared because of a mistake here. `lying`: server and path
    -> what lies there; it may hold secrets of the town.
    """

    compared: list[Compared] = field(default_factory=list)
    strays: list[Stray] = field(default_factory=list)
    unseen: list[tuple[str, str]] = field(default_factory=list)
    failed: dict[str, EakteError] = field(default_factory=dict)
    wrong: list[tuple[Rendered, EakteError]] = field(default_factory=list)
    closed: Mapping[str, EakteError] = field(default_factory=dict)
    asked: int = 0
    lying: dict[tuple[str, str], Lying] = field(default_factory=dict, repr=False)

    @property
    def status(self) -> Status:
        """What it means."""
        found = {each.status for each in (*self.failed.values(), *(problem for _, problem in self.wrong))}
        if self.strays or any(each.state in ("different", "missing") and not each.asked_for for each in self.compared):
            found.add(Status.FINDINGS)
        if self.unseen or any(note == "unread" for each in self.compared for note, _ in each.notes):
            found.add(CommandFailed.status)
        if any(note == "partial" for each in self.compared for note, _ in each.notes):
            found.add(NotSupported.status)
        found.update(self.closed[name].status for each in self.compared for name in each.closed)
        return worst(found)


def diff(
    town: OneTown,
    server: ServerOption = None,
    file: FileOption = None,
    as_json: Json = False,
    language: LanguageOption = None,
) -> int:
    """Compare the files on a town's servers with what the templates say now; of a secret only whether it differs.

    Status 0: the same, 1: different, 3: a server could not be asked, 7: not supported there, or a secret can not be
    opened here. Lines that may hold a secret are not shown.
    """
    from eakte_ops.cli import config_data, config_text
    from eakte_ops.cli.banner import banner

    tongue, found = spoken(language), asked(town, server, file)
    banner(found.inventory.folder, found.inventory.settings.lab)
    seen = compare(found, names=file is None)
    if as_json:
        show_json("config-diff", 1, config_data.difference(found.town, seen))
    else:
        for line, style in config_text.lines(found.town, seen, tongue):
            show(line, style=style)
        for line in config_text.told(found.town, seen, tongue):
            say(line)
    return seen.status


def compare(found: Asked, *, names: bool) -> Difference:
    """Ask every server once and lay what lies there beside what should. `names`: also of what no template knows."""
    seen = Difference()
    concerned = {each.server for each in found.files}
    servers = list(_askable(found.town.id, [each for each in found.servers if names or each.name in concerned], seen))
    look = _Look(found, opened_secrets(found.town) if servers else Opened(), seen, names)
    for server, outcome in look.visit(servers):
        try:
            there = look.read(server, outcome)
        except EakteError as problem:
            seen.failed[server.name] = problem
            continue
        seen.asked += 1
        look.lay_side_by_side(server, there)
    order = {each.name: at for at, each in enumerate(found.town.said.servers)}
    seen.compared.sort(key=lambda each: order[each.rendered.server])
    return seen


def _askable(town: str, servers: Sequence[Server], seen: Difference) -> Iterator[Server]:
    """The servers that can be looked at; the others are noted."""
    for server in servers:
        if server.platform == "linux":
            yield server
            continue
        seen.failed[server.name] = NotSupported(
            "comparing configuration on Windows servers",
            place=server.name,
            way_out=f"eakte-ops config render {town} shows what their files should hold",
        )


def opened_secrets(town: Town) -> Opened:
    """All secrets of the town: to compare them, and to know them again where they should not be."""
    from eakte_ops.cli.secret import vault_of

    opened = Opened()
    try:
        vault = vault_of(town)
        names = sorted({*town.said.secrets, *vault.names()})
    except EakteError as problem:
        opened.closed = dict.fromkeys(town.said.secrets, problem)
        return opened
    for name in names:
        try:
            opened.secrets[name] = vault.reveal(name)
        except EakteError as problem:
            opened.closed[name] = problem
    return opened


@dataclass
class _Look:
    """One look at the servers of a town. `names`: whether also names are asked for."""

    found: Asked
    opened: Opened
    seen: Difference
    names: bool
    values: Values = field(init=False)

    def __post_init__(self) -> None:
        from eakte_ops.config.withhold import Values

        self.seen.closed = self.opened.closed
        self.values = Values({name: secret.reveal() for name, secret in self.opened.secrets.items()})

    def visit(self, servers: Sequence[Server]) -> Iterator[tuple[Server, Outcome]]:
        """One exchange with each server, all side by side."""
        from eakte_ops.remote.fleet import visit_all

        limits = self.found.inventory.settings.limits
        by_name = {server.name: server for server in servers}
        if by_name and sys.stderr.isatty():
            say(f"{', '.join(by_name)} ...")
        errands = [self._errand(server, limits.server_seconds) for server in servers]
        connect = CONTEXT.connector(limits, lambda _target, _phase: None)
        for outcome in visit_all(errands, connect, threads=limits.threads):
            yield by_name[outcome.target.name], outcome

    def _errand(self, server: Server, seconds: float) -> Errand:
        from eakte_ops.config.fetch import question
        from eakte_ops.remote.fleet import Errand

        town = self.found.town
        asks = question(*self._wanted(server), town.profile.layout[server.platform].state)
        return Errand(CONTEXT.target(town, server, "work"), (asks,), deadline_s=seconds)

    def _wanted(self, server: Server) -> tuple[list[str], tuple[str, ...]]:
        """The paths of the files, and the folders whose names are asked for."""
        from eakte_ops.config.strays import folders

        paths = [each.path for each in self.found.files if each.server == server.name]
        return paths, folders(self.found.town, server) if self.names else ()

    def read(self, server: Server, outcome: Outcome) -> Found:
        """What a server answered. Raises EakteError where that is nothing."""
        from eakte_ops.config.fetch import read

        if outcome.error is not None:
            raise outcome.error
        return read(*self._wanted(server), outcome.answers[0])

    def lay_side_by_side(self, server: Server, there: Found) -> None:
        """Compare the files of a server, and name what no template knows."""
        from eakte_ops.config.compare import compare
        from eakte_ops.config.strays import strays

        for each in (each for each in self.found.files if each.server == server.name):
            lying, placed = there.files[each.path], there.placed.get(each.path)
            self.seen.lying[server.name, each.path] = lying
            try:
                self.seen.compared.append(compare(each, lying, self.opened.secrets, self.values, placed))
            except EakteError as problem:
                self.seen.wrong.append((each, problem))
        here = [each for each in self.found.every if each.server == server.name]
        self.seen.strays += strays(self.found.town, server, here, there.names)
        self.seen.unseen += [(server.name, folder) for folder in there.unseen]
