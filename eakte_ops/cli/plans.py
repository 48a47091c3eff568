"""`eakte-ops plans`: what was made and may be carried out: list, show, print, approve, run."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated

import typer

from eakte_ops.cli.changing import AgreedWith, OutsideWindow, Why, WithoutApproval
from eakte_ops.cli.context import CONTEXT
from eakte_ops.cli.language import Language, spoken
from eakte_ops.cli.output import replaced, say, show, show_json
from eakte_ops.errors import MachineFailed, Refused, Status, UsageError

if TYPE_CHECKING:
    from datetime import datetime

    from eakte_ops.playbook.approval import Approved
    from eakte_ops.playbook.plan import Plan

app = typer.Typer(
    help="Plans: list, show, print for working by hand, approve, run.", no_args_is_help=True, rich_markup_mode=None
)

Hash = Annotated[str, typer.Argument(metavar="HASH", help="The plan: 6 or more digits of its hash.")]
HashOrFile = Annotated[
    str, typer.Argument(metavar="HASH|FILE", help="The plan: 6 or more digits of its hash, or a file that holds it.")
]
Json = Annotated[bool, typer.Option("--json", help="For programs.")]
_MOST_FILE = 20_000_000


@app.command("list")
def list_(
    town: Annotated[str | None, typer.Argument(metavar="[TOWN]", help="Only this town (else all).")] = None,
    as_json: Json = False,
) -> int:
    """List the plans that were made, the newest first: for what, until when, what is still missing."""
    from eakte_ops.cli.access_parts import show_table
    from eakte_ops.cli.plan_states import states
    from eakte_ops.cli.times import iso
    from eakte_ops.clock import SYSTEM

    if town:
        CONTEXT.survey().must_know([town])
    now = SYSTEM.now()
    with closing(CONTEXT.store()) as store, store.reading() as rows:
        found = tuple(states(rows, town or "", now.timestamp()))
    if as_json:
        said = [
            {
                "hash": each.kept.hash,
                "town": each.kept.town,
                "purpose": each.kept.purpose,
                "made": iso(each.kept.made),
                "valid_until": iso(each.kept.valid_until),
                "state": each.state,
                "said": each.said,
            }
            for each in found
        ]
        show_json("plans", 1, {"town": town, "plans": said})
        return Status.OK
    if not found:
        say("No plan was made yet; a changing command makes one, for example: eakte-ops restart TOWN COMPONENT --plan")
        return Status.OK
    lines = [
        (
            each.kept.hash[:12],
            each.kept.town,
            _moment(each.kept.town, each.kept.made, now),
            _moment(each.kept.town, each.kept.valid_until, now),
            each.word,
            each.kept.purpose,
        )
        for each in found
    ]
    show_table([("plan", "town", "made", "valid until", "state", "purpose"), *lines])
    return Status.OK


@app.command("show")
def show_(
    plan: HashOrFile,
    as_json: Annotated[
        bool, typer.Option("--json", help="The whole plan, also to be sent to who approves it.")
    ] = False,
    paper: Annotated[bool, typer.Option("--paper", help="As a numbered manual for working by hand.")] = False,
    language: Annotated[Language | None, typer.Option("--language", help="Else as the terminal is set.")] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Into this file.")] = None,
) -> int:
    """Show a plan: as people read it, whole for programs, or on paper with every command word by word."""
    if as_json and paper:
        raise UsageError("--json and --paper do not go together", way_out="leave one of them out")
    found, approved = _plan(plan)
    if as_json:
        content = {"hash": found.hash, "approved_by": list(approved.by), "plan": json.loads(found.text())}
        if out is None:
            show_json("plan", 1, content)
        else:
            with _writing(out) as stream:
                show_json("plan", 1, content, stream)
    elif paper:
        from eakte_ops.cli.paper_parts import paper_of
        from eakte_ops.playbook.inputs import changed

        text = paper_of(found, spoken(language))
        for said in changed(CONTEXT.folder, found.inputs):
            say(f"NOTE: {said} since the plan was made; addresses and host keys on the paper are those of now")
        if out is None:
            show(text.rstrip("\n"))
        else:
            with _writing(out) as stream:
                show(text.rstrip("\n"), stream)
    else:
        from eakte_ops.cli.changing import show_plan

        if out is not None:
            raise UsageError("--out is for --json and --paper", way_out="add one of them")
        show_plan(found, approved, spoken(language))
    return Status.OK


@app.command()
def approve(
    plan: Annotated[
        str | None,
        typer.Argument(metavar="[HASH|FILE]", help="The plan: digits of its hash, or a file that holds it."),
    ] = None,
    key: Annotated[
        Path | None,
        typer.Option("--key", metavar="FILE", help="Key to sign with (else that of the settings, the agent)."),
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write the approval, to be sent.")] = None,
    from_: Annotated[
        Path | None, typer.Option("--from", metavar="FILE", help="Take in an approval that was sent; - is stdin.")
    ] = None,
) -> int:
    """Sign a plan with your own key: who made it and a second person. Or take in what another person has signed."""
    if from_ is not None:
        if plan is not None or key is not None or out is not None:
            raise UsageError(
                "--from stands alone: the approval says for which plan it is", way_out="leave out the rest"
            )
        return _take_in(from_)
    if plan is None:
        raise UsageError("which plan?", way_out="eakte-ops plans list shows those there are")
    return _sign(plan, key, out)


@app.command()
def run(
    plan: Hash,
    outside_window: OutsideWindow = False,
    agreed_with: AgreedWith = "",
    without_approval: WithoutApproval = False,
    why: Why = "",
) -> int:
    """Carry out a plan. Window, approvals, files and what it stands on are looked at again before anything begins."""
    from eakte_ops.cli.changing import carry_out
    from eakte_ops.playbook.permit import Asked

    found, _approved = _kept(plan)
    return carry_out(found, Asked(outside_window, agreed_with, without_approval, why))


def _sign(word: str, key: Path | None, out: Path | None) -> int:
    from eakte_ops.cli.approving import keep, signed
    from eakte_ops.cli.changing import show_plan, typed_name
    from eakte_ops.cli.interrupts import has_terminal

    found, approved = _plan(word)
    show_plan(found, approved)
    if not has_terminal():
        raise Refused(
            "a plan is approved by somebody who has read it and types the name of the town, at a terminal",
            way_out=f"eakte-ops plans approve {found.hash[:12]} at yours; or by mail: docs/how-to/approvals.md",
        )
    typed_name(found, "sign")
    made = signed(found, key)
    if out is not None:
        with _writing(out) as stream:
            stream.write(made.text())
        say(f"Written: {out}. Whoever has the plan takes it in: eakte-ops plans approve --from {out.name}")
    elif _is_file(word):
        show(made.text().rstrip("\n"))
    if not _is_file(word):
        keep(found, made)
    return Status.OK


def _take_in(file: Path) -> int:
    from eakte_ops.cli.approving import keep
    from eakte_ops.playbook.approval import read

    made = read(_read(file))
    try:
        found, _approved = _kept(made.plan)
    except UsageError as unknown:
        raise UsageError(
            f"the approval is for the plan {made.plan[:12]} of {made.town}, which is not here",
            way_out="eakte-ops plans list shows those there are; approvals are taken in where the plan was made",
        ) from unknown
    keep(found, made)
    return Status.OK


def _plan(word: str) -> tuple[Plan, Approved]:
    """The plan of a file or of the store, with who approved it as far as that is known here."""
    from eakte_ops.playbook.approval import Approved
    from eakte_ops.playbook.read_plan import read_plan

    if _is_file(word):
        found = read_plan(_read(Path(word)))
        CONTEXT.inventory(found.town)  # the town has to be known here, too
        return found, Approved()
    return _kept(word)


def _kept(word: str) -> tuple[Plan, Approved]:
    from eakte_ops.cli.permit_parts import approved_by
    from eakte_ops.playbook.memory import plans
    from eakte_ops.playbook.read_plan import read_plan

    with closing(CONTEXT.store()) as store, store.reading() as rows:
        kept = plans.get(rows, word)
        found = read_plan(kept.text, kept.hash)
        return found, approved_by(rows, found)


def _is_file(word: str) -> bool:
    """Whether a plan is named by a file: a hash has neither a dot nor a slash."""
    return "." in word or "/" in word


def _read(file: Path) -> str:
    try:
        if str(file) == "-":
            return sys.stdin.buffer.read(_MOST_FILE).decode("utf-8", "replace")
        with file.open("rb") as stream:
            return stream.read(_MOST_FILE).decode("utf-8", "replace")
    except OSError as problem:
        raise UsageError(f"{file} can not be read: {problem.strerror}") from problem


def _moment(town: str, at: float, now: datetime) -> str:
    from eakte_ops.cli.times import moment

    return moment(at, now, CONTEXT.zone_of(town), "en")


@contextmanager
def _writing(out: Path) -> Iterator[IO[str]]:
    """A stream whose content is in `out` at the end. Raises MachineFailed."""
    try:
        with replaced(out) as stream:
            yield stream
    except OSError as problem:
        raise MachineFailed(f"can not be written: {problem.strerror}", place=str(out)) from problem
