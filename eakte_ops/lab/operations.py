"""The operations folder that the lab writes: settings, sample towns, templates, playbooks, keys.

Every command works on it with --project.

What is there stays: people train on this folder, change towns and revoke keys. `lab down` and `lab up` make it anew.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

from eakte_ops.clock import SYSTEM, Clock
from eakte_ops.inventory.samples import samples_folder
from eakte_ops.lab.keys import NIGHT, PERSON, age_identity, ssh_key
from eakte_ops.lab.places import Places
from eakte_ops.lab.towns import LabTown

_SETTINGS = """\
# Written by `eakte-ops lab up`; `lab down` removes this folder.
lab: true
centre:
  name: Kompetenzzentrum eBehördenakte (lab)
  contact: {mail: betrieb@centre.example}
night: {identity: keys/night}
work: {identity: keys/centre-admin}
secrets: {identity: keys/age-identity}
# Faults are planted to be seen: one look is enough here. At a real centre two keep a restart from waking people.
findings: {open_after: 1, close_after: 1}
"""

_ACCESS = """\
# Written by `eakte-ops lab up`: from where the centre comes in the lab, and with which keys.
issue: 1
operations_hosts:
  - {name: ops-1, role: norm, addresses: [OWN]}
  - {name: ops-2, role: emergency, addresses: ["203.0.113.200"]}
holders:
  - id: admin-1
    keys:
      - {machine: desk-1, account: work, key: "PERSON", expires: "END"}
  - id: night
    keys:
      - {machine: ops-1, account: look, key: "NIGHT", expires: "END"}
signers: []
"""
_DEFAULTS = "inventories/_defaults.yml"
# Goes on behind the last key of the sample, which is `thresholds`.
_THRESHOLDS = """\
  # Only in the lab: its hosts are booted when somebody trains, and no update may wait there.
  machine.restart: {hours: 0}
  updates.security: {days: 0}
"""
_KEYS_LAST = timedelta(days=365)


def write_operations(
    places: Places, known: Iterable[LabTown], wanted: Iterable[LabTown], clock: Clock = SYSTEM
) -> Path:
    """Write what is not there yet, for the towns that are `wanted`; `known`: all towns of the lab. Idempotent."""
    folder = places.operations
    keys = folder / "keys"
    age_identity(keys, "age-identity")
    public = {name: _public_part(ssh_key(keys, name)) for name in (NIGHT, PERSON)}
    _write(folder / _DEFAULTS, (samples_folder() / _DEFAULTS).read_text(encoding="utf-8") + _THRESHOLDS)
    for file in (*(f"inventories/{town.key}.yml" for town in wanted), *_samples("templates"), *_samples("playbooks")):
        _write(folder / file, (samples_folder() / file).read_text(encoding="utf-8"))
    own = ", ".join(f'"{net.operations}"' for town in known for net in town.networks if net.operations)
    values = {"OWN": own, "PERSON": public[PERSON], "NIGHT": public[NIGHT]}
    values["END"] = (clock.now() + _KEYS_LAST).date().isoformat()
    access = _ACCESS
    for word, value in values.items():
        access = access.replace(word, value)
    _write(folder / "access.yml", access)
    _write(folder / "eakte-ops.yml", _SETTINGS)
    return folder


def _samples(below: str) -> list[str]:
    """The files of the samples below a folder, as paths in an operations folder."""
    top = samples_folder()
    return sorted(str(path.relative_to(top)) for path in (top / below).rglob("*") if path.is_file())


def _public_part(key: Path) -> str:
    """Type and key without the comment."""
    return " ".join(key.with_suffix(".pub").read_text(encoding="ascii").split()[:2])


def _write(file: Path, text: str) -> None:
    if file.exists():
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_suffix(".part")
    part.write_text(text, encoding="utf-8")
    part.rename(file)
