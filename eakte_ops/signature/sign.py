"""Makes a signature with a private key or with the agent that holds it."""

from __future__ import annotations

import subprocess
from pathlib import Path

from eakte_ops.errors import MachineFailed, Refused
from eakte_ops.signature.program import MOST_S, program

_BEGIN = "-----BEGIN SSH SIGNATURE-----"


def sign(data: bytes, namespace: str, key: Path) -> str:
    """The signature over `data`, armoured. `key`: a private key, or a public one whose private half the agent holds.

    A passphrase is asked for by OpenSSH itself, at the terminal or by its own window; it never passes through here.
    Raises Refused where the key can not sign, MachineFailed where ssh-keygen is missing or hangs.
    """
    words = [program(), "-Y", "sign", "-q", "-n", namespace, "-f", str(key)]
    try:
        done = subprocess.run(words, input=data, capture_output=True, timeout=MOST_S, check=False)
    except subprocess.TimeoutExpired as slow:
        raise MachineFailed(f"ssh-keygen gave no signature within {MOST_S} s", place=str(key)) from slow
    signature = done.stdout.decode("ascii", "replace")
    if done.returncode != 0 or not signature.startswith(_BEGIN):
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise Refused(
            f"no signature was made: {said[-1] if said else 'ssh-keygen gave no reason'}",
            place=str(key),
            way_out="name a key of yours that access.yml holds; with an agent: ssh-add -l shows what it has",
        )
    return signature
