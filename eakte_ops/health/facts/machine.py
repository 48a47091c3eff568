"""What the operating system says about itself: memory, start, kernels, sudo. One cheap question for all of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from eakte_ops.health.facts.reading import lines, question, whole
from eakte_ops.health.types import Fact, NotKnown, Site
from eakte_ops.remote.types import Answer, Question, Visit

_NUMBER = re.compile(r"[0-9]{1,12}(\.[0-9]{1,9})?", re.ASCII)
_KERNELS = 50


@dataclass(frozen=True, slots=True)
class Sudo:
    """`own`: the version it prints. `package`: that of the distribution's package, "" where there is none."""

    own: str
    package: str


@dataclass(frozen=True, slots=True)
class Machine:
    """What a machine says. None: it does not say so.

    `memory`: NAME of /proc/meminfo -> bytes. `oom_kills` since its start. `waiting_percent`: how long some work waited
    for memory, mean of five minutes. `up_s`: seconds since its process 1 began. `kernels`: those in /boot.
    `reboot`: the packages for which somebody asked for a new start. `system`: ID and VERSION_ID of os-release.
    """

    memory: Mapping[str, int]
    oom_kills: int | None = None
    waiting_percent: float | None = None
    up_s: float | None = None
    running: str = ""
    kernels: tuple[str, ...] = ()
    reboot: str | None = None
    system: tuple[str, str] = ("", "")
    sudo: Sudo | None = None


@dataclass(slots=True)
class _Said:
    """The lines by their first word; those that may stand there often by themselves."""

    once: dict[str, list[str]] = field(default_factory=dict)
    memory: dict[str, int] = field(default_factory=dict)
    kernels: list[str] = field(default_factory=list)


def _ask(_site: Site) -> Question:
    return question("machine", limit=5, cap=16_384)


def _parse(answer: Answer, _visit: Visit) -> Machine:
    said = _Said()
    for kind, *rest in lines(answer):
        if kind == "memory" and len(rest) == 2:
            said.memory[rest[0]] = whole(rest[1], "/proc/meminfo", 2**53) * 1024
        elif kind == "kernel" and len(rest) == 1 and len(said.kernels) < _KERNELS:
            said.kernels.append(rest[0])
        else:
            said.once[kind] = rest
    if "end" not in said.once:
        raise NotKnown("unreadable", what="/proc")
    once = said.once
    oom, pressure, sudo = _words(once, "oom", 1), _words(once, "pressure", 2), _words(once, "sudo", 2)
    running, reboot, system = _words(once, "running", 1), _words(once, "reboot", 1), _words(once, "system", 2)
    return Machine(
        memory=said.memory,
        oom_kills=whole(oom[0], "/proc/vmstat") if oom else None,
        waiting_percent=_number(pressure[1], "/proc/pressure") if pressure else None,
        up_s=_up(_words(once, "start", 4)),
        running=running[0] if running else "",
        kernels=tuple(said.kernels),
        reboot=reboot[0] if reboot else None,
        system=(system[0], system[1]) if system else ("", ""),
        sudo=Sudo(sudo[0], sudo[1]) if sudo else None,
    )


def _words(said: Mapping[str, list[str]], kind: str, count: int) -> list[str] | None:
    rest = said.get(kind)
    return rest if rest is not None and len(rest) == count else None


def _up(start: list[str] | None) -> float | None:
    """How long process 1 runs. Both figures count from the begin of the machine below a container, except where the
    container is given an uptime of its own."""
    if start is None:
        return None
    up, ticks, per_second = _number(start[0], "uptime"), _number(start[1], "stat"), _number(start[2], "CLK_TCK")
    before = ticks / per_second if start[3] == "shared" and per_second else 0.0
    return max(0.0, up - before)


def _number(text: str, what: str) -> float:
    if not _NUMBER.fullmatch(text):
        raise NotKnown("unreadable", what=what)
    return float(text)


MACHINE = Fact("machine", _ask, _parse)
