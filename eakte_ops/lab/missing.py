"""What this machine lacks to carry the lab, said in one sentence."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from eakte_ops.errors import Refused
from eakte_ops.lab.command import succeeds
from eakte_ops.lab.places import Places

_PROGRAMS = {
    "systemd-nspawn": "systemd-container",
    "ip": "iproute2",
    "mkfs.ext4": "e2fsprogs",
    "mount": "mount",
    "nsenter": "util-linux",
    "ssh": "openssh-client",
    "ssh-keygen": "openssh-client",
}
_IMAGE_PROGRAMS = {"mmdebstrap": "mmdebstrap"}
_KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
_CAPABILITIES = (12, 21, 27)  # NET_ADMIN, SYS_ADMIN, MKNOD (linux/capability.h)
# In a network of its own, which ends with the command: nothing of the machine is touched.
_BRIDGE_PROBE = [
    "unshare",
    "--net",
    "sh",
    "-c",
    "ip link add probe0 type bridge && ip link add probe1 type veth peer name probe2",
]
_FREE_BYTES = 6_000_000_000


def missing(places: Places, *, image_exists: bool) -> Iterator[str]:
    """Name each thing that is missing, in words that say what to do."""
    if sys.platform != "linux":
        yield "Linux (the lab boots Debian hosts)"
        return
    if os.geteuid() != 0:
        yield "root (mounts, bridges, containers): use sudo"
    elif not has_capabilities(Path("/proc/self/status").read_text(encoding="ascii")):
        yield "the full rights of root (this is a container that lacks SYS_ADMIN, NET_ADMIN or MKNOD)"
    elif shutil.which("ip") and not succeeds(_BRIDGE_PROBE):
        yield "network bridges and veth pairs of the kernel (modules bridge, veth)"
    programs = _PROGRAMS if image_exists else {**_PROGRAMS, **_IMAGE_PROGRAMS}
    packages = {package for program, package in programs.items() if shutil.which(program) is None}
    if not image_exists and not _KEYRING.exists():
        packages.add("debian-archive-keyring")
    if packages:
        yield f"packages: apt-get install {' '.join(sorted(packages))}"
    yield from _kernel()
    where = next(path for path in (places.state, *places.state.parents) if path.exists())
    if shutil.disk_usage(where).free < _FREE_BYTES:
        yield f"{_FREE_BYTES // 10**9} GB of free disk on {where}"


def has_capabilities(status: str) -> bool:
    """Whether a process may mount, make devices and set up networks. Given: its /proc/PID/status."""
    effective = next(line.split()[1] for line in status.splitlines() if line.startswith("CapEff:"))
    return all(int(effective, 16) >> bit & 1 for bit in _CAPABILITIES)


def _kernel() -> Iterator[str]:
    if not Path("/dev/loop-control").exists():
        yield "loop devices of the kernel (module loop)"
    known = Path("/proc/filesystems").read_text(encoding="ascii").split()
    for name in ("overlay", "ext4"):
        if name not in known and not list(Path("/lib/modules").glob(f"{os.uname().release}/**/{name}.ko*")):
            yield f"the file system {name} in the kernel"


def refuse_if_missing(places: Places, *, image_exists: bool) -> None:
    """Raises: Refused with one sentence that names everything that is missing."""
    lacking = list(missing(places, image_exists=image_exists))
    if lacking:
        raise Refused(
            f"the lab can not start here, it needs: {'; '.join(lacking)}",
            place="lab up",
            way_out="nothing was changed; try again when it is there",
        )


def refuse_unless_root(command: str) -> None:
    """Raises: Refused if this process is not root, which everything about the lab needs."""
    if os.geteuid() != 0:
        raise Refused(
            "the lab needs root (mounts, bridges, containers)", place=command, way_out=f"sudo eakte-ops {command}"
        )
