"""`eakte-ops audit`: who did what, when and why, and whether the record still holds together."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from eakte_ops.cli.access_parts import show_table, trail
from eakte_ops.cli.audit_check import check
from eakte_ops.cli.context import CONTEXT
from eakte_ops.cli.output import say, show, show_json, width
from eakte_ops.errors import Status

if TYPE_CHECKING:
    from datetime import tzinfo

    from eakte_ops.audit import Entry
    from eakte_ops.inventory.model import Inventory

app = typer.Typer(help="Who did what, when and why.", no_args_is_help=True, rich_markup_mode=None)
app.command()(check)

_HEADINGS = ("when", "who", "what", "where", "plan", "approval", "result", "why")
_SHOWN = frozenset(
    {"run", "step", "job", "server", "servers", "asked", "plan", "approval", "result", "of", "file", "sha256"}
)
"""Details that have a place of their own in a line, or none."""
_PLAN = 12
_RESULTS = {"new": "done", "old": "failed and undone", "decision": "needs a decision"}
"""How runs end, for people; --json has the word of the journal."""


@app.command("show")
def show_(
    town: Annotated[str, typer.Argument(metavar="[TOWN]", help="Only what concerns this town.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="For programs: all that is on record.")] = False,
) -> int:
    """Show what was done from this operations host, oldest first; status 1 if the record has faults."""
    from dataclasses import asdict

    from eakte_ops.audit.compare import servers_of

    inventory = CONTEXT.inventory(*([town] if town else []))
    kept = trail(inventory)
    found, faults = list(kept.entries(town)), len(list(kept.faults()))
    if faults:
        say(f"The record has {_count(faults)}, so this may not be all of it (eakte-ops audit check names them).")
    status = Status.FINDINGS if faults else Status.OK
    results = _results(found)
    if as_json:
        entries = [
            {**asdict(entry), "servers": list(servers_of(entry)), "result": results.get(entry.hash, _own(entry))}
            for entry in found
        ]
        show_json("audit", 1, {"town": town, "record": kept.name, "entries": entries})
        return status
    zone = _zone(inventory, town)
    listed = {entry.hash for entry in found}
    lines = [_line(entry, results, zone) for entry in found if entry.details.get("of") not in listed]
    table = _without_empty([_HEADINGS, *lines])
    if not lines:
        say("Nothing is on record.")
    elif _room(table) <= width(sys.stdout) or not sys.stdout.isatty():
        show_table(table)
    else:
        _show_each(lines)
    say(f"{len(lines)} act{'s' * (len(lines) != 1)} from this operations host; times of {zone}.")
    return status


def _room(table: Sequence[tuple[str, ...]]) -> int:
    """Characters that a line of the table takes."""
    return sum(max(map(len, column)) + 3 for column in zip(*table, strict=True)) - 3


def _show_each(lines: Sequence[tuple[str, ...]]) -> None:
    """For a terminal too narrow for the table: of each act who did what when, and below it the rest by its name."""
    for when, who, what, *rest in lines:
        show(f"{when}  {who}  {what}")
        for name, said in zip(_HEADINGS[3:], rest, strict=True):
            if said:
                show(f"  {name:<8}  {' '.join(said.split())}")


def _results(entries: Sequence[Entry]) -> dict[str, str]:
    """Hash of an act -> how it ended, as a later entry tells."""
    return {str(entry.details["of"]): _own(entry) for entry in entries if entry.details.get("of")}


def _own(entry: Entry) -> str:
    return str(entry.details.get("result", ""))


def _line(entry: Entry, results: Mapping[str, str], zone: tzinfo) -> tuple[str, ...]:
    from datetime import datetime

    from eakte_ops.audit.compare import servers_of

    details = entry.details
    what = [entry.what, *(str(details[name]) for name in ("run", "step") if details.get(name)), _short(details)]
    return (
        f"{datetime.fromisoformat(entry.at).astimezone(zone):%Y-%m-%d %H:%M:%S}",
        entry.who,
        " ".join(each for each in what if each),
        " ".join([entry.town, *(servers_of(entry) or _asked(details))]).strip(),
        str(details.get("plan", ""))[:_PLAN],
        str(details.get("approval", "")),
        _RESULTS.get(said := results.get(entry.hash, _own(entry)), said),
        entry.why,
    )


def _asked(details: Mapping[str, Any]) -> tuple[str, ...]:
    """A server of which only the state of a job was asked."""
    return (str(details["asked"]),) if details.get("asked") else ()


def _short(details: Mapping[str, Any]) -> str:
    """What fits into a line; lists and sums are in --json."""
    said = (f"{name} {value}" for name, value in details.items() if name not in _SHOWN and value not in ("", None))
    return ", ".join(each for each in said if len(each) <= 60 and "[" not in each and "{" not in each)


def _without_empty(table: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Columns that say nothing are left out."""
    kept = [at for at in range(len(_HEADINGS)) if any(row[at] for row in table[1:]) or at < 3]
    return [tuple(" ".join(row[at].split()) for at in kept) for row in table]


def _zone(inventory: Inventory, town: str) -> tzinfo:
    from zoneinfo import ZoneInfo

    return ZoneInfo(inventory.towns[town].said.windows.zone if town else inventory.settings.centre.zone)


def _count(faults: int) -> str:
    return f"{faults} fault{'s' * (faults != 1)}"
