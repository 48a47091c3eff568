"""Sweeps and towns as they are remembered."""

from __future__ import annotations

from eakte_ops.errors import TimedOut
from eakte_ops.health.memory import sweeps, towns
from eakte_ops.health.memory.known import Missed
from tests.unit.health import well
from tests.unit.memory.looks import AT, Memory, said

LOST = TimedOut(server="herdecke-box", seconds=10, phase="connect")


def test_a_sweep_from_begin_to_end(memory: Memory) -> None:
    missed = (Missed("herdecke", "herdecke-box", "the time of the sweep was up"), Missed("witten", "witten-db", "too"))
    with memory.store.writing() as rows:
        number = sweeps.begin(rows, "full", True, AT, "ops-1", "abc", 9)
        sweeps.counted(rows, number, 4)
        sweeps.counted(rows, number, 3)
        running = sweeps.last(rows)
        assert running is not None
        assert (running.ended, running.looked, running.missed) == (None, 7, ())
        sweeps.end(rows, number, AT + 60, missed[::-1])
        ended = sweeps.last(rows)
    assert ended is not None
    assert (ended.id, ended.kind, ended.whole, ended.began, ended.ended) == (number, "full", True, AT, AT + 60)
    assert (ended.host, ended.commit, ended.servers, ended.missed) == ("ops-1", "abc", 9, missed)


def test_the_last_sweep_of_a_kind(memory: Memory) -> None:
    with memory.store.writing() as rows:
        assert sweeps.last(rows) is None
        full = sweeps.begin(rows, "full", True, AT, "h", "", 1)
        sweeps.end(rows, full, AT + 1, ())
        part = sweeps.begin(rows, "full", False, AT + 10, "h", "", 1)
        light = sweeps.begin(rows, "light", True, AT + 20, "h", "", 1)

        def number(*kind: str, **more: bool) -> int:
            found = sweeps.last(rows, *kind, **more)  # type: ignore[arg-type]
            return found.id if found else 0

        assert [number(), number("full"), number("light")] == [light, part, light]
        assert [number("full", whole=True), number(whole=False), number("light", whole=False)] == [full, part, 0]
        assert [number(finished=True), number("full", finished=False)] == [full, part]
        assert [each.id for each in sweeps.between(rows, AT, AT + 20)] == [full, part]


def test_a_town_is_remembered_as_its_file_says(memory: Memory) -> None:
    town = well.inventory().towns["witten"]
    with memory.store.writing() as rows:
        towns.remember(rows, AT, town)
        towns.remember(rows, AT, well.inventory().towns["herdecke"])
        assert [each.id for each in towns.known(rows)] == ["herdecke", "witten"]
        assert towns.known(rows, "nowhere") == ()
        (found,) = towns.known(rows, "witten")
    assert (found.name, found.language, found.release, found.ring) == (
        town.name,
        town.said.language,
        town.said.release,
        town.said.ring,
    )
    assert found.servers == tuple(each.name for each in town.said.servers)
    assert found.windows["zone"] == "Europe/Berlin"
    assert found.windows["open"][0]["from"] == town.said.windows.open[0].from_
    assert found.availability["percent"] == town.said.availability.percent
    assert found.contacts["centre"]["mail"] == town.said.contacts["centre"].mail
    assert found.looked is None


def test_when_a_town_was_looked_at(memory: Memory) -> None:
    def looked() -> float | None:
        with memory.store.writing() as rows:
            towns.remember(rows, memory.at, well.inventory().towns["herdecke"])
            return towns.known(rows, "herdecke")[0].looked

    assert looked() is None
    memory.look(state="interrupted")
    assert looked() is None
    memory.look(said("ok"))
    assert looked() == AT + 3600
    memory.look(state="unreachable", error=LOST)
    assert looked() == AT + 7200
