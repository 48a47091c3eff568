"""`eakte-ops schedule`: the timers of the operations host: what runs when, putting them in place, taking them away."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from eakte_ops.cli.access_parts import show_table
from eakte_ops.cli.context import CONTEXT
from eakte_ops.cli.output import say, show, show_json
from eakte_ops.errors import EakteError, Refused, Status, UsageError

if TYPE_CHECKING:
    from datetime import datetime

    from eakte_ops.inventory.settings import Settings
    from eakte_ops.schedule.account import Account
    from eakte_ops.schedule.place import Place
    from eakte_ops.schedule.units import Setup

app = typer.Typer(
    help="The timers of this machine: show, install, remove.", no_args_is_help=True, rich_markup_mode=None
)

UserOption = Annotated[
    str | None,
    typer.Option(
        "--user", metavar="NAME", help="Account that they run as (else schedule.user, else the folder's owner)."
    ),
]
FolderOption = Annotated[
    Path | None,
    typer.Option("--unit-dir", metavar="DIR", help="Another folder than /etc/systemd/system; systemd is not told."),
]


@app.command("show")
def show_(
    whole: Annotated[bool, typer.Option("--units", help="The full texts of the units.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    user: UserOption = None,
    unit_dir: FolderOption = None,
) -> int:
    """Show what runs by itself, when next, and whether it is in place; changes nothing."""
    from eakte_ops.clock import SYSTEM
    from eakte_ops.schedule.units import units

    settings = CONTEXT.settings()
    try:
        account, problem = _account(settings, user), ""
    except EakteError as none:
        account, problem = None, none.said
    made = _setup(settings, account)
    place = _place(unit_dir)
    if as_json:
        _show_json(made, place, SYSTEM.now())
        return Status.OK
    if whole:
        for unit in units(made):
            show(f"# {place.where / unit.name}\n{unit.text}")
    else:
        _show_table(made, place, SYSTEM.now())
    _say_notes(settings, problem)
    return Status.OK


@app.command()
def install(user: UserOption = None, unit_dir: FolderOption = None) -> int:
    """Put the timers and services in place and start the timers. May be repeated; needs root."""
    from eakte_ops.audit import Trail
    from eakte_ops.clock import SYSTEM
    from eakte_ops.schedule import systemd
    from eakte_ops.schedule.account import acting_as
    from eakte_ops.schedule.units import tasks, units

    settings = CONTEXT.settings()
    account = _account(settings, user)
    made = _setup(settings, account)
    place = _place(unit_dir)
    wanted = units(made)
    _must_be_root(unit_dir, "install", f" --user {account.name}" if user else "")
    _must_have_its_times(made, SYSTEM.now())
    place.must_be_free(wanted)
    with acting_as(account):
        _must_be_able(account, made)
        Trail(CONTEXT.state).record("schedule install", details={"user": account.name, "folder": str(place.where)})
    changed = place.write(wanted)
    names = {unit.name for unit in wanted}
    older = tuple(name for name in place.ours() if name not in names)
    if unit_dir is None:
        systemd.leaving([name for name in older if name.endswith(".timer")])
    place.remove(older)
    for name in changed:
        say(f"wrote {place.where / name}")
    for name in older:
        say(f"removed {place.where / name}, which is not made any more")
    if unit_dir is None:
        systemd.arrived([task.timer for task in tasks(made)], bool(changed or older))
    else:
        say(f"systemd was not told: it does not read {place.where}")
    if not changed and not older:
        say("Everything was in place already.")
    _show_table(made, place, SYSTEM.now())
    _say_notes(settings, "")
    return Status.OK


@app.command()
def remove(unit_dir: FolderOption = None) -> int:
    """Take away the timers and services of this operations folder, and nothing else; needs root."""
    from eakte_ops.audit import Trail
    from eakte_ops.schedule import systemd
    from eakte_ops.schedule.account import acting_as, owner_of

    place = _place(unit_dir)
    names = place.ours()
    if not names:
        say(f"There are no units of {place.folder} in {place.where}.")
        return Status.OK
    _must_be_root(unit_dir, "remove", "")
    with acting_as(owner_of(CONTEXT.state if CONTEXT.state.exists() else place.folder)):
        Trail(CONTEXT.state).record("schedule remove", details={"units": list(names), "folder": str(place.where)})
    if unit_dir is None:
        systemd.leaving([name for name in names if name.endswith(".timer")])
    place.remove(names)
    if unit_dir is None:
        systemd.gone()
    for name in names:
        say(f"removed {place.where / name}")
    for left in place.drop_ins(names):
        say(f"NOTE: {left} is not ours and stays")
    if unit_dir is None:
        say("Nothing looks at the towns by itself any more. What is at work now goes on to its end.")
    else:
        say(f"systemd was not told: it does not read {place.where}")
    return Status.OK


def _account(settings: Settings, user: str | None) -> Account:
    from eakte_ops.schedule.account import account_for

    return account_for(user or settings.schedule.user, CONTEXT.folder)


def _place(unit_dir: Path | None) -> Place:
    from eakte_ops.schedule.place import SYSTEM, Place

    if unit_dir is not None and not unit_dir.is_dir():
        raise UsageError(f"{unit_dir} is no folder", place="--unit-dir", way_out="make it first: mkdir")
    return Place(unit_dir.resolve() if unit_dir else SYSTEM, CONTEXT.folder.resolve())


def _setup(settings: Settings, account: Account | None) -> Setup:
    """`account` None: nobody is named yet; the texts say USER in its place."""
    from eakte_ops.schedule.units import Setup

    home = account.home if account else Path("/nonexistent")
    keys = (settings.night.identity, settings.secrets.identity)
    said = settings.schedule
    return Setup(
        program=_program(),
        folder=CONTEXT.folder.resolve(),
        state=CONTEXT.state.resolve(),
        user=account.name if account else "USER",
        home=home,
        zone=settings.centre.zone,
        night=said.night,
        digest=said.digest,
        prune=said.prune,
        light_minutes=said.light_minutes,
        full_minutes=settings.sweep.full_minutes,
        light_limit_minutes=settings.sweep.light_minutes,
        threads=settings.limits.threads,
        mails=settings.mail is not None,
        reads=(Path(sys.base_prefix), *(_key(key, home) for key in keys if key)),
    )


def _key(said: str, home: Path) -> Path:
    """A key file as the account will find it."""
    return home / said[2:] if said.startswith("~/") else CONTEXT.folder.resolve() / said


def _program() -> Path:
    """This program, as systemd starts it."""
    beside = Path(sys.executable).parent / "eakte-ops"
    found = str(beside) if beside.is_file() else shutil.which("eakte-ops")
    if found is None:
        raise UsageError("the program eakte-ops is not found", way_out="call it by its path, or put it into PATH")
    return Path(found).absolute()


def _must_be_root(unit_dir: Path | None, what: str, words: str) -> None:
    if unit_dir is None and os.geteuid() != 0:
        raise Refused(
            f"`schedule {what}` writes to /etc/systemd/system, which is root's",
            way_out=f"sudo {_program()} --project {CONTEXT.folder.resolve()} schedule {what}{words}",
        )


def _must_have_its_times(made: Setup, now: datetime) -> None:
    """A night at 02:30 does not exist once a year, and systemd leaves it out."""
    from zoneinfo import ZoneInfo

    from eakte_ops.schedule.times import day_without

    today = now.astimezone(ZoneInfo(made.zone)).date()
    for name, at in (("night", made.night), ("digest", made.digest), ("prune", made.prune)):
        if (day := day_without(today, made.zone, at)) is not None:
            raise UsageError(
                f"on {day.isoformat()} there is no {at} in {made.zone}: the clocks go forward, systemd leaves it out",
                place=f"eakte-ops.yml: schedule.{name}",
                way_out="take a time before or after that hour",
            )


def _must_be_able(account: Account, made: Setup) -> None:
    from eakte_ops.schedule.account import what_is_missing

    if os.geteuid() not in (0, account.number):
        say(f"NOTE: not looked whether {account.name} can run the program and read the folder; only root can")
        return
    reads = (made.folder, made.folder / "eakte-ops.yml", made.folder / "inventories", *made.reads)
    missing = what_is_missing(account, made.program, reads, made.state)
    if missing:
        raise Refused(
            f"{'; '.join(missing)}; nothing was installed",
            way_out="give it these rights, or name another account: --user NAME",
        )


def _say_notes(settings: Settings, problem: str) -> None:
    if problem:
        say(f"NOTE: no account yet: {problem}; name one: --user NAME")
    if settings.mail is None:
        say("NOTE: eakte-ops.yml names no mail server (mail), so there is no timer for the mails of the morning")
    if not settings.night.identity:
        say("NOTE: night.identity in eakte-ops.yml names no key file; at night there is no agent, so no server opens")


def _show_table(made: Setup, place: Place, now: datetime) -> None:
    from eakte_ops.schedule.units import tasks

    show_table(
        [
            ("what", "when", "next", "units"),
            *(
                (task.what, task.when, _moment(task.next_run(now), made.zone), _there(place, made, task.name))
                for task in tasks(made)
            ),
        ]
    )


def _there(place: Place, made: Setup, name: str) -> str:
    """One word on both units of a task: the worse of the two."""
    from eakte_ops.schedule.units import units

    order = ("not ours", "missing", "older", "as it should be")
    found = {place.there(unit) for unit in units(made) if unit.name.startswith(f"eakte-ops-{name}.")}
    return next(each for each in order if each in found)


def _moment(when: datetime, zone: str) -> str:
    from zoneinfo import ZoneInfo

    return f"{when.astimezone(ZoneInfo(zone)):%a %Y-%m-%d %H:%M %Z}"


def _show_json(made: Setup, place: Place, now: datetime) -> None:
    from eakte_ops.schedule.units import tasks, units

    texts = {unit.name: unit for unit in units(made)}

    def unit(name: str) -> dict[str, Any]:
        return {"name": name, "there": place.there(texts[name]), "text": texts[name].text}

    show_json(
        "schedule",
        1,
        {
            "folder": str(place.folder),
            "unit_dir": str(place.where),
            "user": None if made.user == "USER" else made.user,
            "zone": made.zone,
            "tasks": [
                {
                    "name": task.name,
                    "command": list(task.command),
                    "calendar": task.calendar,
                    "next": task.next_run(now).isoformat(),
                    "service": unit(task.service),
                    "timer": unit(task.timer),
                }
                for task in tasks(made)
            ],
        },
    )
