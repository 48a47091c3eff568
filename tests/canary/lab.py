"""The canary test in the lab: a town whose secrets are canaries, installed by `lab up` as ever."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from eakte_ops.lab.lab import Lab
from eakte_ops.lab.towns import host_named, towns_named
from tests.canary import drive, faults_centre, faults_servers
from tests.canary.desk import Desk, at_desk
from tests.canary.folder import SERVER, TOWN, canaries, furnish, town_canaries
from tests.canary.hosts import Machine, machines
from tests.canary.installed import install
from tests.canary.table import ROWS
from tests.canary.trees import Holder, Tree
from tests.integration.report.postmen import Box, mail_server

_FILES = {
    "application-server/server.yml": ("database-password", "elastic-password", "osrest-password"),
    "index/built-in.usr": ("elastic-password",),
    "service-manager/config/application-es.yml": ("elastic-password",),
    "service-manager/config/application-prod.yml": ("database-password", "osrest-password"),
}
HELD = {(f"etc/eakte/{file}", f"{TOWN}/{name}") for file, names in _FILES.items() for name in names}
"""The files of the servers in which the secrets of the town are, once it is installed."""


@dataclass
class Driven:
    """A desk before the lab. The town is installed with the canaries."""

    desk: Desk
    lab: Lab
    machines: list[Machine]

    def well(self, *, whole: bool) -> None:
        """All commands, or those that need servers or what was seen of them; the others have a test without a lab."""
        drive.well(self.desk, [row for row in ROWS if whole or row.needs != "folder"], whole=whole)

    def faulty(self, *, whole: bool) -> None:
        """The faults, those of the lab last."""
        drive.faulty(self.desk, [*(faults_centre.FAULTS if whole else ()), *faults_servers.FAULTS], whole=whole)

    def end(self) -> None:
        """Look at everything once more, and at what can be looked at only now."""
        self.desk.everything()
        for machine in self.machines:
            for where, data in machine.said(self.desk.began):
                self.desk.look(where, data)
        for tree in _of_this_machine(self.desk.scratch.parent):
            self.desk.note(tree.leaks(self.desk.eyes, self.desk.began))
        for where, data in journal_of_this_machine(self.desk.began):
            self.desk.look(where, data)
        with closing(sqlite3.connect(self.desk.folder / "state/store.db")) as store:
            self.desk.look("the rows of the store", "\n".join(store.iterdump()).encode())

    def held(self) -> set[tuple[str, str]]:
        """Each file of the servers that may hold a secret, and does, with the name of the secret."""
        return {each for machine in self.machines for each in machine.held(self.desk.eyes)}


def _of_this_machine(without: Path) -> Iterator[Tree]:
    """Where programs leave things without being told. `without`: what the test itself has, such as what was said."""
    for place in (
        "/tmp",
        "/var/tmp",
        "/dev/shm",
        "/run/user",
        "/var/log",
        "/var/lib/systemd/coredump",
        "/root",
        "/home",
    ):
        yield Tree(place, Path(place), without=[without])


def journal_of_this_machine(since: float) -> Iterator[tuple[str, bytes]]:
    """Nothing where it has none."""
    if shutil.which("journalctl"):
        words = ["journalctl", "--no-pager", "-o", "export", "--since", f"@{int(since)}"]
        yield (
            "the journal",
            subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False).stdout,
        )


@contextmanager
def in_lab(lab: Lab, scratch: Path) -> Iterator[Driven]:
    """Set the secrets of the town, and a desk at which the lab is operated. The lab is well afterwards."""
    folder, of_lab = scratch / "operations", lab.places.operations
    every = {**town_canaries(), **canaries(of_lab)}
    with (
        mail_server(None, login=True, box=Box(password=every["centre/smtp-password"].text)) as (_box, port),
        at_desk(folder, scratch / "desk", every, town=TOWN, server=SERVER, mail=str(port)) as desk,
    ):
        driven = Driven(desk, lab, machines(lab, *towns_named([TOWN], lab.towns)))
        desk.trees += [Tree("operations folder of the lab", of_lab, [Holder("keys/[^/]+", tuple(every), 0o600)])]
        desk.trees += driven.machines
        try:
            _install(driven)
            shutil.copytree(of_lab, folder, ignore=shutil.ignore_patterns("state"))
            furnish(folder, scratch / "desk/out", port)
            for name in ("smtp-password", "hook-key"):
                desk.type(f"secret set centre {name}", ends=(0,), stdin=f"centre/{name}")
            yield driven
        finally:
            lab.mend(None, TOWN, None)


def _install(driven: Driven) -> None:
    """As a centre would: set the values, then let them reach the servers."""
    desk, lab = driven.desk, driven.lab
    own = {"EAKTE_OPS_PROJECT": str(lab.places.operations)}
    for name in ("database-password", "elastic-password", "osrest-password"):
        desk.type(f"secret set {{town}} {name}", ends=(0,), stdin=f"{TOWN}/{name}", environment=own)
    install(desk)
    facts = desk.scratch / "out/facts.txt"
    facts.write_text(lab.local_it(host_named(SERVER, lab.towns)).script("sh /etc/eakte-ops/pack.sh facts"))
    desk.known["facts"] = str(facts)
