"""How a process's work on a run ended, in sentences, and as exit status."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eakte_ops.cli.output import say, say_error
from eakte_ops.errors import Status, worst

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eakte_ops.playbook.parts import Outcome, Parts


def tell(parts: Parts, outcome: Outcome) -> int:
    """Say how it ended and what can be done; gives the exit status."""
    from eakte_ops.playbook.acts import Unanswered
    from eakte_ops.playbook.drive import Left

    for line in _lines(parts, outcome):
        say(line)
    if outcome.error is not None and not isinstance(outcome.error, Unanswered):
        say_error(outcome.error)
        if not outcome.begun:
            say("Nothing was begun.")
        elif isinstance(outcome.error, Left):
            say(f"To go on: eakte-ops runs resume {outcome.run.id}")
        else:
            say(f"The run is not over; where it stands: eakte-ops runs show {outcome.run.id}")
    for note in outcome.notes:
        say(f"NOTE: {note}")
    if outcome.status is Status.INTERRUPTED:
        return outcome.status
    return worst([outcome.status, _followed(parts, outcome)])


def _followed(parts: Parts, outcome: Outcome) -> Status:
    """What follows a run that came to its new state: of a handover, local IT is told."""
    from eakte_ops.cli.handover_after import after
    from eakte_ops.playbook.progress import Ended
    from eakte_ops.playbook.taking import load

    if not isinstance(outcome.result, Ended) or outcome.result.outcome != "new":
        return Status.OK
    return after(outcome.run, parts.keeper.reading(lambda rows: load(rows, outcome.run)).plan)


def _lines(parts: Parts, outcome: Outcome) -> Iterator[str]:
    from eakte_ops.cli.run_choices import asks
    from eakte_ops.playbook.acts import Unanswered
    from eakte_ops.playbook.memory import outputs
    from eakte_ops.playbook.progress import Decision, Ended
    from eakte_ops.playbook.runner import Paused
    from eakte_ops.playbook.standing import has_failed
    from eakte_ops.playbook.taking import load

    run, result = outcome.run, outcome.result
    if isinstance(result, Ended):
        entries = parts.keeper.reading(lambda rows: load(rows, run)).entries
        word = "undone" if result.outcome == "old" and not has_failed(entries) else result.outcome
        yield _ENDED[word].format(town=parts.name, run=run.id)
    elif isinstance(result, Paused):
        yield f"Paused; nothing is under way. {parts.name} stays locked by this run."
        yield f'To go on: eakte-ops runs resume {run.id}   To go back: eakte-ops runs rollback {run.id} --why "..."'
    elif isinstance(result, Decision) or isinstance(outcome.error, Unanswered):
        opened = parts.keeper.reading(lambda rows: load(rows, run))
        yield from asks(opened, parts.keeper.reading(lambda rows: outputs.of(rows, run.id)))
        yield f"{parts.name} stays locked by this run. All of it: eakte-ops runs show {run.id}"


_ENDED = {
    "new": "Done. {town} is as the plan says ({run}).",
    "old": "It failed and was undone: {town} is as it was before. Why: eakte-ops runs show {run}",
    "undone": "It was undone: {town} is as it was before. All of it: eakte-ops runs show {run}",
    "abandoned": "The run was abandoned: eakte-ops runs show {run}",
}
