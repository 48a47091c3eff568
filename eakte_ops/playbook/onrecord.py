"""What the audit of the centre and the system journals of the town are told of the steps of a run.

Each job has one entry: it is on record before the job is sent, its head goes to the server with it, and when the step
has ended a second entry says with what result. Whoever sends a job again after an interruption sends the same entry.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from eakte_ops.audit.compare import NOT_BEGUN

if TYPE_CHECKING:
    from collections.abc import Collection

    from eakte_ops.audit import Entry as Record
    from eakte_ops.audit import Trail
    from eakte_ops.playbook.journal import Entry
    from eakte_ops.playbook.memory.runs import Run
    from eakte_ops.playbook.plan import Step

STEP, ENDED = "step", "step.end"
_RESULTS = {"done": "done", "failed": "failed", "unclear": "unclear", "decided-not-begun": NOT_BEGUN}


class OnRecord:
    """Thread safe. `again`: an earlier process was at work on the run, so there may be entries. `begun_elsewhere`: jobs
    that another operations host may have sent: their entries are in its record, and its lines in the town's journals,
    so none is expected there for ours."""

    def __init__(self, trail: Trail, run: Run, *, again: bool, begun_elsewhere: Collection[str] = ()) -> None:
        self._trail = trail
        self._run = run
        self._elsewhere = frozenset(begun_elsewhere)
        self._recording = threading.Lock()
        self._known: dict[str, Record] = {
            str(entry.details["job"]): entry
            for entry in (trail.entries(run.town) if again else ())
            if entry.what == STEP and entry.details.get("run") == run.id and "job" in entry.details
        }

    def note(self, step: Step, job: str) -> str:
        """The line that goes to the server with `job`. Raises AuditRefused, and then nothing may be sent."""
        with self._recording:
            entry = self._known.get(job)
            if entry is None:
                where = "asked" if job in self._elsewhere else "server"
                details = {"run": self._run.id, "plan": self._run.plan, "step": step.id, "job": job, where: step.server}
                if self._run.permit:
                    details["approval"] = self._run.permit
                entry = self._trail.record(STEP, town=self._run.town, why=self._run.why, details=details)
                self._known[job] = entry
            return self._trail.anchor(entry)

    def ended(self, entry: Entry) -> None:
        """The journal holds how a step ended; what was recorded when it was sent is completed. Raises AuditRefused."""
        result = _RESULTS.get(entry.mark or "")
        if result is None:
            return
        job = f"{self._run.id}.{entry.step}.{entry.phase}.{entry.attempt}"
        with self._recording:
            sent = self._known.get(job) or self._known.get(f"{self._run.id}.{entry.step}")
            if sent is None:
                return
            self._trail.record(
                ENDED,
                town=self._run.town,
                why=self._run.why,
                details={
                    "run": self._run.id,
                    "step": entry.step,
                    "of": sent.hash,
                    "result": result,
                    "said": entry.said,
                },
            )
