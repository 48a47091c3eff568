"""Whether the remote file systems (NFS, CIFS, FUSE ...) answer: a question of its own, so that only it can hang."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from eakte_ops.health.facts.reading import lines, question
from eakte_ops.health.facts.storage import unescaped
from eakte_ops.health.types import Fact, NotKnown, Site
from eakte_ops.remote.types import Answer, Question, Visit

PATIENCE_S = 2

State: TypeAlias = Literal["ok", "hangs", "still-hangs", "denied", "fails"]


@dataclass(frozen=True, slots=True)
class RemoteMount:
    """`still-hangs`: an earlier question of ours hangs in it, so nobody asked again. `denied`: not ours to see."""

    path: str
    kind: str
    state: State


def _ask(_site: Site) -> Question:
    return question("remote_mounts", str(PATIENCE_S), limit=PATIENCE_S + 3, cap=16_384)


def _parse(answer: Answer, _visit: Visit) -> tuple[RemoteMount, ...]:
    found, complete = [], False
    for kind, *rest in lines(answer):
        if kind == "mount" and len(rest) == 3:
            state = next((state for state in get_args(State) if state == rest[1]), None)
            if state is None:
                raise NotKnown("unreadable", what="mount")
            found.append(RemoteMount(unescaped(rest[2]), rest[0], state))
        complete = complete or kind == "end"
    if not complete:
        raise NotKnown("unreadable", what="/proc/mounts")
    return tuple(sorted(found, key=lambda mount: mount.path))


REMOTE_MOUNTS = Fact("remote_mounts", _ask, _parse)
