"""Puts the parts together: finds the operations folder, loads the inventory. Heavy imports are made when needed."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from eakte_ops.cli.output import say
from eakte_ops.errors import MachineFailed, UsageError

if TYPE_CHECKING:
    from datetime import tzinfo

    from eakte_ops.config.library import Library
    from eakte_ops.inventory.load import Survey
    from eakte_ops.inventory.model import Inventory, JumpHost, Server, Town
    from eakte_ops.inventory.settings import Limits, Settings
    from eakte_ops.inventory.vocabulary import Adjustable
    from eakte_ops.remote.types import Connect, Phase, Target
    from eakte_ops.store import Migration, Store
    from eakte_ops.yamltext import Document

MARK = "eakte-ops.yml"
Account = Literal["look", "work"]


@dataclass
class Context:
    """What the words before the subcommand said. `project`: operations folder as typed, None to look for it."""

    project: Path | None = None
    debug: bool = False
    connect: Callable[[], Connect] | None = field(default=None, repr=False)  # tests put a fleet of their own here
    _survey: Survey | None = field(default=None, repr=False)
    _library: Library | None = field(default=None, repr=False)
    _centre: Library | None = field(default=None, repr=False)
    _told: bool = field(default=False, repr=False)

    def begin(self, project: Path | None, debug: bool) -> None:
        """A new command line begins: what was read for the one before is forgotten."""
        self.project, self.debug = project, debug
        self._survey, self._library, self._centre, self._told = None, None, None, False

    @property
    def folder(self) -> Path:
        """The operations folder: --project, else EAKTE_OPS_PROJECT, else upwards from here. Raises UsageError."""
        try:
            return self._find()
        except OSError as error:
            where = error.filename or "the folder you stand in"
            raise UsageError(
                f"no operations folder can be looked for: {where}: {error.strerror}",
                way_out="name one that you may read: --project DIR",
            ) from error

    def _find(self) -> Path:
        said = self.project or (Path(p) if (p := os.environ.get("EAKTE_OPS_PROJECT")) else None)
        if said is not None:
            if (said / MARK).is_file():
                return said.resolve()
            raise UsageError(
                f"there is no {MARK} in {said}, so it is no operations folder",
                way_out=f"eakte-ops init {said} makes one",
            )
        here = Path.cwd()
        for folder in (here, *here.parents):
            if (folder / MARK).is_file():
                return folder
        raise UsageError(
            f"no operations folder here: no {MARK} in {here} or above it",
            way_out="name it with --project DIR or EAKTE_OPS_PROJECT, or make one: eakte-ops init DIR",
        )

    def survey(self) -> Survey:
        """The operations folder as it was found, mistakes included; read once."""
        if self._survey is None:
            self._survey = self.survey_with()
        return self._survey

    def zone_of(self, town: str) -> tzinfo:
        """The zone of a town's clock, in which times about it are said; UTC for one that the inventory has no more."""
        from eakte_ops.cli.times import zone_called

        found = self.survey().findings.towns.get(town)
        return zone_called(found.said.windows.zone if found is not None else "")

    def survey_with(self, instead: Mapping[str, Document] = {}) -> Survey:
        """The operations folder read anew, with towns that say what `instead` says and not what is in their files."""
        from eakte_ops.inventory.load import survey

        return survey(
            self.folder,
            thresholds=vocabulary(),
            templates=self._templates,
            reserved=subcommands(),
            instead=instead,
        )

    def _templates(self, product: str, release: str, town: str) -> Mapping[str, Adjustable | None]:
        """What the inventory may say about templates; these are read at the first question."""
        own = {town: product} if town else {}
        return self._templates_of_the_centre().with_own(self.folder, own).adjustable(product, release, town)

    def _templates_of_the_centre(self) -> Library:
        from eakte_ops.config.library import load_library

        if self._centre is None:
            self._centre = load_library(self.folder)
        return self._centre

    def inventory(self, *towns: str) -> Inventory:
        """The inventory of the operations folder. Without `towns` everything must be right.

        With `towns` only these and the shared files must be right; what is wrong elsewhere is said once, and those
        other towns are left out. Raises InvalidFile with all mistakes, UsageError for a town that does not exist.
        """
        found = self.survey().inventory(towns)
        if towns and not self._told:
            self._told = True
            for file, count in self.survey().left_out(towns):
                say(f"{file} has {count} error{'s' * (count != 1)} and is left out (eakte-ops inventory check)")
        return found

    def settings(self) -> Settings:
        """eakte-ops.yml alone, for commands that need no town. Raises InvalidFile with all mistakes."""
        from eakte_ops.inventory.settings_file import load_settings

        return load_settings(self.folder)

    def library(self) -> Library:
        """The templates of the operations folder and of its towns, mistakes included; read once."""
        if self._library is None:
            self._library = self._templates_of_the_centre().with_own(self.folder, self.survey().products())
        return self._library

    def store(self, *, must_exist: bool = False, read_only: bool = False) -> Store:
        """What is remembered: the store of this operations folder, brought up to date. The caller closes it.

        Reads eakte-ops.yml alone, so that a mistake in a town's file keeps nobody from reading. With `must_exist`
        raises UsageError where nothing was remembered yet. `read_only`: also works where the disk is full.
        Raises MachineFailed where this account may not read it.
        """
        from eakte_ops.store import Store

        path = self.state / "store.db"
        if not self.remembers() and must_exist:
            raise UsageError(
                "no sweep was made yet, so nothing is known", way_out="eakte-ops sweep looks at every town"
            )
        return Store.open(path, migrations(), read_only=read_only)

    def remembers(self) -> bool:
        """Whether there is a store yet. Raises MachineFailed where this account may not know or read it."""
        path = self.state / "store.db"
        try:
            path.stat()
        except FileNotFoundError:
            return False
        except PermissionError as closed:
            raise self._not_ours(path) from closed
        except OSError as problem:
            raise MachineFailed(f"no store can be there ({problem.strerror})", place=str(path)) from problem
        if not os.access(path, os.R_OK, effective_ids=True):
            raise self._not_ours(path)
        return True

    def _not_ours(self, path: Path) -> MachineFailed:
        from eakte_ops.schedule.account import owner_of

        owner = "that made it"
        for folder in (self.state, *self.state.parents):  # the nearest that can be looked at
            with suppress(OSError):
                owner = owner_of(folder).name
                break
        return MachineFailed(
            f"what is remembered belongs to the account {owner}, and this one may not read it",
            place=str(path),
            way_out=f"ask with its rights: sudo -u {owner} eakte-ops --project {self.folder} ...",
        )

    @property
    def state(self) -> Path:
        """The folder of what the program remembers."""
        from eakte_ops.inventory.state import state_folder

        return state_folder(self.folder)

    def target(self, town: Town, server: Server | JumpHost, account: Account) -> Target:
        """How to reach `server` (or a jump host itself) of `town`, as the account that looks or the one that works.

        Accounts on servers are named by the product's profile, on jump hosts by JUMP_ACCOUNT with the same key. Only
        the town's own known_hosts file is trusted. Identities are relative to the operations folder, "" is the agent.
        """
        from eakte_ops.inventory.model import JUMP_ACCOUNT, Server
        from eakte_ops.remote.types import Target

        inventory = self.inventory(town.id)
        named = (inventory.settings.night if account == "look" else inventory.settings.work).identity
        identity = self.folder / Path(named).expanduser() if named else None
        trust = inventory.known_hosts(town.id)
        if not isinstance(server, Server):
            return Target(server.name, server.address, JUMP_ACCOUNT, trust, port=server.port, identity=identity)
        layout = town.profile.layout[server.platform]
        jump = town.jump_of(server)
        return Target(
            server.name,
            server.address,
            layout.look_account if account == "look" else layout.work_account,
            trust,
            port=server.port,
            dialect="powershell" if server.platform == "windows" else "posix",
            identity=identity,
            via=self.target(town, jump, account) if jump else None,
        )

    def connector(self, limits: Limits, watching: Callable[[Target, Phase], None]) -> Connect:
        """What opens connections. `watching` hears which server is waited for in which phase."""
        if self.connect is not None:
            return self.connect()
        from eakte_ops.remote.connection import Connector

        return Connector(handshakes=limits.handshakes, watching=watching)


def vocabulary() -> Mapping[str, Mapping[str, Any]]:
    """The thresholds that an inventory may set: check -> field -> limit."""
    from eakte_ops import health

    return health.vocabulary()


def migrations() -> tuple[Migration, ...]:
    """The steps of the tables of all rooms that remember something."""
    from eakte_ops.health import memory
    from eakte_ops.playbook import memory as runs
    from eakte_ops.report import queue

    return (*memory.migrations(), *queue.migrations(), *runs.migrations())


def subcommands() -> frozenset[str]:
    """The words that no town may be named like."""
    from eakte_ops.cli.commands import words

    return words()


CONTEXT = Context()
"""The context of this process; main.py fills it before a subcommand runs."""
