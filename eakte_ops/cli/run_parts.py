"""Puts together what a run is carried out with: store, lines, world, audit, and what a person sees of it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from eakte_ops.cli.context import CONTEXT
from eakte_ops.cli.output import say

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from eakte_ops.cli.interrupts import Interrupts
    from eakte_ops.cli.run_view import RunView
    from eakte_ops.health.engine import Stop
    from eakte_ops.inventory.model import Town
    from eakte_ops.playbook.acts import Answered
    from eakte_ops.playbook.gates import Gates
    from eakte_ops.playbook.lines import Lines
    from eakte_ops.playbook.parts import AtWork, Parts, Tools
    from eakte_ops.playbook.permit import Permit
    from eakte_ops.playbook.plan import AskPerson, Plan, Step
    from eakte_ops.playbook.world import SshWorld
    from eakte_ops.secret.value import Secret
    from eakte_ops.secret.vault import Vault
    from eakte_ops.store import Rows


def carry_out(plan: Plan, permit: Permit) -> int:
    """Carry out a plan that may begin, from its beginning, and say how it ended; gives the exit status.

    Raises Busy, Unreachable, AuditRefused ... where nothing was begun.
    """
    from eakte_ops.cli.run_told import tell
    from eakte_ops.cli.tell_town import Postman, tell_town
    from eakte_ops.playbook.conduct import begin

    inventory = CONTEXT.inventory(plan.town)
    town = inventory.towns[plan.town]
    with parts_for(plan.town) as parts, Postman() as postman:

        def told(rows: Rows) -> None:
            if tell_town(rows, inventory.settings, town, plan, permit, now=parts.clock.now()):
                postman.call()

        return tell(parts, begin(parts, plan, why=permit.why, permit=permit, tell=told))


@contextmanager
def parts_for(town: str) -> Iterator[Parts]:
    """The parts for runs of `town`; lines and store are given back when the block ends."""
    from zoneinfo import ZoneInfo

    from eakte_ops.cli.access_parts import trail
    from eakte_ops.playbook.lines import Lines
    from eakte_ops.playbook.memory.keeper import Keeper
    from eakte_ops.playbook.parts import Parts

    inventory = CONTEXT.inventory(town)
    its = inventory.towns[town]
    servers = tuple(sorted(each.name for each in its.said.servers if each.platform == "linux"))
    limits = inventory.settings.limits
    targets = {name: CONTEXT.target(its, its.server(name), "work") for name in servers}
    lines = Lines(targets, CONTEXT.connector(limits, lambda _target, _phase: None), limits.server_seconds)
    keeper = Keeper(CONTEXT.store)
    try:
        yield Parts(
            town=town,
            name=its.name,
            zone=ZoneInfo(its.said.windows.zone),
            servers=servers,
            layouts={name: its.profile.layout[its.server(name).platform] for name in servers},
            state=CONTEXT.state,
            keeper=keeper,
            lines=lines,
            trail=trail(inventory),
            tools=_tools_at(its, lines),
        )
    finally:
        lines.close()
        keeper.close()


def _tools_at(town: Town, lines: Lines) -> Callable[[AtWork], AbstractContextManager[Tools]]:
    """What makes the tools of one process's work on a run in `town`."""

    @contextmanager
    def tools(at_work: AtWork) -> Iterator[Tools]:
        from zoneinfo import ZoneInfo

        from eakte_ops.cli.interrupts import Interrupts
        from eakte_ops.cli.language import spoken
        from eakte_ops.cli.run_view import RunView
        from eakte_ops.playbook.drive import SideBySide
        from eakte_ops.playbook.parts import Tools

        language = spoken(None)
        asked: list[Interrupts] = []
        view = RunView(
            at_work.plan,
            at_work.run.id,
            town.name,
            language,
            paused=lambda: any(each.paused() for each in asked),
            zone=ZoneInfo(town.said.windows.zone),
        )
        interrupts = Interrupts(language, view.tell)
        asked.append(interrupts)
        world = _world(town, lines, at_work, view, interrupts)
        way_out = interrupts.way_out(at_work.run.id, town.id)
        drive = SideBySide(interrupts.leave, lambda: interrupts.going_on(world.under_way()), way_out=way_out)
        with view, interrupts:
            yield Tools(world, drive, interrupts.paused, view.heard)

    return tools


def _world(town: Town, lines: Lines, at_work: AtWork, view: RunView, interrupts: Interrupts) -> SshWorld:
    from eakte_ops.playbook import artefacts, sources
    from eakte_ops.playbook.memory.outputs import Output
    from eakte_ops.playbook.recording import record
    from eakte_ops.playbook.variables import Variables
    from eakte_ops.playbook.world import SshWorld

    run, secrets = at_work.run, _Secrets(town, view.tell)
    made_from = sources.Sources(town, CONTEXT.library, secrets.reveal)

    def keep(job: str, out: str, err: str) -> None:
        from eakte_ops.clock import SYSTEM

        at_work.keep(Output(job, SYSTEM.now().timestamp(), out, err))

    harmless = record(keep)

    def said(job: str, out: str, err: str) -> None:
        if secrets_in(at_work.plan):  # the job may have been given them by an earlier process
            secrets.know()
        harmless(job, out, err)

    return SshWorld(
        plan=at_work.plan,
        town=town,
        lines=lines,
        variables=Variables(run.id, run.plan, f"{run.who} on {run.host}", at_work.until),
        raise_fence=at_work.fence,
        entries=at_work.entries,
        note=at_work.note,
        person=_Person(at_work.answers, view, interrupts),
        content=lambda send: sources.made(send, made_from, artefacts.KINDS),
        gates=_gates(town, lines, at_work),
        reveal=lambda name: secrets.reveal(name).reveal(),
        record=said,
        emit=view.heard,
    )


def secrets_in(plan: Plan) -> bool:
    """Whether a step is given secrets of the town, or sends a file, which may hold some."""
    from eakte_ops.playbook.plan import OnServer, Send

    dos = [do for step in plan.steps for do in (step.do, step.undo)]
    return any(isinstance(do, Send) or (isinstance(do, OnServer) and do.secrets) for do in dos)


class _Secrets:
    """The vault of the town, opened when the first secret is needed: by whichever thread comes first.

    `tell`: hears which ones could not be opened.
    """

    def __init__(self, town: Town, tell: Callable[[str], None]) -> None:
        self._town = town
        self._tell = tell
        self._opening = threading.Lock()
        self._vault: Vault | None = None
        self._known = False

    def reveal(self, name: str) -> Secret:
        """A secret of the town, opened anew. Raises what the vault raises where this machine can not open it."""
        with self._opening:
            return self._opened().reveal(name)

    def know(self) -> None:
        """From now on every secret of the town is taken out of what is kept and told; never raises."""
        with self._opening:
            closed = [] if self._known else list(self._closed())
            self._known = True
        if closed:
            self._tell(f"NOTE: {', '.join(closed)} can not be opened here, and so not be taken out of what jobs say.")

    def _closed(self) -> Iterator[str]:
        """Opens all that can be opened; gives the names of the others."""
        from eakte_ops.errors import EakteError

        try:
            vault = self._opened()
            names = vault.names()
        except EakteError:
            yield f"the secrets of {self._town.name}"
            return
        for name in names:
            try:
                vault.reveal(name)
            except EakteError:
                yield name

    def _opened(self) -> Vault:
        from eakte_ops.cli.secret import vault_of

        if self._vault is None:
            self._vault = vault_of(self._town)
        return self._vault


class _Person:
    """See world.Person. `answers`: what was said on the command line, by step; else whoever sits here is asked."""

    def __init__(self, answers: Mapping[str, str], view: RunView, interrupts: Interrupts) -> None:
        self._answers = answers
        self._view = view
        self._interrupts = interrupts
        self._asking = threading.Lock()

    def __call__(self, step: Step, do: AskPerson) -> Answered:
        """The word that was given. Answered(None) where nobody is here, or where whoever is here wants to pause."""
        from eakte_ops.cli.interrupts import has_terminal
        from eakte_ops.playbook.acts import Answered

        word = self._answers.get(step.id, self._answers.get(step.name, ""))
        if not word and has_terminal():
            with self._asking, self._view.still():
                word = self._ask(do)
        if not word:
            return Answered(None, do.question)
        return Answered(word == do.answers[0], f"answered: {word}")

    def _ask(self, do: AskPerson) -> str:
        from eakte_ops.cli.language import spoken

        say()
        say((do.question_de if spoken(None) == "de" else "") or do.question)
        while True:
            typed = self._interrupts.line(f"{' / '.join(do.answers)} (Ctrl-C pauses): ")
            if typed is None or typed in do.answers:
                return typed or ""


def _gates(town: Town, lines: Lines, at_work: AtWork) -> Gates:
    """The gates of the run: health asked as the people at work, and those of the plan itself."""
    from eakte_ops.cli.health import access_if_any
    from eakte_ops.cli.sweep_parts import reveals as reveals_of
    from eakte_ops.health.engine import nothing_known, stops_of
    from eakte_ops.playbook.acts import Answered
    from eakte_ops.playbook.gates import ASSUMPTIONS, OWN, WINDOW, Gates
    from eakte_ops.playbook.plan import Gate

    def window() -> Answered:
        from datetime import UTC, datetime

        from eakte_ops.clock import SYSTEM
        from eakte_ops.inventory.opening import hours_of
        from eakte_ops.playbook.permit import is_outside_window
        from eakte_ops.playbook.windows import why_not_stop

        now = SYSTEM.now()
        if is_outside_window(at_work.run.permit, datetime.fromtimestamp(at_work.run.opened, UTC), now):
            return Answered(True, "begun outside the window by a person's decision")
        why = why_not_stop(at_work.plan, hours_of(town.said.windows), now, town.name)
        return Answered(not why, why)

    def assumptions() -> Answered:
        from eakte_ops.playbook.assume import differing
        from eakte_ops.playbook.variables import Variables

        run = at_work.run  # what this very run has set is not against it
        lead = Variables(run.id, run.plan, f"{run.who} on {run.host}", at_work.until).lines()
        found = differing(at_work.plan.assumes, lines, lead)
        return Answered(not found, "; ".join(each.sentence() for each in found))

    stops: Sequence[Stop] = ()
    if any(isinstance(step.do, Gate) and set(step.do.checks) - set(OWN) for step in at_work.plan.steps):
        access = access_if_any()
        stops = stops_of([town], lambda its, server: CONTEXT.target(its, server, "work"), access, CONTEXT.library)
    reveals = reveals_of([town]) if _makes_a_trip(at_work.plan) else nothing_known
    return Gates(stops, lines.lend, {WINDOW: window, ASSUMPTIONS: assumptions}, reveals=reveals)


def _makes_a_trip(plan: Plan) -> bool:
    """Whether a gate stores and finds a test document, which takes a secret of the town."""
    from eakte_ops.health.checks.roundtrip import TRIP
    from eakte_ops.playbook.plan import Gate

    return any(isinstance(step.do, Gate) and TRIP.name in step.do.checks for step in plan.steps)
