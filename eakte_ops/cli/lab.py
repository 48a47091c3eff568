"""`eakte-ops lab`: real Debian hosts on this machine, to try and to train on."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Annotated, Any

import typer

from eakte_ops.cli.output import console, say, show, show_json

if TYPE_CHECKING:
    from eakte_ops.events import Event
    from eakte_ops.lab.lab import HostState, Lab

app = typer.Typer(help="Real hosts on this machine: boot, break and mend them.", no_args_is_help=True)

Towns = Annotated[list[str] | None, typer.Argument(metavar="[TOWN]...", help="Only these towns (default: all).")]
Json = Annotated[bool, typer.Option("--json", help="For programs.")]


def _lab() -> Lab:
    from eakte_ops.lab.lab import Lab

    return Lab(sink=_say_step)


def _say_step(event: Event) -> None:
    from eakte_ops.lab.told import Told

    if isinstance(event, Told):
        say(f"  {event.subject:<16} {event.said}")


@app.command()
def up(towns: Towns = None) -> None:
    """Boot the towns' hosts and install everything on them; heals what an interrupted run left."""
    from eakte_ops.cli.context import Context

    lab = _lab()
    say("LAB  hosts of the towns are booted on this machine")
    project = lab.up(towns or (), lambda folder: Context(project=folder))
    _table(lab.states())
    say(f"Next: eakte-ops --project {project} health --all")


@app.command()
def missing() -> int:
    """Say in one sentence what this machine lacks to carry the lab; status 0 if nothing."""
    from eakte_ops.errors import Status

    lacking = _lab().missing()
    if lacking:
        show(f"the lab needs {'; '.join(lacking)}")
        return Status.REFUSED
    say("Nothing is missing: eakte-ops lab up")
    return Status.OK


@app.command()
def down(
    towns: Towns = None,
    purge_image: Annotated[
        bool, typer.Option("--purge-image", help="Remove the image too (made anew by `up`).")
    ] = False,
) -> None:
    """Remove hosts, networks and disks; without a town also the lab's operations folder."""
    say("LAB  what is to go is removed; nothing else on this machine is touched")
    _lab().down(towns or None, purge_image=purge_image)


@app.command()
def status(as_json: Json = False) -> None:
    """Show which hosts there are and in what state they are."""
    lab = _lab()
    states, broken = lab.states(), lab.broken()
    if not as_json:
        say(f"LAB  operations folder {lab.places.operations}")
        _table(states)
        for each in broken:
            show(f"broken: {each.scenario.name} on {each.host.name} ({each.scenario.says})")
        return
    exists = (lab.places.operations / "eakte-ops.yml").is_file()
    project = str(lab.places.operations) if exists else None
    show_json(
        "lab-status",
        1,
        {
            "project": project,
            "hosts": [_as_json(state) for state in states],
            "broken": [{"scenario": each.scenario.name, "host": each.host.name} for each in broken],
        },
    )


def _as_json(state: HostState) -> dict[str, Any]:
    host = state.host
    return {
        "name": host.name,
        "town": host.town,
        "role": host.role,
        "address": str(host.address),
        "addresses": [str(leg.address) for leg in host.legs],
        "jump": host.jump,
        "state": state.state,
    }


def _table(states: tuple[HostState, ...]) -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("TOWN", "HOST", "ROLE", "ADDRESS", "THROUGH", "STATE"):
        table.add_column(title)
    for each in states:
        host = each.host
        table.add_row(host.town, host.name, host.role, str(host.address), host.jump or "", each.state)
    console().print(table)


@app.command(context_settings={"ignore_unknown_options": True})
def ssh(
    server: Annotated[str, typer.Argument(metavar="SERVER")],
    words: Annotated[list[str] | None, typer.Argument(metavar="[-- COMMAND...]")] = None,
    root: Annotated[bool, typer.Option("--root", help="As the town's local IT, at the console.")] = False,
) -> None:
    """Log in on a host of the lab as a person of the centre, or as its local IT."""
    raise typer.Exit(subprocess.call(_lab().login(server, words or (), root=root)))


@app.command("break")
def break_(
    scenario: Annotated[str | None, typer.Argument(metavar="SCENARIO")] = None,
    town: Annotated[str, typer.Option("--town", help="On the fitting server of this town.")] = "witten",
    server: Annotated[str | None, typer.Option("--server", help="On this server.")] = None,
    as_list: Annotated[bool, typer.Option("--list", help="Show the scenarios.")] = False,
) -> None:
    """Cause a fault, to see how it looks and to train repairing it."""
    from eakte_ops.cli.context import Context
    from eakte_ops.errors import UsageError

    if as_list:
        _scenarios()
        return
    if scenario is None:
        raise UsageError("which scenario?", way_out="eakte-ops lab break --list shows what there is")
    trouble = _lab().break_it(scenario, town, server, lambda folder: Context(project=folder))
    host = trouble.host
    show(f"{host.name}: {trouble.scenario.says}")
    say(f"Look: eakte-ops --project {_lab().places.operations} health {host.town}")
    say(f"Undo: eakte-ops lab mend {scenario}")


def _scenarios() -> None:
    from rich.table import Table

    from eakte_ops.lab.scenarios.catalogue import SCENARIOS

    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("SCENARIO", "WHERE", "WHAT IS WRONG THEN"):
        table.add_column(title)
    for each in SCENARIOS.values():
        table.add_row(each.name, each.component, each.says)
    console().print(table)


@app.command()
def mend(
    scenario: Annotated[str | None, typer.Argument(metavar="[SCENARIO]", help="Only this one (default: all).")] = None,
    town: Annotated[str | None, typer.Option("--town", help="Only in this town.")] = None,
    server: Annotated[str | None, typer.Option("--server", help="Only on this server.")] = None,
) -> None:
    """Undo faults that `break` caused, also half caused ones."""
    if not _lab().mend(scenario, town, server):
        say("Nothing that fits is broken.")
