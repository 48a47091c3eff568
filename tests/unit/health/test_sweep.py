"""A sweep by itself: town by town, each kept as a whole or not at all, whatever ends it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from eakte_ops.cli.context import migrations
from eakte_ops.clock import Clock
from eakte_ops.errors import MachineFailed, TimedOut
from eakte_ops.health import catalogue
from eakte_ops.health.engine import ServerLook
from eakte_ops.health.memory import figures, findings, sweeps
from eakte_ops.health.memory.keep import Needs
from eakte_ops.health.memory.known import Known
from eakte_ops.health.memory.known import Sweep as Kept
from eakte_ops.health.sweep import Order, Sweep
from eakte_ops.remote.fake import FakeFleet
from eakte_ops.remote.types import Connection, Target
from eakte_ops.store import Rows, Store
from tests.unit.health import well
from tests.unit.health.test_engine import play, stops

ONCE = Needs(1, 1, 1, 1)
BERLIN = ZoneInfo("Europe/Berlin")


class Gate:
    """A fleet in which servers of one town open no connection until the gate is opened, or everything is ended."""

    def __init__(self, fleet: FakeFleet, town: str, but: str = "") -> None:
        self._fleet, self._town, self._but = fleet, town, but
        self.open = threading.Event()

    def __call__(self, target: Target, deadline: float) -> Connection:
        if target.name.startswith(self._town) and target.name != self._but:
            self.open.wait()
        return self._fleet(target, deadline)

    def abort(self) -> None:
        self.open.set()


@dataclass
class Centre:
    """A store, a fleet that is well, and a clock that is set by hand."""

    store: Store
    path: Path
    fleet: FakeFleet
    now: datetime = well.NOW
    clock: Clock = field(init=False)

    def __post_init__(self) -> None:
        self.clock = Clock(now=lambda: self.now)

    def sweep(self, *towns: str, **changes: object) -> Sweep:
        these = changes.pop("stops", None) or stops(*towns)
        made = Order(
            kind=changes.pop("kind", "full"),  # type: ignore[arg-type]
            whole=True,
            stops=these,  # type: ignore[arg-type]
            checks=changes.pop("checks", catalogue.chosen([])),  # type: ignore[arg-type]
            needs=ONCE,
            until=changes.pop("until", float("inf")),  # type: ignore[arg-type]
        )
        connect = changes.pop("connect", self.fleet)
        return Sweep(self.store, connect, made, clock=self.clock, **changes)  # type: ignore[arg-type]

    def seen_by_others(self, ask: Callable[[Rows], object]) -> object:
        """What another command reads at this moment."""
        with closing(Store.open(self.path, migrations(), read_only=True)) as other, other.reading() as rows:
            return ask(rows)

    def remembered(self) -> set[str]:
        """The towns of which another command can read results."""
        found = self.seen_by_others(
            lambda rows: {row[0] for row in rows.all("SELECT town FROM state WHERE town <> ''")}
        )
        assert isinstance(found, set)
        return found

    def open_findings(self) -> list[Known]:
        with self.store.reading() as rows:
            return list(findings.current(rows))

    def last(self) -> Kept:
        with self.store.reading() as rows:
            made = sweeps.last(rows)
        assert made is not None
        return made


@pytest.fixture
def centre(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Centre]:
    monkeypatch.setattr("eakte_ops.remote.fake.time.time", lambda: well.NOW.timestamp() + 1)
    fleet = FakeFleet({stop.server.name: play(stop) for stop in stops("witten", "herdecke", "hattingen")})
    path = tmp_path / "store.db"
    with closing(Store.open(path, migrations())) as store:
        yield Centre(store, path, fleet)
    assert fleet.open == 0


def stop_units(centre: Centre, server: str, component: str) -> None:
    """A finding that is no mere consequence."""
    known = well.site(server)
    stopped = well.units(known, **{component: {"ActiveState": "failed", "SubState": "failed"}})
    centre.fleet.servers[server].answers = {**well.outputs(known), "units": stopped}


def refuse(centre: Centre, *servers: str) -> None:
    for server in servers:
        centre.fleet.servers[server].refuses = TimedOut(server=server, seconds=30, phase="connect")


def test_each_town_can_be_read_while_the_next_one_is_waited_for(centre: Centre) -> None:
    gate = Gate(centre.fleet, "hattingen")
    made = centre.sweep("hattingen", "witten", "herdecke", connect=gate)
    with closing(made.towns()) as towns:
        first = next(towns).town.id
        assert centre.remembered() == {first}
        second = next(towns).town.id
        assert {first, second} == {"witten", "herdecke"} == centre.remembered()
        assert centre.last().ended is None
        gate.open.set()
        assert next(towns).town.id == "hattingen"
        assert list(towns) == []
    assert centre.remembered() == {"witten", "herdecke", "hattingen"}
    assert (centre.last().looked, centre.last().missed) == (7, ())
    assert centre.last().ended is not None


def test_nothing_of_a_town_can_be_read_before_all_of_it(centre: Centre) -> None:
    stop_units(centre, "herdecke-box", "gateway")
    seen: list[tuple[set[str], object]] = []

    def count(rows: Rows) -> object:
        return [rows.all(f"SELECT count(*) FROM {table}")[0][0] for table in ("finding", "change", "figure", "alarm")]

    def heard(rows: Rows, *_more: object) -> None:
        rows.run("INSERT INTO alarm (finding, at, town, whom, due) VALUES (1, 1, 'herdecke', 'hook', 1)")
        seen.append((centre.remembered(), centre.seen_by_others(count)))

    assert [swept.town.id for swept in centre.sweep("herdecke", heard=heard).towns()] == ["herdecke"]
    assert seen == [(set(), [0, 0, 0, 0])]
    after = centre.seen_by_others(count)
    assert isinstance(after, list)
    assert all(after)


def test_what_is_to_be_told_is_kept_with_the_town_or_not_at_all(centre: Centre) -> None:
    """The alarm is queued and the look stumbles behind it: neither is there; the next look has both."""
    stop_units(centre, "herdecke-box", "gateway")

    def queue(rows: Rows) -> None:
        rows.run("INSERT INTO alarm (finding, at, town, whom, due) VALUES (1, 1, 'herdecke', 'hook', 1)")

    def stumble(rows: Rows, *_more: object) -> None:
        queue(rows)
        raise ZeroDivisionError

    made = centre.sweep("herdecke", "witten", heard=lambda rows, at, town, new: stumble(rows) if new else None)
    assert {swept.town.id for swept in made.towns()} == {"herdecke", "witten"}
    assert list(made.stumbled) == ["herdecke"]
    assert centre.remembered() == {"witten"}
    assert centre.seen_by_others(lambda rows: len(rows.all("SELECT 1 FROM alarm"))) == 0
    assert (centre.last().looked, [each.server for each in centre.last().missed]) == (4, ["herdecke-box"])
    list(centre.sweep("herdecke", heard=lambda rows, *_more: queue(rows)).towns())
    assert centre.seen_by_others(lambda rows: len(rows.all("SELECT 1 FROM alarm"))) == 1
    assert [known.check for known in centre.open_findings()] == ["service.units"]


def test_a_town_that_was_half_looked_at_when_it_was_stopped(centre: Centre) -> None:
    """The servers that were done are remembered; those that were not are missed, and nothing is concluded of them."""
    stop_units(centre, "witten-index", "index")
    stop_units(centre, "witten-gw", "gateway")
    list(centre.sweep("witten").towns())
    before = {known.server: known for known in centre.open_findings()}
    assert set(before) == {"witten-index", "witten-gw"}
    for server in before:
        centre.fleet.servers[server].answers = dict(well.outputs(well.site(server)))
    centre.now += timedelta(hours=1)
    gate = Gate(centre.fleet, "witten", but="witten-gw")

    def stop(_look: object) -> None:
        raise KeyboardInterrupt

    made = centre.sweep("witten", connect=gate, looked=stop)
    with pytest.raises(KeyboardInterrupt):
        list(made.towns())
    assert [known.server for known in centre.open_findings()] == ["witten-index"]
    assert centre.open_findings()[0].seen == before["witten-index"].seen
    last = centre.last()
    assert (last.looked, last.ended) == (1, centre.now.timestamp())
    assert {each.server for each in last.missed} == {"witten-db", "witten-app", "witten-index"}
    assert {each.why for each in last.missed} == {"the sweep was stopped"}


def test_whoever_reads_no_further_ends_it_as_it_should_be(centre: Centre) -> None:
    gate = Gate(centre.fleet, "hattingen")
    made = centre.sweep("witten", "hattingen", connect=gate)
    with closing(made.towns()) as towns:
        assert next(towns).town.id == "witten"
    assert centre.last().ended is not None
    assert {each.server for each in centre.last().missed} == {"hattingen-db", "hattingen-app"}
    assert centre.remembered() == {"witten"}


def test_a_town_that_was_not_reached_at_all_gets_no_findings_for_it(centre: Centre) -> None:
    """Neither checks of its servers nor checks over the whole town judge what nobody looked at."""
    stop_units(centre, "hattingen-db", "database")
    list(centre.sweep("hattingen", "herdecke").towns())
    before = centre.open_findings()
    assert [known.check for known in before] == ["service.units"]
    gate = Gate(centre.fleet, "hattingen")
    made = centre.sweep("hattingen", "herdecke", connect=gate, looked=lambda _look: None)
    with closing(made.towns()) as towns:
        assert next(towns).town.id == "herdecke"
    assert centre.open_findings() == before


def test_a_store_that_fails_keeps_the_towns_before(centre: Centre) -> None:
    gate = Gate(centre.fleet, "hattingen")

    def full(_rows: Rows, _at: float, town: object, _changes: object) -> None:
        if town.id == "hattingen":  # type: ignore[attr-defined]
            raise MachineFailed("the disk is full")

    made = centre.sweep("hattingen", "witten", connect=gate, heard=full)
    with closing(made.towns()) as towns:
        assert next(towns).town.id == "witten"
        gate.open.set()
        with pytest.raises(MachineFailed, match="the disk is full"):
            next(towns)
    assert centre.remembered() == {"witten"}
    assert (centre.last().looked, centre.last().ended) == (4, None)


def test_whoever_hears_of_servers_can_not_stop_it(centre: Centre) -> None:
    """Where the talk goes nobody may read any more: that is no reason to look at nobody else."""
    heard: list[str] = []

    def broken(look: ServerLook) -> None:
        heard.append(look.stop.server.name)
        raise BrokenPipeError

    made = centre.sweep("witten", "herdecke", "hattingen", looked=broken)
    assert {swept.town.id for swept in made.towns()} == {"witten", "herdecke", "hattingen"}
    assert len(heard) == 1
    assert (centre.last().looked, centre.last().missed, made.stumbled) == (7, (), {})


def test_a_third_of_the_servers_down_costs_the_others_nothing(centre: Centre) -> None:
    stop_units(centre, "witten-index", "index")
    list(centre.sweep("witten", "herdecke", "hattingen").towns())
    before = {known.identity: known.id for known in centre.open_findings()}
    centre.now += timedelta(days=1)
    refuse(centre, "witten-index", "hattingen-db", "hattingen-app")
    swept = {each.town.id: each for each in centre.sweep("witten", "herdecke", "hattingen").towns()}
    assert {town: [look.state for look in each.looks] for town, each in swept.items()} == {
        "witten": ["looked", "looked", "unreachable", "looked"],
        "herdecke": ["looked"],
        "hattingen": ["unreachable", "unreachable"],
    }
    now = {known.identity: known.id for known in centre.open_findings()}
    assert before.items() <= now.items()
    assert centre.last().looked == 4


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 10, 25), 25), (date(2027, 3, 28), 23)])
def test_the_days_on_which_clocks_change_are_one_day_each(centre: Centre, day: date, hours: int) -> None:
    """A look in every hour, from the day before to the day after; nothing opens, nothing closes."""
    stop_units(centre, "herdecke-box", "gateway")
    begin, end = (datetime.combine(day + timedelta(days=number), time(), BERLIN).astimezone(UTC) for number in (-1, 2))
    these = stops("herdecke")
    moments = []
    centre.now = begin
    while centre.now < end:
        list(centre.sweep(stops=these, kind="light", checks=catalogue.light()).towns())
        moments.append(centre.now)
        centre.now += timedelta(hours=1)
    with centre.store.reading() as rows:
        days = figures.days(rows, "herdecke", "herdecke-box", "disk.space", "/", "used_percent", 10)
        changed = findings.changed(rows, 0, end.timestamp())
    assert [(each.day, each.looks) for each in days] == [
        (day + timedelta(days=number), count) for number, count in ((-1, 24), (0, hours), (1, 24))
    ]
    assert len(moments) == 48 + hours
    assert [(change.kind, change.at, change.finding.check) for change in changed] == [
        ("opened", begin.timestamp(), "service.units")
    ]
