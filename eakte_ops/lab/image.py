"""The tree of packages that all hosts share (read only). Made once per recipe by mmdebstrap and kept."""

from __future__ import annotations

import hashlib
import shutil
from functools import partial
from importlib.resources import files
from pathlib import Path

from eakte_ops.lab.command import run
from eakte_ops.lab.image_files import FILES
from eakte_ops.lab.places import Places
from eakte_ops.lab.told import Tell

SUITE = "bookworm"
# libpam-systemd is left out on purpose: in containers it delays logins by up to 25 s.
PACKAGES = (
    *("systemd", "systemd-sysv", "dbus", "openssh-server", "sudo", "iproute2", "procps", "curl", "netbase"),
    *("bash", "zsh", "fish", "tcsh", "python3", "python3-psycopg2", "python3-yaml", "openssl", "libfaketime"),
    *("rsync", "restic", "rclone", "postgresql-15", "logrotate"),
)
_LIMIT_S = 1800.0
_LEAN = (
    "--dpkgopt=path-exclude=/usr/share/man/*",
    "--dpkgopt=path-exclude=/usr/share/doc/*",
    "--dpkgopt=path-exclude=/usr/share/locale/*",
    '--aptopt=Acquire::Languages "none"',
)


def _finish() -> str:
    return files("eakte_ops.lab").joinpath("image.sh").read_text(encoding="utf-8")


def recipe_hash() -> str:
    """Changes with everything that goes into the image except the mirror's own updates."""
    said = "\n".join((SUITE, *PACKAGES, *_LEAN, *(f"{path}={text}" for path, text in FILES.items()), _finish()))
    return hashlib.sha256(said.encode()).hexdigest()[:12]


def image_path(places: Places) -> Path:
    """Where the image of this recipe lies or will lie."""
    return places.cache / f"image-{recipe_hash()}"


def image_exists(places: Places) -> bool:
    """Whether the image of this recipe is complete; a half made one has another name."""
    return image_path(places).is_dir()


def build_argv(root: Path, overlay: Path, finish: Path) -> list[str]:
    """The mmdebstrap call. `overlay`: a folder whose files are copied over the packages before `finish` runs."""
    return [
        "mmdebstrap",
        "--quiet",
        "--variant=minbase",
        *_LEAN,
        "--skip=cleanup/apt",  # what is left there is the lab's own, see image.sh
        f"--include={','.join(PACKAGES)}",
        f'--customize-hook=cp -a {overlay}/. "$1"',
        f'--customize-hook=sh {finish} "$1"',
        SUITE,
        str(root),
    ]


def build_image(places: Places, tell: Tell) -> Path:
    """Give the image, made if need be. Whatever an interrupted build left is removed first."""
    image = image_path(places)
    if image.is_dir():
        return image
    tell("image", "is made from Debian packages; this takes about a minute, once")
    part = places.cache / "building"
    shutil.rmtree(part, ignore_errors=True)
    overlay, finish, root = part / "files", part / "image.sh", part / "root"
    for path, text in FILES.items():
        target = overlay / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    finish.write_text(_finish(), encoding="utf-8")
    waiting = partial(_still_at_it, tell)
    run(build_argv(root, overlay, finish), limit=_LIMIT_S, place="image", waiting=waiting)
    root.rename(image)
    shutil.rmtree(part)
    _remove_older(places, image)
    tell("image", "is ready")
    return image


def _still_at_it(tell: Tell, seconds: float) -> None:
    tell("image", f"is being made, {seconds:.0f} s gone")


def _remove_older(places: Places, current: Path) -> None:
    """Images of other recipes go, unless a host still stands on them."""
    mounts = Path("/proc/self/mounts").read_text(encoding="utf-8")
    for other in places.cache.glob("image-*"):
        if other != current and f"lowerdir={other}," not in mounts:
            shutil.rmtree(other)


def purge_images(places: Places) -> None:
    """Remove all images, also those of older recipes and half made ones."""
    shutil.rmtree(places.cache, ignore_errors=True)
