"""The secrets of a lab town: made once, kept in age files beside the inventory like those of any town."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from pathlib import Path

from eakte_ops.clock import SYSTEM
from eakte_ops.lab.keys import age_identity
from eakte_ops.secret.files import TownFolder, write
from eakte_ops.secret.identity import load
from eakte_ops.secret.value import Secret
from eakte_ops.secret.vault import Vault

NAMES = ("database-password", "elastic-password", "osrest-password")
_RECIPIENTS = """\
# Written by the lab. The recovery identity of a real centre lies offline; the lab's lies in keys/, to train with.
recovery:
  - {{who: recovery, key: {recovery}, since: {today}}}
recipients:
  - {{who: operations-host, key: {own}, since: {today}}}
"""


def town_secrets(folder: Path, town: str) -> Mapping[str, Secret]:
    """Give the town's secrets by name; those that are missing in the operations folder `folder` are made."""
    identity, own = age_identity(folder / "keys", "age-identity")
    _, recovery = age_identity(folder / "keys", "recovery-identity")
    town_folder = TownFolder(folder / "inventories", town)
    if not town_folder.recipients.exists():
        today = SYSTEM.now().date().isoformat()
        town_folder.path.mkdir(exist_ok=True)
        write(town_folder.recipients, _RECIPIENTS.format(recovery=recovery, own=own, today=today).encode("ascii"))
    vault = Vault(folder / "inventories", town, load(identity))
    for name in NAMES:
        if name not in vault.names():
            vault.put(name, secrets.token_urlsafe(18))
    return {name: vault.reveal(name) for name in NAMES}
