"""From bare hosts to a working town: local IT grants the access, the centre accepts the host keys and installs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from eakte_ops.access.load import load_access
from eakte_ops.access.pack import Pack, packs
from eakte_ops.access.rules import Access
from eakte_ops.config.render import render
from eakte_ops.config.rendered import Rendered
from eakte_ops.errors import EakteError
from eakte_ops.inventory.model import Town
from eakte_ops.lab.centre import Centre
from eakte_ops.lab.grant import accept, install_pack
from eakte_ops.lab.install import Installation
from eakte_ops.lab.musterakte import release_files
from eakte_ops.lab.places import Places
from eakte_ops.lab.secrets import town_secrets
from eakte_ops.lab.told import Tell
from eakte_ops.remote.connection import Connector

_SIDE_BY_SIDE = 4


def provision(places: Places, centre: Centre, towns: Sequence[str], tell: Tell) -> None:
    """Bring these towns to work, side by side. A town that is ready already, by the same packs and release, is left.

    Raises: what the first town that failed raised, after the others were carried to their end; each failure is told.
    """
    inventory = centre.inventory(*towns)
    access = load_access(places.operations, inventory.towns)
    connector = Connector()
    try:
        with ThreadPoolExecutor(_SIDE_BY_SIDE) as pool:
            wanted = [_Provisioning(places, centre, connector, inventory.towns[town], access, tell) for town in towns]
            failed = [error for error in pool.map(_Provisioning.carried_out, wanted) if error]
    finally:
        connector.abort()
    if failed:
        raise failed[0]


@dataclass(frozen=True, slots=True)
class _Provisioning:
    """One town."""

    places: Places
    centre: Centre
    connector: Connector
    town: Town
    access: Access
    tell: Tell

    def carried_out(self) -> EakteError | None:
        """Carry it out; gives the error that ended it."""
        try:
            self.carry_out()
        except EakteError as error:
            self.tell(self.town.id, f"FAILED: {error}")
            return error
        return None

    def carry_out(self) -> None:
        """Grant, accept, install; the mark on every host's folder is written last and goes with the host."""
        all_packs = packs(self.town, self.access)
        files = render([self.town], self.centre.library().right([self.town.id]))
        ready = ready_mark(self.town, all_packs, files)
        marks = [self.places.host(pack.host) / "ready" for pack in all_packs]
        if all(mark.is_file() and mark.read_text(encoding="ascii") == ready for mark in marks):
            return
        with ThreadPoolExecutor(_SIDE_BY_SIDE) as pool:
            blocks = list(pool.map(lambda pack: install_pack(self.places, pack), all_packs))
        self.tell(self.town.id, "local IT has installed the access pack")
        accept(self.centre.inventory(self.town.id), self.town, "".join(blocks))
        secrets = town_secrets(self.places.operations, self.town.id)
        Installation(self.centre, self.connector, self.town, files, secrets, self.tell).carry_out()
        for mark in marks:
            mark.write_text(ready, encoding="ascii")
        self.tell(self.town.id, "is ready")


def ready_mark(town: Town, all_packs: Sequence[Pack], files: Sequence[Rendered]) -> str:
    """Changes with everything that provisioning puts on the town's hosts."""
    release = release_files(town.said.release)["manifest.json"][0].decode()  # holds the hash of every other file
    placed = [[file.server, file.path, file.mode, file.fingerprint] for file in files if not file.proposal]
    said = json.dumps([town.said.model_dump_json(), [pack.sha256 for pack in all_packs], placed, release])
    return hashlib.sha256(said.encode()).hexdigest()
