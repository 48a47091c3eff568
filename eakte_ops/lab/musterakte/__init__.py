"""Musterakte, the lab's stand-in for an e-file product: how a release is put on a server.

The programs below `program/` are copied to the servers and run there; nothing of eakte-ops imports them.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

HERE = Path(__file__).resolve().parent
RELEASES = tuple(sorted(path.name for path in (HERE / "releases").iterdir() if path.is_dir()))
PROGRAMS = ("database", "application-server", "index", "service-manager", "gateway", "musterakte-admin")

_START = """#!/usr/bin/python3 -I
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "lib"))
from musterakte.launch import start

start(Path(__file__).name)
"""


def release_files(release: str) -> dict[str, tuple[bytes, int]]:
    """All files of a release by their path below /opt/eakte/releases/RELEASE, each with content and mode."""
    folder = HERE / "releases" / release
    files = {f"bin/{name}": (_START.encode(), 0o750) for name in PROGRAMS}
    for path in sorted((HERE / "program").glob("*.py")):
        files[f"lib/musterakte/{path.name}"] = (path.read_bytes(), 0o640)
    for path in sorted((folder / "schema").glob("*.sql")):
        files[f"schema/{path.name}"] = (path.read_bytes(), 0o640)
    manifest = json.loads((folder / "release.json").read_text())
    manifest["files"] = {path: hashlib.sha256(content).hexdigest() for path, (content, _) in files.items()}
    files["manifest.json"] = ((json.dumps(manifest, indent=2) + "\n").encode(), 0o640)
    return files
