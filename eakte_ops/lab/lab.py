"""The lab as a whole: up, down, status. Safe to be killed anywhere: `up` again heals, `down` removes everything."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from eakte_ops.events import Sink, silent
from eakte_ops.lab import machine
from eakte_ops.lab.disk import prepare_disk, remove_disk
from eakte_ops.lab.guest_files import guest_files
from eakte_ops.lab.image import build_image, image_exists, purge_images
from eakte_ops.lab.local_it import LocalIT
from eakte_ops.lab.lock import held
from eakte_ops.lab.missing import refuse_if_missing
from eakte_ops.lab.network import connect_town, disconnect_towns
from eakte_ops.lab.places import Places
from eakte_ops.lab.told import Tell, teller
from eakte_ops.lab.towns import TOWNS, Host, LabTown, towns_named

_SIDE_BY_SIDE = 4


@dataclass(frozen=True, slots=True)
class HostState:
    """`state`: absent (never started), down (disk there, not running), or systemd's word (running, degraded ...)."""

    host: Host
    state: str


@dataclass(frozen=True, slots=True)
class Lab:
    """The lab of this machine."""

    places: Places = field(default_factory=Places)
    sink: Sink = silent

    @property
    def tell(self) -> Tell:
        """Announce a step."""
        return teller(self.sink)

    def boot(self, towns: Iterable[str] = ()) -> tuple[LabTown, ...]:
        """Boot the hosts of these towns (all for none) that do not run yet, side by side. Idempotent.

        The caller holds the lock. Raises: Refused with one sentence if something is missing.
        """
        wanted = towns_named(towns)
        refuse_if_missing(self.places, image_exists=image_exists(self.places))
        image = build_image(self.places, self.tell)
        hosts = [host for town in wanted for host in town.hosts]
        for town in wanted:
            connect_town(town)
        # One after the other: mounts that look for a free loop device at the same time take it from each other.
        for host in hosts:
            prepare_disk(self.places, host.name, image, guest_files(host))
        with ThreadPoolExecutor(_SIDE_BY_SIDE) as pool:
            list(pool.map(self._boot, hosts))
        return wanted

    def _boot(self, host: Host) -> None:
        machine.boot(self.places, host)
        said = LocalIT(self.places, host).wait_until_up()
        self.tell(host.name, f"is up ({said})")

    def down(self, *, purge_image: bool = False) -> None:
        """Remove hosts, networks, disks and the operations folder; with `purge_image` also the images. Idempotent."""
        with held(self.places.lock, "lab down"):
            hosts = [host for town in TOWNS for host in town.hosts]
            with ThreadPoolExecutor(_SIDE_BY_SIDE) as pool:
                list(pool.map(self._remove, hosts))
            disconnect_towns()
            shutil.rmtree(self.places.state, ignore_errors=True)
            if purge_image:
                purge_images(self.places)

    def _remove(self, host: Host) -> None:
        was_there = self.places.host(host.name).exists()
        machine.kill(self.places, host)
        remove_disk(self.places, host.name)
        if was_there:
            self.tell(host.name, "is removed")

    def local_it(self, host: Host) -> LocalIT:
        """Root at the console of a host."""
        return LocalIT(self.places, host)

    def states(self) -> tuple[HostState, ...]:
        """All hosts of the lab, whether they run or not."""
        hosts = [host for town in TOWNS for host in town.hosts]
        with ThreadPoolExecutor(_SIDE_BY_SIDE) as pool:
            return tuple(pool.map(self._state, hosts))

    def _state(self, host: Host) -> HostState:
        if not self.places.host(host.name).exists():
            return HostState(host, "absent")
        return HostState(host, self.local_it(host).system_state())
