"""Files for a server as text that a sh script can carry: a tar archive in base64. Pure."""

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


def archive(files: Files, *, folders: bool) -> str:
    """The archive as base64 in lines. `folders`: with entries for the folders, group-inheriting."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        above = {str(parent) for path in files for parent in PurePosixPath(path).parents} - {"."}
        for path in sorted(above) if folders else ():
            entry = tarfile.TarInfo(path)
            entry.type, entry.mode = tarfile.DIRTYPE, _FOLDER_MODE
            tar.addfile(entry)
        for path, (content, mode) in sorted(files.items()):
            entry = tarfile.TarInfo(path)
            entry.mode, entry.size = mode, len(content)
            tar.addfile(entry, io.BytesIO(content))
    return base64.encodebytes(packed.getvalue()).decode("ascii")


def _unpack(files: Files, where: str, *, folders: bool) -> str:
    return f"base64 -d <<'{_END}' | tar -xzpm -C {where}\n{archive(files, folders=folders)}{_END}\n"


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
{_unpack(files, f"releases/{release}.part", folders=True)}
rm -rf releases/{release}
mv -T releases/{release}.part releases/{release}
echo replaced
fi
ln -sfn releases/{release} current
"""


def configuration_script(files: Files) -> str:
    """Write configuration files (absolute paths) where their folders exist already. Repeating it changes nothing.

    Says `replaced` if one of them held something else.
    """
    below = {path.lstrip("/"): what for path, what in files.items()}
    sums = "".join(f"{hashlib.sha256(content).hexdigest()}  {path}\n" for path, (content, _) in files.items())
    return f"""\
set -eu
umask 027
if ! sha256sum --status -c <<'{_END}' 2>/dev/null
{sums}{_END}
then
{_unpack(below, "/", folders=False)}
echo replaced
fi
"""
