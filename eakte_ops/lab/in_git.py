"""Keeps the lab's operations folder in git, as a centre does, so that its plans name the commit they stand on."""

from __future__ import annotations

import subprocess
from pathlib import Path

from eakte_ops.inventory.scaffold import GITIGNORE

_PATIENCE_S = 30
_OURS = (
    *("-c", "user.name=eakte-ops lab"),
    *("-c", "user.email=betrieb@centre.example"),
    *("-c", "commit.gpgsign=false"),
    *("-c", "core.hooksPath=/dev/null"),
)
"""Who commits, whatever this machine's own git is set to."""


def keep_in_git(folder: Path) -> bool:
    """Commit what `lab up` wrote into `folder`: all of it the first time, later only what is new or a host key.

    What a person changed since is left for that person to commit. False where there is no git; nothing is lost then,
    but each change needs a --why.
    """
    if not (folder / ".git").exists():
        ignore = folder / ".gitignore"
        if not ignore.exists():
            ignore.write_text(GITIGNORE, encoding="utf-8")
        if not _git(folder, "init", "--quiet"):
            return False
        return _git(folder, "add", "--all") and _git(folder, *_OURS, "commit", "--quiet", "--message", "lab up")
    new = _said(
        folder, "ls-files", "--others", "--exclude-standard", "-z", "--", "inventories", "playbooks", "templates"
    )
    keys = _said(folder, "ls-files", "--modified", "-z", "--", "inventories/*.known_hosts")
    wanted = [name for name in f"{new}{keys}".split("\0") if name]
    if not wanted:
        return True
    added = _git(folder, "add", "--", *wanted)
    return added and _git(folder, *_OURS, "commit", "--quiet", "--message", "lab up", "--", *wanted)


def _git(folder: Path, *words: str) -> bool:
    return _run(folder, words) is not None


def _said(folder: Path, *words: str) -> str:
    return _run(folder, words) or ""


def _run(folder: Path, words: tuple[str, ...]) -> str | None:
    """What git prints, None if there is none, or it refuses."""
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *words], capture_output=True, text=True, timeout=_PATIENCE_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None
