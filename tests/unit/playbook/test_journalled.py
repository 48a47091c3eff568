"""The journal in its two places: what must lie in both, what may come later, what does not go together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from eakte_ops.errors import CommandFailed, LineLost
from eakte_ops.playbook.acts import Fenced
from eakte_ops.playbook.journal import Entry
from eakte_ops.playbook.journalled import Closed, Journalled
from eakte_ops.playbook.memory.keeper import Keeper
from eakte_ops.playbook.written import read_all
from tests.unit.playbook.two_hosts import Disk


@dataclass
class There:
    """A lock server. `problem`: what it answers with instead."""

    lines: list[str] = field(default_factory=list)
    problem: Exception | None = None
    asked: list[tuple[int, int]] = field(default_factory=list)

    def put(self, text: str) -> None:
        """See copy.Copy."""

    def append(self, first: int, lines: Sequence[str]) -> int:
        self.asked.append((first, len(lines)))
        if self.problem is not None:
            raise self.problem
        if first <= len(self.lines) + 1:
            self.lines += lines[len(self.lines) - first + 1 :]
        return len(self.lines)


def journal(there: There, disk: Disk, **more: Any) -> Journalled:
    return Journalled("r1", cast(Keeper, disk), there, "admin-1 on ops-1", **more)


def entry(mark: Any = "begun", step: str = "a") -> Entry:
    return Entry(step, mark=mark)


LOST = LineLost(server="one", phase="exchange")


@pytest.mark.parametrize("turn", ["opened", "taken-over", "going-back", "return-decided", "abandoned"])
def test_what_comes_before_an_act_must_be_there(turn: Any) -> None:
    there, disk = There(problem=LOST), Disk()
    for must in (entry(), entry("decided-done"), entry("decided-not-begun"), Entry(turn=turn)):
        with pytest.raises(LineLost):
            journal(there, Disk()).write(must)
    written = journal(there, disk)
    with pytest.raises(LineLost):
        written.write(entry())
    assert [each.entry for each in read_all(disk.lines)] == [entry()]
    assert written.behind == 1


def test_what_tells_of_an_act_that_is_over_comes_with_the_next_line() -> None:
    there, disk = There(), Disk()
    written = journal(there, disk)
    written.write(entry())
    there.problem = LOST
    for mark in ("done", "failed", "unclear"):
        written.write(entry(mark))
    there.problem = CommandFailed("the disk is full", server="one", command="mirror", code=9)
    written.write(Entry(turn="closed"))
    assert written.behind == 4
    there.problem = None
    written.catch_up()
    assert there.lines == disk.lines
    assert written.behind == 0
    assert there.asked[-1] == (2, 4)


def test_whoever_was_taken_over_hears_it_with_any_line() -> None:
    there = There(problem=Fenced("fenced 9", server="one"))
    with pytest.raises(Fenced):
        journal(there, Disk()).write(entry("done"))


def test_a_lock_server_that_has_lost_its_copy_gets_all_of_it_again() -> None:
    there, disk = There(), Disk()
    written = journal(there, disk)
    for mark in ("begun", "done"):
        written.write(entry(mark))
    there.lines.clear()
    written.write(entry("begun", "b"))
    assert there.lines == disk.lines
    assert len(there.lines) == 3


def test_one_that_has_more_than_is_known_here_is_not_written_to() -> None:
    there, disk = There(["x", "y", "z"]), Disk()
    with pytest.raises(CommandFailed, match="it has 3 lines of the journal, and here are 1"):
        journal(there, disk).write(entry())


def test_it_goes_on_from_what_is_known() -> None:
    there, disk = There(), Disk()
    first = journal(there, disk)
    first.write(entry())
    again = journal(there, disk, known=read_all(disk.lines))
    again.write(entry("done"))
    assert [each.mark for each in again.entries()] == ["begun", "done"]
    assert there.lines == disk.lines


def test_a_process_that_has_left_writes_nothing_more() -> None:
    there, disk = There(), Disk()
    written = journal(there, disk)
    written.leave()
    with pytest.raises(Closed):
        written.write(entry())
    assert disk.lines == there.lines == []
