"""Handovers in a store, made in a moment: their plans, and journals as they are when they stand here or there."""

from __future__ import annotations

from collections.abc import Sequence

from eakte_ops.inventory.samples import samples_folder
from eakte_ops.playbook.compile import Compiled, compile_
from eakte_ops.playbook.journal import Entry
from eakte_ops.playbook.load import load_playbooks
from eakte_ops.playbook.memory import entries, plans, runs
from eakte_ops.playbook.plan import Plan
from eakte_ops.playbook.written import Written
from eakte_ops.store import Rows
from tests.unit.playbook.played_books import ground

RUN = "2026-11-24-witten-a1b2"
UNTIL = "2026-11-24T20:00:00Z"
BEGIN = {"until": UNTIL, "why": "patches"}
SERVERS = ("witten-app", "witten-db", "witten-gw", "witten-index")
END = {**BEGIN, "handover": RUN, "documents": "300"}


def compiled(name: str, town: str, **said: str) -> Compiled:
    return compile_(load_playbooks(samples_folder()).of(name), ground(town, {**said}))


def kept(rows: Rows, playbook: str, run: str, at: float, journal: Sequence[Entry], **said: str) -> None:
    """A run of that playbook with that journal."""
    found = compiled(playbook, "witten", **{**(BEGIN if playbook == "handover-begin" else END), **said})
    plan = Plan(
        "witten", found.purpose, "root", "2026-11-24T17:00:00+00:00", "2026-11-25T17:00:00+00:00", "1", found.steps,
        playbook=playbook, arguments={**BEGIN, **said}, needs=found.needs, values=found.values, assumes=found.assumes,
    )  # fmt: skip
    plans.keep(rows, plan)
    runs.keep(rows, runs.Run(run, "witten", plan.hash, at, at + 600, "root", "here", "x", "", ("witten-app",)))
    for number, entry in enumerate(journal):
        entries.append(rows, run, number, Written(at + number, "root", entry).line())


REMEMBERED = Entry("06-remember-witten-app", mark="done", gives={"before.witten-app": "boot=aaaa documents=300"})
NEW = (Entry(turn="opened", token=1), REMEMBERED,
       Entry(turn="closed", said="new"))  # fmt: skip
OLD = (Entry(turn="opened", token=1), Entry(turn="going-back"), Entry(turn="closed", said="old"))
UNDER_WAY = (Entry(turn="opened", token=1),)
