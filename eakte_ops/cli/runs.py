"""`eakte-ops runs`: what is being carried out or stopped: list, show, pause, resume, rollback, abandon, adopt."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from contextlib import closing
from typing import TYPE_CHECKING, Annotated, cast

import typer

from eakte_ops.cli.context import CONTEXT
from eakte_ops.cli.output import say, show, show_json
from eakte_ops.errors import Status, UsageError

if TYPE_CHECKING:
    from eakte_ops.cli.runs_text import Shown
    from eakte_ops.playbook.conduct import Word
    from eakte_ops.playbook.memory.runs import Run
    from eakte_ops.playbook.taking import Opened
    from eakte_ops.store import Rows

app = typer.Typer(
    help="Runs: list, show, pause, go on, go back, give up, take over.", no_args_is_help=True, rich_markup_mode=None
)

Name = Annotated[str, typer.Argument(metavar="RUN", help="Its id, or the end of it: 4 characters or more.")]
Json = Annotated[bool, typer.Option("--json", help="For programs.")]
Why = Annotated[str, typer.Option("--why", metavar="TEXT", help="The reason; it goes on record.")]
_DAY_S = 86400.0


@app.command("list")
def list_(
    town: Annotated[str | None, typer.Argument(metavar="[TOWN]", help="Only this town (else all).")] = None,
    days: Annotated[int, typer.Option("--days", min=1, max=3650, help="How far back.")] = 30,
    as_json: Json = False,
) -> int:
    """List the runs, the newest first; status 1 if one stands still that is not over."""
    from eakte_ops.cli.access_parts import show_table
    from eakte_ops.cli.runs_text import OPEN
    from eakte_ops.cli.times import iso, moment
    from eakte_ops.clock import SYSTEM
    from eakte_ops.playbook.memory import runs

    if town:
        CONTEXT.survey().must_know([town])
    now = SYSTEM.now()
    with closing(CONTEXT.store()) as store, store.reading() as rows:
        every = runs.listed(rows, town or "", now.timestamp() - days * _DAY_S)
        found = [each for run in every if (each := _readable(rows, run)) is not None]
    still = any(each.standing in OPEN and not each.is_at_work for each in found)
    if as_json:
        said = [
            {
                "id": each.run.id,
                "town": each.run.town,
                "purpose": each.opened.plan.purpose,
                "standing": "at-work" if each.is_at_work else each.standing,
                "opened": iso(each.run.opened),
                "who": each.run.who,
                "host": each.run.host,
            }
            for each in found
        ]
        show_json("runs", 1, {"town": town, "runs": said})
    elif found:
        show_table(
            [
                ("run", "what", "stands", "opened", "by"),
                *(
                    (
                        each.run.id,
                        each.opened.plan.purpose,
                        each.said,
                        moment(each.run.opened, now, CONTEXT.zone_of(each.run.town), "en"),
                        f"{each.run.who} on {each.run.host}",
                    )
                    for each in found
                ),
            ]
        )
    else:
        say(f"Nothing was carried out in the last {days} days.")
    return Status.FINDINGS if still else Status.OK


@app.command("show")
def show_(
    run: Name,
    look: Annotated[
        bool,
        typer.Option("--look", help="Ask the servers again what an abandoned run left; what is gone is forgotten."),
    ] = False,
    as_json: Json = False,
) -> int:
    """Show where a run stands, step by step, and what can be done; status 5 if it needs a decision."""
    from eakte_ops.cli.runs_text import data, lines
    from eakte_ops.clock import SYSTEM
    from eakte_ops.playbook.memory import runs

    if look:
        _look_again(_run(run))
    with closing(CONTEXT.store()) as store, store.reading() as rows:
        shown = _seen(rows, runs.get(rows, run))
    if as_json:
        show_json("run", 1, data(shown))
    else:
        for line in lines(shown, SYSTEM.now(), CONTEXT.zone_of(shown.run.town)):
            show(line)
    asks = shown.standing == "decision" and not shown.is_at_work
    return Status.DECISION if asks else Status.OK


@app.command()
def pause(run: Name) -> int:
    """Have whoever works on a run from this host pause after what is under way; status 1 if nobody does."""
    from eakte_ops.cli.runs_text import OPEN
    from eakte_ops.clock import SYSTEM
    from eakte_ops.playbook.memory import locks, runs

    with closing(CONTEXT.store()) as store:
        with store.reading() as rows:
            found = runs.get(rows, run)
            shown, held = _seen(rows, found), locks.of(rows, found.town)
        if shown.is_at_work:
            with store.writing() as rows:
                runs.ask_to_pause(rows, found.id, SYSTEM.now().timestamp())
            say("It pauses after what is under way now; what runs on a server is not ended.")
            return Status.OK
    say(f"Nobody on this host is at work on {found.id}: it {shown.said}.")
    if shown.standing in OPEN and held is not None and held.run == found.id:
        say(f"The town was taken by {held.who} on {held.host}. To go on from here: eakte-ops runs resume {found.id}")
    return Status.FINDINGS


@app.command()
def resume(
    run: Name,
    answer: Annotated[
        list[str] | None,
        typer.Option("--answer", metavar="WORD", help="To the step that asks a person; STEP=WORD where several do."),
    ] = None,
    decide: Annotated[
        list[str] | None,
        typer.Option("--decide", metavar="STEP=WORD", help="What became of a step: done, or not-begun."),
    ] = None,
    why: Why = "",
) -> int:
    """Go on with a run from where it stands. Servers are asked first how begun steps ended."""
    from eakte_ops.cli.run_parts import parts_for
    from eakte_ops.cli.run_told import tell
    from eakte_ops.playbook import conduct

    opened = _opened(run)
    answers, decisions = _answers(opened, answer or []), _decisions(decide or [])
    _say_what_changed(opened)
    with parts_for(opened.run.town) as parts:
        return tell(parts, conduct.resume(parts, opened.run, answers=answers, decisions=decisions, why=why))


@app.command()
def rollback(
    run: Name,
    why: Why,
    town: Annotated[
        str,
        typer.Option("--town", metavar="TOWN", help="Its name, where going back loses what clerks stored since."),
    ] = "",
) -> int:
    """Undo what a run did, the last step first. Beyond its point of no return only by the town's name."""
    from eakte_ops.cli.run_parts import parts_for
    from eakte_ops.cli.run_told import tell
    from eakte_ops.playbook import conduct
    from eakte_ops.playbook.standing import lossy

    _given(why)
    opened = _opened(run)
    lost = lossy(opened.plan, opened.entries)
    decided = bool(lost) and _town_is_named(opened, lost[0].title, town)
    _say_what_changed(opened)
    with parts_for(opened.run.town) as parts:
        return tell(parts, conduct.rollback(parts, opened.run, why, decided=decided))


@app.command()
def abandon(run: Name, why: Why) -> int:
    """Give a run up as it stands: nothing is undone, the town is free, what is left is named and stays a finding.

    Status 1 if something is left.
    """
    from eakte_ops.cli.run_parts import parts_for
    from eakte_ops.playbook.abandon import abandon as give_up
    from eakte_ops.playbook.leftovers import KINDS

    _given(why)
    found = _run(run)
    with parts_for(found.town) as parts:
        gone = give_up(parts, found, why)
    for each in gone.left:
        show(f"{each.server:<20} {KINDS.get(each.kind, each.kind)}{f': {each.said}' if each.said else ''}")
    for note in gone.notes:
        say(f"NOTE: {note}")
    say(f"{found.id} is abandoned; {found.town} is free. {_count(len(gone.left), 'thing')} of it left on the servers.")
    return Status.FINDINGS if gone.left or gone.notes else Status.OK


@app.command()
def adopt(
    town: Annotated[str, typer.Argument(metavar="TOWN")],
    why: Why,
) -> int:
    """Take over the run that has a town, from another operations host; this one needs to know nothing of it.

    Nothing is carried out. Whoever was at work there is refused by every server from then on.
    """
    from eakte_ops.cli.run_parts import parts_for
    from eakte_ops.cli.runs_text import STANDS
    from eakte_ops.playbook.adopt import adopt as take_over
    from eakte_ops.playbook.standing import standing

    _given(why)
    with parts_for(town) as parts:
        found = take_over(parts, why)
    run, stands = found.opened.run, standing(found.opened.plan, found.opened.entries)
    for note in found.notes:
        say(f"NOTE: {note}")
    if found.over:
        say(
            f"{run.id} had come to its end ({STANDS[stands]}); it is known here now, and there is nothing to take over."
        )
        return Status.OK
    say(f"{run.id} is ours: {found.opened.plan.purpose}, begun by {run.who} on {run.host}. Nothing was carried out.")
    for server, job in found.running:
        say(f"  {server}: {job.job} still runs there; whoever goes on waits for it")
    if found.set_aside:
        say(f"  {_count(len(found.set_aside), 'line')} of the journal only this host knew: set aside (see the audit)")
    say(f"What it does: eakte-ops plans show {run.plan[:12]}   Where it stands: eakte-ops runs show {run.id}")
    say(f"To go on: eakte-ops runs resume {run.id}")
    return Status.OK


def _look_again(run: Run) -> None:
    """Have the servers asked what is left of an abandoned run. Raises UsageError for another one."""
    from eakte_ops.cli.run_parts import parts_for
    from eakte_ops.playbook.abandon import look_again
    from eakte_ops.playbook.memory import entries

    with parts_for(run.town) as parts:
        written = parts.keeper.reading(lambda rows: entries.of(rows, run.id))
        if not any(each.entry.turn == "abandoned" for each in written):
            raise UsageError(f"{run.id} was not abandoned, so nothing is left of it", way_out="leave out --look")
        look_again(parts, run)


def _seen(rows: Rows, run: Run) -> Shown:
    """A run with all that is known of it."""
    from eakte_ops.cli.runs_text import Shown
    from eakte_ops.playbook.lock import is_worked_on
    from eakte_ops.playbook.memory import leftovers, outputs
    from eakte_ops.playbook.taking import load

    at_work = is_worked_on(CONTEXT.state, run.town)
    return Shown(load(rows, run), outputs.of(rows, run.id), leftovers.there(rows, run=run.id), at_work)


def _readable(rows: Rows, run: Run) -> Shown | None:
    """As `_seen`; None, and said, for one that another version of this program carried out."""
    from eakte_ops.errors import Refused

    try:
        return _seen(rows, run)
    except Refused as problem:
        say(f"{run.id} can not be shown: {problem.said}")
        return None


def _run(name: str) -> Run:
    from eakte_ops.playbook.memory import runs

    with closing(CONTEXT.store()) as store, store.reading() as rows:
        return runs.get(rows, name)


def _opened(name: str) -> Opened:
    from eakte_ops.playbook.memory import runs
    from eakte_ops.playbook.taking import load

    with closing(CONTEXT.store()) as store, store.reading() as rows:
        return load(rows, runs.get(rows, name))


def _say_what_changed(opened: Opened) -> None:
    """A run that was begun is not refused for files that were edited since: its way back has to stay open. But its
    servers, their keys and whose approval counts are read from them, so whoever goes on has to know."""
    from eakte_ops.playbook.inputs import changed

    for said in changed(CONTEXT.folder, opened.plan.inputs):
        say(f"NOTE: {said} since the plan was made; what it does stays as it was shown.")


def _answers(opened: Opened, given: list[str]) -> dict[str, str]:
    """Step id -> the word given for it. Raises UsageError for a word or a step that is not asked for."""
    from eakte_ops.playbook.plan import AskPerson
    from eakte_ops.playbook.standing import steps

    open_ = {
        each.step.id: each.step.do
        for each in steps(opened.run.id, opened.plan, opened.written)
        if isinstance(each.step.do, AskPerson) and each.standing in ("to-do", "under-way", "not-begun")
    }
    waiting = [
        each.step.id
        for each in steps(opened.run.id, opened.plan, opened.written)
        if each.step.id in open_ and each.standing == "under-way"
    ]
    found: dict[str, str] = {}
    for words in given:
        step, _, word = words.rpartition("=")
        if not step and len(waiting) != 1:
            asked = f"the steps {', '.join(waiting)} ask" if waiting else "no step of it asks anything now"
            raise UsageError(f"{asked}, so --answer {words} is not clear", way_out="--answer STEP=WORD")
        step = step or waiting[0]
        if step not in open_:
            raise UsageError(
                f'no step "{step}" of this run asks a person', way_out=f"eakte-ops runs show {opened.run.id}"
            )
        if word not in open_[step].answers:
            raise UsageError(f'"{word}" is no answer to {step}', way_out=f"possible: {', '.join(open_[step].answers)}")
        found[step] = word
    return found


def _decisions(given: list[str]) -> Mapping[str, Word]:
    found: dict[str, Word] = {}
    for words in given:
        step, _, word = words.rpartition("=")
        if not step or word not in ("done", "not-begun"):
            raise UsageError(f'"{words}" is no decision', way_out="--decide STEP=done or --decide STEP=not-begun")
        found[step] = cast("Word", word)
    return found


def _town_is_named(opened: Opened, title: str, typed: str) -> bool:
    """Whether whoever decides has named the town. Raises UsageError where nobody did."""
    town = opened.run.town
    say(f'"{title}" was begun: what clerks of {town} stored since is lost when this run goes back.')
    if not typed:
        from eakte_ops.cli.interrupts import has_terminal

        if not has_terminal():
            raise UsageError(
                "nobody is here to type the name of the town", way_out=f"--town {town} says it, where it was decided"
            )
        sys.stderr.write(f"Type {town} to go back all the same: ")
        sys.stderr.flush()
        typed = sys.stdin.readline().strip()
    if typed.casefold() != town:
        raise UsageError("that is not the name of the town, so nothing was done")
    return True


def _given(why: str) -> None:
    if not why.strip():
        raise UsageError("the reason is missing", way_out='--why "..." (it goes on record)')


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'s' * (number != 1)}"
