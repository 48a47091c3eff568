"""`eakte-ops playbooks`: the procedures of the centre, and what each of them asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from eakte_ops.cli.context import CONTEXT
from eakte_ops.cli.output import say, show, show_json
from eakte_ops.errors import Status

if TYPE_CHECKING:
    from eakte_ops.playbook.load import Playbook

app = typer.Typer(help="Procedures of the centre: list and show them.", no_args_is_help=True, rich_markup_mode=None)

Json = Annotated[bool, typer.Option("--json", help="For programs.")]


@app.command("list")
def list_(as_json: Json = False) -> int:
    """List the playbooks of the operations folder. Status 2 if one of them has mistakes."""
    from eakte_ops.cli.access_parts import show_table
    from eakte_ops.playbook.load import load_playbooks

    found = load_playbooks(CONTEXT.folder)
    if as_json:
        show_json("playbooks", 1, {"playbooks": [_data(each) for each in found.known.values()]})
    elif found.known:
        rows = [(each.name, _asks(each), each.said.title.en) for each in found.known.values()]
        show_table([("name", "asks for", "what it does"), *rows])
    else:
        say("No playbook yet: eakte-ops init adds those of the program to an operations folder.")
    for mistake in found.mistakes:
        say(str(mistake))
    return Status.USAGE if found.mistakes else Status.OK


@app.command("show")
def show_(name: Annotated[str, typer.Argument(metavar="NAME")], as_json: Json = False) -> int:
    """Show the steps of a playbook and what it asks for. What it becomes in a town its plan shows."""
    from eakte_ops.playbook.load import load_playbooks

    found = load_playbooks(CONTEXT.folder).of(name)
    if as_json:
        show_json("playbook", 1, _data(found))
        return Status.OK
    said = found.said
    show(f"{found.name}  {said.title.en}", style="bold")
    show(f"{'':2}{said.title.de}", style="dim")
    for key, argument in said.arguments.items():
        show(f"  {key}=…  {argument.text.en}{' (may be left out)' if argument.optional else ''}")
    for number, step in enumerate(said.steps, 1):
        title = f"  {step.title.en}" if step.title else ""
        whose = "" if step.owner == "centre" else f"  {step.owner}"
        show(f" {number:2}  {step.name}  {step.action or 'ask'}{title}{whose}")
    return Status.OK


def _asks(playbook: Playbook) -> str:
    words = (f"[{name}]" if argument.optional else name for name, argument in playbook.said.arguments.items())
    return " ".join(words) or "-"


def _data(playbook: Playbook) -> dict[str, Any]:
    return {
        "name": playbook.name,
        "file": playbook.file,
        **playbook.said.model_dump(mode="json", by_alias=True, exclude_none=True),
    }
