"""A booted host: a systemd-nspawn container with its own disk and network.

No record says what runs: processes are found by the exact root tree they were started on or live in, and signalled
through a pidfd, so a reused process id is never hit and a killed `lab up` leaves nothing that can not be found.
"""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import suppress
from pathlib import Path

from eakte_ops.clock import SYSTEM, Clock
from eakte_ops.errors import CommandFailed, TimedOut
from eakte_ops.lab.cgroup import enter_argv, make_groups, remove_groups
from eakte_ops.lab.command import last_words
from eakte_ops.lab.network import join
from eakte_ops.lab.places import Places
from eakte_ops.lab.towns import Host

_PROC = Path("/proc")
_POLL_S = 0.05
_BOOT_S = 90.0
_GONE_S = 20.0


def second_leg(host: Host, number: int) -> str:
    """Name of the machine's end of a further leg; at most 15 characters for the lab's hosts."""
    return f"lab-{host.town}-{number}"[:15]


def nspawn_argv(places: Places, host: Host) -> list[str]:
    """The command that boots a host."""
    legs = [f"--network-veth-extra={second_leg(host, number)}:host{number}" for number in range(1, len(host.legs))]
    return [
        "systemd-nspawn",
        "--quiet",
        "--register=no",
        "--keep-unit",
        "--settings=no",
        "--link-journal=no",
        "--resolv-conf=off",
        "--timezone=off",
        "--boot",
        f"--machine={host.name}",
        f"--directory={places.root(host.name)}",
        f"--network-bridge={host.legs[0].network.bridge}",
        *legs,
    ]


def _own_group_argv(host: Host) -> list[str]:
    """Words before the command that give the host control groups of its own: by systemd where it is process 1."""
    if Path("/run/systemd/system").is_dir():
        scope = ["systemd-run", "--scope", "--quiet", "--collect", f"--unit=eakte-lab-{host.name}"]
        return [*scope, "--property=Delegate=yes", "--"]
    return enter_argv(make_groups(host.name))


def _belongs(root: Path, pid: int) -> bool:
    """Whether a process lives in the host (its root is on the host's own overlay) or was started to boot it."""
    with suppress(OSError):
        if f"--directory={root}".encode() in (_PROC / str(pid) / "cmdline").read_bytes().split(b"\0"):
            return True
        return root.is_mount() and (_PROC / str(pid) / "root").stat().st_dev == root.stat().st_dev
    return False


def processes(places: Places, host: Host) -> set[int]:
    """Everything of this host that runs now."""
    root = places.root(host.name)
    return {int(entry.name) for entry in _PROC.iterdir() if entry.name.isdigit() and _belongs(root, int(entry.name))}


def leader_of(places: Places, host: Host) -> int | None:
    """Process id, as the machine sees it, of the host's process 1; None while there is none."""
    return next((pid for pid in sorted(processes(places, host)) if _is_first(pid)), None)


def _is_first(pid: int) -> bool:
    with suppress(OSError, StopIteration):
        status = (_PROC / str(pid) / "status").read_text(encoding="utf-8", errors="replace")
        own = next(line.split()[1:] for line in status.splitlines() if line.startswith("NSpid:"))
        return len(own) > 1 and own[-1] == "1"
    return False


def boot(places: Places, host: Host, clock: Clock = SYSTEM) -> None:
    """Start the host if it does not run and wait until its process 1 is there and its legs are connected.

    Raises: CommandFailed with the console's last words if it ends at once, TimedOut after 90 s.
    """
    if leader_of(places, host) is None:
        kill(places, host, clock)
        _start(places, host, clock)
    for number, leg in enumerate(host.legs[1:], start=1):
        join(second_leg(host, number), leg.network.bridge)


def _start(places: Places, host: Host, clock: Clock) -> None:
    console = places.host(host.name) / "console.log"
    argv = [*_own_group_argv(host), *nspawn_argv(places, host)]
    with console.open("wb") as log:
        started = subprocess.Popen(
            argv, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
    end = clock.monotonic() + _BOOT_S
    while leader_of(places, host) is None:
        if started.poll() is not None:
            said = last_words(console.read_text(encoding="utf-8", errors="replace"))
            raise CommandFailed(server=host.name, command="boot", code=started.returncode, said=said)
        if clock.monotonic() > end:
            raise TimedOut(server=host.name, seconds=_BOOT_S, phase="boot")
        clock.sleep(_POLL_S)
    # The host outlives this command on purpose: nobody waits for the process any more.
    started.returncode = 0


def kill(places: Places, host: Host, clock: Clock = SYSTEM) -> None:
    """End everything of this host at once, as a power cut would, and wait until it is gone.

    Raises: TimedOut if the kernel does not let go of a process within 20 s.
    """
    end = clock.monotonic() + _GONE_S
    while running := processes(places, host):
        if clock.monotonic() > end:
            raise TimedOut(server=host.name, seconds=_GONE_S, phase=f"process {min(running)} to end")
        # Process 1 takes everything in the host with it; whatever is left is ended in the next round.
        for pid in {pid for pid in running if _is_first(pid)} or running:
            _kill(places.root(host.name), pid)
        clock.sleep(_POLL_S)
    remove_groups(host.name)


def _kill(root: Path, pid: int) -> None:
    """SIGKILL through a pidfd, after a second look at who has that id."""
    with suppress(ProcessLookupError):
        handle = os.pidfd_open(pid)
        try:
            if _belongs(root, pid):
                signal.pidfd_send_signal(handle, signal.SIGKILL)
        finally:
            os.close(handle)
