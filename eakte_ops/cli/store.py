"""`eakte-ops store`: whether what is remembered is whole, what of it is old enough to be forgotten, a copy of it."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from eakte_ops.cli.access_parts import show_table
from eakte_ops.cli.context import CONTEXT
from eakte_ops.cli.output import say, show, show_json
from eakte_ops.errors import Status

app = typer.Typer(help="What is remembered: check, prune, backup.", no_args_is_help=True, rich_markup_mode=None)

Json = Annotated[bool, typer.Option("--json", help="For programs.")]


@app.command()
def check(as_json: Json = False) -> int:
    """Read the whole store and say what is damaged, missing or open to others; status 1 if anything is."""
    with closing(CONTEXT.store(must_exist=True, read_only=True)) as store:
        said = store.check()
        size = store.path.stat().st_size
        if as_json:
            show_json("store-check", 1, {"file": str(store.path), "bytes": size, "faults": list(said)})
        else:
            for sentence in said:
                show(f"{store.path}: {sentence}")
            say(_found(len(said)) if said else f"{store.path}: whole and up to date ({_megabytes(size)}).")
            if said:
                say("  → docs/how-to/store.md says what to do; change nothing before a copy of all its files is made")
    return Status.FINDINGS if said else Status.OK


@app.command()
def prune(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be deleted.")] = False,
    as_json: Json = False,
) -> int:
    """Delete what is older than `retention` in eakte-ops.yml allows. Sweeps may go on meanwhile."""
    from eakte_ops.clock import SYSTEM
    from eakte_ops.health.memory.prune import prune_all, to_delete
    from eakte_ops.playbook.memory import prune as runs

    kept = CONTEXT.inventory().settings.retention
    limits = (SYSTEM.now().timestamp(), kept.results_days, kept.daily_years, kept.names_days)
    given_back = 0
    with closing(CONTEXT.store(must_exist=True)) as store:
        if dry_run:
            with store.reading() as rows:
                found = {**to_delete(rows, *limits), **runs.to_delete(rows, limits[0], kept.names_days)}
        else:
            with store.writing() as rows:
                gone = runs.prune(rows, limits[0], kept.names_days)
            found = {**prune_all(store, *limits), **gone}
            given_back = store.give_back()
            for copy in store.forget_copies(SYSTEM.now().timestamp() - kept.names_days * 86400):
                say(f"Deleted: {copy}, a copy from before an update; names of people in it were too old, too.")
    if as_json:
        show_json("store-prune", 1, {"dry_run": dry_run, "rows": found, "bytes_given_back": given_back})
        return Status.OK
    show_table(
        [
            ("what", "rows", "older than"),
            *((_KINDS[kind][0], str(found[kind]), _age(kind, *limits[1:])) for kind in _KINDS),
        ]
    )
    say("Nothing was deleted (--dry-run)." if dry_run else f"{_megabytes(given_back)} given back to the disk.")
    return Status.OK


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to; a file that exists is never overwritten.")],
) -> int:
    """Write a copy of the store, whole and checked, while others go on reading and writing."""
    with closing(CONTEXT.store(must_exist=True, read_only=True)) as store:
        store.backup(file)
    say(f"Written and checked: {file} ({_megabytes(file.stat().st_size)}). Keep it on another machine.")
    return Status.OK


_KINDS = {
    "results": ("results", 0),
    "figures": ("single figures", 0),
    "candidates": ("bad once, never a finding", 0),
    "daily": ("daily figures", 1),
    "findings": ("findings that are over", 1),
    "changes": ("changes of findings", 1),
    "sweeps": ("sweeps", 1),
    "names": ("who acknowledged, and why", 2),
    "runs": ("runs that are over", 2),
    "plans": ("plans without a run", 2),
}
"""Kind -> how it is called, and which of the three limits holds for it."""


def _age(kind: str, results_days: int, daily_years: int, names_days: int) -> str:
    return (f"{results_days} days", f"{daily_years} years", f"{names_days} days")[_KINDS[kind][1]]


def _found(count: int) -> str:
    return f"{count} thing{'s' * (count != 1)} wrong."


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.1f} MB"
