"""Looks at one town on paper: results are said here, findings.told and memory.keep are the real ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from eakte_ops.errors import EakteError
from eakte_ops.health import memory
from eakte_ops.health.catalogue import CHECKS
from eakte_ops.health.engine import ServerLook, Stop
from eakte_ops.health.engine import State as LookState
from eakte_ops.health.findings import told
from eakte_ops.health.memory import findings, keep, states
from eakte_ops.health.memory.keep import Needs
from eakte_ops.health.memory.known import Change, Known, State
from eakte_ops.health.types import Cause, Judged, Result, Value, Verdict
from eakte_ops.remote.types import Target
from eakte_ops.store import Store
from tests.unit.health import well

AT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC).timestamp()
DAY = 86400.0
EACH = Needs(1, 1, 1, 1)
TWICE = Needs(2, 2, 2, 2)
SPACE = "disk.space"


def said(verdict: Verdict, subject: str = "", check: str = SPACE, **more: object) -> Judged:
    """A result with the first sentence of its check that needs no more than the values given."""
    values: dict[str, Value] = more.pop("values", {})  # type: ignore[assignment]
    reason = "failed" if verdict == "unknown" and "reason" not in more else str(more.pop("reason", ""))
    if reason == "failed":
        values = {"status": 1, "err": "no"}
    sentence = "" if reason else str(more.pop("said", "")) or next(iter(CHECKS[check].text["en"].said))
    server = str(more.pop("server", "herdecke-box"))
    result = Result(verdict, subject, sentence, values, reason=reason, **more)  # type: ignore[arg-type]
    return Judged("herdecke", server, check, result.owner or CHECKS[check].owner, result)


def stop(server: str = "herdecke-box", town: str = "herdecke") -> Stop:
    place = well.inventory().towns[town]
    jump = place.jump_of(place.server(server))
    via = Target(jump.name, jump.address, "eakte-jump", Path(town)) if jump else None
    target = Target(server, "192.0.2.42", "eakte-look", Path(town), via=via)
    return Stop(place, place.server(server), target, well.site(server))


def server_look(
    *results: Judged,
    state: LookState = "looked",
    error: EakteError | None = None,
    where: Stop | None = None,
    at: float = AT,
) -> ServerLook:
    return ServerLook(where or stop(), state, datetime.fromtimestamp(at, UTC), results, visit=well.VISIT, error=error)


@dataclass
class Memory:
    """A store and the looks that were kept in it, an hour apart."""

    store: Store
    needs: Needs = EACH
    at: float = AT
    changes: list[Change] = field(default_factory=list)

    def look(
        self,
        *results: Judged,
        state: LookState = "looked",
        error: EakteError | None = None,
        town_said: Sequence[Judged] = (),
        later: float = 3600.0,
    ) -> list[str]:
        """One look at Herdecke; gives what was news: "opened /var"."""
        seen = server_look(*results, state=state, error=error, at=self.at)
        return self.looks([seen], town_said, later)

    def looks(self, these: Iterable[ServerLook], town_said: Sequence[Judged] = (), later: float = 3600.0) -> list[str]:
        seen = list(these)
        with self.store.writing() as rows:
            changes = keep.keep(rows, self.at, seen[0].stop.town, seen, told(seen, town_said), self.needs)
        self.at += later
        self.changes += changes
        return [f"{each.kind} {each.finding.subject or each.finding.check}" for each in changes]

    def open(self, *, consequences: bool = False) -> list[Known]:
        with self.store.reading() as rows:
            return list(findings.current(rows, consequences=consequences))

    def subjects(self, *, consequences: bool = False) -> list[str]:
        return [each.subject or each.check for each in self.open(consequences=consequences)]

    def states(self) -> list[State]:
        with self.store.reading() as rows:
            return list(states.current(rows, "herdecke"))

    def rows(self, table: str) -> int:
        with self.store.reading() as rows:
            found = rows.one(f"SELECT count(*) FROM {table}")
            assert found is not None
            return int(found[0])


@contextmanager
def memory_in(folder: Path, needs: Needs = EACH) -> Iterator[Memory]:
    with closing(Store.open(folder / "store.db", memory.migrations())) as store:
        yield Memory(store, needs)


def because(judged: Judged, check: str, subject: str = "") -> Judged:
    """The same as a consequence of `check`, if that is bad."""
    return replace(judged, result=replace(judged.result, because=(Cause(check, subject),)))
