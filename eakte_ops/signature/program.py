"""Where ssh-keygen is."""

from __future__ import annotations

import shutil

from eakte_ops.errors import MachineFailed

MOST_S = 60
"""Seconds: a person may have to touch a key or type a passphrase."""


def program() -> str:
    """The path of ssh-keygen. Raises MachineFailed."""
    found = shutil.which("ssh-keygen")
    if found is None:
        raise MachineFailed("ssh-keygen is not installed here", way_out="install OpenSSH's client tools")
    return found
