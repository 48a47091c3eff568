"""What the commands about configuration share: the rendered files of a town, narrowed down as was typed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from eakte_ops.cli.context import CONTEXT
from eakte_ops.cli.language import Language
from eakte_ops.cli.output import say
from eakte_ops.errors import UsageError

if TYPE_CHECKING:
    from eakte_ops.config.rendered import Rendered
    from eakte_ops.inventory.model import Inventory, Server, Town

OneTown: TypeAlias = Annotated[str, typer.Argument(metavar="TOWN")]
ServerOption: TypeAlias = Annotated[str | None, typer.Option("--server", metavar="S", help="Only this server.")]
FileOption: TypeAlias = Annotated[
    str | None, typer.Option("--file", metavar="ID", help="Only this template, such as gateway/application-prod.yml.")
]
LanguageOption: TypeAlias = Annotated[
    Language | None, typer.Option("--language", help="Language (else that of the terminal's locale).")
]
Json: TypeAlias = Annotated[bool, typer.Option("--json", help="For programs.")]


@dataclass(frozen=True, slots=True)
class Asked:
    """`servers` and `files`: those that were asked for; `every`: all rendered files of the town."""

    inventory: Inventory
    town: Town
    servers: tuple[Server, ...]
    files: tuple[Rendered, ...]
    every: tuple[Rendered, ...]


def asked(town: str, server: str | None, file: str | None) -> Asked:
    """The files of a town as the templates say them now; no secret is opened. Says where own templates are outdated.

    Raises InvalidFile with all mistakes of inventory and templates, UsageError for what does not exist.
    """
    from eakte_ops.config.render import render

    inventory = CONTEXT.inventory(town)
    found = inventory.towns[town]
    servers = _servers(found, server)
    library = CONTEXT.library().right((town,))
    every = render([found], library)
    for outdated in library.outdated(found):
        say(f"{outdated.mistake}")
    files = tuple(each for each in every if each.server in {each.name for each in servers})
    if file is not None:
        files = _of_template(files, every, file, found)
    if not files:
        where = f"{found.id}, {server}" if server else found.id
        raise UsageError(
            f"no template of {found.said.product} {found.said.release} gives a file for {where}",
            way_out="templates/README.md says where templates lie",
        )
    return Asked(inventory, found, servers, files, every)


def _servers(town: Town, server: str | None) -> tuple[Server, ...]:
    if server is None:
        return town.said.servers
    chosen = tuple(each for each in town.said.servers if each.name == server)
    if not chosen:
        from eakte_ops.inventory.suggest import shown, suggestion

        names = [each.name for each in town.said.servers]
        raise UsageError(f"{town.id} has no server {shown(server)}{suggestion(server, names)}", place="--server")
    return chosen


def _of_template(
    files: tuple[Rendered, ...], every: tuple[Rendered, ...], name: str, town: Town
) -> tuple[Rendered, ...]:
    chosen = tuple(each for each in files if each.template.id == name)
    if not chosen:
        from eakte_ops.inventory.suggest import shown, suggestion

        there = sorted({each.server for each in every if each.template.id == name})
        if there:
            raise UsageError(f"{name} belongs on {', '.join(there)}, not on the server that was named", place="--file")
        raise UsageError(
            f"no file of {town.id} is made from a template {shown(name)}"
            f"{suggestion(name, {each.template.id for each in every})}",
            place="--file",
            way_out=f"eakte-ops config render {town.id} lists them",
        )
    return chosen
