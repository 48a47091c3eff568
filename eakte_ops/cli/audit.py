"""`eakte-ops audit`: who did what, when and why, and whether the record still holds together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from eakte_ops.cli.access_parts import show_table, trail
from eakte_ops.cli.context import CONTEXT
from eakte_ops.cli.output import say, show, show_json
from eakte_ops.errors import Status

app = typer.Typer(help="Who did what, when and why.", no_args_is_help=True, rich_markup_mode=None)

Json = Annotated[bool, typer.Option("--json", help="For programs.")]


@app.command("show")
def show_(
    town: Annotated[str, typer.Argument(metavar="[TOWN]", help="Only what concerns this town.")] = "",
    as_json: Json = False,
) -> int:
    """Show what was done from this operations host, oldest first; status 1 if the record has faults."""
    from dataclasses import asdict

    inventory = CONTEXT.inventory(*([town] if town else []))
    kept = trail(inventory)
    found, faults = list(kept.entries(town)), len(list(kept.faults()))
    if faults:
        say(f"The record has {_count(faults)}, so this may not be all of it (eakte-ops audit check names them).")
    status = Status.FINDINGS if faults else Status.OK
    if as_json:
        show_json("audit", 1, {"town": town, "entries": [asdict(entry) for entry in found]})
        return status
    lines = ((entry.at, entry.who, entry.what, entry.town, _short(entry.details), entry.why) for entry in found)
    show_table([("at", "who", "what", "town", "details", "why"), *lines])
    return status


def _count(faults: int) -> str:
    return f"{faults} fault{'s' * (faults != 1)}"


def _short(details: Mapping[str, Any]) -> str:
    """What fits into a line; lists and sums are in --json."""
    return ", ".join(f"{name} {value}" for name, value in details.items() if isinstance(value, str | int))


@app.command()
def check() -> int:
    """Say where the record was altered, shortened in the middle or written by halves; status 1 if anywhere."""
    kept = trail(CONTEXT.inventory())
    faults = list(kept.faults())
    for fault in faults:
        show(f"{kept.file}:{fault.line}  {fault.said}")
    say(f"{_count(len(faults))}." if faults else f"{kept.file}: the chain holds. (An end cut off does not show here.)")
    return Status.FINDINGS if faults else Status.OK
