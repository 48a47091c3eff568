"""What is not well, worst first: causes with their consequences, and one finding for a jump host that is down."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from eakte_ops.errors import Status, worst
from eakte_ops.health.checks.reach import REACHABLE, unreachable
from eakte_ops.health.engine import ServerLook
from eakte_ops.health.types import WORST_FIRST, Judged

Subject: TypeAlias = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not well. `consequences`: other results that are bad only because of it.

    `behind`: servers that can not be reached because of it (a jump host).
    """

    judged: Judged
    consequences: tuple[Judged, ...] = ()
    behind: tuple[str, ...] = ()

    @property
    def identity(self) -> Subject:
        """Town, server, check, subject: the same finding at another time has the same."""
        judged = self.judged
        return (judged.town, judged.server, judged.check, judged.result.subject)


def findings(looks: Iterable[ServerLook]) -> tuple[Finding, ...]:
    """All findings: critical, warning, unknown; within that in the order of towns, servers and checks."""
    kept = list(looks)
    jumps = _jump_hosts(kept)
    found: list[Finding] = list(jumps.values())
    for look in kept:
        if _jump(look) is None:
            found += _of_server(look.results)
    order = {look.stop.town.id: number for number, look in enumerate(reversed(kept))}
    return tuple(sorted(found, key=lambda each: (WORST_FIRST.index(each.judged.verdict), -order[each.judged.town])))


def status(looks: Sequence[ServerLook], found: Sequence[Finding]) -> Status:
    """The exit status of a look: 7 only where nothing could be asked for lack of support, 3, 1 or 0."""
    if looks and all(look.state == "unsupported" for look in looks):
        return Status.REFUSED
    unreached = any(look.state == "unreachable" or look.error is not None for look in looks)
    return worst(
        [Status.UNREACHABLE if unreached else Status.OK, Status.FINDINGS if found else Status.OK],
    )


def _of_server(results: Sequence[Judged]) -> list[Finding]:
    bad = [judged for judged in results if judged.verdict != "ok"]
    causes: dict[int, list[Judged]] = {}
    roots: list[Judged] = []
    for judged in bad:
        root = _root(judged, bad)
        if root is judged:
            roots.append(judged)
        else:
            causes.setdefault(id(root), []).append(judged)
    return [Finding(root, tuple(causes.get(id(root), ()))) for root in roots]


def _root(judged: Judged, bad: Sequence[Judged]) -> Judged:
    """The bad result at the end of the chain of `because`; itself where it has no cause among them."""
    seen = [judged]
    while (cause := _cause(seen[-1], bad)) is not None and cause not in seen:
        seen.append(cause)
    return seen[-1]


def _cause(judged: Judged, bad: Sequence[Judged]) -> Judged | None:
    if judged.result.because is None:
        return None
    check, subject = judged.result.because
    return next(
        (other for other in bad if other.check == check and subject in ("", other.result.subject)),
        None,
    )


def _jump(look: ServerLook) -> str | None:
    """The name of the jump host that itself could not be reached on the way to this server."""
    via = look.stop.target.via
    if look.state != "unreachable" or via is None or look.error is None:
        return None
    return via.name if look.error.values.get("server") == via.name else None


def _jump_hosts(looks: Sequence[ServerLook]) -> Mapping[tuple[str, str], Finding]:
    """One finding per jump host that is down, however many servers are behind it."""
    found: dict[tuple[str, str], Finding] = {}
    for look in looks:
        jump = _jump(look)
        if jump is None or look.error is None:
            continue
        key = (look.stop.town.id, jump)
        judged = Judged(look.stop.town.id, jump, REACHABLE.name, REACHABLE.owner, unreachable(look.error))
        before = found.get(key, Finding(judged))
        found[key] = replace(before, behind=(*before.behind, look.stop.server.name))
    return found
