"""The text that puts files in their places on a Linux server. Pure; whoever may change a server runs it."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from importlib.resources import files

from eakte_ops.config.rendered import Content
from eakte_ops.product.model import Layout
from eakte_ops.remote.posix import quote

_END = "END_OF_FILE"
_WORD = re.compile(r"[!-~]+")


@cache
def functions() -> str:
    """The functions of place.sh."""
    return files(__package__).joinpath("place.sh").read_text("utf-8")


def script(contents: Iterable[Content], layout: Layout, by: str) -> str:
    """A sh script, for the account of people at work, that puts `contents` where they belong; the folders are there.

    Says `placed` or `same`, a tab and the path for each. It may be run again, also after it was cut off anywhere: each
    file is the old or the new one. `by`: who puts them there and why, one word (a run). The text holds the secrets of
    the files: it travels on standard input and is kept nowhere. Raises ValueError where `by` or a path would break the
    lines of the note.
    """
    if not _WORD.fullmatch(by):
        raise ValueError(f"not one word: {by!r}")
    lines = [
        "set -eu",
        f"state={quote(layout.state)} look={quote(layout.look_account)} by={quote(by)}",
        functions(),
    ]
    for content in contents:
        if not content.path.isprintable():
            raise ValueError(f"no path: {content.path!r}")
        data = base64.encodebytes(content.data).decode("ascii")
        words = f"{quote(content.path)} {content.mode:04o} {sha256(content.data).hexdigest()}"
        lines.append(f"put {words} <<'{_END}'\n{data}{_END}")
    return "\n".join([*lines, ""])
