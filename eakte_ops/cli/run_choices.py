"""What a run asks of a person, as lines: what is known, and each choice as the command to be typed. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from eakte_ops.playbook.plan import AskPerson
from eakte_ops.playbook.progress import Decision, next_work
from eakte_ops.playbook.standing import steps

if TYPE_CHECKING:
    from eakte_ops.playbook.memory.outputs import Output
    from eakte_ops.playbook.plan import Step
    from eakte_ops.playbook.standing import StepSeen
    from eakte_ops.playbook.taking import Opened

_WHY = '--why "..."'
_TAIL = 6
_WIDE = 160


def asks(opened: Opened, outputs: Sequence[Output]) -> Iterator[str]:
    """What a run asks of a person where it stands, with the choices; nothing where it asks nothing."""
    run, plan = opened.run.id, opened.plan
    seen = steps(run, plan, opened.written)
    found = next_work(plan, opened.entries)
    if isinstance(found, Decision):
        yield from asked(run, found, seen, outputs)
        return
    for each in seen:
        if each.standing == "under-way" and isinstance(each.step.do, AskPerson):
            yield from question(run, each.step, each.step.do)


def asked(run: str, decision: Decision, seen: Sequence[StepSeen], outputs: Sequence[Output]) -> Iterator[str]:
    """What a decision is about: of each step what is known of it, then the choices."""
    known, said = {each.step.id: each for each in seen}, {each.job: each for each in outputs}
    for step in decision.steps:
        yield _HEADS[decision.why].format(title=step.title, where=f" on {step.server}" if step.server else "")
        found = known[step.id]
        if decision.why != "no-return":
            yield f"  known: {_told(found)}"
            yield from _words(said.get(found.job))
    yield from _CHOICES[decision.why](run, decision.steps)


def question(run: str, step: Step, do: AskPerson) -> Iterator[str]:
    """A step that waits for a person: its question, and how to answer it."""
    yield f'"{step.title}" waits for an answer: {do.question}'
    yield from _table([(word, f"eakte-ops runs resume {run} --answer {word}") for word in do.answers])


def in_words(said: str) -> str:
    """What the journal says of the end of a step, for people."""
    return _SAID.get(said, said)


def cut(text: str, most: int) -> str:
    """A text of `most` characters at most; that something is missing is seen."""
    return text if len(text) <= most else text[: most - 1] + "…"


def _told(found: StepSeen) -> str:
    said = in_words(found.said) or "nothing more"
    return f"{said} (job {found.job})" if found.job else said


def _words(output: Output | None) -> Iterator[str]:
    """The last words of a job."""
    if output is None or not (output.out.strip() or output.err.strip()):
        yield "  it said nothing that was heard here"
        return
    for name, text in (("said", output.out), ("complained", output.err)):
        lines = [line for line in text.splitlines() if line.strip()][-_TAIL:]
        if lines:
            yield f"  it {name} at the end:"
            yield from (f"    | {cut(line, _WIDE)}" for line in lines)


def _unclear(run: str, open_: Sequence[Step]) -> Iterator[str]:
    yield "Look at the server, then say what you found:"
    rows = []
    for step in open_:
        rows += [
            (f"{step.id} is done", f"eakte-ops runs resume {run} --decide {step.id}=done {_WHY}"),
            (
                f"{step.id} left nothing: do it again",
                f"eakte-ops runs resume {run} --decide {step.id}=not-begun {_WHY}",
            ),
        ]
    rows.append(("undo all that this run did", f"eakte-ops runs rollback {run} {_WHY}"))
    yield from _table(rows)


def _undo_failed(run: str, open_: Sequence[Step]) -> Iterator[str]:
    yield "The way back is blocked there. Set right what is in its way, or undo it by hand, then:"
    rows = []
    for step in open_:
        rows += [
            (f"{step.id}: undo it again", f"eakte-ops runs resume {run} --decide {step.id}=not-begun {_WHY}"),
            (f"{step.id} was undone by hand", f"eakte-ops runs resume {run} --decide {step.id}=done {_WHY}"),
        ]
    rows.append(("leave everything as it stands", f"eakte-ops runs abandon {run} {_WHY}"))
    yield from _table(rows)


def _no_return(run: str, _steps: Sequence[Step]) -> Iterator[str]:
    yield "It is beyond the point of no return: going back loses what clerks stored since. Count and export that first."
    yield from _table(
        [
            ("go back all the same", f"eakte-ops runs rollback {run} {_WHY}   (asks for the name of the town)"),
            ("leave everything as it stands", f"eakte-ops runs abandon {run} {_WHY}"),
        ]
    )


def _table(rows: Sequence[tuple[str, str]]) -> Iterator[str]:
    width = max(len(name) for name, _command in rows)
    yield from (f"  {name:<{width}}   {command}" for name, command in rows)


_HEADS: Mapping[str, str] = {
    "unclear": 'What became of "{title}"{where} is not known.',
    "undo-failed": '"{title}"{where} could not be undone.',
    "no-return": '"{title}"{where} was begun, and then something failed.',
}
_CHOICES = {"unclear": _unclear, "undo-failed": _undo_failed, "no-return": _no_return}
_SAID: Mapping[str, str] = {
    "lost": "it had begun when its server went down or its session was killed; nothing tells how far it came",
    "absent": "its server has no record of it",
}
