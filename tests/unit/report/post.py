"""A store with a town, its findings, and a post office that only writes down what it is given."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from eakte_ops.cli.context import migrations
from eakte_ops.clock import Clock
from eakte_ops.health.memory import findings, sweeps, towns
from eakte_ops.health.memory.known import Ack, TownKnown
from eakte_ops.inventory.settings import Settings
from eakte_ops.report import alarm, queue
from eakte_ops.report.deliver import Delivered, Ways, deliver
from eakte_ops.report.queue import Claimed, Message
from eakte_ops.report.ways import NotSent
from eakte_ops.store import Store
from tests.unit.health import well
from tests.unit.memory.looks import Memory
from tests.unit.report.nights import at

MAIL = {"host": "mx.centre.example", "sender": "eakte@centre.example"}


def settings(mail: dict[str, Any] | None = MAIL, **more: Any) -> Settings:
    content = {
        "centre": {
            "name": "Kompetenzzentrum",
            "contact": {"mail": "betrieb@centre.example", "phone": "+49 221 4710 100"},
        },
        **({"mail": mail} if mail is not None else {}),
        **more,
    }
    return Settings.model_validate(content, strict=False)


@dataclass
class Office:
    """`refuse`: why nothing is taken at present; `sent`: what was taken, to whom."""

    seconds: float = 30.0
    refuse: NotSent | None = None
    sent: list[Claimed] = field(default_factory=list)
    tried: list[str] = field(default_factory=list)
    meanwhile: Callable[[], None] = lambda: None

    def __call__(self, claimed: Claimed) -> None:
        self.tried.append(claimed.message.address)
        self.meanwhile()
        if self.refuse is not None:
            raise self.refuse
        self.sent.append(claimed)

    @property
    def to(self) -> list[str]:
        return [each.message.address for each in self.sent]


@dataclass
class Post:
    """Herdecke, looked at by hand; `now`: what the clock shows."""

    memory: Memory
    said: Settings = field(default_factory=settings)
    office: Office = field(default_factory=Office)
    hook: Office = field(default_factory=Office)
    now: float = at("2026-11-24 10:00")

    @property
    def store(self) -> Store:
        return self.memory.store

    @property
    def clock(self) -> Clock:
        return Clock(lambda: datetime.fromtimestamp(self.now, UTC), lambda: self.now, lambda _seconds: None)

    @property
    def town(self) -> TownKnown:
        with self.store.reading() as rows:
            return towns.known(rows, "herdecke")[0]

    def look(self, *results: Any, own: bool = False) -> int:
        """One look at Herdecke now, whose news is put into the queue; gives how many notes were made."""
        before = len(self.memory.changes)
        self.memory.at = self.now
        self.memory.look(*results)
        news, town = self.memory.changes[before:], None if own else self.town
        with self.store.writing() as rows:
            return alarm.enqueue(rows, self.now, news, town, self.said)

    def take_on(self) -> None:
        """Somebody takes the one open finding on until the evening."""
        number = self.memory.open()[0].id
        with self.store.writing() as rows:
            findings.acknowledge(rows, number, Ack("admin-1", "on it", self.now, at("2026-11-24 20:00")))

    def deliver(self, **more: Any) -> Delivered:
        ways: Ways = {"mail": self.office, "hook": self.hook}
        return deliver(self.store, self.said, ways, clock=self.clock, **more)

    def messages(self) -> list[Message]:
        with self.store.reading() as rows:
            return list(reversed(queue.recent(rows, 0.0)))

    def swept(self, began: float, seconds: float = 60.0) -> None:
        with self.store.writing() as rows:
            number = sweeps.begin(rows, "full", True, began, "ops-1", "commit 1", 2)
            sweeps.counted(rows, number, 2)
            sweeps.end(rows, number, began + seconds, ())


@contextmanager
def post_in(folder: Path) -> Iterator[Post]:
    with closing(Store.open(folder / "store.db", migrations())) as store:
        with store.writing() as rows:
            towns.remember(rows, 0.0, well.inventory().towns["herdecke"])
        yield Post(Memory(store))
