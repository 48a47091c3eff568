"""A control group per host where the machine has no systemd: hosts that share one disturb each other's services."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

_OURS = "eakte-lab"


def hierarchies(mounts: str) -> Iterator[Path]:
    """Where systemd keeps its groups: unified and, on older layouts, name=systemd. Given: the text of /proc/mounts."""
    for line in mounts.splitlines():
        _, where, kind, options, *_ = line.split()
        if kind == "cgroup2" or (kind == "cgroup" and "name=systemd" in options.split(",")):
            yield Path(where)


def _groups(name: str) -> Iterator[Path]:
    mounts = Path("/proc/mounts").read_text(encoding="utf-8")
    return (base / _OURS / name for base in hierarchies(mounts))


def enter_argv(groups: Iterable[Path]) -> list[str]:
    """Words to put before a command so that it starts inside these groups."""
    enter = 'while [ "$1" != -- ]; do echo $$ >"$1/cgroup.procs"; shift; done; shift; exec "$@"'
    return ["sh", "-ec", enter, "enter-cgroup", *map(str, groups), "--"]


def make_groups(name: str) -> list[Path]:
    """Make the groups of a host, empty, and name them."""
    remove_groups(name)
    groups = list(_groups(name))
    for group in groups:
        group.mkdir(parents=True, exist_ok=True)
    return groups


def remove_groups(name: str) -> None:
    """Remove the groups of a host whose processes are gone, and the common parent when it is empty."""
    for group in _groups(name):
        for folder, _, _ in os.walk(group, topdown=False):
            Path(folder).rmdir()
        with suppress(OSError):
            group.parent.rmdir()
