"""`eakte-ops inventory`: what the files of the operations folder say, and whether they are right."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from eakte_ops.cli.context import CONTEXT
from eakte_ops.cli.output import say, show, show_json
from eakte_ops.errors import InvalidFile, Status

if TYPE_CHECKING:
    from eakte_ops.cli.templates import Examined

app = typer.Typer(help="Towns and servers: check, list and show them.", no_args_is_help=True, rich_markup_mode=None)

Json = Annotated[bool, typer.Option("--json", help="For programs.")]
HEADINGS = ("TOWN", "NAME", "KEY", "RING", "PRODUCT", "DATABASE", "SERVERS", "WINDOWS")


@app.command()
def check(
    towns: Annotated[
        list[str] | None, typer.Argument(metavar="[TOWN]...", help="Only these towns and the shared files.")
    ] = None,
    as_json: Json = False,
) -> int:
    """Name everything that is wrong in the files, templates and playbooks included, each with file, line and column.

    Status 2 if anything is wrong, 1 if a town's own template has to be looked at.
    """
    from eakte_ops.cli.access_parts import mistakes_beside
    from eakte_ops.cli.templates import examined
    from eakte_ops.inventory.describe import count
    from eakte_ops.playbook.load import load_playbooks

    survey, asked = CONTEXT.survey(), tuple(towns or ())
    survey.must_know(asked)
    more, beside = mistakes_beside(asked or survey.known)
    templates = examined(asked)
    playbooks = load_playbooks(CONTEXT.folder)
    wrong = (*survey.mistakes(asked), *beside, *templates.mistakes, *playbooks.mistakes)
    files = survey.files + more + templates.files + playbooks.files
    if as_json:
        show_json(
            "inventory-check",
            1,
            {
                "towns": list(asked or survey.known),
                "files": files,
                "templates": templates.files,
                "playbooks": playbooks.files,
                "errors": [asdict(each) for each in sorted(wrong)],
                "warnings": [asdict(each) for each in templates.warnings],
            },
        )
    else:
        for warning in templates.warnings:
            show(f"{warning}")
        if wrong:
            raise InvalidFile(wrong, files)
        found = CONTEXT.inventory(*asked)
        show(f"{count(found.towns[town] for town in asked or found.towns)}{_counted(templates, playbooks.files)}.")
        if not found.towns:
            say(f"No town yet: a town is a file {found.folder / 'inventories'}/TOWN.yml.")
    return Status.USAGE if wrong else Status.FINDINGS if templates.warnings else Status.OK


def _counted(templates: Examined, playbooks: int) -> str:
    """`, 12 templates, 3 playbooks: no errors, 1 warning`; what there is none of is not named."""
    open_points = len(templates.warnings)
    counts = {"template": templates.files, "playbook": playbooks}
    named = "".join(f", {some} {word}{'s' * (some != 1)}" for word, some in counts.items() if some)
    return f"{named}: no errors" + (f", {open_points} warning{'s' * (open_points != 1)}" if open_points else "")


@app.command("list")
def list_(as_json: Json = False) -> int:
    """List the towns, pilots first."""
    from eakte_ops.cli.banner import banner
    from eakte_ops.inventory.describe import as_data, count, rows, table

    inventory = CONTEXT.inventory()
    banner(inventory.folder, inventory.settings.lab)
    if as_json:
        towns = [as_data(town, CONTEXT.survey().origin(town.id)) for town in inventory.towns.values()]
        show_json("towns", 1, {"towns": towns})
        return Status.OK
    for line in table(HEADINGS, rows(inventory.towns.values())):
        show(line)
    say(f"{count(inventory.towns.values())}.")
    return Status.OK


@app.command("show")
def show_(town: Annotated[str, typer.Argument(metavar="TOWN")], as_json: Json = False) -> int:
    """Show all that holds for a town, defaults and profile laid under it, and where each word comes from."""
    from eakte_ops.cli.banner import banner
    from eakte_ops.cli.templates import own_templates
    from eakte_ops.inventory.describe import as_data, lines

    inventory = CONTEXT.inventory(town)
    banner(inventory.folder, inventory.settings.lab)
    found = inventory.towns[town]
    origin = CONTEXT.survey().origin(town)
    own = own_templates(found)
    if as_json:
        show_json("town", 1, {**as_data(found, origin), "templates": {each.id: each.file for each in own}})
        return Status.OK
    for line in lines(found, origin):
        show(line)
    if own:
        show()
    for each in own:
        show(f"  own template     {each.id}  {each.file}")
    return Status.OK


@app.command()
def schema(
    kind: Annotated[
        Literal["town", "defaults", "settings", "playbook"], typer.Argument(help="Which kind of file.")
    ] = "town",
) -> int:
    """Print the JSON Schema of a town's file (or of the defaults, of eakte-ops.yml, of a playbook) for your editor."""
    if kind == "playbook":
        from eakte_ops.playbook import schema

        show(schema.text().rstrip())
    else:
        from eakte_ops.inventory.schema import text

        show(text(kind).rstrip())
    return Status.OK
