"""The operations folder that the lab writes: settings, sample towns, keys. Every command works on it with --project."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

from eakte_ops.lab.keys import NIGHT, PERSON, age_identity, ssh_key
from eakte_ops.lab.places import Places
from eakte_ops.lab.samples import samples
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
"""


def write_operations(places: Places, towns: Iterable[LabTown]) -> Path:
    """Write or complete the folder for these towns; what other towns have there stays. Idempotent."""
    folder = places.operations
    keys = folder / "keys"
    for name in (NIGHT, PERSON):
        ssh_key(keys, name)
    age_identity(keys, "age-identity")
    inventories = folder / "inventories"
    inventories.mkdir(exist_ok=True)
    for name in ("_defaults", *(town.key for town in towns)):
        shutil.copyfile(samples() / "inventories" / f"{name}.yml", inventories / f"{name}.yml")
    (folder / "eakte-ops.yml").write_text(_SETTINGS, encoding="utf-8")
    return folder
