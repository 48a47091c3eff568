"""What every command that touches servers says first, on stderr: folder, commit, whether it is the lab."""

from __future__ import annotations

import subprocess
from pathlib import Path

from eakte_ops.cli.output import say

_PATIENCE_S = 5
_NOT_IN_GIT = "not in git"
_NOT_ALL = ", with changes that are not committed"


def banner(folder: Path, lab: bool) -> None:
    """One line on stderr: LAB mark, operations folder, commit and whether something is not committed."""
    say(f"{'LAB · ' if lab else ''}{folder} · {commit_of(folder)}")


def mark_lab(folder: Path) -> None:
    """The LAB mark alone, where it is one: for what answers from memory and looks at nothing."""
    from eakte_ops.inventory.state import is_lab

    if is_lab(folder):
        say(f"LAB · {folder}")


def commit_of(folder: Path) -> str:
    """The commit of the operations folder in words; says so where it is not kept in git."""
    head = _git(folder, "rev-parse", "--short=10", "HEAD")
    if head is None:
        return _NOT_IN_GIT
    changed = _git(folder, "status", "--porcelain", "--", ".")
    return f"commit {head}{_NOT_ALL if changed else ''}"


def is_committed(commit: str) -> bool:
    """Whether everything is in that commit (as commit_of says it)."""
    return commit != _NOT_IN_GIT and not commit.endswith(_NOT_ALL)


def in_git(folder: Path) -> bool:
    """Whether the operations folder is kept in git, and git is there."""
    return commit_of(folder) != _NOT_IN_GIT


def _git(folder: Path, *words: str) -> str | None:
    """What git says, None if there is no git, no repository, or no answer in time."""
    try:
        # Another person's repository may configure programs (fsmonitor, hooks): none of them is wanted here.
        done = subprocess.run(
            ["git", "-c", "core.fsmonitor=false", "-C", str(folder), *words],
            capture_output=True,
            text=True,
            timeout=_PATIENCE_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
