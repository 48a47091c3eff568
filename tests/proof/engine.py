"""A run that is interrupted anywhere ends new, old, or with an honest question; never in between, never twice.

`config apply`, `handover begin` and `handover end` on the four servers of a town of the lab. Every wish of the runner
(a line of the journal, a job, a wait, a look, a file) is a point: there the centre's process is killed, before and
after it. At every act on a server the line is cut, the server loses its power, its disk is full, the clock is off, the
stop switch is set. Two centres without a shared store meet; one is frozen, loses the town and wakes up; the inventory
is edited between plan and run. Afterwards the run is taken up by the command that a person would type. What is looked
at: both files are old or both are new, as the run says; the software is up, or held and down as a whole; nothing of the
run is left; nobody holds the town; the audit fits what the town's own journals hold.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

from eakte_ops.cli.context import Context
from eakte_ops.lab.lab import Lab
from tests.engine.stage import Moment, Told
from tests.engine.trial import TOWN, WHY, Act, Trial
from tests.proof.line import Line

Say = Callable[[Line], None]
ACTS: tuple[Act, ...] = ("config apply", "handover begin", "handover end")
ON_SERVERS = ("Start", "Simple", "Await")


def prove(say: Say) -> None:
    """The whole table, in the lab of this machine, which is booted for it. Needs root."""
    lab = Lab(patience=120.0)
    lab.up((), lambda folder: Context(project=folder))
    with tempfile.TemporaryDirectory(prefix="proof-") as scratch:
        trial = Trial(lab, lab.places.operations, Path(scratch))
        settled(trial)
        for act in ACTS:
            points = wishes(trial, act)
            say(Line(act, "uninterrupted", f"{len(points)} wishes", bool(points)))
            for line in crashes(trial, act, points):
                say(line)
            for line in returns(trial, act, points):
                say(line)
            for line in faults(trial, act, points):
                say(line)
        for line in meetings(trial):
            say(line)
        say(at_the_end(trial))


def at_the_end(trial: Trial) -> Line:
    """The record against the journals of the town; the second centre of the trials has a record of its own."""
    said = trial.ours("audit", "check", TOWN)
    wrong = [line for line in said.out.splitlines() if line.strip() and "of another record of this machine" not in line]
    told = "; ".join(wrong)[-300:] or "they fit"
    return Line("At the end", "the audit and the town's journals", told, not wrong and said.status in (0, 1))


# -- one act, made ready, carried out, judged --------------------------
def settled(trial: Trial) -> None:
    """Everything up, open and as the templates say, whatever was before."""
    for run in trial.ours("runs", "list", TOWN, "--json").data["runs"]:
        if run["standing"] in ("forth", "back", "decision"):
            trial.ours("runs", "abandon", run["id"], "--why", WHY)
    if trial.service() != "old":
        carried_out(trial, "handover end")
    trial.until_up()
    if trial.files() != "new":
        carried_out(trial, "config apply")
        trial.until_up()


def ready(trial: Trial, act: Act) -> str:
    """The town as `act` needs it; gives the plan."""
    if act == "config apply":
        trial.edit()
    if act == "handover end" and trial.service() == "old":
        carried_out(trial, "handover begin")
    if act == "handover begin" and trial.service() == "new":
        carried_out(trial, "handover end")
    if act != "handover end":
        trial.until_up()
    return trial.plan(act)


def carried_out(trial: Trial, act: Act) -> None:
    """Without any fault."""
    plan = trial.plan(act)
    said = trial.ours("plans", "run", plan, *trial.rules(plan))
    assert said.status in (0, 1), said.out + said.err  # 1: done, and something was found that is not of this run


def wishes(trial: Trial, act: Act) -> list[Told]:
    """All wishes of an act that nothing disturbs."""
    plan = ready(trial, act)
    with trial.held_at(plan) as running:
        status = running.go_on()
    assert status in (0, 1), running.said
    assert trial.finished(plan) == "new", running.said
    return running.wishes


def judged(trial: Trial, act: Act, plan: str, part: str, what: str) -> Line:
    """Whether the town is as the run says, once it was taken up."""
    ended = trial.finished(plan)
    asked = ended == "decision"
    if asked:
        run = trial.run_of(plan)
        assert run is not None
        trial.ours("runs", "abandon", run["id"], "--why", WHY)
    state = trial.files() if act == "config apply" else trial.service()
    if act == "handover end":  # there the software is held before, and up afterwards
        state = {"old": "new", "new": "old"}.get(state, state)
    fits = asked or state == {"new": "new", "old": "old", "none": "old"}.get(ended, "?")
    left = [] if asked else trial.leftovers()
    told = f"run {ended}, state {state}{'; left: ' + ', '.join(left) if left else ''}"
    if asked or not fits or left:
        settled(trial)
    return Line(part, f"{act}: {what}", told, fits and not left)


def crashes(trial: Trial, act: Act, points: list[Told], every: int = 1) -> Iterator[Line]:
    """The centre's process is killed before the first wish and after each: before the next one is no other moment."""
    moments: list[tuple[Told, Moment]] = [(points[0], "before"), *((point, "after") for point in points[::every])]
    for point, moment in moments:
        plan = ready(trial, act)
        with trial.held_at(plan, point.number, moment) as running:
            running.kill()
        yield judged(trial, act, plan, "Killed", f"{moment} {named(point)}")


def returns(trial: Trial, act: Act, points: list[Told], every: int = 1) -> Iterator[Line]:
    """Killed, and turned round by a person; then killed on the way back as well, at each of its wishes."""
    for point in points[::every]:
        run = killed_after(trial, act, point)
        said = trial.ours("runs", "rollback", run["id"], "--why", WHY)
        yield judged(trial, act, run["plan"], "Turned round", f"after {named(point)} (status {said.status})")
    run = killed_after(trial, act, points[-1])
    with trial.staged(["runs", "rollback", run["id"], "--why", WHY]) as running:
        running.go_on()
    back = running.wishes
    yield judged(trial, act, run["plan"], "Killed on the way back", f"not: {len(back)} wishes")
    for point in back[::every]:
        run = killed_after(trial, act, points[-1])
        with trial.staged(["runs", "rollback", run["id"], "--why", WHY], point.number, "after") as running:
            running.kill()
        yield judged(trial, act, run["plan"], "Killed on the way back", f"after {named(point)}")


def killed_after(trial: Trial, act: Act, point: Told) -> dict[str, Any]:
    """A run of `act` whose process was killed after that wish."""
    plan = ready(trial, act)
    with trial.held_at(plan, point.number, "after") as running:
        running.kill()
    run = trial.run_of(plan)
    assert run is not None
    return run


def named(point: Told) -> str:
    """A wish, for people."""
    return " ".join(filter(None, (f"wish {point.number}", point.kind, point.step, point.mark)))


def faults(trial: Trial, act: Act, points: list[Told], every: int = 1) -> Iterator[Line]:
    """What happens to the servers at each act on them."""
    acts = [point for point in points if point.kind in ON_SERVERS]
    kinds: dict[str, Callable[[Trial, str], AbstractContextManager[None]]] = {
        "the line is cut": Trial.line_cut,
        "the disk is full": Trial.disk_full,
        "the stop switch is set": lambda its, _server: its.stop_switch(),
        "the clock is off": Trial.clock_off,
        "the server loses its power": lambda its, server: its.power_off(server) or nullcontext(),
    }
    for what, fault in kinds.items():
        for point in acts[::every]:
            plan = ready(trial, act)
            with trial.held_at(plan, point.number) as running:
                server = server_of(trial, plan, point)
                with fault(trial, server):
                    status = running.go_on()
            trial.power_on()
            told = f"at {named(point)} on {server} (status {status})"
            yield judged(trial, act, plan, what.capitalize(), told)


def server_of(trial: Trial, plan: str, point: Told) -> str:
    """Where a step happens; the lock server where it is nowhere."""
    steps = trial.ours("plans", "show", plan, "--json").data["plan"]["steps"]
    return next((step["server"] for step in steps if step["id"] == point.step and step["server"]), "witten-app")


# -- several centres --------------------
def meetings(trial: Trial) -> Iterator[Line]:
    """Two centres without a shared store; one that sleeps and wakes up; files that change under a plan."""
    other = trial.scratch / "other"
    shutil.copytree(trial.operations, other, ignore=shutil.ignore_patterns("state"))
    yield from second_comes(trial, other)
    yield from frozen(trial, other)
    yield edited_between(trial)


def second_comes(trial: Trial, other: Path) -> Iterator[Line]:
    """While one is at work the other is told who, and where; after it, it may."""
    plan = ready(trial, "config apply")
    with trial.held_at(plan, 8) as running:
        theirs = trial.ours("restart", TOWN, "gateway", "--why", WHY, project=other)
        word = theirs.err.rpartition("plans run ")[2].split()[0]
        refused = trial.ours("plans", "run", word, project=other)
        running.go_on()
    yield Line("Two centres", "the second one is refused", last_line(refused.err), refused.status == 6)
    yield judged(trial, "config apply", plan, "Two centres", "the first one goes on to its end")


def frozen(trial: Trial, other: Path) -> Iterator[Line]:
    """A laptop sleeps in the middle of a run, somebody takes it over elsewhere, and it wakes up."""
    plan = ready(trial, "config apply")
    with trial.held_at(plan, 8) as running:
        running.freeze()
        adopted = trial.ours("runs", "adopt", TOWN, "--why", WHY, project=other)
        run = trial.ours("runs", "list", TOWN, "--json", project=other).data["runs"][0]["id"]
        resumed = trial.ours("runs", "resume", run, project=other)
        running.thaw()
        status = running.go_on()
    yield Line(
        "Frozen", "taken over elsewhere", f"adopt {adopted.status}, resume {resumed.status}", resumed.status in (0, 4)
    )
    yield Line("Frozen", "the one that wakes up", f"status {status}: {last_line(running.said)}", status in (6, 7))
    state = trial.files()
    yield Line("Frozen", "the files", state, state == ("new" if resumed.status == 0 else "old"))
    trial.ours("runs", "adopt", TOWN, "--why", WHY)
    settled(trial)


def edited_between(trial: Trial) -> Line:
    """The inventory is edited between plan and run."""
    plan = ready(trial, "config apply")
    file = trial.operations / f"inventories/{TOWN}.yml"
    before = file.read_text()
    try:
        file.write_text(before + "# a line more\n")
        said = trial.ours("plans", "run", plan, *trial.rules(plan))
    finally:
        file.write_text(before)
    state = trial.files()
    return Line("Edited", "inventory between plan and run", last_line(said.err), (said.status, state) == (7, "old"))


def last_line(text: str) -> str:
    """The last sentence of what was said."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return (lines[-2] if len(lines) > 1 and lines[-1].startswith("→") else lines[-1] if lines else "")[:200]
