"""Keeps what a look at one town found: findings, results, figures. Everything of it in the caller's one transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from eakte_ops.health.memory import kept_figures, kept_findings, kept_states, towns
from eakte_ops.health.memory.given import Look, Told
from eakte_ops.health.memory.kept_findings import Key, Ledger
from eakte_ops.health.memory.kept_states import Intervals
from eakte_ops.health.memory.life import After
from eakte_ops.health.types import WORST_FIRST, AnyCheck, Identity, Judged, OwnCheck, TownCheck

if TYPE_CHECKING:
    from eakte_ops.health.memory.known import Change
    from eakte_ops.inventory.model import Town
    from eakte_ops.store import Rows

_MOST = 100
"""Subjects per server and check whose results are kept as intervals, the worst of them."""
_ASKED = ("looked", "unreachable")


@dataclass(frozen=True, slots=True)
class Needs:
    """How many bad looks in a row open a finding and how many good ones close it, by how often a check is looked at."""

    open_after: int
    close_after: int
    nightly_open_after: int
    nightly_close_after: int

    def of(self, check: AnyCheck | None) -> After:
        """Those of a check."""
        if check is not None and check.light:
            return After(self.open_after, self.close_after)
        return After(self.nightly_open_after, self.nightly_close_after)


@dataclass(frozen=True, slots=True)
class _Said:
    """A result and whose mere consequence it is."""

    judged: Judged
    cause: Identity | None


def keep(
    rows: Rows, at: float, town: Town, looks: Sequence[Look], said: Sequence[Told], needs: Needs
) -> tuple[Change, ...]:
    """Keep the look at `town`: its servers' `looks`, and every result of it as findings.told() gives them.

    Gives what is news. A subject that is not named any more is well if its check was judged completely on that server.
    """
    from eakte_ops.health.catalogue import CHECKS

    results = _by_key((told.judged, told.cause) for told in said)
    ledger = Ledger.of(rows, town.id, at, {key[:2] for key in results})
    intervals = Intervals.of(rows, town.id)
    absent = (ledger.current.keys() | intervals.ongoing.keys()) - results.keys()
    off = {key for key in absent if _concerns_no_more(key, looks, town, CHECKS)}
    wholly = _judged_wholly(results)
    well = {key for key in absent - off if key[:2] in wholly and _all_asked(key[0], looks, town)}
    for key in off & ledger.current.keys():
        ledger.gone(key)
    _judge(ledger, results, well, needs, CHECKS)
    kept = _bounded(results)
    intervals.keep(at, kept, off | well, CHECKS)
    kept_figures.keep(rows, at, town.id, town.said.windows.zone, kept.values(), CHECKS)
    asked = [look.when.timestamp() for look in looks if look.state in _ASKED]
    if asked:
        towns.looked(rows, min(asked), town.id)
    return ledger.changes()


def raise_own(
    rows: Rows, at: float, results: Sequence[Judged], needs: Needs, checks: Mapping[str, AnyCheck] | None = None
) -> tuple[Change, ...]:
    """Keep results about the centre itself (town ""): a night that was missed, a mail that can not be sent.

    A check that is named, and not unknown, is judged completely: what it does not name any more is well. `checks`:
    where their texts are, by default the catalogue.
    """
    from eakte_ops.health.catalogue import CHECKS

    known = CHECKS if checks is None else checks
    said = _by_key((judged, None) for judged in results)
    ledger, intervals = Ledger.of(rows, "", at), Intervals.of(rows, "")
    absent = (ledger.current.keys() | intervals.ongoing.keys()) - said.keys()
    wholly = _judged_wholly(said)
    well = {key for key in absent if key[:2] in wholly}
    _judge(ledger, said, well, needs, known)
    intervals.keep(at, _bounded(said), well, known)
    return ledger.changes()


def forget_gone(
    rows: Rows, at: float, exists: Mapping[str, Collection[str]], checks: Collection[str]
) -> tuple[Change, ...]:
    """End as "gone" what is about towns, servers (or jump hosts) or checks that are not among these any more.

    Findings of the centre itself stay. Figures stay until they are pruned for age.
    """
    rows.many("DELETE FROM town WHERE id = ?", [(id_,) for id_ in _others(rows, exists)])
    kept_states.forget(rows, exists, checks)
    return kept_findings.forget(rows, at, exists, checks)


def _others(rows: Rows, exists: Collection[str]) -> Iterator[str]:
    return (str(row[0]) for row in rows.all("SELECT id FROM town") if row[0] not in exists)


def _judge(
    ledger: Ledger, said: Mapping[Key, _Said], well: Collection[Key], needs: Needs, checks: Mapping[str, AnyCheck]
) -> None:
    for each in said.values():
        if not each.judged.result.waits:
            check = checks.get(each.judged.check)
            ledger.judged(each.judged, each.cause, needs.of(check), check)
    for key in sorted(key for key in well if key in ledger.current):
        ledger.well(key, needs.of(checks.get(key[1])))


def _by_key(said: Iterable[tuple[Judged, Identity | None]]) -> Mapping[Key, _Said]:
    """Every subject once: the worst that is said of it."""
    found: dict[Key, _Said] = {}
    for judged, cause in said:
        each = _Said(_writable(judged), cause)
        key = (judged.server, judged.check, each.judged.result.subject)
        if key not in found or _rank(each) < _rank(found[key]):
            found[key] = each
    return found


def _rank(said: _Said) -> int:
    return WORST_FIRST.index(said.judged.verdict)


def _writable(judged: Judged) -> Judged:
    """A subject may come from a server: what can not be written becomes a question mark."""
    subject = judged.result.subject
    clean = subject.encode("utf-8", "replace").decode("utf-8")
    return judged if clean == subject else replace(judged, result=replace(judged.result, subject=clean))


def _judged_wholly(said: Mapping[Key, _Said]) -> set[tuple[str, str]]:
    """Server and check, where nothing that the check said there is unknown."""
    unknown = {key[:2] for key, each in said.items() if each.judged.verdict == "unknown"}
    return {key[:2] for key in said} - unknown


def _all_asked(server: str, looks: Sequence[Look], town: Town) -> bool:
    """Whether the server was asked to the end; for the town as a whole (server "") every one that can be asked."""
    asked = {look.stop.server.name for look in looks if look.state == "looked" and look.error is None}
    if server:
        return server in asked
    can_not = {look.stop.server.name for look in looks if look.state == "unsupported"}
    return all(each.name in asked | can_not for each in town.said.servers)


def _concerns_no_more(key: Key, looks: Sequence[Look], town: Town, checks: Mapping[str, AnyCheck]) -> bool:
    """Whether there is nothing left on the server (in the town) that this check could judge: a component moved away."""
    check = checks.get(key[1])
    if check is None or not _all_asked(key[0], looks, town):
        return False
    sites = [look.stop.site for look in looks if look.stop.site is not None and key[0] in ("", look.stop.server.name)]
    if isinstance(check, OwnCheck):
        return False
    if isinstance(check, TownCheck):
        return not key[0] and not check.concerns(sites)
    return bool(key[0]) and not any(check.concerns(site) for site in sites)


def _bounded(said: Mapping[Key, _Said]) -> Mapping[Key, Judged]:
    """At most `_MOST` subjects of a check on a server, the worst ones."""
    if max(Counter(key[:2] for key in said).values(), default=0) > _MOST:
        seen: Counter[tuple[str, str]] = Counter()
        worst_first = sorted(said.items(), key=lambda item: _rank(item[1]))
        kept = {}
        for key, each in worst_first:
            seen[key[:2]] += 1
            if seen[key[:2]] <= _MOST:
                kept[key] = each.judged
        return kept
    return {key: each.judged for key, each in said.items()}
