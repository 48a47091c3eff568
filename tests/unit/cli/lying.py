"""What lies on servers that exist on paper only, as they say it when they are asked for files of configuration."""

from __future__ import annotations

import base64
import hashlib
import shlex
from dataclasses import dataclass, field

from eakte_ops.config.fetch import QUESTION
from eakte_ops.remote.fake import FakeServer, Reply

KEY = b"key of this server"


@dataclass
class File:
    """A file as it lies there; `placed`: what was put there by run-7, None for nothing by us."""

    data: bytes
    mode: str = "644"
    owner: str = "eakte-ops"
    group: str = "eakte"
    placed: bytes | None = None


@dataclass
class Disk:
    """The files of one server by their paths; `more`: other names below our folders; `said`: instead of all that."""

    files: dict[str, File] = field(default_factory=dict)
    more: list[str] = field(default_factory=list)
    closed: set[str] = field(default_factory=set)
    said: Reply | None = None

    def server(self) -> FakeServer:
        return FakeServer({QUESTION: self.answer})

    def answer(self, section: str) -> Reply:
        if self.said is not None:
            return self.said
        words = shlex.split(next(line for line in section.splitlines() if line.startswith("set -- ")))[2:]
        paths = [word.removeprefix("file=") for word in words if word.startswith("file=")]
        folders = [word.removeprefix("folder=") for word in words if word.startswith("folder=")]
        lines = [f"note\t{_coded(self._note())}"]
        for at, path in enumerate(paths):
            lines += self._stat(at, path)
        for at, folder in enumerate(folders):
            names = [path for path in (*self.files, *self.more) if path.startswith(f"{folder}/")]
            lines.append(
                f"names\t{at}\t0\t{_coded(b''.join(b'f' + bytes([9]) + n.encode() + bytes([0]) for n in names))}"
            )
        for at, path in enumerate(paths):
            if path in self.files:
                lines.append(f"data\t{at}\t{_coded(self.files[path].data)}")
        return Reply("".join(f"{line}\n" for line in (*lines, "end")).encode())

    def _stat(self, at: int, path: str) -> list[str]:
        if path in self.closed:
            return [f"closed\t{at}"]
        if path not in self.files:
            return [f"absent\t{at}"]
        file = self.files[path]
        keyed = hashlib.sha256(KEY + file.data).hexdigest()
        return [f"file\t{at}\t{self._identity(file)}", f"keyed\t{at}\t{keyed}"]

    @staticmethod
    def _identity(file: File) -> str:
        return f"{file.mode}\t{file.owner}\t{file.group}\t{len(file.data)}\t7\t1.5\t1.5"

    def _note(self) -> bytes:
        lines = ["placed 1"]
        for path, file in self.files.items():
            if file.placed is not None:
                kind = "plain" if int(file.mode, 8) & 4 else "keyed"
                of = file.placed if kind == "plain" else KEY + file.placed
                lines.append(
                    f"{path}\t{kind}\t{hashlib.sha256(of).hexdigest()}\t{self._identity(file)}\t1763971200\trun-7"
                )
        return ("\n".join(lines) + "\n").encode()


def _coded(data: bytes) -> str:
    return base64.b64encode(data).decode()
