"""Lets the runner work on a run that has its town, and sees to what follows: the record, the lock, what is said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from eakte_ops.errors import AuditRefused, EakteError
from eakte_ops.playbook.acts import Fenced
from eakte_ops.playbook.journal import Entry
from eakte_ops.playbook.journalled import Journalled
from eakte_ops.playbook.memory import outputs, runs
from eakte_ops.playbook.memory.runs import Run
from eakte_ops.playbook.onrecord import OnRecord
from eakte_ops.playbook.parts import AtWork, Outcome, Parts
from eakte_ops.playbook.progress import Ended
from eakte_ops.playbook.runner import Runner
from eakte_ops.playbook.taking import Hold


@dataclass(frozen=True, slots=True)
class _Recorded:
    """See journal.Journal: the journal, and after each end of a step the audit."""

    journal: Journalled
    record: OnRecord

    def write(self, entry: Entry) -> None:
        """See journal.Journal. Raises AuditRefused, too."""
        self.journal.write(entry)
        self.record.ended(entry)

    def entries(self) -> Sequence[Entry]:
        """See journal.Journal."""
        return self.journal.entries()


def carry_out(hold: Hold, lead: Sequence[Entry] = (), answers: Mapping[str, str] | None = None) -> Outcome:
    """Write `lead`, then let the runner work until nothing is left, a person is asked, or an error ends the turn.

    Raises GoneOn, Unreachable before the runner begins; the town stays locked by the run then, too.
    """
    notes = [f"{server} could not be reached and was left out: {why.said}" for server, why in hold.left_out.items()]
    journal = hold.journal()
    outcome = _worked(hold, journal, lead, answers or {})
    return _after(hold, replace(outcome, notes=tuple(notes)), journal)


def _worked(hold: Hold, journal: Journalled, lead: Sequence[Entry], answers: Mapping[str, str]) -> Outcome:
    parts, run = hold.parts, hold.run

    def keep(output: outputs.Output) -> None:
        parts.keeper.writing(lambda rows: outputs.keep(rows, run.id, output))

    record = OnRecord(parts.trail, run, again=bool(hold.opened.written), begun_elsewhere=_jobs_of_others(hold))
    at_work = AtWork(run, hold.opened.plan, lambda _servers: hold.token, journal.entries, record.note, answers, keep)
    try:
        with parts.tools(at_work) as tools:

            def pause() -> bool:
                return tools.paused() or parts.keeper.reading(lambda rows: runs.shall_pause(rows, run.id))

            written = _Recorded(journal, record)
            runner = Runner(run.id, hold.opened.plan, written, tools.world, tools.drive, pause, tools.emit)
            runner.begin()
            for entry in lead:
                written.write(entry)
            return Outcome(run, runner.carry_out(), interrupted=tools.paused())
    except EakteError as problem:
        return Outcome(run, error=problem)
    finally:
        journal.leave()


def _jobs_of_others(hold: Hold) -> frozenset[str]:
    """Jobs that another operations host began, as the journal tells."""
    host = hold.parts.trail.who.host
    return frozenset(
        f"{hold.run.id}.{each.entry.step}.{each.entry.phase}.{each.entry.attempt}"
        for each in hold.opened.written
        if each.entry.mark == "begun" and each.who.rpartition(" on ")[2] != host
    )


def _after(hold: Hold, outcome: Outcome, journal: Journalled) -> Outcome:
    """Give the town back where the run is over, and put on record how this process's work ended."""
    said = list(outcome.notes)
    begun = bool(journal.entries())
    over = isinstance(outcome.result, Ended) or not begun
    if over:
        said += _last_lines(hold, journal)
        said += [
            f"{server} still shows the lock of this run, which the next one takes over: {why.said}"
            for server, why in hold.give_back().items()
        ]
    try:
        recorded(hold.parts, "run.end" if over else "run.stop", hold.run, hold.run.why, result=in_a_word(outcome))
    except AuditRefused as refused:
        said.append(f"how it ended could not be put on record: {refused.values['said']}")
    return replace(outcome, notes=tuple(said), begun=begun)


def _last_lines(hold: Hold, journal: Journalled) -> list[str]:
    try:
        journal.catch_up()
    except EakteError as problem:
        return [f"{hold.run.lock_server} does not have the end of the journal: {problem.said}"]
    return []


def in_a_word(outcome: Outcome) -> str:
    """How a process's work on a run ended, for the record."""
    if outcome.error is not None:
        kind = "fenced" if isinstance(outcome.error, Fenced) else "stopped"
        return f"{kind}: {outcome.error}"
    if isinstance(outcome.result, Ended):
        return outcome.result.outcome
    return f"decision: {outcome.asks.why}" if outcome.asks else "paused"


def recorded(parts: Parts, what: str, run: Run, why: str, **more: object) -> None:
    """Put an act on a run on record. Raises AuditRefused, and then it must not happen."""
    details = {"run": run.id, "plan": run.plan, **({"approval": run.permit} if run.permit else {}), **more}
    parts.trail.record(what, town=run.town, why=why, details=details)
