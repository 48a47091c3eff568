"""A host's own disk: a sparse ext4 file that carries the writable part of an overlay over the shared image.

So `df /` in the host shows a disk of its own, and filling it fills nothing else.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from eakte_ops.errors import CommandFailed, Refused
from eakte_ops.lab.command import run
from eakte_ops.lab.places import Places

DISK_BYTES = 3 * 1024**3
_EXT4 = "-qFm0", "-O", "^has_journal", "-E", "lazy_itable_init=1,nodiscard"


def prepare_disk(places: Places, name: str, image: Path, own_files: Mapping[str, str]) -> None:
    """Make and mount the disk and the root of a host, with `own_files` (path -> text) in it. Idempotent.

    Raises: Refused if the kernel gives no loop device or no overlay.
    """
    folder = places.host(name)
    disk, root, store = folder / "disk", places.root(name), folder / "disk.img"
    for folder in (disk, root):
        folder.mkdir(parents=True, exist_ok=True)
    if not store.exists():
        _format(store)
    if not disk.is_mount():
        _mount(["-o", "loop,noatime,discard", str(store), str(disk)], "a loop device with ext4")
    if root.is_mount():
        return
    for part in ("upper", "work"):
        (disk / part).mkdir(exist_ok=True)
    for inside, text in own_files.items():
        target = disk / "upper" / inside
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    layers = f"lowerdir={image},upperdir={disk}/upper,workdir={disk}/work"
    _mount(["-t", "overlay", "lab", "-o", layers, str(root)], "an overlay mount")


def _format(store: Path) -> None:
    """Written under another name first: a killed `mkfs` leaves no half made disk behind."""
    part = store.with_suffix(".part")
    with part.open("wb") as opened:
        opened.truncate(DISK_BYTES)
    run(["mkfs.ext4", *_EXT4, str(part)])
    part.rename(store)


def _mount(words: list[str], what: str) -> None:
    try:
        run(["mount", *words])
    except CommandFailed as failed:
        raise Refused(f"this machine does not give {what}: {failed.values['said']}", place="lab up") from failed


def remove_disk(places: Places, name: str) -> None:
    """Unmount and remove everything of a host; its processes must be gone. Does nothing twice."""
    folder = places.host(name)
    for path in (folder / "root", folder / "disk"):
        while path.is_mount():
            run(["umount", str(path)])
    shutil.rmtree(folder, ignore_errors=True)
    shutil.rmtree(places.runtime / "propagate" / name, ignore_errors=True)
