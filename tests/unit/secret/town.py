"""A town with secrets in a folder of its own: identities of two admins, a machine and the recovery."""

from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from eakte_ops.secret import identity
from eakte_ops.secret.vault import Vault


@dataclass
class Town:
    """`keys`: who -> public key; the identity of WHO lies in `root`/WHO.key."""

    root: Path
    keys: dict[str, str]

    def vault(self, who: str | None = "admin-1", town: str = "witten") -> Vault:
        ours = identity.load(self.root / f"{who}.key") if who else None
        return Vault(self.root / "inventories", town, ours)

    def recipients(self, *who: str, town: str = "witten") -> None:
        """Write the recipients file: the recovery and `who`."""
        folder = self.root / "inventories" / f"{town}.secrets"
        folder.mkdir(exist_ok=True)
        people = "".join(f"  - {{who: {one}, key: {self.keys[one]}, since: 2026-11-24}}\n" for one in who)
        text = f"recovery:\n  - {{who: safe, key: {self.keys['safe']}, since: 2026-11-24}}\nrecipients:\n{people}"
        (folder / "recipients.yml").write_text(text)


def ssh_public_key() -> str:
    """A new ssh-ed25519 public key, without comment."""
    public = Ed25519PrivateKey.generate().public_key()
    return public.public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH).decode()
