"""The lab as a whole: up, down, status. Safe to be killed anywhere: `up` again heals, `down` removes everything."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from eakte_ops.errors import UsageError
from eakte_ops.events import Sink, silent
from eakte_ops.lab import machine
from eakte_ops.lab.centre import Open
from eakte_ops.lab.disk import prepare_disk, remove_disk
from eakte_ops.lab.guest_files import guest_files
from eakte_ops.lab.image import build_image, image_exists, purge_images
from eakte_ops.lab.in_git import keep_in_git
from eakte_ops.lab.keys import PERSON
from eakte_ops.lab.local_it import LocalIT
from eakte_ops.lab.missing import missing, refuse_if_missing, refuse_unless_root
from eakte_ops.lab.network import connect_town, disconnect_town
from eakte_ops.lab.operations import write_operations
from eakte_ops.lab.places import Places
from eakte_ops.lab.provision import provision
from eakte_ops.lab.scenarios.catalogue import scenario_named
from eakte_ops.lab.ssh import person_argv
from eakte_ops.lab.told import Tell, teller
from eakte_ops.lab.towns import TOWNS, Host, LabTown, host_named, towns_named
from eakte_ops.lab.trouble import Trouble, break_it, chosen, forget, mend_all, planned, troubles
from eakte_ops.product.load import profile
from eakte_ops.store.lock import held

_SIDE_BY_SIDE = 4
_SHORT_S = 30.0  # how long breaking and mending, which take a moment each, wait for each other


@dataclass(frozen=True, slots=True)
class HostState:
    """`state`: absent (never started), down (disk there, not running), or systemd's word (running, degraded ...)."""

    host: Host
    state: str


@dataclass(frozen=True, slots=True)
class Lab:
    """The lab of this machine. `patience`: seconds that `up` and `down` wait for another command to end."""

    places: Places = field(default_factory=Places)
    sink: Sink = silent
    towns: tuple[LabTown, ...] = TOWNS
    patience: float = 0.0

    @property
    def hosts(self) -> tuple[Host, ...]:
        """All hosts that the lab can have."""
        return tuple(host for town in self.towns for host in town.hosts)

    @property
    def tell(self) -> Tell:
        """Announce a step."""
        return teller(self.sink)

    def up(self, towns: Iterable[str], centre: Open) -> Path:
        """Boot the towns and install everything on them; gives the operations folder. Idempotent.

        Raises: Busy if another command changes the lab, Refused if this machine lacks something.
        """
        refuse_if_missing(self.places, image_exists=image_exists(self.places))
        with held(self.places.lock, "the lab", "lab up", patience=self.patience):
            wanted = self.boot(towns)
            folder = write_operations(self.places, self.towns, wanted)
            provision(self.places, centre(folder), [town.key for town in wanted], self.tell)
            keep_in_git(folder)
        return folder

    def missing(self) -> list[str]:
        """What this machine lacks, each in words that say what to do."""
        return list(missing(self.places, image_exists=image_exists(self.places)))

    def boot(self, towns: Iterable[str] = ()) -> tuple[LabTown, ...]:
        """Boot the hosts of these towns (all for none) that do not run yet, side by side. Idempotent.

        The caller holds the lock and has asked what is missing.
        """
        wanted = towns_named(towns, self.towns)
        image = build_image(self.places, self.tell)
        hosts = [(host, town) for town in wanted for host in town.hosts]
        for town in wanted:
            connect_town(town)
        # One after the other: mounts that look for a free loop device at the same time take it from each other.
        for host, town in hosts:
            prepare_disk(self.places, host.name, image, guest_files(host, town))
        with ThreadPoolExecutor(_SIDE_BY_SIDE) as pool:
            list(pool.map(self._boot, [host for host, _ in hosts]))
        return wanted

    def _boot(self, host: Host) -> None:
        machine.boot(self.places, host)
        said = LocalIT(self.places, host).wait_until_up()
        self.tell(host.name, f"is up ({said})")

    def down(self, towns: Iterable[str] | None = None, *, purge_image: bool = False) -> None:
        """Remove hosts, networks and disks of these towns. Idempotent.

        None: of all towns, and the operations folder; with `purge_image` also the images.
        """
        refuse_unless_root("lab down")
        named = tuple(towns or ())
        wanted = self.towns if towns is None else towns_named(named, self.towns) if named else ()
        if towns is not None and purge_image:
            raise UsageError("the image is that of all towns", way_out="lab down --purge-image, without a town")
        with held(self.places.lock, "the lab", "lab down", patience=self.patience):
            with ThreadPoolExecutor(_SIDE_BY_SIDE) as pool:
                list(pool.map(self._remove, [host for town in wanted for host in town.hosts]))
            for town in wanted:
                disconnect_town(town)
            if towns is not None:
                return
            shutil.rmtree(self.places.state, ignore_errors=True)
            if purge_image:
                purge_images(self.places)

    def _remove(self, host: Host) -> None:
        was_there = self.places.host(host.name).exists()
        machine.kill(self.places, host)
        remove_disk(self.places, host.name)
        forget(self.places, host)
        if was_there:
            self.tell(host.name, "is removed")

    def login(self, name: str, words: Sequence[str], *, root: bool) -> list[str]:
        """The command line that logs in on a host: a person of the centre, or `root`, the town's local IT.

        Raises: Unreachable if the host is not up.
        """
        host = host_named(name, self.towns)
        refuse_unless_root("lab ssh")
        console = self.local_it(host).argv(*(words or ("/bin/bash", "-l")))
        if root:
            return console
        folder = self.places.operations
        known = folder / "inventories" / f"{host.town}.known_hosts"
        account = profile("musterakte").layout["linux"].work_account
        return person_argv(host, account, folder / "keys" / PERSON, known, words)

    def break_it(self, scenario: str, town: str, server: str | None, centre: Open) -> Trouble:
        """Cause a fault on `server`, or on the fitting server of `town`. May be repeated.

        Raises: UsageError for unknown names, Unreachable if the host is not up, CommandFailed.
        """
        refuse_unless_root("lab break")
        wanted = scenario_named(scenario)
        with held(self.places.lock, "the lab", f"lab break {scenario}", patience=_SHORT_S):
            if server is not None:
                trouble = Trouble(wanted, host_named(server, self.towns))
            else:
                (named,) = towns_named([town], self.towns)
                self.local_it(named.hosts[0]).argv("true")
                trouble = planned(wanted, centre(self.places.operations).inventory(town).towns[town])
            break_it(self.places, trouble)
        return trouble

    def broken(self) -> tuple[Trouble, ...]:
        """The faults in force, as written down."""
        return troubles(self.places)

    def mend(self, scenario: str | None, town: str | None, server: str | None) -> tuple[Trouble, ...]:
        """Undo what is broken and fits what was named (None: everything); gives what was mended.

        A scenario with a server is undone there even if nobody wrote down that it was broken.
        """
        refuse_unless_root("lab mend")
        with held(self.places.lock, "the lab", "lab mend", patience=_SHORT_S):
            found = set(chosen(troubles(self.places), scenario, town, server))
            if scenario is not None and server is not None:
                found.add(Trouble(scenario_named(scenario), host_named(server, self.towns)))
            mended = tuple(sorted(found, key=lambda trouble: (trouble.host.name, trouble.scenario.name)))
            mend_all(self.places, mended, self.tell)
        return mended

    def local_it(self, host: Host) -> LocalIT:
        """Root at the console of a host."""
        return LocalIT(self.places, host)

    def states(self) -> tuple[HostState, ...]:
        """All hosts of the lab, whether they run or not."""
        refuse_unless_root("lab status")
        with ThreadPoolExecutor(_SIDE_BY_SIDE) as pool:
            return tuple(pool.map(self._state, self.hosts))

    def _state(self, host: Host) -> HostState:
        if not self.places.host(host.name).exists():
            return HostState(host, "absent")
        return HostState(host, self.local_it(host).system_state())
