"""Frees a town by a person's word: the lock is broken on its servers, the fence raised, and nothing else done."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from eakte_ops.errors import EakteError
from eakte_ops.playbook import lock
from eakte_ops.playbook.everywhere import everywhere
from eakte_ops.playbook.memory import locks
from eakte_ops.playbook.owners import alive, still_there

if TYPE_CHECKING:
    from collections.abc import Mapping

    from eakte_ops.playbook.parts import Parts
    from eakte_ops.remote.jobs import Listed
    from eakte_ops.remote.townlock import Holder


@dataclass(frozen=True, slots=True)
class Unlocked:
    """`holders`: by server, who had the lock, None where it was free; `failed`: servers that keep it, and why.

    `running`: server and job, of what began between the look before and the fence; nothing can begin after it.
    `unseen`: servers that were freed and could not be asked for that again, and why.
    """

    holders: Mapping[str, Holder | None]
    failed: Mapping[str, EakteError]
    running: tuple[tuple[str, Listed], ...] = ()
    unseen: Mapping[str, EakteError] = field(default_factory=dict)


def unlock(parts: Parts, why: str) -> Unlocked:
    """Break the lock of the town everywhere it can be reached. Raises Busy where a process of this host or a job is at
    work: what runs on a server does not end by it, so it has to end before somebody else may begin."""
    with lock.working(parts.state, parts.town, f"unlocking, {parts.who}"):
        at_work = everywhere(parts.servers, lambda server: alive(parts, server))
        for server, found in at_work.said.items():
            if found:
                raise still_there(parts, server, found[0])
        known = parts.keeper.reading(lambda rows: locks.of(rows, parts.town))
        details = {"run": known.run} if known is not None else {}

        def note(server: str) -> str:
            entry = parts.trail.record("unlock", town=parts.town, why=why, details={**details, "server": server})
            return parts.trail.anchor(entry)

        broken = lock.break_open(parts.lines, parts.servers, note)
        after = everywhere(broken.said, lambda server: alive(parts, server))
        if known is not None:
            parts.keeper.writing(lambda rows: locks.drop(rows, parts.town, known.run))
        running = tuple((server, job) for server, found in after.said.items() for job in found)
        return Unlocked(broken.said, broken.failed, running, after.failed)
