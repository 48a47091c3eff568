"""Loopback servers that answer as one real exchange with this machine was answered, each kind of server asked once.

The scripts of the questions take most of a second of this machine's processors; with a thousand servers on it, they
would be all that is measured. sshd, the login and the texts in both directions are real.
"""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

from eakte_ops.remote.fleet import Errand
from eakte_ops.remote.posix import Posix

_MARKER = "0" * 32
_PROGRAM = """\
#!/bin/sh
at=${{SSH_CONNECTION#* * }}
at={folder}/${{at% *}}
m=$(head -c 67 | tail -c 32)
cat >/dev/null
sed "s/{marker}/$m/g" "$at.err" >&2
exec sed "s/{marker}/$m/g" "$at.out"
"""


def program(folder: Path) -> Path:
    """What sshd has to run instead of every command, once there are answers: `ForceCommand`."""
    file = folder / "replay.sh"
    file.write_text(_PROGRAM.format(folder=folder, marker=_MARKER), "utf-8")
    file.chmod(0o755)
    return file


def record(folder: Path, errands: Sequence[Errand]) -> None:
    """Ask this machine each different text once; every server has the answers to its own."""
    known: dict[bytes, Path] = {}
    for errand in errands:
        text = Posix().ask(errand.questions, _MARKER, 60.0, errand.reveal)
        if text not in known:
            said = subprocess.run(["/bin/sh", "-s"], check=True, input=text, capture_output=True)
            known[text] = folder / f"kind-{len(known)}"
            known[text].with_suffix(".out").write_bytes(said.stdout)
            known[text].with_suffix(".err").write_bytes(said.stderr)
        for end in ("out", "err"):
            (folder / f"{errand.target.address}.{end}").symlink_to(known[text].with_suffix(f".{end}"))
