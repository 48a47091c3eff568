"""The table of subcommands. A command's file is read when the command is used; --help needs only this table."""

from __future__ import annotations

from difflib import get_close_matches
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

from eakte_ops.errors import UsageError

COMMANDS = {
    "access": "What a town grants: packs, host keys, comparison, keys.",
    "audit": "Who did what, when and why.",
    "checks": "List the checks, or explain one.",
    "config": "What configuration files of a town should hold: render, compare, take over.",
    "configs": "Configuration on the servers: what was changed there.",
    "digests": "What the mails of the morning say; send them.",
    "findings": "What is not well and remembered: list, explain, take on.",
    "handover": "Machines in the hands of local IT: stop all in order, take it back.",
    "health": "Look at the servers of towns now.",
    "history": "How a check judged in a town over the last days.",
    "init": "Make an operations folder with one sample town.",
    "inventory": "Towns and servers: check, list and show them.",
    "jobs": "Jobs on the servers: list them, end one.",
    "lab": "Real hosts on this machine: boot, break and mend them.",
    "logs": "The newest lines of a component's logs.",
    "play": "Carry out a playbook of your own in a town.",
    "playbooks": "Procedures of the centre: list and show them.",
    "restart": "Restart a component of a town, at any time.",
    "plans": "Plans: list, show, print for working by hand, approve, run.",
    "runs": "What is carried out or stands still: list, show, pause, resume, rollback, abandon, adopt.",
    "schedule": "The timers of this machine: show, install, remove.",
    "secret": "Secrets of the towns and of the centre: set, edit, get, check, rekey.",
    "shell": "Carry out typed lines on a server, each of them on record.",
    "status": "Is a town up, who is on it: at once, without asking a server.",
    "store": "What is remembered: check, prune, backup.",
    "sweep": "Look at all towns and remember; the timers run this.",
    "unlock": "Free a town whose lock nobody will give back.",
}
"""Name -> what it is for. The file is cli/NAME.py with `app` (a group) or a function NAME (a single command)."""


class Commands(TyperGroup):
    """The program's own group: knows all names, loads one command."""

    def list_commands(self, ctx: Any) -> list[str]:
        """All names, sorted."""
        return sorted(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of that name, made on first use; None if there is none."""
        if cmd_name not in COMMANDS:
            return None
        if cmd_name not in self.commands:
            self.commands[cmd_name] = _load(cmd_name)
        return self.commands[cmd_name]

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """As usual; an unknown word is answered with the nearest names."""
        word = args[0]
        if word not in COMMANDS and not word.startswith("-"):
            near = get_close_matches(word, COMMANDS)
            meant = f"; did you mean {' or '.join(near)}?" if near else ""
            raise UsageError(f'there is no command "{word}"{meant}', way_out="eakte-ops --help shows what there is")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        """As usual; Ctrl-C stays an interruption, which Typer would make a bare exit status of."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as stopped:
            raise typer.Abort from stopped

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """The table, without loading a command."""
        with formatter.section("Commands"):
            formatter.write_dl(sorted(COMMANDS.items()))


class Group(TyperGroup):
    """A command with commands below it; its table says all of each sentence, wrapped instead of cut off."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """The table, in the order of the file."""
        rows = [
            (name, command.get_short_help_str(limit=1000))
            for name in self.list_commands(ctx)
            if (command := self.get_command(ctx, name)) is not None
        ]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


CENTRE = "centre"
"""Stands where a town is named, for the centre itself: eakte-ops secret set centre NAME."""


def words() -> frozenset[str]:
    """What no town can be named like: all commands, what follows them (access, accept, check ...), and `centre`."""
    found = {*COMMANDS, CENTRE}
    for name in COMMANDS:
        group = getattr(import_module(f"eakte_ops.cli.{name}"), "app", None)
        for command in group.registered_commands if group else ():
            found.add(command.name or command.callback.__name__)
    return frozenset(found)


def _load(name: str) -> Any:
    module = import_module(f"eakte_ops.cli.{name}")
    alone = typer.Typer(rich_markup_mode=None, add_completion=False)
    if hasattr(module, "app"):
        alone.add_typer(module.app, name=name, cls=Group)
        group: Any = typer.main.get_command(alone)
        return group.commands[name]
    alone.command(name)(getattr(module, name))
    return typer.main.get_command(alone)
