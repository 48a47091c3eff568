"""What is forgotten, and when; names of people before all else."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest

from eakte_ops.health.catalogue import CHECKS
from eakte_ops.health.memory import findings, kept_figures, prune, sweeps
from eakte_ops.health.memory.known import Ack, Missed
from tests.unit.memory.looks import AT, DAY, Memory, said

LIMITS = (90, 10, 365)
YEAR = 366 * DAY
KINDS = {"results", "figures", "daily", "findings", "candidates", "changes", "sweeps", "names"}


def filled(memory: Memory) -> None:
    """A sweep, a finding that somebody took on and that is over, a figure."""
    check = {"disk.space": replace(CHECKS["disk.space"], trends=("percent",))}
    with memory.store.writing() as rows:
        number = sweeps.begin(rows, "full", True, AT, "ops-1", "abc", 2)
        sweeps.end(rows, number, AT + 60, [Missed("witten", "witten-db", "time was up")])
    memory.look(said("warning", "/var", values={"percent": 80}))
    with memory.store.writing() as rows:
        findings.acknowledge(rows, 1, Ack("Erika Muster", "Erika Muster brings a disk", AT, AT + DAY))
        kept_figures.keep(rows, AT, "herdecke", "Europe/Berlin", [said("ok", "/var", values={"percent": 80})], check)
    memory.look(said("ok", "/var"))


def pruned(memory: Memory, at: float) -> dict[str, int]:
    with memory.store.reading() as rows:
        foreseen = dict(prune.to_delete(rows, at, *LIMITS))
    done = dict(prune.prune_all(memory.store, at, *LIMITS))
    assert done == foreseen
    assert done.keys() == KINDS
    return {kind: count for kind, count in done.items() if count}


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (89, {}),
        (91, {"results": 2, "figures": 1}),
        (364, {"results": 2, "figures": 1}),
        (366, {"results": 2, "figures": 1, "names": 1}),
        (3650, {"results": 2, "figures": 1, "names": 1}),
        (3655, {"results": 2, "figures": 1, "names": 1, "daily": 1, "findings": 1, "changes": 2, "sweeps": 1}),
    ],
)
def test_each_kind_has_its_own_age(memory: Memory, days: int, expected: dict[str, int]) -> None:
    filled(memory)
    assert pruned(memory, AT + days * DAY) == expected
    assert pruned(memory, AT + days * DAY) == {}
    assert memory.store.check() == ()


def test_nothing_is_left_of_a_name_but_that_somebody_had_it_in_hand(memory: Memory) -> None:
    filled(memory)
    pruned(memory, AT + YEAR)
    with memory.store.reading() as rows:
        found = findings.one(rows, 1)
    assert found is not None
    assert found.ack == Ack("", "", AT, AT + DAY)
    memory.store.give_back()
    with closing(sqlite3.connect(memory.store.path)) as raw:
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert b"Erika" not in memory.store.path.read_bytes()


def test_an_open_finding_is_never_too_old(memory: Memory) -> None:
    memory.look(said("warning", "/var"))
    pruned(memory, AT + 20 * YEAR)
    assert memory.subjects() == ["/var"]


def test_a_candidate_that_nobody_saw_again_is(patient: Memory) -> None:
    patient.look(said("warning", "/var"))
    assert pruned(patient, AT + 91 * DAY) == {"results": 1, "candidates": 1}


def test_series_without_figures_are_forgotten(memory: Memory) -> None:
    filled(memory)
    pruned(memory, AT + YEAR)
    assert memory.rows("series") == 1
    pruned(memory, AT + 11 * YEAR)
    assert memory.rows("series") == 0


def test_it_works_in_pieces(memory: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prune, "_PIECE", 10)
    check = {"disk.space": replace(CHECKS["disk.space"], trends=("percent",))}
    with memory.store.writing() as rows:
        for number in range(35):
            results = [said("ok", name, values={"percent": number}) for name in ("/", "/var")]
            kept_figures.keep(rows, AT + number, "herdecke", "Europe/Berlin", results, check)
    with memory.store.writing() as rows:
        assert prune.prune(rows, AT + YEAR, *LIMITS)["figures"] == 10
    assert pruned(memory, AT + YEAR) == {"figures": 60}


def test_space_is_given_back(memory: Memory) -> None:
    for number in range(60):
        memory.look(*(said("ok" if number % 2 else "warning", f"/{each}") for each in range(40)))
    size = memory.store.path.stat().st_size
    pruned(memory, AT + 11 * YEAR)
    given = memory.store.give_back()
    assert given > 0
    assert memory.store.path.stat().st_size <= max(size, given) - given // 2
    assert memory.store.give_back() == 0
