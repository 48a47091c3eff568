"""What plans and runs leave in the store: named by a part of their names, kept once, forgotten when they are old."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from eakte_ops.errors import ProgramFault, UsageError
from eakte_ops.playbook.journal import Entry
from eakte_ops.playbook.memory import (
    approvals,
    entries,
    leftovers,
    locks,
    migrations,
    outputs,
    plans,
    prune,
    runs,
)
from eakte_ops.playbook.memory.keeper import Keeper
from eakte_ops.playbook.plan import OnServer, Plan, Step
from eakte_ops.playbook.wall import parsed
from eakte_ops.playbook.written import Written
from eakte_ops.store import Rows, Store

PLAN = Plan(
    "witten", "try", "admin-1", "2026-11-24T12:00:00+00:00", "2026-11-25T00:00:00+00:00", "0",
    (Step("01-a", 1, "one", "a", OnServer("do")),),
)  # fmt: skip
RUN = runs.Run(
    "2026-11-24-witten-abcd", "witten", PLAN.hash, 1000.0, 2000.0, "admin-1", "ops-1", "why", "", ("one", "two")
)
MADE = parsed(PLAN.made_at).timestamp()
DAY = 86400.0


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "store.db", migrations())
    yield opened
    opened.close()


@pytest.fixture
def rows(store: Store) -> Iterator[Rows]:
    with store.writing() as rows:
        plans.keep(rows, PLAN)
        runs.keep(rows, RUN)
        yield rows


def line(**said: object) -> str:
    return Written(1.0, "admin-1 on ops-1", Entry(**said)).line()  # type: ignore[arg-type]


def test_plans_are_kept_once_and_found_by_the_beginning_of_their_hash(rows: Rows) -> None:
    plans.keep(rows, PLAN)
    assert plans.get(rows, PLAN.hash[:6].upper()).text == PLAN.text()
    assert [kept.hash for kept in plans.listed(rows, "witten")] == [PLAN.hash]
    assert plans.listed(rows, "herdecke") == ()
    other = "f" if PLAN.hash[5] != "f" else "e"
    with pytest.raises(UsageError, match="there is no plan"):
        plans.get(rows, PLAN.hash[:5] + other)


@pytest.mark.parametrize("typed", ["", "abc", "g" * 8, "%%%%", "'; drop table plan"])
def test_what_can_be_no_hash_is_refused(rows: Rows, typed: str) -> None:
    with pytest.raises(UsageError, match="can not be the beginning"):
        plans.get(rows, typed)


def test_a_holder_signs_a_plan_once_and_the_newest_counts(rows: Rows) -> None:
    for holder, signature in (("admin-1", "old"), ("admin-2", "two"), ("admin-1", "new")):
        approvals.keep(rows, PLAN.hash, holder, signature, 5.0)
    assert [(each.holder, each.text) for each in approvals.of(rows, PLAN.hash)] == [
        ("admin-1", "new"),
        ("admin-2", "two"),
    ]


def test_runs_are_found_by_their_id_or_its_end(rows: Rows) -> None:
    assert runs.get(rows, RUN.id) == runs.get(rows, "abcd") == RUN
    runs.keep(rows, replace(RUN, id="2026-11-25-witten-xyabcd"))
    assert runs.get(rows, RUN.id) == RUN
    for typed, said in (("abcd", "more than one"), ("bcd", "there is no run"), ("none-such", "there is no run")):
        with pytest.raises(UsageError, match=said):
            runs.get(rows, typed)


def test_a_run_is_asked_to_pause_until_somebody_goes_on(rows: Rows) -> None:
    assert not runs.shall_pause(rows, RUN.id)
    runs.ask_to_pause(rows, RUN.id, 5.0)
    assert runs.shall_pause(rows, RUN.id)
    runs.go_on(rows, RUN.id)
    assert not runs.shall_pause(rows, RUN.id)


def test_a_line_of_a_journal_is_there_once(store: Store) -> None:
    with store.writing() as rows:
        plans.keep(rows, PLAN)
        runs.keep(rows, RUN)
        entries.append(rows, RUN.id, 0, line(turn="opened", token=4))
        entries.append(rows, RUN.id, 1, line(step="01-a", mark="begun"))
    with store.reading() as rows:
        assert [each.entry for each in entries.of(rows, RUN.id)] == [
            Entry(turn="opened", token=4),
            Entry("01-a", mark="begun"),
        ]
    with pytest.raises(ProgramFault), store.writing() as rows:
        entries.append(rows, RUN.id, 1, line(step="01-a", mark="done"))


def test_a_run_without_a_journal_can_be_forgotten_and_no_other(rows: Rows) -> None:
    runs.keep(rows, replace(RUN, id="other"))
    entries.append(rows, RUN.id, 0, line(turn="opened"))
    for name in (RUN.id, "other"):
        runs.forget(rows, name)
    assert [run.id for run in runs.listed(rows)] == [RUN.id]


def test_outputs_locks_and_leftovers(rows: Rows) -> None:
    outputs.keep(rows, RUN.id, outputs.Output("job", 1.0, "half", ""))
    outputs.keep(rows, RUN.id, outputs.Output("job", 2.0, "whole", "complaint"))
    assert outputs.of(rows, RUN.id) == (outputs.Output("job", 2.0, "whole", "complaint"),)
    held = locks.Lock("witten", RUN.id, 3, "admin-1", "ops-1", "try", 1.0, 2.0)
    locks.keep(rows, replace(held, run="before"))
    locks.keep(rows, held)
    assert locks.all_of_them(rows) == (held,)
    locks.drop(rows, "witten", "another")
    assert locks.of(rows, "witten") == held
    locks.drop(rows, "witten", RUN.id)
    assert locks.of(rows, "witten") is None
    left = leftovers.Leftover(RUN.id, "witten", "one", "hold", "run=x", 1.0)
    leftovers.keep(rows, [left, replace(left, kind="notice")])
    leftovers.gone(rows, left, 2.0)
    assert [each.kind for each in leftovers.there(rows, "witten")] == ["notice"]


def test_old_runs_are_forgotten_unless_they_are_not_over_or_left_something(rows: Rows) -> None:
    for name in ("over", "open", "left"):
        runs.keep(rows, replace(RUN, id=name, opened=MADE))
        entries.append(rows, name, 0, line(turn="opened"))
    for name in ("over", "left"):
        entries.append(rows, name, 1, line(turn="closed"))
    leftovers.keep(rows, [leftovers.Leftover("left", "witten", "one", "hold", "", 1.0)])
    unused = replace(PLAN, why="never run")
    plans.keep(rows, unused)
    at = MADE + 366 * DAY
    assert prune.to_delete(rows, at - 2 * DAY, 365) == {"runs": 1, "plans": 0}  # RUN itself, opened long before
    assert prune.to_delete(rows, at, 365) == {"runs": 2, "plans": 1}
    assert prune.prune(rows, at, 365) == {"runs": 2, "plans": 1}
    assert {run.id for run in runs.listed(rows)} == {"open", "left"}
    assert [kept.hash for kept in plans.listed(rows)] == [PLAN.hash]
    assert prune.to_delete(rows, at, 365) == {"runs": 0, "plans": 0}


def test_many_threads_use_one_store(tmp_path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    keeper = Keeper(lambda: Store.open(tmp_path / "store.db", migrations()))
    keeper.writing(lambda rows: (plans.keep(rows, PLAN), runs.keep(rows, RUN)))
    with ThreadPoolExecutor(8) as pool:
        list(
            pool.map(
                lambda number: keeper.writing(lambda rows: entries.append(rows, RUN.id, number, line(turn="opened"))),
                range(40),
            )
        )
    assert len(keeper.reading(lambda rows: entries.lines(rows, RUN.id))) == 40
    with pytest.raises(ProgramFault):
        keeper.writing(lambda rows: entries.append(rows, RUN.id, 3, line()))
    keeper.close()
