"""What a path on a server looks like."""

from __future__ import annotations

import re

from eakte_ops.product.model import Platform

_LINUX = re.compile(r"(/[A-Za-z0-9._@+-]+)+/?|/")
_WINDOWS = re.compile(
    r"[A-Za-z]:\\([^\\/:*?\"<>|\x00-\x1f]+\\)*[^\\/:*?\"<>|\x00-\x1f]*|\\\\[A-Za-z0-9.-]+\\[^/:*?\"<>|\x00-\x1f]+"
)


def is_place(text: str, platform: Platform) -> bool:
    """Whether `text` is an absolute path without `..`, on Linux of plain characters only, on Windows UNC included."""
    parts = re.split(r"[\\/]", text)
    pattern = _WINDOWS if platform == "windows" else _LINUX
    return ".." not in parts and pattern.fullmatch(text) is not None
