"""A release for a server as text that a sh script can carry: a tar archive in base64. Pure."""

from __future__ import annotations

import base64
import hashlib
import io
import tarfile
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import TypeAlias

Files: TypeAlias = Mapping[str, tuple[bytes, int]]
"""Path -> content and mode."""

_END = "END_OF_ARCHIVE"
_FOLDER_MODE = 0o2750


def archive(files: Files) -> str:
    """The archive as base64 in lines, with entries for the folders, group-inheriting."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        above = {str(parent) for path in files for parent in PurePosixPath(path).parents} - {"."}
        for path in sorted(above):
            entry = tarfile.TarInfo(path)
            entry.type, entry.mode = tarfile.DIRTYPE, _FOLDER_MODE
            tar.addfile(entry)
        for path, (content, mode) in sorted(files.items()):
            entry = tarfile.TarInfo(path)
            entry.mode, entry.size = mode, len(content)
            tar.addfile(entry, io.BytesIO(content))
    return base64.encodebytes(packed.getvalue()).decode("ascii")


def _unpack(files: Files, where: str) -> str:
    return f"base64 -d <<'{_END}' | tar -xzpm -C {where}\n{archive(files)}{_END}\n"


def release_script(release: str, files: Files) -> str:
    """Put a release in place, whole or not at all, and point `current` at it. Repeating it changes nothing.

    Says `replaced` if it was not there in this form.

    Given: the files of the release; its manifest.json holds the hashes of all others.
    """
    manifest = hashlib.sha256(files["manifest.json"][0]).hexdigest()
    return f"""\
set -eu
umask 027
cd /opt/eakte
if [ "$(sha256sum <releases/{release}/manifest.json 2>/dev/null)" != "{manifest}  -" ]; then
rm -rf releases/{release}.part
mkdir releases/{release}.part
{_unpack(files, f"releases/{release}.part")}
rm -rf releases/{release}
mv -T releases/{release}.part releases/{release}
echo replaced
fi
ln -sfn releases/{release} current
"""
