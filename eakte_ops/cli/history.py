"""`eakte-ops history`: how a check judged in a town over the last days, and its figures."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Annotated

import typer

from eakte_ops.cli.banner import mark_lab
from eakte_ops.cli.context import CONTEXT
from eakte_ops.cli.language import Language, spoken
from eakte_ops.cli.output import show, show_json
from eakte_ops.errors import Status, UsageError

if TYPE_CHECKING:
    from collections.abc import Collection

    from eakte_ops.cli.history_view import History
    from eakte_ops.health.memory.known import TownKnown
    from eakte_ops.store import Rows


def history(
    town: Annotated[str, typer.Argument(metavar="TOWN", help="The town.")],
    check: Annotated[str, typer.Argument(metavar="CHECK", help="The check (eakte-ops checks lists them).")],
    *,
    server: Annotated[str, typer.Option("--server", help="Only this server.")] = "",
    subject: Annotated[str, typer.Option("--subject", help="Only this subject: a mount, a service, a queue.")] = "",
    days: Annotated[int, typer.Option("--days", min=1, max=3650, help="So many days back.")] = 30,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    language: Annotated[
        Language | None, typer.Option("--language", help="Language to speak (else that of the terminal's locale).")
    ] = None,
) -> int:
    """Show how a check judged in a town over the last days, with its figures; what was not looked at is said."""
    from eakte_ops.cli import history_text, history_view
    from eakte_ops.cli.towns import chosen
    from eakte_ops.clock import SYSTEM

    now = SYSTEM.now()
    with closing(CONTEXT.store(must_exist=True, read_only=True)) as store, store.reading() as rows:
        (known,) = chosen(rows, [town], CONTEXT.folder)
        seen = history_view.of(rows, known, check, days, now).only(server, subject)
        if not seen.subjects:
            raise _nothing(rows, known, check, server, subject)
    mark_lab(CONTEXT.folder)
    if as_json:
        _show_data(seen)
    else:
        for line, style in history_text.lines(seen, now, spoken(language)):
            show(line, style=style)
    return Status.OK


def _nothing(rows: Rows, town: TownKnown, check: str, server: str, subject: str) -> UsageError:
    """What of the words does not fit."""
    from eakte_ops.health.memory import figures, states
    from eakte_ops.inventory.suggest import shown, suggestion

    kept = states.current(rows, town.id)
    names = {*(state.check for state in kept), *(name.check for name in figures.named(rows, town.id))}
    if check not in names:
        from eakte_ops.health.catalogue import CHECKS

        if check not in CHECKS:
            return UsageError(
                f"there is no check {shown(check)}{suggestion(check, {*names, *CHECKS})}",
                way_out="eakte-ops checks lists them all",
            )
        return UsageError(
            f"nothing is remembered of {check} at {town.name}: nothing there concerns it, or no sweep has asked it yet",
            way_out=f"eakte-ops health {town.id} --check {check}",
        )
    of_check = [state for state in kept if state.check == check]
    for what, word, known in (
        ("server", server, {state.server for state in of_check}),
        ("subject", subject, {state.subject for state in of_check if server in ("", state.server)}),
    ):
        if word and word not in known:
            return _not_among(what, word, known, check, town)
    return UsageError(f"nothing was looked at in that time for {check} at {town.name}", way_out="name more --days")


def _not_among(what: str, word: str, known: Collection[str], check: str, town: TownKnown) -> UsageError:
    from eakte_ops.inventory.suggest import shown, suggestion

    said = f"{check} knows no {what} {shown(word)} at {town.name}{suggestion(word, [each for each in known if each])}"
    return UsageError(said, way_out=f"eakte-ops history {town.id} {check}")


def _show_data(seen: History) -> None:
    from eakte_ops.cli.series import days_data
    from eakte_ops.cli.times import iso

    content = {
        "town": seen.town.id,
        "check": seen.check,
        "since": iso(seen.since),
        "subjects": [
            {
                "server": one.server,
                "subject": one.subject,
                "states": [
                    {
                        "verdict": state.verdict,
                        "waits": state.waits,
                        "owner": state.owner,
                        "said": dict(state.said.items()),
                        "since": iso(state.since),
                        "until": iso(state.until),
                        "looks": state.looks,
                    }
                    for state in one.states
                ],
                "gaps": [{"since": iso(since), "until": iso(until)} for since, until in one.gaps],
                "figures": {name: days_data(days) for name, days in one.figures.items()},
            }
            for one in seen.subjects
        ],
    }
    show_json("history", 1, content)
