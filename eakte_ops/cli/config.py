"""`eakte-ops config`: what the configuration files of a town should hold, and how far its servers are from it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eakte_ops.cli.config_adopt import adopt
from eakte_ops.cli.config_apply import apply
from eakte_ops.cli.config_diff import diff
from eakte_ops.cli.config_parts import FileOption, Json, LanguageOption, OneTown, ServerOption, asked
from eakte_ops.cli.context import CONTEXT
from eakte_ops.cli.language import spoken
from eakte_ops.cli.output import say, show, show_json
from eakte_ops.errors import Status, UsageError

if TYPE_CHECKING:
    from eakte_ops.cli.config_parts import Asked
    from eakte_ops.product.model import Language

app = typer.Typer(
    help="What configuration files of a town should hold: render, compare, put in place, take over.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

_NOT_BELOW = ("inventories", "playbooks", "templates")


@app.command()
def render(
    town: OneTown,
    server: ServerOption = None,
    file: FileOption = None,
    *,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Write the files below this folder, which is made.")
    ] = None,
    as_json: Json = False,
    language: LanguageOption = None,
) -> int:
    """List the files that the templates make for a town; with --file show them, with --out write them.

    Secrets stand in them by their names: none is opened, and the files are no use on a server.
    """
    from eakte_ops.cli import config_data, config_table
    from eakte_ops.cli.banner import banner
    from eakte_ops.config.proposal import proposal_filename

    tongue, found = spoken(language), asked(town, server, file)
    banner(found.inventory.folder, found.inventory.settings.lab)
    written = _write(found, _place(out), tongue) if out is not None else ()
    if as_json:
        show_json("config-render", 1, config_data.rendered(found.town, found.files, written))
        return Status.OK
    if file is not None and out is None:
        _show_texts(found, tongue)
    elif out is None:
        for line in config_table.listed(found.town, found.files, tongue):
            show(line)
    for each in written:
        show(str(each))
    page = proposal_filename(found.town)
    for line in config_table.told(found.town, found.files, page, tongue, written=bool(written)):
        say(line)
    return Status.OK


app.command("diff")(diff)
app.command("adopt")(adopt)
app.command("apply")(apply)


def _show_texts(found: Asked, language: Language) -> None:
    """Data is the text alone, as it is; of several files each with a line before it that says which."""
    from eakte_ops.cli import config_table

    for each in found.files:
        for line in config_table.details(found.town, each, language):
            say(line)
        if len(found.files) > 1:
            show(f"==> {each.server} {each.path} <==")
        show(config_table.text_of(each, language).removesuffix("\n"))


def _place(out: Path) -> Path:
    """Where the files go. Raises UsageError for a place where they would be read as something else."""
    folder = out.parent.resolve() / out.name
    if out.name in ("", ".."):
        raise UsageError(
            f"{out} is no name of a folder", place="--out", way_out="name a folder that does not exist yet"
        )
    for name in _NOT_BELOW:
        if folder.is_relative_to(CONTEXT.folder / name):
            raise UsageError(
                f"{CONTEXT.folder / name} holds what the centre writes; nothing is rendered into it",
                place="--out",
                way_out="name a folder elsewhere",
            )
    return folder


def _write(found: Asked, folder: Path, language: Language) -> list[Path]:
    """Write what was asked for; gives the files."""
    from eakte_ops.cli import config_folder, config_out
    from eakte_ops.cli.banner import commit_of

    files = config_folder.content(found.town, found.files, commit_of(found.inventory.folder), language)
    config_out.write(folder, files)
    return [folder / each for each in sorted(files)]
