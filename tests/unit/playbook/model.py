"""Servers on paper, on which everything can go wrong: for driving the runner through every interruption.

Every wish of the runner is a point at which a fault can strike. What a server is left with is compared at the end.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from eakte_ops.errors import LineLost
from eakte_ops.playbook.acts import Act, Answered, Await, Fenced, Output, Simple, Start, Verify, Wish, Write
from eakte_ops.playbook.journal import Entry
from eakte_ops.playbook.plan import OnServer, Plan, Step
from eakte_ops.playbook.runner import Runner
from eakte_ops.remote.jobs import JobState

Effect = Literal["none", "partial", "full"]
Fault = Literal[
    "killed-before",  # the centre's process ends before the wish is carried out
    "killed-after",  # ... after it, before anything of it was known here
    "lost-before",  # the line breaks; the server never heard of it
    "lost-after",  # the line breaks; the server did it
    "late",  # the line breaks; the server hears of it at any later time
    "died-none",  # the server dies under the job, which had no effect yet
    "died-partial",
    "died-full",
]
FAULTS: tuple[Fault, ...] = (
    "killed-before", "killed-after", "lost-before", "lost-after", "late", "died-none", "died-partial", "died-full",
)  # fmt: skip


class Killed(BaseException):
    """The centre's process is gone."""


@dataclass(eq=False)
class Job:
    """`becomes`: how it ends; `begun`: of a job that is running: nobody has seen its end yet."""

    step: str
    undo: bool
    token: int
    becomes: JobState
    effect: Effect
    state: Literal["queued", "running", "ended"] = "queued"


@dataclass
class Machine:
    """One server. `late`: starts that are still on their way."""

    token: int = 0
    jobs: dict[str, Job] = field(default_factory=dict)
    effects: dict[str, Effect] = field(default_factory=dict)
    late: list[tuple[str, Job]] = field(default_factory=list)


@dataclass
class Model:
    """Servers, the journal and the faults to come: number of the wish -> fault. `fails`: steps whose do ends with 1."""

    plan: Plan
    faults: dict[int, Fault]
    fails: frozenset[str] = frozenset()
    undo_fails: frozenset[str] = frozenset()
    seed: int = 0
    lines: list[Entry] = field(default_factory=list)
    wishes: int = 0
    broken: list[str] = field(default_factory=list)
    done_times: dict[str, int] = field(default_factory=dict)
    excused: set[str] = field(default_factory=set)
    struck: set[Fault] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.machines = {server: Machine() for server in self.plan.servers}
        self.random = random.Random(self.seed)
        self.tokens = 0

    # -- the journal ------------------------------------------------------------------------------------------------
    def write(self, entry: Entry) -> None:
        self._strike(lambda: self.lines.append(entry), lambda: None)

    def entries(self) -> Sequence[Entry]:
        return tuple(self.lines)

    # -- the world --------------------------------------------------------------------------------------------------
    def fence(self, servers: Sequence[str]) -> int:
        self._arrive()
        self.tokens += 1
        for server in servers:
            self._strike(lambda server=server: self._raise(server), lambda: None)
        return self.tokens

    def _raise(self, server: str) -> None:
        machine = self.machines[server]
        machine.token = max(machine.token, self.tokens)
        for job in machine.jobs.values():
            if job.state == "queued":  # a job that is not claimed yet and finds another token is refused
                job.state, job.becomes, job.effect = "ended", JobState("refused", said="fenced"), "none"

    def answer(self, wish: Wish) -> Any:
        self._arrive()
        if isinstance(wish, Start):
            machine = self.machines[wish.step.server]
            job = self._job(wish)
            return self._strike(
                lambda: self._start(machine, wish.job, job), lambda: machine.late.append((wish.job, job)), job
            )
        if isinstance(wish, Await):
            return self._strike(lambda: self._await(self.machines[wish.step.server], wish.job), lambda: None)
        if isinstance(wish, Verify):
            return self._strike(lambda: self._verify(wish.step), lambda: None)
        if isinstance(wish, Output):
            return self._strike(lambda: dict.fromkeys(wish.step.gives, "value"), lambda: None)
        assert isinstance(wish, Simple)
        return self._strike(lambda: Answered(wish.step.id not in self.fails), lambda: None)

    def _job(self, wish: Start) -> Job:
        undo = ".undo." in wish.job
        bad = wish.step.id in (self.undo_fails if undo else self.fails)
        effect: Effect = ("full" if undo else "partial") if bad else ("none" if undo else "full")
        token = max(entry.token for entry in self.lines)
        return Job(wish.step.id, undo, token, JobState("exit", 1 if bad else 0), effect)

    def _start(self, machine: Machine, name: str, job: Job) -> JobState:
        if machine.token != job.token:
            return JobState("fenced", said=str(machine.token))
        if name not in machine.jobs:
            self._check_start(machine, job)
            machine.jobs[name] = job
            chance = self.random.random()
            if chance < 0.4:
                self._end(machine, job)
            elif chance < 0.8:
                self._count(job)
                job.state = "running"
        return self._state(machine, name)

    def _check_start(self, machine: Machine, job: Job) -> None:
        for other in machine.jobs.values():
            if other.step == job.step and other.state != "ended":
                self.broken.append(f"{job.step}: begins while another job of this step may run")
        if not job.undo and any(other.undo and other.step == job.step for other in machine.jobs.values()):
            self.broken.append(f"{job.step}: done after it was undone")

    def _count(self, job: Job) -> None:
        """A job really runs. Steps keep the order of their stages, forward and back.

        Twice is only right for a repeatable step, or where the server itself said: not begun.
        """
        stage, done = self.plan.step(job.step).stage, self.effects()
        early = {step.id for step in self.plan.steps if step.stage < stage and done.get(step.id, "full") != "full"}
        late = {
            step.id
            for step in self.plan.steps
            if step.stage > stage and step.undo and done.get(step.id, "none") != "none"
        }
        if job.undo and late and not self.undo_fails:
            self.broken.append(f"{job.step}: undone before {late}")
        if job.undo:
            return
        if early:
            self.broken.append(f"{job.step}: done before {early}")
        again = self.done_times.get(job.step, 0)
        if again and job.step not in self.excused and not self.plan.step(job.step).repeatable:
            self.broken.append(f"{job.step}: done twice")
        self.done_times[job.step] = again + 1
        self.excused.discard(job.step)

    def _state(self, machine: Machine, name: str) -> JobState:
        job = machine.jobs.get(name)
        if job is None:
            return JobState("absent")
        return job.becomes if job.state == "ended" else JobState("running" if job.state == "running" else "queued")

    def _end(self, machine: Machine, job: Job) -> None:
        if job.state == "queued":
            self._count(job)
        job.state = "ended"
        machine.effects[job.step] = job.effect

    def _await(self, machine: Machine, name: str) -> JobState:
        job = machine.jobs.get(name)
        if job is not None and job.state != "ended":
            self._end(machine, job)
        return self._state(machine, name)

    def _verify(self, step: Step) -> str:
        effect = self.machines[step.server].effects.get(step.id, "none")
        seen = {"none": "not-begun", "partial": "cannot-tell", "full": "done"}[effect]
        if seen == "not-begun":
            self.excused.add(step.id)
        return seen

    def _arrive(self) -> None:
        """What was on its way may come now, or later, or never."""
        for machine in self.machines.values():
            for at in reversed(range(len(machine.late))):
                if self.random.random() < 0.4:
                    name, job = machine.late.pop(at)
                    self._start(machine, name, job)
            for job in machine.jobs.values():
                if job.state == "running" and self.random.random() < 0.2:
                    self._end(machine, job)

    def _strike(self, act: Callable[[], Any], later: Callable[[], Any], job: Job | None = None) -> Any:
        number, self.wishes = self.wishes, self.wishes + 1
        fault = self.faults.get(number)
        if fault is None:
            return act()
        self.struck.add(fault)
        if fault == "killed-before":
            raise Killed
        if fault == "lost-before":
            raise LineLost(server="s", phase="exchange")
        if fault == "late":
            later()
            raise LineLost(server="s", phase="exchange")
        if fault.startswith("died-") and job is not None:
            machine = self.machines[self.plan.step(job.step).server]
            if act().kind == "fenced" or job not in machine.jobs.values():
                raise LineLost(server="s", phase="exchange")  # nothing new ran here: its death changes nothing
            if job.state == "queued":
                self._count(job)
            job.state, job.becomes = "ended", JobState("lost")
            effects: dict[str, Effect] = {"died-none": "none", "died-partial": "partial", "died-full": job.effect}
            before = self.machines[self.plan.step(job.step).server].effects
            if not (fault == "died-none" and job.undo):
                before[job.step] = effects[fault]
            raise LineLost(server="s", phase="exchange")
        act()
        if fault == "killed-after":
            raise Killed
        raise LineLost(server="s", phase="exchange")

    def effects(self) -> dict[str, Effect]:
        """What every step that does something on a server has left there."""
        steps = [step for step in self.plan.steps if isinstance(step.do, OnServer)]
        return {step.id: self.machines[step.server].effects.get(step.id, "none") for step in steps}

    # -- side by side -----------------------------------------------------------------------------------------------
    def drive(self, acts: Sequence[Act], answer: Callable[[Wish], Any]) -> None:
        """Every act to its end, in an order that the seed chooses; errors of one do not stop the others."""
        running: list[tuple[Act, Wish]] = []
        problems: list[Exception] = []
        for act in acts:
            self._advance(act, lambda act=act: next(act), running)
        while running:
            act, wish = running.pop(self.random.randrange(len(running)))
            try:
                got = answer(wish)
            except Exception as problem:
                failed = problem
                try:
                    self._advance(act, lambda act=act, failed=failed: act.throw(failed), running)
                except Exception as out:
                    problems.append(out)
                continue
            try:
                self._advance(act, lambda act=act, got=got: act.send(got), running)
            except Exception as out:
                problems.append(out)
        if problems:
            raise problems[0]

    @staticmethod
    def _advance(act: Act, step: Callable[[], Wish], running: list[tuple[Act, Wish]]) -> None:
        try:
            running.append((act, step()))
        except StopIteration:
            return


def run_to_the_end(model: Model, most: int = 12) -> Any:
    """Process after process, each taking over from the one before, until the run has ended or a person is asked."""
    for _ in range(most):
        runner = Runner("r1", model.plan, model, model, model.drive)
        try:
            runner.begin()
            return runner.carry_out()
        except (Killed, LineLost, Fenced):
            continue
    return None


def do(name: str = "x") -> OnServer:
    return OnServer(f"do {name}")


__all__ = ["FAULTS", "Fault", "Model", "Write", "do", "run_to_the_end"]
