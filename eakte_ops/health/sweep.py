"""A sweep: look at many towns, remember each town as it is done, end by the deadline and say what was missed.

What one town's look leaves behind is one transaction: a sweep that is killed has whole towns or nothing of them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from eakte_ops.clock import SYSTEM, Clock
from eakte_ops.errors import EakteError, ProgramFault
from eakte_ops.events import Sink, silent
from eakte_ops.health.engine import ServerLook, Stop, interrupted, look_at, nothing_known, of_town, unsupported
from eakte_ops.health.findings import told
from eakte_ops.health.memory import figures, keep, sweeps, towns
from eakte_ops.health.memory.known import Change, Kind, Missed
from eakte_ops.health.types import AnyCheck, Judged

if TYPE_CHECKING:
    from eakte_ops.health.past import Past
    from eakte_ops.inventory.model import Town
    from eakte_ops.remote.types import Connect, Reveal
    from eakte_ops.store import Rows, Store

Heard: TypeAlias = "Callable[[Rows, float, Town, tuple[Change, ...]], None]"
"""What happens to the findings of a town, told inside the transaction that remembers it (the alarm queues here)."""

STUMBLED = "a mistake in eakte-ops"
"""Why the servers of a town are missed that could not be judged or remembered."""
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Order:
    """What a sweep is to do. `whole`: over all towns of the inventory, so that what is gone can be told from missed.

    `until`: monotonic seconds at which it ends. `server_seconds`: the most that one server may take. `left_out`: what
    nobody can set out for; it is missed.
    """

    kind: Kind
    whole: bool
    stops: Sequence[Stop]
    checks: Sequence[AnyCheck]
    needs: keep.Needs
    until: float = math.inf
    server_seconds: float = 30.0
    threads: int = 64
    host: str = ""
    commit: str = ""
    left_out: Sequence[Missed] = ()


@dataclass(frozen=True, slots=True)
class TownSwept:
    """One town, remembered. `looks`: in the order of the inventory, those of missed servers say so."""

    town: Town
    looks: tuple[ServerLook, ...]
    said: tuple[Judged, ...]
    changes: tuple[Change, ...]
    missed: tuple[Missed, ...]


def _unheard(_rows: Rows, _at: float, _town: Town, _changes: tuple[Change, ...]) -> None:
    """For sweeps that nobody is alarmed by."""


def _unsaid(_look: ServerLook) -> None:
    """For sweeps that nobody watches."""


@dataclass
class Sweep:
    """One sweep over `order`. Iterate over `towns()` once; `id` is its number in the store once that has begun.

    `forget`: findings of towns, servers and checks that do not exist any more end, which only a sweep over all towns
    can know. `looked` hears of every server, `heard` of what happens to the findings. `undisturbed`: holds Ctrl-C back
    while something is being remembered. `swept`: all towns so far, with those that were remembered because of a stop.
    `stumbled`: towns that could not be remembered, by a mistake in this program, and what it was.
    """

    store: Store
    connect: Connect
    order: Order
    forget: bool = False
    heard: Heard = _unheard
    looked: Callable[[ServerLook], None] = _unsaid
    emit: Sink = silent
    clock: Clock = SYSTEM
    reveals: Callable[[Town], Reveal] = nothing_known
    undisturbed: Callable[[], AbstractContextManager[None]] = nullcontext
    id: int = 0
    swept: list[TownSwept] = field(default_factory=list)
    missed: list[Missed] = field(default_factory=list)
    stumbled: dict[str, str] = field(default_factory=dict)

    def towns(self) -> Generator[TownSwept]:
        """Every town as soon as its last server is done; at the deadline those that are not, as far as they got.

        Closing the iterator, or Ctrl-C, ends everything under way; what is known by then is remembered all the same.
        """
        self._begin()
        waiting = self._by_town()
        looks = look_at(
            self.order.stops,
            self.order.checks,
            self.connect,
            seconds=self.order.server_seconds,
            threads=self.order.threads,
            until=self.order.until,
            emit=self.emit,
            clock=self.clock,
            past=self._past,
            reveals=self.reveals,
        )
        try:
            with closing(looks):
                for look in looks:
                    of_one = waiting[look.stop.town.id]
                    of_one.done[look.stop.server.name] = look
                    self._tell(look)
                    if of_one.complete:
                        with self.undisturbed():
                            swept = self._keep(waiting.pop(look.stop.town.id), "")
                        yield swept
        except (KeyboardInterrupt, GeneratorExit):
            self._rest(waiting, "the sweep was stopped")
            raise
        except EakteError:
            raise  # of the store: nothing can be remembered
        except Exception:
            self._rest(waiting, STUMBLED)
            raise
        yield from self._rest(waiting, "the time of the sweep was up")

    def _tell(self, look: ServerLook) -> None:
        """Whoever hears of servers can not stop the sweep: once it raises it hears no more."""
        try:
            self.looked(look)
        except Exception:
            self.looked = _unsaid

    def _rest(self, waiting: Mapping[str, _OfTown], why: str) -> list[TownSwept]:
        """Remember the towns that are not complete, and the end of the sweep."""
        with self.undisturbed():
            left = [self._keep(of_one, why) for of_one in waiting.values()]
            with self.store.writing() as rows:
                sweeps.end(rows, self.id, self.clock.now().timestamp(), self.missed)
        return left

    def _begin(self) -> None:
        now = self.clock.now().timestamp()
        order = self.order
        known = {stop.town.id: stop.town for stop in order.stops}
        self.missed += order.left_out
        servers = len(order.stops) + len(order.left_out)
        with self.store.writing() as rows:
            self.id = sweeps.begin(rows, order.kind, order.whole, now, order.host, order.commit, servers)
            for town in known.values():
                towns.remember(rows, now, town)
            if self.forget:
                from eakte_ops.health.catalogue import CHECKS

                keep.forget_gone(rows, now, {town.id: _places(town) for town in known.values()}, CHECKS)

    def _past(self, town: str, server: str) -> Past:
        with self.store.reading() as rows:
            return figures.past(rows, town, server)

    def _by_town(self) -> dict[str, _OfTown]:
        found: dict[str, _OfTown] = {}
        for stop in self.order.stops:
            found.setdefault(stop.town.id, _OfTown(stop.town, [])).stops.append(stop)
        return found

    def _keep(self, of_one: _OfTown, why: str) -> TownSwept:
        """Remember one town; servers without a look are missed, because of `why`. Of a town that nobody looked at
        nothing is concluded.

        A town that can not be judged or remembered, by a mistake in this program, costs no other one: all its servers
        are missed. Only a store that fails ends the sweep.
        """
        looks = tuple(of_one.looks(self.order.checks, self.clock))
        missed = tuple(_missed(look, why) for look in looks if look.state == "interrupted")
        said: tuple[Judged, ...] = ()
        changes: tuple[Change, ...] = ()
        try:
            if len(missed) < len(looks):
                said = of_town(looks, self.order.checks, self._past(of_one.town.id, ""))
                changes = self._remember(of_one.town, looks, said)
        except Exception as problem:
            if isinstance(problem, EakteError) and not isinstance(problem, ProgramFault):
                raise
            self.stumbled[of_one.town.id] = f"{type(problem).__name__}: {problem}"[:_LONGEST]
            missed = tuple(_missed(look, STUMBLED) for look in looks)
        self.missed += missed
        self.swept.append(TownSwept(of_one.town, looks, said, changes, missed))
        return self.swept[-1]

    def _remember(self, town: Town, looks: tuple[ServerLook, ...], said: tuple[Judged, ...]) -> tuple[Change, ...]:
        at = self.clock.now().timestamp()
        with self.store.writing() as rows:
            changes = keep.keep(rows, at, town, looks, told(looks, said), self.order.needs)
            sweeps.counted(rows, self.id, sum(look.state == "looked" for look in looks))
            self.heard(rows, at, town, changes)
        return changes


@dataclass(slots=True)
class _OfTown:
    """How far one town is."""

    town: Town
    stops: list[Stop]
    done: dict[str, ServerLook] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        return len(self.done) == len(self.stops)

    def looks(self, checks: Sequence[AnyCheck], clock: Clock) -> Iterator[ServerLook]:
        for stop in self.stops:
            look = self.done.get(stop.server.name)
            if look is not None:
                yield look
            elif stop.site is None:
                yield unsupported(stop, checks, clock.now())
            else:
                yield interrupted(stop, checks, clock.now())


def _missed(look: ServerLook, why: str) -> Missed:
    return Missed(look.stop.town.id, look.stop.server.name, why)


def _places(town: Town) -> set[str]:
    """All that findings of a town may be about: the town itself, its servers, its jump hosts."""
    hosts = (*town.said.servers, *town.said.jump_hosts)
    return {"", *(host.name for host in hosts)}
