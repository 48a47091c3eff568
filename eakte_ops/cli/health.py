"""`eakte-ops health`: looks at the servers of towns now, and says what is not well, whose it is and what to do."""

from __future__ import annotations

import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from eakte_ops.cli.context import CONTEXT
from eakte_ops.cli.formats import Format
from eakte_ops.cli.language import Language, spoken
from eakte_ops.cli.output import say
from eakte_ops.errors import EakteError, Status, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from eakte_ops.access.rules import Access
    from eakte_ops.cli.context import Account
    from eakte_ops.cli.health_progress import Progress
    from eakte_ops.health.engine import PastOf, ServerLook, Stop
    from eakte_ops.health.findings import Overview
    from eakte_ops.health.muted import Handed
    from eakte_ops.health.types import AnyCheck, Judged
    from eakte_ops.health.types import Language as Spoken
    from eakte_ops.inventory.model import Inventory, Town

HEALTH = "health"
LanguageOption: TypeAlias = Annotated[
    Language | None, typer.Option("--language", help="Language of the report (else that of the terminal's locale).")
]
FormatOption: TypeAlias = Annotated[Format | None, typer.Option("--format", help="How it is written (default: table).")]
JsonOption: TypeAlias = Annotated[bool, typer.Option("--json", help="For programs, short for --format json.")]


def _file(out: Path | None) -> Path | None:
    """Before the look, which may take minutes: whether there is a place for what comes of it."""
    if out is not None and (out.is_dir() or not out.parent.is_dir()):
        what = "it is a folder" if out.is_dir() else f"there is no folder {out.parent}"
        raise UsageError(f"nothing can be written to {out}: {what}", way_out="--out names a file in a folder there is")
    return out


OutOption: TypeAlias = Annotated[
    Path | None,
    typer.Option("--out", metavar="FILE", callback=_file, help="Write to this file, which changes at once or not."),
]


def health(
    towns: Annotated[list[str] | None, typer.Argument(metavar="TOWN...", help="Towns to look at.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Look at every town.")] = False,
    *,
    check: Annotated[list[str] | None, typer.Option("--check", metavar="NAME", help="Only this check.")] = None,
    form: FormatOption = None,
    as_json: JsonOption = False,
    out: OutOption = None,
    language: LanguageOption = None,
) -> int:
    """Look at the servers of towns, with the account that can change nothing.

    Status 0: all well, 1: findings, 3: a server could not be reached, 7: nothing here is supported yet. With --format
    nagios its own: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN, also where nothing could be looked at.
    """
    from eakte_ops.cli import formats
    from eakte_ops.health import catalogue

    chosen = settled_format(form, as_json)
    try:
        return look_now(towns or [], every, catalogue.chosen(check or []), chosen, spoken(language), out=out)
    except EakteError as problem:
        if not chosen.own_status:
            raise
        return formats.write_failure(chosen, f"{problem}", out)


def settled_format(form: Format | None, as_json: bool) -> Format:
    """The format that was asked for. Raises UsageError where two were."""
    if as_json and form not in (None, Format.JSON):
        raise UsageError(f"--json and --format {form} contradict each other", way_out="leave one of them out")
    return Format.JSON if as_json else form or Format.TABLE


def look_now(
    names: Sequence[str],
    every: bool,
    checks: Sequence[AnyCheck],
    chosen: Format,
    tongue: Spoken,
    *,
    out: Path | None = None,
    command: str = HEALTH,
    account: Account = "look",
) -> int:
    """Look at the servers of the towns `names`, or of `every` one, and write what was found; gives the status.

    `command`: as it was typed. `account`: the one that asks on the servers.
    """
    from eakte_ops.cli import formats
    from eakte_ops.cli.banner import banner
    from eakte_ops.cli.health_progress import Progress
    from eakte_ops.health.findings import overview

    inventory, wanted = _towns(names, every, command)
    stops, idle = stops_at(wanted, checks, account)
    banner(inventory.folder, inventory.settings.lab)
    past, began = _past_of(stops), time.monotonic()
    with Progress(stops, inventory.settings.limits.server_seconds, tongue) as progress:
        looks, stopped = _look(inventory, stops, checks, progress, past)
    seen = overview(looks, checks, time.monotonic() - began, _towns_said(looks, checks, past))
    status = formats.write(chosen, seen, inventory.folder, inventory.settings.lab, tongue, out=out)
    told = _TOLD[tongue]
    if command == HEALTH:
        _say_left_out(checks, told)
    if idle:
        _say_names(told["idle"], [stop.server.name for stop in idle])
    if stopped:
        missed = [look.stop.server.name for look in seen.of_state("interrupted")]
        _say_names(told["interrupted"], missed or [told["nothing"]])
    return Status.INTERRUPTED if stopped and not chosen.own_status else status


def seen_now(town: Town, checks: Sequence[AnyCheck], tongue: Spoken) -> Overview:
    """What `checks` find in one town now, as the account that can change nothing; nothing is written or remembered."""
    from eakte_ops.cli.health_progress import Progress
    from eakte_ops.health.findings import overview

    inventory = CONTEXT.inventory(town.id)
    stops, _idle = stops_at([town], checks)
    past, began = _past_of(stops), time.monotonic()
    with Progress(stops, inventory.settings.limits.server_seconds, tongue) as progress:
        looks, _stopped = _look(inventory, stops, checks, progress, past)
    return overview(looks, checks, time.monotonic() - began, _towns_said(looks, checks, past))


def _towns(names: Sequence[str], every: bool, command: str) -> tuple[Inventory, list[Town]]:
    if bool(names) == every:
        raise UsageError(
            "name towns, or --all, not both" if every else "which towns?",
            way_out=f"eakte-ops {command} TOWN... or eakte-ops {command} --all; eakte-ops inventory list shows the "
            "towns",
        )
    inventory = CONTEXT.inventory(*names)
    wanted = list(dict.fromkeys(names)) if names else list(inventory.towns)
    if not wanted:
        raise UsageError("there is no town in this operations folder", place=str(inventory.folder))
    return inventory, [inventory.towns[name] for name in wanted]


def stops_at(
    towns: Sequence[Town], checks: Sequence[AnyCheck], account: Account = "look"
) -> tuple[list[Stop], list[Stop]]:
    """The servers to look at, and those on which none of `checks` has anything to look at."""
    from eakte_ops.health import catalogue
    from eakte_ops.health.engine import stops_of

    stops = stops_of(
        towns,
        lambda town, server: CONTEXT.target(town, server, account),
        access_if_any(),
        CONTEXT.library,
        _handed(),
    )
    idle = [stop for stop in stops if stop.site is not None and not catalogue.asks(checks, stop.site)]
    wanted = [stop for stop in stops if stop not in idle]
    if not wanted:
        raise UsageError(
            f"no server of {', '.join(town.id for town in towns)} has anything that "
            f"{', '.join(check.name for check in checks)} looks at",
            way_out="eakte-ops checks NAME says what a check looks at",
        )
    return wanted, idle


def _handed() -> Mapping[tuple[str, str], Handed]:
    """The machines that were handed over to local IT, as far as that is remembered here."""
    from eakte_ops.playbook.handover.opened import handed

    try:
        if not CONTEXT.remembers():
            return {}
        with closing(CONTEXT.store(read_only=True)) as store, store.reading() as rows:
            return handed(rows)
    except EakteError:  # the servers themselves say so; and what is wrong with the store is said by _past_of
        return {}


def access_if_any() -> Access | None:
    """access.yml, if there is one. Raises InvalidFile."""
    from eakte_ops.access.load import FILE, load_access

    return load_access(CONTEXT.folder, CONTEXT.survey().known) if (CONTEXT.folder / FILE).exists() else None


def _look(
    inventory: Inventory, stops: Sequence[Stop], checks: Sequence[AnyCheck], progress: Progress, past: PastOf
) -> tuple[list[ServerLook], bool]:
    """All looks in the order of `stops`, and whether a person stopped it; then the missing ones say so."""
    from eakte_ops.cli.sweep_parts import reveals
    from eakte_ops.clock import SYSTEM
    from eakte_ops.events import fan_out
    from eakte_ops.health.engine import interrupted, look_at
    from eakte_ops.health.facts.roundtrip import ROUNDTRIP

    limits = inventory.settings.limits
    towns = list({stop.town.id: stop.town for stop in stops}.values())
    done: dict[int, ServerLook] = {}
    stopped = False
    connect = CONTEXT.connector(limits, progress.watching)
    heard = fan_out(
        [progress.heard], lambda _sink, broken: say(f"No live progress any more ({broken}); the look goes on.")
    )
    looks = look_at(
        stops,
        checks,
        connect,
        seconds=limits.server_seconds,
        threads=limits.threads,
        emit=heard,
        past=past,
        reveals=reveals(towns if any(ROUNDTRIP in check.facts for check in checks) else []),
    )
    try:
        with closing(looks):
            for look in looks:
                done[id(look.stop)] = look
                progress.done(look)
    except KeyboardInterrupt:
        stopped = True
    return [done.get(id(stop)) or interrupted(stop, checks, SYSTEM.now()) for stop in stops], stopped


def _past_of(stops: Sequence[Stop]) -> PastOf:
    """What is remembered of these servers, read before the look; nothing where no sweep was made or the store fails."""
    from eakte_ops.health.engine import no_past
    from eakte_ops.health.memory import figures

    names = {(stop.town.id, name) for stop in stops for name in (stop.server.name, "")}
    try:
        if not CONTEXT.remembers():
            return no_past
        with closing(CONTEXT.store(read_only=True)) as store, store.reading() as rows:
            known = {name: figures.past(rows, *name) for name in names}
    except EakteError as problem:
        say(f"Judged without what is remembered: {problem}")
        return no_past
    return lambda town, server: known[(town, server)]


def _towns_said(looks: Sequence[ServerLook], checks: Sequence[AnyCheck], past: PastOf) -> list[Judged]:
    """What the checks over whole towns say."""
    from eakte_ops.health.engine import of_town

    by_town: dict[str, list[ServerLook]] = {}
    for look in looks:
        by_town.setdefault(look.stop.town.id, []).append(look)
    return [judged for town, of_one in by_town.items() for judged in of_town(of_one, checks, past(town, ""))]


_TOLD = {
    "en": {
        "interrupted": "Interrupted. Not looked at",
        "nothing": "nothing is missing",
        "left": "Not looked at (--check)",
        "idle": "Not asked, nothing of this there",
    },
    "de": {
        "interrupted": "Unterbrochen. Nicht angesehen",
        "nothing": "es fehlt nichts",
        "left": "Nicht geprüft (--check)",
        "idle": "Nicht gefragt, dort gibt es nichts davon",
    },
}


def _say_left_out(checks: Sequence[AnyCheck], told: Mapping[str, str]) -> None:
    from eakte_ops.health import catalogue

    left = [check.name for check in catalogue.chosen([]) if check not in checks]
    if left:
        _say_names(told["left"], left)


def _say_names(what: str, names: Sequence[str]) -> None:
    import shutil
    import textwrap

    width = min(120, shutil.get_terminal_size((120, 24)).columns)
    text = f"{what}: {', '.join(names)}."
    say("\n".join(textwrap.wrap(text, width, subsequent_indent="  ", break_on_hyphens=False)))
