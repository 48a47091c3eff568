"""`eakte-ops status`: for whoever picks up the telephone. Answers from what is remembered and asks no server."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Annotated, Any

import typer

from eakte_ops.cli.context import CONTEXT
from eakte_ops.cli.language import Language, spoken
from eakte_ops.cli.output import say, show, show_json
from eakte_ops.errors import Status

if TYPE_CHECKING:
    from eakte_ops.cli.status_view import TownView, Trend
    from eakte_ops.health.memory.known import Known, State


def status(
    towns: Annotated[list[str] | None, typer.Argument(metavar="[TOWN]...", help="Towns (default: all).")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    language: Annotated[
        Language | None, typer.Option("--language", help="Language to speak (else that of the terminal's locale).")
    ] = None,
) -> int:
    """Say whether a town is up, since when not, what clerks may notice and who is on it, from what is remembered.

    Status 0: up and nothing critical, 1: not so or not known, 2: no such town, or nothing was remembered yet.
    """
    from eakte_ops.cli.status_view import in_full, in_short
    from eakte_ops.cli.towns import chosen, named_in_files
    from eakte_ops.clock import SYSTEM
    from eakte_ops.health.memory import findings
    from eakte_ops.health.memory import towns as kept
    from eakte_ops.inventory.state import is_lab

    now, tongue = SYSTEM.now(), spoken(language)
    with closing(CONTEXT.store(must_exist=True, read_only=True)) as store, store.reading() as rows:
        known = () if towns else kept.known(rows)
        files = frozenset() if towns else named_in_files(CONTEXT.folder)
        wanted = chosen(rows, towns, CONTEXT.folder) if towns else [town for town in known if town.looked is not None]
        full = bool(towns) or as_json
        views = [in_full(rows, town, now) if full else in_short(rows, town, now) for town in wanted]
        own = () if towns else findings.current(rows, "")
    looked = {town.id for town in known if town.looked is not None}
    unknown = [] if towns else sorted({*files, *(town.id for town in known)} - looked)
    lab = is_lab(CONTEXT.folder)
    if lab:
        say(f"LAB · {CONTEXT.folder}")
    if as_json:
        _show_data(views, own, unknown, now.timestamp(), lab)
    else:
        from eakte_ops.cli import status_text

        for number, view in enumerate(views if towns else ()):
            if number:
                show()
            for line, style in status_text.of_town(view, now, tongue):
                show(line, style=style)
        for line, style in status_text.of_all(views, own, unknown, now, tongue) if not towns else ():
            show(line, style=style)
    bad = any(view.bad for view in views) or any(each.verdict == "critical" for each in own) or bool(unknown)
    return Status.FINDINGS if bad else Status.OK


def _show_data(views: Sequence[TownView], own: Sequence[Known], unknown: Sequence[str], now: float, lab: bool) -> None:
    from eakte_ops.cli.finding_lines import data
    from eakte_ops.cli.times import iso

    content = {
        "project": str(CONTEXT.folder),
        "lab": lab,
        "at": iso(now),
        "towns": [_town(view) for view in views],
        "own": [data(known) for known in own],
        "nothing_known_of": list(unknown),
    }
    show_json("status", 1, content)


def _town(view: TownView) -> dict[str, Any]:
    from eakte_ops.cli.finding_lines import data
    from eakte_ops.cli.times import iso

    span = view.window
    return {
        "town": view.town.id,
        "name": view.town.name,
        "up": view.answer.up,
        "since": iso(view.answer.since),
        "looked": iso(view.answer.at),
        "all_checks": iso(view.whole),
        "stale": view.stale,
        "release": view.town.release,
        "window": None
        if span is None
        else {
            "open": view.open_now,
            "begin": iso(span.begin.timestamp()),
            "end": iso(span.end.timestamp()) if span.end else None,
            "zone": view.town.windows.get("zone"),
        },
        "handover": None
        if view.handover is None
        else {
            "run": view.handover.run,
            "why": view.handover.why,
            "servers": view.handover.servers.split(),
            "since": iso(view.handover.at),
            "until": iso(view.handover.until_s),
        },
        "work": None
        if view.work is None
        else {
            "run": view.work.run,
            "purpose": view.work.purpose,
            "who": view.work.who,
            "host": view.work.host,
            "since": iso(view.work.since),
            "until": iso(view.work.until),
        },
        "backup": _said(view.backup),
        "response": _trend(view.response),
        "disk": _trend(view.disk),
        "forecast": _said(view.forecast),
        "noticed": [known.id for known in view.noticed],
        "findings": [data(known) for known in view.found],
    }


def _said(state: State | None) -> dict[str, str] | None:
    return dict(state.said.items()) if state else None


def _trend(trend: Trend | None) -> dict[str, Any] | None:
    if trend is None:
        return None
    from eakte_ops.cli.series import days_data

    return {
        "server": trend.name.server,
        "check": trend.name.check,
        "subject": trend.name.subject,
        "figure": trend.name.figure,
        "value": trend.value,
        "days": days_data(trend.days),
    }
