"""`eakte-ops init DIR`: a new operations folder that is right from the first moment."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from eakte_ops.cli.context import MARK
from eakte_ops.cli.output import say, show
from eakte_ops.errors import Status, UsageError

NOT_COUNTED = {".git", ".DS_Store"}


def init(folder: Annotated[Path, typer.Argument(metavar="DIR", help="New, empty, or lacking files.")]) -> int:
    """Make an operations folder with one sample town. Nothing that is there is changed."""
    from eakte_ops.inventory.scaffold import files
    from eakte_ops.playbook import schema

    _must_be_free(folder)
    has_towns = any((folder / "inventories").glob("[!_.]*.yml"))
    wanted = {**files(with_town=not has_towns, has=_with_templates(folder)), f"schema/{schema.FILE}": schema.text()}
    made = _write(folder, dict(sorted(wanted.items())))
    for name in made:
        show(str(folder / name))
    if not made:
        say(f"{folder} lacks nothing; nothing was changed.")
        return Status.OK
    say(f"{len(made)} file{'s' * (len(made) != 1)} written. Next:")
    say(f"  eakte-ops --project {shlex.quote(str(folder))} inventory check")
    say(f"  {folder / 'README.md'} says how it goes on")
    return Status.OK


def _must_be_free(folder: Path) -> None:
    """Raises UsageError unless `folder` is new, empty or an operations folder already."""
    try:
        if not folder.exists() and not folder.is_symlink():
            return
        there = sorted(path.name for path in folder.iterdir() if path.name not in NOT_COUNTED)
    except OSError as error:
        raise UsageError(f"{folder} can not be used as a folder: {error.strerror}") from error
    if there and MARK not in there:
        shown = ", ".join(there[:3]) + (" ..." if len(there) > 3 else "")
        raise UsageError(
            f"{folder} is not empty and no operations folder ({shown}); nothing was written",
            way_out="name a new or an empty folder",
        )


def _with_templates(folder: Path) -> set[str]:
    """PRODUCT/RELEASE for which the operations folder has templates."""
    top = folder / "templates"
    return {path.relative_to(top).as_posix() for path in top.glob("*/*") if path.is_dir()}


def _write(folder: Path, files: Mapping[str, str]) -> list[str]:
    """Writes what is not there yet; returns the names of what was written. Raises UsageError with a sentence."""
    made = []
    for name, text in files.items():
        path = folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8") as new:
                new.write(text)
        except FileExistsError:
            if path.parent.is_dir():
                continue  # somebody's own file stays as it is
            raise UsageError(f"{path.parent} is no folder, so {name} can not be written") from None
        except OSError as error:
            raise UsageError(f"{path} can not be written: {error.strerror}") from error
        made.append(name)
    return made
