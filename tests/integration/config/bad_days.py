"""A server to place files on: a folder of its own, an account that is not root, any shell, programs that kill it."""

from __future__ import annotations

import grp
import os
import pwd
import resource
import shutil
import signal
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from eakte_ops.config.place import script
from eakte_ops.config.record import HEAD, Placed, placed_of
from eakte_ops.config.rendered import Content
from eakte_ops.product.load import profile

SHELLS = {"dash": ["dash"], "bash": ["bash"], "busybox": ["busybox", "sh"]}
PROGRAMS = (
    "awk",
    "base64",
    "cat",
    "chgrp",
    "chmod",
    "cmp",
    "cp",
    "cut",
    "date",
    "head",
    "ln",
    "mkdir",
    "mv",
    "rm",
    "sha256sum",
    "stat",
    "sync",
)
SECRET = "canary-of-the-index"
_WRAPPER = """\
#!/bin/dash
case $WHEN.NAME in
  look.*)
    umask >>"$COUNT.umask"
    find "$TOP" -type f -printf '%m %p\\n' >>"$COUNT.seen"
    exec /usr/bin/NAME "$@"
    ;;
  half.base64 | half.awk | half.head | half.date | before.* | after.*) ;;
  *) exec /usr/bin/NAME "$@" ;;
esac
echo >>"$COUNT"
n=0
while read -r _; do n=$((n + 1)); done <"$COUNT"
if [ "$n" -lt "$AT" ]; then exec /usr/bin/NAME "$@"; fi
case $WHEN in
  before) ;;
  after) /usr/bin/NAME "$@" ;;
  half) /usr/bin/NAME "$@" | /usr/bin/head -c 20 ;;
esac
kill -9 0
"""


@dataclass
class Server:
    """Two files: one that everybody may read, in a folder whose every .yml is taken; one for few, with a secret."""

    root: Path
    uid: int
    gid: int

    @property
    def state(self) -> Path:
        return self.root / "state"

    @property
    def open(self) -> Path:
        return self.root / "config/application-prod.yml"

    @property
    def closed(self) -> Path:
        return self.root / "index/built-in.usr"

    def contents(self, word: str) -> tuple[Content, ...]:
        return (
            Content(str(self.open), 0o644, f"title: {word} ä\n".encode() * 9),
            Content(str(self.closed), 0o640, f"elastic:{SECRET} {word}\n".encode() * 9),
        )

    def script(self, *contents: Content, by: str = "run-1") -> str:
        layout = profile("musterakte").layout["linux"]
        group = grp.getgrgid(self.gid).gr_name
        return script(contents, layout.model_copy(update={"state": str(self.state), "look_account": group}), by)

    def place(self, *contents: Content, shell: str = "dash", **more: object) -> subprocess.CompletedProcess[str]:
        return self.run(self.script(*contents), shell, **more)

    def run(
        self,
        text: str,
        shell: str = "dash",
        *,
        at: int = 0,
        when: str = "before",
        largest: int = 0,
        told: bool = True,
    ) -> subprocess.CompletedProcess[str]:
        """Runs a script. `at`, `when`: at which program it is killed, or looked at.

        `largest`: bytes that a file may have; the program that writes more dies, or is `told` and goes on.
        """
        count = self.root / "count"
        for file in (count, Path(f"{count}.umask"), Path(f"{count}.seen")):
            file.unlink(missing_ok=True)
        path = f"{self.root}/bin:/usr/bin:/bin" if at or when == "look" else "/usr/bin:/bin"
        env = {"PATH": path, "AT": str(at), "WHEN": when, "COUNT": str(count), "TOP": str(self.root)}

        def prepare() -> None:
            os.umask(0)
            if largest:
                signal.signal(signal.SIGXFSZ, signal.SIG_IGN if told else signal.SIG_DFL)
                resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))

        become = {"user": self.uid, "group": self.gid, "extra_groups": []} if os.geteuid() == 0 else {}
        return subprocess.run(
            [*SHELLS[shell], "-s"], input=text, capture_output=True, text=True, check=False, env=env, cwd=self.root,
            start_new_session=True, preexec_fn=prepare, restore_signals=False, **become,
        )  # fmt: skip

    def own(self, path: Path, mode: int = 0) -> Path:
        """Gives `path` to the account, with everything below."""
        for each in (path, *path.rglob("*")):
            os.chown(each, self.uid, self.gid, follow_symlinks=False)
        if mode:
            path.chmod(mode)
        return path

    def write(self, path: Path, data: bytes | str, mode: int = 0o640) -> Path:
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return self.own(path, mode)

    def noted(self) -> dict[str, Placed]:
        """The note as the program reads it; every line of it has to be whole."""
        text = (self.state / "placed").read_text()
        assert text.endswith("\n")
        head, *lines = text.splitlines()
        found = [placed_of(line.split("\t")) for line in lines]
        assert (head, None in found) == (HEAD, False)
        assert len({each.path for each in found if each}) == len(found)
        return {each.path: each for each in found if each}

    def files(self) -> set[str]:
        """All files but those of the test itself."""
        found = (path.relative_to(self.root) for path in self.root.rglob("*") if not path.is_dir())
        return {str(path) for path in found if path.parts[0] != "bin" and not path.name.startswith("count")}

    def guarded(self) -> bool:
        """Whether nothing with a secret can be used by others."""
        held = [path for path in self.root.rglob("*") if path.is_file() and not path.is_symlink()]
        return all(
            not stat.S_IMODE(path.stat().st_mode) & 0o007
            for path in held
            if SECRET.encode() in path.read_bytes() or path.name.startswith("placed.key")
        )

    def seen(self) -> list[str]:
        """Mode and path of all files before each program."""
        return Path(f"{self.root / 'count'}.seen").read_text().splitlines()


@contextmanager
def server() -> Iterator[Server]:
    """One for a test; as root it belongs to `nobody`."""
    account = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
    root = Path(tempfile.mkdtemp(prefix="eakte-place-"))
    try:
        made = Server(root, account.pw_uid, account.pw_gid)
        for folder in (made.state, made.open.parent, made.closed.parent, root / "bin"):
            folder.mkdir(mode=0o755)
        for name in PROGRAMS:
            (root / "bin" / name).write_text(_WRAPPER.replace("NAME", name))
            (root / "bin" / name).chmod(0o755)
        made.own(root, 0o755)
        yield made
    finally:
        shutil.rmtree(root)
