"""Which towns are in the hands of local IT, as far as is known here: a fold over runs and their journals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from eakte_ops.errors import EakteError, Refused
from eakte_ops.health.muted import Handed
from eakte_ops.playbook.given import values
from eakte_ops.playbook.handover.signs import Remembered, parse, value_name
from eakte_ops.playbook.memory import entries, plans, runs
from eakte_ops.playbook.memory.handovers import BEGIN, END
from eakte_ops.playbook.plan import Plan
from eakte_ops.playbook.read_plan import read_plan
from eakte_ops.playbook.standing import is_over, standing
from eakte_ops.playbook.wall import parsed

if TYPE_CHECKING:
    from eakte_ops.playbook.written import Written
    from eakte_ops.store import Rows


class HandedOver(Refused):
    """The machines of a town are in the hands of local IT; nothing else is done there meanwhile."""

    message = "{town} is handed over to local IT ({servers}) until {until}: {why} (run {run})"
    hint = "once local IT is done: eakte-ops handover end {town}"


@dataclass(frozen=True, slots=True)
class Opened:
    """A handover that was begun and is not over. `at`: when it was handed over; `until`: ISO 8601, UTC, as agreed;
    `servers`: those handed over, "" for all of the town; `stopped`: those on which something was done; `ending`: an end
    of it is under way and has not come to its own end; `known`: what was remembered."""

    town: str
    run: str
    at: float
    until: str
    why: str
    servers: str
    stopped: tuple[str, ...]
    ending: bool
    known: Remembered

    @property
    def until_s(self) -> float:
        """When it was agreed to end, Unix seconds."""
        return parsed(self.until).timestamp()

    def refusal(self) -> HandedOver:
        """The error for whoever wants to do something else there."""
        return HandedOver(
            town=self.town, servers=self.servers or "all servers", until=self.until, why=self.why, run=self.run
        )


def opened(rows: Rows, town: str) -> Opened | None:
    """The handover of that town that is not over; None where there is none."""
    return next(iter(_of_towns(rows, town)), None)


def all_opened(rows: Rows) -> tuple[Opened, ...]:
    """Those of all towns."""
    return tuple(_of_towns(rows, ""))


def remembered_of(rows: Rows, run: str) -> Opened:
    """The handover that `run` began, over or not. Raises UsageError, Refused where its plan can not be read."""
    known = runs.get(rows, run)
    return _opened(known.id, read_plan(plans.get(rows, known.plan).text), entries.of(rows, known.id), ending=False)


def handed(rows: Rows) -> Mapping[tuple[str, str], Handed]:
    """Town and server -> what is remembered of machines that were handed over, for looks (health/muted.py).

    None of a town whose handover is being ended: from then on what is down is trouble.
    """
    return {
        (found.town, server): Handed(found.run, found.until_s)
        for found in all_opened(rows)
        if not found.ending
        for server in found.stopped
    }


def _of_towns(rows: Rows, town: str) -> Iterator[Opened]:
    """Of each town its newest begin that came to its end, unless an end came after it."""
    settled: set[str] = set()
    ending: set[str] = set()
    for run, of, text in _runs(rows, town):
        if of in settled:
            continue
        try:
            plan, written = read_plan(text), entries.of(rows, run)
        except EakteError:  # of another version, or broken: who looks at runs is told; it can not be an open handover
            continue
        stands = standing(plan, [each.entry for each in written])
        if plan.playbook == END:
            if stands == "new":
                settled.add(of)
            elif not is_over([each.entry for each in written]):
                ending.add(of)
        elif stands == "new":
            settled.add(of)
            if _says_until(plan):  # a plan that came from a stranger (runs adopt) must not end the look at all towns
                yield _opened(run, plan, written, ending=of in ending)


def _says_until(plan: Plan) -> bool:
    try:
        parsed(plan.arguments.get("until", ""))
    except ValueError:
        return False
    return True


def _runs(rows: Rows, town: str) -> list[tuple[str, str, str]]:
    """Run, town and text of the plan; the newest first."""
    found = rows.all(
        "SELECT run.id, run.town, plan.text FROM run JOIN plan ON plan.hash = run.plan"
        " WHERE json_extract(plan.text, '$.playbook') IN (?, ?) AND ? IN ('', run.town)"
        " ORDER BY run.opened DESC, run.id",
        (BEGIN, END, town),
    )
    return [(str(row[0]), str(row[1]), str(row[2])) for row in found]


def _opened(run: str, plan: Plan, written: tuple[Written, ...], *, ending: bool) -> Opened:
    said = plan.arguments
    given = values([each.entry for each in written])
    before = {server: parse(given[name]) for server in plan.servers if (name := value_name(server)) in given}
    at = written[-1].at
    return Opened(
        plan.town,
        run,
        at,
        said.get("until", ""),
        said.get("why", ""),
        said.get("servers", ""),
        plan.servers,
        ending,
        Remembered(run, at, len(written), before),
    )
