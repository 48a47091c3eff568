"""Keys that the lab makes for itself: of the night, of one person, and for secrets. Made once per lab."""

from __future__ import annotations

from pathlib import Path

from eakte_ops.lab.command import run

NIGHT = "night"
PERSON = "centre-admin"


def ssh_key(folder: Path, name: str) -> Path:
    """Give the private key file (mode 0600) of that name, made if need be; `.pub` lies beside it."""
    key = folder / name
    if not key.with_suffix(".pub").exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        key.unlink(missing_ok=True)
        run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", f"{name} of the lab", "-f", str(key)])
    return key


def age_identity(folder: Path, name: str) -> tuple[Path, str]:
    """Give an age identity file (mode 0600), made if need be, and its recipient."""
    from eakte_ops.secret.identity import create, load

    file = folder / name
    if not file.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = file.with_suffix(".part")
        part.unlink(missing_ok=True)
        create(part)
        part.rename(file)
    return file, load(file).public[0]
