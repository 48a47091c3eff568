"""Collects the generated documents of all rooms; scripts/generate writes them and CI notices when they are stale."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer

from eakte_ops import errors

_HEAD = "<!-- made by scripts/generate; change the source, not this file -->\n"


def documents() -> dict[str, str]:
    """Path from the top of the repository -> whole text of the file."""
    from eakte_ops.config import reference as config
    from eakte_ops.health import reference as health
    from eakte_ops.inventory import reference as inventory
    from eakte_ops.playbook import reference as playbook

    return {
        "docs/reference/errors.md": error_table(),
        "docs/reference/commands.md": command_table(),
        **inventory.documents(),
        **health.documents(),
        **config.documents(),
        **playbook.documents(),
    }


def error_table() -> str:
    """Every error with its exit status, the sentence it says and the way out."""
    lines = [
        f"# Errors and exit statuses\n{_HEAD}",
        "| status | meaning |",
        "| --- | --- |",
        *(f"| {status.value} | {_MEANINGS[status]} |" for status in errors.Status),
        "",
        "Where several hold, a command ends with the first of 70 5 4 6 7 3 2 1.",
        "",
        "| error | status | says | way out | when |",
        "| --- | --- | --- | --- | --- |",
    ]
    for kind in _tree(errors.EakteError):
        when = (kind.__doc__ or "").split("\n\n")[0].replace("\n", " ").strip()
        lines.append(
            f"| {kind.__name__} | {kind.status.value} | {_cell(kind.message)} | {_cell(kind.hint)} | {_cell(when)} |"
        )
    return "\n".join(lines) + "\n"


_MEANINGS = {
    errors.Status.OK: "all well",
    errors.Status.FINDINGS: "findings",
    errors.Status.USAGE: "usage or inventory error",
    errors.Status.UNREACHABLE: "a server could not be reached",
    errors.Status.UNDONE: "a run failed and was undone",
    errors.Status.DECISION: "a run stopped and needs a decision",
    errors.Status.BUSY: "busy: locked, by whom, since when, why",
    errors.Status.REFUSED: "refused: window, approval, rights, stop switch, not supported",
    errors.Status.FAULT: "the program or this machine failed",
    errors.Status.INTERRUPTED: "interrupted",
    errors.Status.UNREAD: "the output was not read to its end (`| head`): says nothing about what was found",
}


def _tree(kind: type[errors.EakteError]) -> Iterator[type[errors.EakteError]]:
    yield kind
    for child in kind.__subclasses__():
        if child.__module__ == errors.__name__:
            yield from _tree(child)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def command_table() -> str:
    """Every command with its help text, as the program itself prints it."""
    from eakte_ops.cli.main import app

    root = typer.main.get_command(app)
    lines = [f"# Commands\n{_HEAD}"]
    with typer.Context(root, info_name="eakte-ops", terminal_width=80) as context:
        lines += _command(root, context, 2)
    return "\n".join(lines) + "\n"


def _command(command: Any, context: Any, depth: int) -> Iterator[str]:
    yield f"{'#' * min(depth, 4)} {context.command_path}\n"
    yield f"```\n{context.command.get_help(context).rstrip()}\n```\n"
    for name in sorted(command.list_commands(context)) if hasattr(command, "list_commands") else ():
        child = command.get_command(context, name)
        with typer.Context(child, info_name=name, parent=context, terminal_width=80) as inner:
            yield from _command(child, inner, depth + 1)
