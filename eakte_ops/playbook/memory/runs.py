"""Runs: ids and facts. Where one stands is a fold over its entries (standing.py); no column says it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from eakte_ops.errors import UsageError
from eakte_ops.playbook.written import BREAKS
from eakte_ops.remote import numbers

if TYPE_CHECKING:
    from sqlite3 import Row

    from eakte_ops.store import Rows


@dataclass(frozen=True, slots=True)
class Run:
    """`plan`: its hash. `opened`, `until` (expected end): Unix seconds. `who`, `host`: who opened it, and where.

    `permit`: in words, by whom it was approved or which rule was broken. `servers`: of the town that hold its lock;
    the first one is the lock server, where plan and journal lie, too.
    """

    id: str
    town: str
    plan: str
    opened: float
    until: float
    who: str
    host: str
    why: str
    permit: str
    servers: tuple[str, ...]

    @property
    def lock_server(self) -> str:
        """Where plan and journal also lie."""
        return self.servers[0]

    def facts(self) -> dict[str, Any]:
        """As plain data, for the lock server."""
        return {**asdict(self), "servers": list(self.servers)}


def keep(rows: Rows, run: Run) -> None:
    """Keep a new run; one that is known stays as it is. Its plan has to be kept before."""
    rows.run(
        """INSERT INTO run (id, town, plan, opened, until, who, host, why, permit, servers)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING""",
        (
            run.id,
            run.town,
            run.plan,
            run.opened,
            run.until,
            run.who,
            run.host,
            run.why,
            run.permit,
            json.dumps(run.servers),
        ),
    )


def forget(rows: Rows, name: str) -> None:
    """Forget a run that was never begun: one that has a journal stays."""
    rows.run("DELETE FROM run WHERE id = :run AND NOT EXISTS (SELECT 1 FROM entry WHERE run = :run)", {"run": name})


def get(rows: Rows, name: str) -> Run:
    """The run of that id, or the only one whose id ends with `name`. Raises UsageError."""
    found = rows.all(
        "SELECT * FROM run WHERE id = :name OR (length(:name) >= 4 AND substr(id, -length(:name)) = :name)",
        {"name": name},
    )
    exact = [row for row in found if row["id"] == name]
    if exact or len(found) == 1:
        return _run((exact or found)[0])
    if found:
        raise UsageError(f"more than one run ends with {name}", way_out="give all of its id: eakte-ops runs list")
    raise UsageError(f'there is no run "{name}"', way_out="eakte-ops runs list shows those there are")


def listed(rows: Rows, town: str = "", since: float = 0.0) -> tuple[Run, ...]:
    """The runs of a town, or of all, that were opened since; the newest first."""
    found = rows.all("SELECT * FROM run WHERE ? IN ('', town) AND opened >= ? ORDER BY opened DESC, id", (town, since))
    return tuple(map(_run, found))


def ask_to_pause(rows: Rows, run: str, at: float) -> None:
    """Whoever works on the run stops after the stage under way."""
    rows.run("UPDATE run SET pause = ? WHERE id = ?", (at, run))


def go_on(rows: Rows, run: str) -> None:
    """Nobody asks it to pause any more."""
    rows.run("UPDATE run SET pause = NULL WHERE id = ?", (run,))


def shall_pause(rows: Rows, run: str) -> bool:
    """Whether a person asked it to pause."""
    return rows.one("SELECT 1 FROM run WHERE id = ? AND pause IS NOT NULL", (run,)) is not None


def read(said: Mapping[str, Any]) -> Run:
    """A run out of its facts, as they came from a lock server. Raises ValueError for anything else."""
    texts = ("id", "town", "plan", "who", "host", "why", "permit")
    if not all(isinstance(said.get(name), str) for name in texts):
        raise ValueError("the facts of the run are not whole")
    if any(BREAKS.search(said[name]) for name in ("id", "town", "plan", "who", "host")):
        raise ValueError("the facts of the run are not lines")
    json.dumps(dict(said), ensure_ascii=False).encode()  # half signs, which can be written nowhere, are a ValueError
    servers, times = said.get("servers"), [said.get("opened"), said.get("until")]
    if not isinstance(servers, list) or not servers or not all(isinstance(name, str) for name in servers):
        raise ValueError("the run does not say on which servers it has the lock")
    opened, until = (None if isinstance(at, str) else numbers.time(at) for at in times)
    if opened is None or until is None:
        raise ValueError("the run does not say when it was opened")
    return Run(
        said["id"],
        said["town"],
        said["plan"],
        opened,
        until,
        said["who"],
        said["host"],
        said["why"],
        said["permit"],
        tuple(servers),
    )


def _run(row: Row) -> Run:
    return Run(
        id=row["id"],
        town=row["town"],
        plan=row["plan"],
        opened=row["opened"],
        until=row["until"],
        who=row["who"],
        host=row["host"],
        why=row["why"],
        permit=row["permit"],
        servers=tuple(json.loads(row["servers"])),
    )
