"""What is not well, worst first: causes with their consequences, and one finding for a jump host that is down."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from eakte_ops.errors import Status, worst
from eakte_ops.health.checks.reach import REACHABLE, unreachable
from eakte_ops.health.engine import ServerLook, State
from eakte_ops.health.types import WORST_FIRST, AnyCheck, Judged
from eakte_ops.inventory.model import Town

Subject: TypeAlias = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Overview:
    """One look at some towns: what came of each server, worst first what is not well. `seconds`: how long it took."""

    looks: tuple[ServerLook, ...]
    found: tuple[Finding, ...]
    checks: tuple[AnyCheck, ...]
    seconds: float

    def of_state(self, state: State) -> tuple[ServerLook, ...]:
        """The servers in that state."""
        return tuple(look for look in self.looks if look.state == state)

    @property
    def towns(self) -> tuple[Town, ...]:
        """The towns looked at, in order."""
        return tuple({look.stop.town.id: look.stop.town for look in self.looks}.values())


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not well. `consequences`: other results that are bad only because of it.

    `alike`: other results of the server that are unknown for the same reason. `behind`: servers that can not be
    reached because of it (a jump host).
    """

    judged: Judged
    consequences: tuple[Judged, ...] = ()
    alike: tuple[Judged, ...] = ()
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


def overview(looks: Iterable[ServerLook], checks: Iterable[AnyCheck], seconds: float) -> Overview:
    """All that one look found out."""
    kept = tuple(looks)
    return Overview(kept, findings(kept), tuple(checks), seconds)


def status(seen: Overview) -> Status:
    """The exit status of a look: 7 only where nothing could be asked for lack of support, 3, 1 or 0."""
    looks, found = seen.looks, seen.found
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
    found: list[Finding] = []
    for root in roots:
        same = next((number for number, each in enumerate(found) if _alike(each.judged, root)), None)
        if same is None:
            found.append(Finding(root, tuple(causes.get(id(root), ()))))
        else:
            before = found[same]
            more = tuple(causes.get(id(root), ()))
            found[same] = replace(before, alike=(*before.alike, root), consequences=before.consequences + more)
    return found


def _alike(one: Judged, other: Judged) -> bool:
    """Unknown for the same reason and the same owner: one line says both."""
    a, b = one.result, other.result
    return bool(a.reason) and (one.owner, a.reason, a.values) == (other.owner, b.reason, b.values)


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
