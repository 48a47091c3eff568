"""Secrets as a type, kept in age files per town beside the inventory, opened at the last moment.

`Vault(inventories, town, identities).reveal(name)` gives a `Secret`, which prints as its name. Recipients, records,
re-encryption and the check of it all have a file each. Nothing here is imported at the top of cli/.
"""

from eakte_ops.secret.check import Finding, examine
from eakte_ops.secret.identity import Identities
from eakte_ops.secret.rekey import Rekeyed, rekey
from eakte_ops.secret.scrub import SCRUBBER
from eakte_ops.secret.value import Secret
from eakte_ops.secret.vault import Vault

__all__ = ["SCRUBBER", "Finding", "Identities", "Rekeyed", "Secret", "Vault", "examine", "rekey"]
