"""Results as intervals: a row as long as nothing changes, a new one where something does."""

from __future__ import annotations

from dataclasses import replace

import pytest

from eakte_ops.health.memory import states
from eakte_ops.health.memory.known import State
from eakte_ops.health.types import Judged
from tests.unit.memory.looks import AT, DAY, Memory, said


def history(memory: Memory, check: str = "disk.space", since: float = 0.0) -> list[State]:
    with memory.store.reading() as rows:
        return list(states.history(rows, "herdecke", check, since))


def test_many_looks_that_say_the_same_are_one_row_with_the_newest_sentence(memory: Memory) -> None:
    for number in range(288):
        memory.look(said("unknown", "/var", reason="too-many", values={"count": number}), later=300.0)
    (state,) = history(memory)
    assert (state.since, state.until, state.looks) == (AT, AT + 287 * 300, 288)
    assert state.said["en"].startswith("/var: 287 more results")
    assert state.said["de"].startswith("/var: 287 weitere Ergebnisse")
    assert memory.rows("state") == 1


@pytest.mark.parametrize(
    "other",
    [
        said("critical", "/var"),
        said("warning", "/var", said="another"),
        said("unknown", "/var", reason="left-out"),
        said("unknown", "/var", reason="left-out", waits=True),
    ],
)
def test_another_judgement_begins_a_new_row(memory: Memory, other: Judged) -> None:
    memory.look(said("warning", "/var"))
    memory.look(said("warning", "/var"))
    memory.look(other)
    first, second = history(memory)
    assert (first.since, first.until, first.looks) == (AT, AT + 3600, 2)
    assert (second.since, second.until, second.looks) == (AT + 7200, AT + 7200, 1)
    assert [state.verdict for state in memory.states()] == [other.verdict]


@pytest.mark.parametrize(("hours", "rows"), [(25.0, 1), (26.0, 1), (26.1, 2)])
def test_nothing_is_known_about_a_long_time_without_a_look(memory: Memory, hours: float, rows: int) -> None:
    memory.look(said("ok", "/var"), later=hours * 3600)
    memory.look(said("ok", "/var"))
    assert len(history(memory)) == rows
    assert len(memory.states()) == 1


def test_a_clock_that_was_set_back_makes_no_row_shorter(memory: Memory) -> None:
    memory.look(said("ok", "/var"), later=-7200)
    memory.look(said("ok", "/var"))
    (state,) = history(memory)
    assert (state.since, state.until) == (AT, AT)


def test_only_what_was_asked_for(memory: Memory) -> None:
    memory.look(said("ok", "/var"), said("ok", check="clock.offset"))
    memory.look(said("warning", "/var"), later=3 * DAY)
    with memory.store.reading() as rows:
        assert [each.check for each in states.current(rows, "herdecke", "clock.offset")] == ["clock.offset"]
        assert states.current(rows, "witten") == ()
    assert [each.verdict for each in history(memory, since=AT + 1)] == ["warning"]


def test_a_server_that_names_ever_so_many_subjects_fills_a_limited_number_of_rows(memory: Memory) -> None:
    many = [said("ok", f"/{number}") for number in range(1500)]
    memory.look(*many, said("critical", "/var"))
    assert memory.rows("state") == 100
    assert [each.subject for each in memory.states() if each.verdict == "critical"] == ["/var"]
    memory.look(*many, replace(said("ok", "/var")))
    assert memory.subjects() == []
