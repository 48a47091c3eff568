"""What local IT sent back becomes the town's trusted host keys: shown first, on record next, then written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from eakte_ops.access.facts import Facts
from eakte_ops.access.hostkeys import KeyChange, changes, must_be_plain, rewritten, write_atomically
from eakte_ops.access.keys import PublicKey
from eakte_ops.audit import Trail
from eakte_ops.inventory.model import Inventory, Town
from eakte_ops.remote.known_hosts import name_of


def names_of(town: Town) -> dict[str, str]:
    """Server or jump host -> its name in the town's known_hosts file."""
    jumps = {jump.name: name_of(jump.address, jump.port) for jump in town.said.jump_hosts}
    return jumps | {server.name: name_of(server.address, server.port) for server in town.said.servers}


@dataclass(frozen=True, slots=True)
class Offered:
    """Keys that wait for somebody's word. `before`: the known_hosts file as it is; `missing`: hosts nobody sent."""

    town: str
    file: Path
    names: dict[str, str]
    before: str
    facts: Sequence[Facts]

    @property
    def keys(self) -> dict[str, tuple[PublicKey, ...]]:
        """Host -> the keys that were sent."""
        return {block.host: block.keys for block in self.facts}

    @property
    def changes(self) -> tuple[KeyChange, ...]:
        """What accepting them would change."""
        return changes(self.before, self.names, self.keys)

    @property
    def missing(self) -> tuple[str, ...]:
        """Hosts of the town of which nothing was sent."""
        return tuple(sorted(set(self.names) - set(self.keys)))


def offered(inventory: Inventory, town: Town, facts: Sequence[Facts]) -> Offered:
    """The keys in `facts`, beside what is trusted now. Raises UsageError where the known_hosts file is odd."""
    file = inventory.known_hosts(town.id)
    before = file.read_text(encoding="utf-8") if file.exists() else ""
    must_be_plain(before, file.name)
    return Offered(town.id, file, names_of(town), before, facts)


def accept(trail: Trail, offer: Offered, confirmed_by: str, how: str) -> None:
    """Put the keys on record, then trust them. Raises AuditRefused, and then nothing was written."""
    details = {
        "confirmed_by": confirmed_by,
        "how": how,
        "installed": {block.host: block.said.get("installed", "0") for block in offer.facts},
        "keys": {host: [f"{key.kind} {key.fingerprint}" for key in keys] for host, keys in offer.keys.items()},
        "changed": [f"{each.host} {each.kind}" for each in offer.changes if each.state == "CHANGED"],
    }
    trail.record("access accept", town=offer.town, details=details)
    write_atomically(offer.file, rewritten(offer.before, offer.names, offer.keys))
