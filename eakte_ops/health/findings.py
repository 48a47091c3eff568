"""What is not well, worst first: causes with their consequences, and one finding for a jump host that is down."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from eakte_ops.errors import Status, worst
from eakte_ops.health.checks.reach import REACHABLE, unreachable
from eakte_ops.health.engine import ServerLook, State
from eakte_ops.health.types import WORST_FIRST, AnyCheck, Cause, Identity, Judged, Result
from eakte_ops.inventory.model import Town


@dataclass(frozen=True, slots=True)
class Overview:
    """One look at some towns: what came of each server, worst first what is not well. `seconds`: how long it took.

    `towns_said`: what the checks over whole towns said. `waiting`: what can not be judged yet (NotYet), no findings.
    `left_out`: servers, or whole towns, that nobody set out for because the file of their town is wrong.
    """

    looks: tuple[ServerLook, ...]
    found: tuple[Finding, ...]
    checks: tuple[AnyCheck, ...]
    seconds: float
    towns_said: tuple[Judged, ...] = ()
    left_out: tuple[str, ...] = ()

    @property
    def waiting(self) -> tuple[Judged, ...]:
        """What nobody can judge yet, and nobody has to do anything about."""
        said = (*(judged for look in self.looks for judged in look.results), *self.towns_said)
        return tuple(judged for judged in said if judged.result.waits)

    def of_state(self, state: State) -> tuple[ServerLook, ...]:
        """The servers in that state."""
        return tuple(look for look in self.looks if look.state == state)

    @property
    def missed(self) -> int:
        """How many were not looked at: their turn did not come, or nobody set out for them."""
        return len(self.of_state("interrupted")) + len(self.left_out)

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
    def identity(self) -> Identity:
        """Town, server, check, subject: the same finding at another time has the same."""
        return self.judged.identity


@dataclass(frozen=True, slots=True)
class Told:
    """A result as it is remembered. `cause`: the finding whose mere consequence it is, None where it stands alone."""

    judged: Judged
    cause: Identity | None = None


def findings(looks: Iterable[ServerLook], towns_said: Iterable[Judged] = ()) -> tuple[Finding, ...]:
    """All findings: critical, warning, unknown; within that in the order of towns, servers and checks."""
    by_town: dict[str, list[ServerLook]] = {}
    for look in looks:
        by_town.setdefault(look.stop.town.id, []).append(look)
    said = tuple(towns_said)
    found = [
        finding
        for town, of_town in by_town.items()
        for finding in _of_town(of_town, [each for each in said if each.town == town])
    ]
    return tuple(sorted(found, key=lambda finding: WORST_FIRST.index(finding.judged.verdict)))


def overview(
    looks: Iterable[ServerLook],
    checks: Iterable[AnyCheck],
    seconds: float,
    towns_said: Iterable[Judged] = (),
    left_out: Iterable[str] = (),
) -> Overview:
    """All that one look found out."""
    kept, said = tuple(looks), tuple(towns_said)
    return Overview(kept, findings(kept, said), tuple(checks), seconds, said, tuple(left_out))


def told(looks: Sequence[ServerLook], town_said: Sequence[Judged] = ()) -> tuple[Told, ...]:
    """Every result of ONE town, with the finding that caused it; jump hosts have a result of their own.

    A server that was not reached because its jump host is down has a result, too, caused by that of the jump host.
    """
    every = [*(judged for look in looks for judged in look.results), *town_said]
    causes: dict[Identity, Identity] = {}
    jumps: dict[str, Judged] = {}
    for finding in _of_town(looks, town_said):
        below = [*finding.consequences, *finding.alike]
        causes |= {each.identity: finding.identity for each in below}
        causes |= {(finding.judged.town, server, REACHABLE.name, ""): finding.identity for server in finding.behind}
        if finding.behind:
            jumps[finding.judged.server] = finding.judged
    for look in looks:
        via = look.stop.target.via
        if via is not None and look.state == "looked" and via.name not in jumps:
            well = Result("ok", said="reached", values={"seconds": look.visit.login_s if look.visit else 0.0})
            jumps[via.name] = Judged(look.stop.town.id, via.name, REACHABLE.name, REACHABLE.owner, well)
    return tuple(Told(judged, causes.get(judged.identity)) for judged in (*jumps.values(), *every))


def status(seen: Overview) -> Status:
    """The exit status of a look: 7 only where nothing could be asked for lack of support, 3, 1 or 0."""
    looks, found = seen.looks, seen.found
    if looks and all(look.state == "unsupported" for look in looks):
        return Status.REFUSED
    lost = [look for look in looks if look.state == "unreachable" or look.error is not None]
    unreached = any(look.down is None for look in lost)  # what starts anew on purpose is no trouble
    return worst(
        [Status.UNREACHABLE if unreached else Status.OK, Status.FINDINGS if found else Status.OK],
    )


def _of_town(looks: Sequence[ServerLook], town_said: Sequence[Judged]) -> list[Finding]:
    reached = [look for look in looks if _jump(look) is None]
    said = (*(judged for look in reached for judged in look.results), *town_said)
    bad = [judged for judged in said if judged.result.bad]
    town = _Town(bad, {look.stop.server.name: frozenset(look.stop.server.components) for look in reached})
    effects: dict[int, list[Judged]] = {}
    roots: list[Judged] = []
    for judged in bad:
        root = town.root(judged)
        if root is judged:
            roots.append(judged)
        else:
            effects.setdefault(id(root), []).append(judged)
    found = list(_jump_hosts(looks).values())
    for root in roots:
        more = tuple(effects.get(id(root), ()))
        same = next((number for number, each in enumerate(found) if _alike(each.judged, root)), None)
        if same is None:
            found.append(Finding(root, more))
        else:
            before = found[same]
            found[same] = replace(before, alike=(*before.alike, root), consequences=before.consequences + more)
    return found


def _alike(one: Judged, other: Judged) -> bool:
    """Unknown on one server for the same reason and the same owner: one line says both."""
    a, b = one.result, other.result
    return bool(a.reason) and (one.server, one.owner, a.reason, a.values) == (
        other.server,
        other.owner,
        b.reason,
        b.values,
    )


@dataclass(frozen=True, slots=True)
class _Town:
    """The bad results of a town's servers, and which components each server has."""

    bad: Sequence[Judged]
    components: Mapping[str, frozenset[str]]

    def root(self, judged: Judged) -> Judged:
        """The bad result at the end of the chain of causes; itself where it has none among them."""
        seen = [judged]
        while (cause := self._cause(seen[-1])) is not None and cause not in seen:
            seen.append(cause)
        return seen[-1]

    def _cause(self, judged: Judged) -> Judged | None:
        """The first cause, if every one that the result names is bad itself."""
        found = [self._bad(cause, judged) for cause in judged.result.because]
        return found[0] if found and all(found) else None

    def _bad(self, cause: Cause, effect: Judged) -> Judged | None:
        """What makes `cause` true: something bad that is at least as bad as its effect, which it must not hide."""
        rank = WORST_FIRST.index(effect.verdict)
        worse = (other for other in self.bad if other is not effect and WORST_FIRST.index(other.verdict) <= rank)
        return next((other for other in worse if self._fits(other, cause, effect)), None)

    def _fits(self, other: Judged, cause: Cause, effect: Judged) -> bool:
        subject = other.result.subject
        if not cause.component:
            place = cause.server or effect.server
            # What is said of the town as a whole holds on each of its servers.
            return other.server in (place, "") and other.check == cause.check and cause.subject in ("", subject)
        if cause.component not in self.components.get(other.server, ()) or other.verdict != "critical":
            return False
        return other.check in (REACHABLE.name, cause.check) or subject.split(" ")[0] == cause.component


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
