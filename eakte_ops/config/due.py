"""What has to be done about a file that was compared with the server's: put in place, only noted, nothing, or not ours.

Pure. What stands in the way is a sentence that names no text of the file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from eakte_ops.config.compare import Compared
from eakte_ops.config.fetch import Lying

What: TypeAlias = Literal["text", "frame", "nothing", "theirs", "partial", "refused"]
"""text: it holds something else or is missing. frame: only owner, mode or the server's note are others. theirs: local
IT puts it there, or makes it take effect. partial: its template holds only a part of it. refused: a person looks."""


@dataclass(frozen=True, slots=True)
class Due:
    """One file. `why`: of what is refused."""

    compared: Compared
    what: What
    why: str = ""


def due(compared: Compared, lying: Lying) -> Due:
    """What has to be done about `compared`, which lies on the server as `lying`."""
    head = compared.rendered.template.head
    if compared.rendered.proposal or head.effect.how == "hand":
        return Due(compared, "nothing" if compared.state == "same" else "theirs")
    if compared.rendered.partial:
        return Due(compared, "partial")
    if why := _objection(compared, lying):
        return Due(compared, "refused", why)
    if compared.state == "same":
        return Due(compared, "nothing" if _is_noted(compared, lying) else "frame")
    return Due(compared, "text" if compared.state == "missing" or _other_text(compared) else "frame")


def _objection(compared: Compared, lying: Lying) -> str:
    if lying.kind == "other":
        return f"a {lying.what or 'thing that is no file'} is in the place of the file"
    if lying.kind in ("closed", "unread") or (lying.kind == "file" and lying.data is None):
        return f"what is there can not be read, so it could not be kept ({lying.why or 'not allowed'})"
    if compared.closed:
        return f"the secret {', '.join(compared.closed)} can not be opened here"
    return ""


def _is_noted(compared: Compared, lying: Lying) -> bool:
    """Whether the server's note says of the file what is: else it would be told as drift, or can not be."""
    noted = compared.placed
    return noted is not None and compared.since == "placed" and noted.identity == lying.identity


def _other_text(compared: Compared) -> bool:
    return any(row.differs for row in compared.rows) or any(note != "exposed" for note, _ in compared.notes)
