"""The systemd units of the operations host, as text. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from eakte_ops.errors import UsageError
from eakte_ops.schedule.times import next_daily, next_minutes

MARK = "# eakte-ops schedule of "
"""Begins the first line of every unit of ours; the operations folder that it belongs to follows."""

_PLAIN = re.compile(r"(/[A-Za-z0-9._+@-]+)+")
_HOMES = ("/home", "/root", "/run/user")
_MEMORY_SWEEP = "1G"  # a thousand servers take under 400 MB (docs/benchmarks.md)
_MEMORY = "512M"
_AGAIN_WHERE_BUSY = (
    # RestartForceExitStatus=6 would say it, but systemd takes it from no oneshot: so every other ending is named.
    "Restart=on-failure",
    "RestartSec=60",
    "RestartPreventExitStatus=1 2 3 4 5 7 70 130 141 SIGTERM SIGKILL SIGABRT SIGSEGV SIGBUS",
)


@dataclass(frozen=True, slots=True)
class Setup:
    """What the units are made from. All paths are absolute. `reads`: files that the account reads besides (keys).

    `night`, `digest`, `prune`: "HH:MM" in `zone`. `full_minutes`, `light_limit_minutes`: what a sweep may take.
    `mails`: whether there is a mail server to send digests to.
    """

    program: Path
    folder: Path
    state: Path
    user: str
    home: Path
    zone: str
    night: str
    digest: str
    prune: str
    light_minutes: int
    full_minutes: float
    light_limit_minutes: float
    threads: int
    mails: bool = True
    reads: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit file: its name and its whole text."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Task:
    """Something that runs by itself: a service and its timer. `command`: words after `eakte-ops --project FOLDER`.

    `well`: exit statuses besides 0 that are a success for the unit. `waits_its_turn`: it tries again where another is
    at work (status 6). `after`: tasks that it waits for while they are at work. `next_run`: when it runs next (UTC).
    """

    name: str
    what: str
    when: str
    command: tuple[str, ...]
    calendar: str
    minutes: float
    next_run: Callable[[datetime], datetime]
    well: tuple[int, ...] = (130,)
    waits_its_turn: bool = False
    after: tuple[str, ...] = ()
    memory: str = _MEMORY
    delay: str = ""
    catches_up: bool = True
    quiet: bool = False

    @property
    def service(self) -> str:
        """The name of the unit that does it."""
        return f"eakte-ops-{self.name}.service"

    @property
    def timer(self) -> str:
        """The name of the unit that starts it."""
        return f"eakte-ops-{self.name}.timer"


def tasks(setup: Setup) -> tuple[Task, ...]:
    """What runs by itself, in the order of the table. Without a mail server no digest, for it could only fail."""
    return tuple(task for task in _all(setup) if setup.mails or task.name != "digest")


def _all(setup: Setup) -> tuple[Task, ...]:
    zone, every = setup.zone, setup.light_minutes
    return (
        Task(
            "sweep",
            "the sweep of the night",
            f"every night at {setup.night}",
            ("sweep",),
            f"*-*-* {setup.night}:00 {zone}",
            setup.full_minutes + 10,
            lambda now: next_daily(now, zone, setup.night),
            well=(1, 3, 130),  # findings, and a server that can not be reached, are what a sweep is for
            waits_its_turn=True,
            after=("light",),
            memory=_MEMORY_SWEEP,
            delay="5min",
        ),
        Task(
            "light",
            "the light sweep",
            f"every {every} minutes" if every > 1 else "every minute",
            ("sweep", "--light"),
            # In UTC: with a zone systemd leaves out the second of the doubled hours.
            f"*-*-* *:0/{every}:00 UTC",
            setup.light_limit_minutes + 2,
            lambda now: next_minutes(now, every),
            well=(1, 3, 6, 130),  # and one that finds another at work has nothing to do
            memory=_MEMORY_SWEEP,
            catches_up=False,
            quiet=True,
        ),
        Task(
            "digest",
            "the mails of the morning",
            f"every day at {setup.digest}",
            ("digests", "send"),
            f"*-*-* {setup.digest}:00 {zone}",
            30,
            lambda now: next_daily(now, zone, setup.digest),
            well=(1, 130),  # a mail that waits is sent later
            after=("sweep",),
        ),
        Task(
            "prune",
            "what is too old is deleted",
            f"Sundays at {setup.prune}",
            ("store", "prune"),
            f"Sun *-*-* {setup.prune}:00 {zone}",
            60,
            lambda now: next_daily(now, zone, setup.prune, sundays=True),
            after=("sweep",),
        ),
    )


def units(setup: Setup) -> tuple[Unit, ...]:
    """Every unit file. Raises UsageError for a path that would mean something to systemd."""
    for path in (setup.program, setup.folder, setup.state):
        if not _PLAIN.fullmatch(str(path)):
            raise UsageError(
                f"the path {str(path)!r} can not stand in a unit",
                way_out="letters, digits and . _ + @ - alone mean nothing to systemd; move or rename the folder",
            )
    found = []
    for task in tasks(setup):
        found += [Unit(task.service, _service(task, setup)), Unit(task.timer, _timer(task, setup))]
    return tuple(found)


def _head(setup: Setup) -> list[str]:
    return [
        f"{MARK}{setup.folder}",
        "# Made by `eakte-ops schedule install`, which overwrites changes; own ones belong into a drop-in",
        "# (systemctl edit). Times and limits stand in eakte-ops.yml.",
    ]


def _service(task: Task, setup: Setup) -> str:
    after = ["network-online.target", "time-sync.target", *(f"eakte-ops-{name}.service" for name in task.after)]
    lines = [
        *_head(setup),
        "[Unit]",
        f"Description=eakte-ops: {task.what}",
        "Wants=network-online.target",
        f"After={' '.join(after)}",
        f"RequiresMountsFor={setup.folder} {setup.state}",
        "",
        "[Service]",
        "Type=oneshot",
        f"ExecStart={setup.program} --project {setup.folder} {' '.join(task.command)}",
        f"User={setup.user}",
        "Environment=LANG=C.UTF-8",
        f"SuccessExitStatus={_words(task.well)}",
        *(_AGAIN_WHERE_BUSY if task.waits_its_turn else []),
        f"TimeoutStartSec={round(task.minutes * 60)}",
        "TimeoutStopSec=60",
        *(["StandardOutput=null"] if task.quiet else []),
        f"MemoryMax={task.memory}",
        f"TasksMax={3 * setup.threads + 64}",
        "",
        *_hardening(setup),
    ]
    return "\n".join(lines) + "\n"


def _hardening(setup: Setup) -> list[str]:
    """What the program does not need is taken from it. It writes to the state folder and to a /tmp of its own."""
    read = (setup.program, setup.folder, setup.state, setup.home, *setup.reads)
    homes = any(path.is_relative_to(home) for path in read for home in _HOMES)
    return [
        "UMask=0077",
        "NoNewPrivileges=yes",
        "CapabilityBoundingSet=",
        "AmbientCapabilities=",
        "ProtectSystem=strict",
        f"ReadWritePaths={setup.state}",
        f"ProtectHome={'read-only' if homes else 'yes'}",
        "PrivateTmp=yes",
        "PrivateDevices=yes",
        "ProtectProc=invisible",
        "ProcSubset=pid",
        "ProtectClock=yes",
        "ProtectHostname=yes",
        "ProtectControlGroups=yes",
        "ProtectKernelLogs=yes",
        "ProtectKernelModules=yes",
        "ProtectKernelTunables=yes",
        "PrivateIPC=yes",
        "RemoveIPC=yes",
        "KeyringMode=private",
        "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6",
        "RestrictNamespaces=yes",
        "RestrictRealtime=yes",
        "RestrictSUIDSGID=yes",
        "LockPersonality=yes",
        "MemoryDenyWriteExecute=yes",
        "SystemCallArchitectures=native",
        "SystemCallFilter=@system-service",
        "SystemCallFilter=~@privileged @resources",
        "SystemCallErrorNumber=EPERM",
    ]


def _timer(task: Task, setup: Setup) -> str:
    lines = [
        *_head(setup),
        "[Unit]",
        f"Description=eakte-ops: {task.what}, {task.when}",
        "",
        "[Timer]",
        f"OnCalendar={task.calendar}",
        *([f"RandomizedDelaySec={task.delay}", "FixedRandomDelay=yes"] if task.delay else []),
        *(["Persistent=yes"] if task.catches_up else []),
        "AccuracySec=15s",
        "",
        "[Install]",
        "WantedBy=timers.target",
    ]
    return "\n".join(lines) + "\n"


def _words(statuses: Sequence[int]) -> str:
    return " ".join(str(status) for status in statuses)
