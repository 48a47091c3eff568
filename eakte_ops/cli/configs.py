"""`eakte-ops configs`: configuration as it is on the servers."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

from eakte_ops.cli.context import CONTEXT
from eakte_ops.cli.health import JsonOption, LanguageOption, look_now
from eakte_ops.cli.language import spoken
from eakte_ops.cli.output import say

if TYPE_CHECKING:
    from eakte_ops.cli.context import Account

app = typer.Typer(
    help="Configuration on the servers: what was changed there.", no_args_is_help=True, rich_markup_mode=None
)


@app.command()
def drift(
    towns: Annotated[list[str] | None, typer.Argument(metavar="TOWN...", help="Towns to look at.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Look at every town.")] = False,
    night: Annotated[
        bool, typer.Option("--night", help="With the night account, which may not read files with secrets.")
    ] = False,
    as_json: JsonOption = False,
    *,
    language: LanguageOption = None,
) -> int:
    """Say which configuration files are not as they were placed: what, since when, by whom as far as the server knows.

    Asks every server once, with the account of people at work, which may read all of them; health asks the same with
    the night account. Status 0: all as placed, 1: findings, 3: a server could not be reached, 7: nothing here is
    supported yet.
    """
    from eakte_ops.cli.formats import Format
    from eakte_ops.health.checks.drift import DRIFT

    form = Format.JSON if as_json else Format.TABLE
    account = "look" if night else _account()
    return look_now(towns or [], every, (DRIFT,), form, spoken(language), command="configs drift", account=account)


def _account() -> Account:
    """That of people at work if there is a key for it: of the operations folder, or an agent."""
    if CONTEXT.settings().work.identity or os.environ.get("SSH_AUTH_SOCK"):
        return "work"
    say("No key of people at work (work.identity in eakte-ops.yml, or an agent): asked with the night account.")
    return "look"
