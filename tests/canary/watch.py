"""Watches the words and the environment of every process on this machine; those of the lab's hosts are among them.

A process of its own (`python -m tests.canary.watch`), so that nothing slows it down. Where the kernel tells root of
every program that is started, it looks at once, also at those that live for a millisecond; beside that it looks at all
again and again, and measures how long that takes.
"""

from __future__ import annotations

import json
import os
import select
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.canary.values import Canary, Eyes, Sight, canary

_REST_S = 0.5
_PROVED_IN_S = 10.0


class Watch:
    """Started by `with`. `sights`: what was seen, by itself; `summary`: how well it looked, known after the end."""

    def __init__(self, *canaries: Canary) -> None:
        self.marker = canary("marker", "-")
        self.eyes = Eyes.of(*canaries, self.marker)
        self.sights: list[Sight] = []
        self.summary: dict[str, Any] = {}

    def __enter__(self) -> Watch:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.canary.watch"],
            cwd=Path(__file__).parents[2],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self._process.stdin is not None
        needles = [(name, form, needle.hex()) for name, form, needle in self.eyes.needles]
        self._process.stdin.write(json.dumps(needles).encode() + b"\n")
        self._process.stdin.flush()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._ready = threading.Event()
        self._reader.start()
        assert self._ready.wait(_PROVED_IN_S), "it did not begin to look"
        return self

    def __exit__(self, *_raised: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._reader.join(_PROVED_IN_S)
        with self._process:  # closes what is left
            self._process.wait(_PROVED_IN_S)

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            said = json.loads(line)
            if "sight" in said:
                self.sights.append(Sight(*said["sight"]))
            else:
                self.summary = said
                self._ready.set()

    def leaks(self) -> list[Sight]:
        """What was seen, without the markers that were planted."""
        return [sight for sight in self.sights if sight.canary != self.marker.name]

    def planted(self, where: str) -> list[Sight]:
        """Wait until the marker was seen in a place that holds the word `where`; nothing if it never is."""
        end = time.monotonic() + _PROVED_IN_S
        while time.monotonic() < end:
            if found := [each for each in self.sights if each.canary == self.marker.name and where in each.place]:
                return found
            time.sleep(0.01)
        return []


@dataclass
class _Watcher:
    """The other process."""

    eyes: Eyes
    events: socket.socket | None
    rounds: list[float] = field(default_factory=list)
    started: int = 0
    unseen: int = 0
    lost: int = 0
    _known: dict[int, tuple[bytes, bytes]] = field(default_factory=dict)

    def watch(self) -> None:
        """Until stdin ends."""
        say(self.summary())
        began = time.monotonic()
        while not select.select([sys.stdin], [], [], 0)[0]:
            self._all()
            if self.events is not None:
                self._hear(self.events, time.monotonic() + _REST_S)
            ended = time.monotonic()
            self.rounds.append(ended - began)
            began = ended
        say(self.summary())

    def summary(self) -> dict[str, Any]:
        """Rounds over all processes, and milliseconds from one to the next; whether the kernel tells of programs that
        are started: how many were, of how many the words could not be read because they had ended, how often it told
        more than could be heard."""
        return {
            "rounds": len(self.rounds),
            "mean_ms": round(1000 * sum(self.rounds) / max(1, len(self.rounds)), 1),
            "longest_ms": round(1000 * max(self.rounds, default=0.0), 1),
            "told": self.events is not None,
            "started": self.started,
            "unseen": self.unseen,
            "lost": self.lost,
        }

    def _all(self) -> None:
        pids = [int(entry.name) for entry in os.scandir("/proc") if entry.name.isdigit()]
        self._known = {pid: kept for pid in pids if (kept := self._known.get(pid)) is not None}
        for pid in pids:
            if self.events is not None:
                self._hear(self.events, 0.0)
            self._look(pid, _read(pid, "cmdline"), _read(pid, "environ"))

    def _hear(self, events: socket.socket, until: float) -> None:
        """Read of each program that is started until then at once what it was given, and look at it afterwards."""
        read: list[tuple[int, bytes, bytes]] = []
        while True:
            waiting, _, _ = select.select([events], [], [], 0 if read else max(0.0, until - time.monotonic()))
            if waiting:
                read += self._told(events)
                continue
            if not read:
                return
            for pid, words, environment in read:
                self._look(pid, words, environment)
            read.clear()

    def _told(self, events: socket.socket) -> Iterator[tuple[int, bytes, bytes]]:
        try:
            told = events.recv(4096)
        except OSError:
            self.lost += 1
            return
        what, pid = struct.unpack_from("=I12xI", told, 36)
        if what == _EXEC:
            words = _read(pid, "cmdline")
            self.started += 1
            self.unseen += not words
            yield pid, words, _read(pid, "environ")

    def _look(self, pid: int, words: bytes, environment: bytes) -> None:
        if (words, environment) != self._known.get(pid):
            self._known[pid] = (words, environment)
            for what, data in (("argv", words), ("environment", environment)):
                for sight in self.eyes.seen(data, f"{what} of {_name(pid)} ({pid}{_host(pid)})"):
                    say({"sight": [sight.canary, sight.form, sight.place]})


def _read(pid: int, what: str) -> bytes:
    read = b""
    with suppress(OSError):  # it ended meanwhile
        handle = os.open(f"/proc/{pid}/{what}", os.O_RDONLY)
        try:
            while piece := os.read(handle, 262_144):
                read += piece
        finally:
            os.close(handle)
    return read


def _name(pid: int) -> str:
    return _read(pid, "comm").decode("utf-8", "replace").strip()


def _host(pid: int) -> str:
    """Of a process of the lab the host, by its control group."""
    _, found, rest = _read(pid, "cgroup").decode("utf-8", "replace").partition("eakte-lab")
    return f" on {rest[1:].partition('/')[0].partition('.')[0]}" if found else ""


# linux/connector.h and linux/cn_proc.h: the kernel tells root of each program that is started.
_EXEC = 2


def _events() -> socket.socket | None:
    """None where the kernel does not tell us."""
    try:
        heard = socket.socket(socket.AF_NETLINK, socket.SOCK_DGRAM, 11)
        heard.setsockopt(socket.SOL_SOCKET, 33, 8 * 1024 * 1024)  # SO_RCVBUFFORCE
        heard.bind((os.getpid(), 1))
        listen = struct.pack("=IIIIHHI", 1, 1, 0, 0, 4, 0, 1)
        heard.send(struct.pack("=IHHII", 16 + len(listen), 3, 0, 0, os.getpid()) + listen)
    except OSError:
        return None
    return heard


def say(what: dict[str, Any]) -> None:
    """One line for the test."""
    print(json.dumps(what), flush=True)


def _needles(line: str) -> Iterator[tuple[str, str, bytes]]:
    for name, form, needle in json.loads(line):
        yield name, form, bytes.fromhex(needle)


if __name__ == "__main__":
    with suppress(OSError):  # before all others, where that is allowed: a moment later a short program is over
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    _Watcher(Eyes(tuple(_needles(sys.stdin.readline()))), _events()).watch()
