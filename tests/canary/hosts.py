"""Where a secret could show on a host of the lab: its disk, what it keeps in memory, its journal, its units."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from eakte_ops.lab.lab import Lab
from eakte_ops.lab.machine import leader_of, processes
from eakte_ops.lab.towns import Host, LabTown
from tests.canary.trees import MOST, Holder, Tree
from tests.canary.values import Eyes, Sight

_NOT_FILES = ("/proc", "/sys", "/dev")
_KNOWN_S = 2.0


def holders(town: str) -> tuple[Holder, ...]:
    """The files on the servers of a town that hold its secrets: the account of people at work writes them, the
    software's group reads them, nobody else does. Nothing of them stands in any other file."""
    database, index, documents = (f"{town}/{name}-password" for name in ("database", "elastic", "osrest"))
    return (
        _configuration("application-server/", "server.yml", database, index, documents),
        _configuration("index/", "built-in.usr", index),
        _configuration("service-manager/config/", "application-es.yml", index),
        _configuration("service-manager/config/", "application-prod.yml", database, documents, "changed by hand"),
        # While the database is made, the job that makes it reads its password there.
        _configuration("database/", "handed-over", database),
        # A fault: somebody wrote it into a file that all may read.
        Holder("etc/eakte/gateway/config/application-prod[.]yml", ["put there"], 0o644, "eakte-ops:eakte"),
    )


def _configuration(folder: str, name: str, *canaries: str) -> Holder:
    """The file, and the unfinished one that takes its place in a moment."""
    file = name.replace(".", "[.]")
    return Holder(f"etc/eakte/{folder}({file}|[.]{file}[.]part)", canaries, 0o640, "eakte-ops:eakte")


@dataclass
class Machine:
    """A host of the lab. Looks into all that was written on its disk, and into every file system in memory that any of
    its processes sees: services have some of their own."""

    lab: Lab
    host: Host
    allowed: tuple[Holder, ...]
    _parts: list[Tree] = field(default_factory=list)
    _known: float = 0.0

    def leaks(self, eyes: Eyes, since: float, most: int = MOST) -> list[Sight]:
        """As Tree.leaks."""
        return [sight for tree in self._trees() for sight in tree.leaks(eyes, since, most)]

    def held(self, eyes: Eyes) -> set[tuple[str, str]]:
        """Each file that may hold a secret, and does, with the name of the secret."""
        return {
            (sight.place.removeprefix(f"{self.host.name}:").partition(" ")[0], sight.canary)
            for sight, allowed in self._disk().sights(eyes, 0.0)
            if allowed
        }

    def said(self, since: float) -> Iterator[tuple[str, bytes]]:
        """What the journal holds since then with all its fields, and all properties of all units."""
        name, local_it = self.host.name, self.lab.local_it(self.host)
        journal = local_it.script(
            'journalctl --no-pager --sync; journalctl --no-pager -o export --since "@$1"', str(int(since))
        )
        yield f"the journal of {name}", journal.encode("utf-8", "replace")
        yield f"the units of {name}", local_it.script("systemctl show '*'; systemctl show").encode()

    def _trees(self) -> list[Tree]:
        if time.monotonic() - self._known > _KNOWN_S or not self._parts:
            self._parts = [self._disk(), *self._in_memory()]
            self._known = time.monotonic()
        return self._parts

    def _disk(self) -> Tree:
        places, name = self.lab.places, self.host.name
        return Tree(name, places.host(name) / "disk/upper", self.allowed, names=places.root(name) / "etc")

    def _in_memory(self) -> Iterator[Tree]:
        names = self.lab.places.root(self.host.name) / "etc"
        # What boots a host sees the memory of this machine, too; that is looked at by itself.
        seen = _in_memory_here()
        leader = leader_of(self.lab.places, self.host)
        for pid in ([leader] if leader else []) + sorted(processes(self.lab.places, self.host)):
            with suppress(OSError):
                space = str(Path(f"/proc/{pid}/ns/mnt").readlink())
                if space in seen:
                    continue
                seen.add(space)
                for line in Path(f"/proc/{pid}/mountinfo").read_text("utf-8").splitlines():
                    device, where = line.split()[2], line.split()[4]
                    kind = line.partition(" - ")[2].split()[0]
                    hidden = where.startswith(_NOT_FILES) and not where.startswith("/dev/shm")
                    if kind == "tmpfs" and device not in seen and not hidden:
                        seen.add(device)
                        root = Path(f"/proc/{pid}/root{where}")
                        yield Tree(f"{self.host.name}, in memory {where}", root, names=names)


def _in_memory_here() -> set[str]:
    """The devices of all that this machine has mounted."""
    return {line.split()[2] for line in Path("/proc/self/mountinfo").read_text("utf-8").splitlines()}


def machines(lab: Lab, town: LabTown) -> list[Machine]:
    """All hosts of a town."""
    return [Machine(lab, host, holders(town.key)) for host in town.hosts]
