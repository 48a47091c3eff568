"""`eakte-ops findings`: what is not well and remembered; explains one; takes one on."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from eakte_ops.cli.banner import mark_lab
from eakte_ops.cli.context import CONTEXT
from eakte_ops.cli.language import Language, spoken
from eakte_ops.cli.output import say, show, show_json
from eakte_ops.errors import Status, UsageError

if TYPE_CHECKING:
    from datetime import datetime

    from eakte_ops.health.memory.known import Ack, Known, TownKnown
    from eakte_ops.health.types import Language as Spoken
    from eakte_ops.store import Rows

app = typer.Typer(help="What is not well: list, explain, take on.", no_args_is_help=True, rich_markup_mode=None)

Json = Annotated[bool, typer.Option("--json", help="For programs.")]
Number = Annotated[int, typer.Argument(metavar="ID", max=2**63 - 1, help="Number of the finding, as list shows it.")]
LanguageOption = Annotated[
    Language | None, typer.Option("--language", help="Language to speak (else that of the terminal's locale).")
]
_RECENT_D = 7.0
_LONGEST_WHY = 300
_OWNERS = ("centre", "local-it")

_WORDS: dict[Spoken, dict[str, str]] = {
    "en": {
        "ack": "Finding {id} ({check}, {place}) is in the hand of {who} until {until} ({zone}).",
        "then": "It is told again when the time is up, and at once if it gets worse.",
        "end": "Finding {id} ({check}, {place}) is in nobody's hand any more.",
    },
    "de": {
        "ack": "Um Befund {id} ({check}, {place}) kümmert sich {who} bis {until} ({zone}).",
        "then": "Er wird wieder gemeldet, wenn die Zeit um ist, und sofort, wenn es schlimmer wird.",
        "end": "Um Befund {id} ({check}, {place}) kümmert sich niemand mehr.",
    },
}


@app.command("list")
def list_(
    towns: Annotated[list[str] | None, typer.Argument(metavar="[TOWN]...", help="Towns (default: all).")] = None,
    owner: Annotated[str, typer.Option("--owner", help="Only those of: centre or local-it.")] = "",
    every: Annotated[
        bool, typer.Option("--all", help="Also what somebody has in hand, mere consequences, and what is over.")
    ] = False,
    as_json: Json = False,
    language: LanguageOption = None,
) -> int:
    """List the open findings, worst first; status 1 if there are any.

    Without --all, what somebody has in hand and what is bad only because of another finding is counted, not shown.
    """
    from eakte_ops.cli import findings_text
    from eakte_ops.clock import SYSTEM

    if owner not in ("", *_OWNERS):
        raise UsageError(f'there is no owner "{owner[:40]}"', way_out="--owner centre or --owner local-it")
    now = SYSTEM.now()
    with closing(CONTEXT.store(must_exist=True, read_only=True)) as store, store.reading() as rows:
        places = _places(rows, towns or [])
        found = {place: _of(rows, place, owner, now, every) for place in places}
        hidden = sum(_hidden(rows, place, owner, len(found[place])) for place in places) if not every else 0
    mark_lab(CONTEXT.folder)
    if as_json:
        _show_data(found, places, hidden, now)
    else:
        for line, style in findings_text.listed(found, places, hidden, now, spoken(language)):
            show(line, style=style)
    is_open = any(known.ended is None and known.cause is None for one in found.values() for known in one)
    return Status.FINDINGS if is_open or hidden else Status.OK


def _places(rows: Rows, names: Sequence[str]) -> dict[str, TownKnown | None]:
    """The towns by id, and "" for the centre itself where no town was named."""
    from eakte_ops.cli.towns import chosen
    from eakte_ops.health.memory import towns

    known = chosen(rows, names, CONTEXT.folder) if names else list(towns.known(rows))
    return {**({} if names else {"": None}), **{town.id: town for town in known}}


def _of(rows: Rows, place: str, owner: str, now: datetime, every: bool) -> tuple[Known, ...]:
    from eakte_ops.clock import Clock
    from eakte_ops.health.memory import findings

    open_ones = findings.current(rows, place, owner or None, consequences=every)
    if not every:
        return tuple(known for known in open_ones if not known.acknowledged(now.timestamp()))
    ended = (known for known in findings.recent(rows, place, _RECENT_D, Clock(lambda: now)) if known.ended is not None)
    return (*open_ones, *(known for known in ended if owner in ("", known.owner)))


def _hidden(rows: Rows, place: str, owner: str, shown: int) -> int:
    from eakte_ops.health.memory import findings

    return len(findings.current(rows, place, owner or None, consequences=True)) - shown


def _show_data(
    found: dict[str, tuple[Known, ...]], places: dict[str, TownKnown | None], hidden: int, now: datetime
) -> None:
    from eakte_ops.cli.finding_lines import data
    from eakte_ops.cli.times import iso

    towns = [town for town in places.values() if town is not None]
    content = {
        "at": iso(now.timestamp()),
        "towns": [{"town": town.id, "name": town.name, "looked": iso(town.looked)} for town in towns],
        "hidden": hidden,
        "findings": [data(known) for of_one in found.values() for known in of_one],
    }
    show_json("findings", 1, content)


@app.command("show")
def show_(number: Number, as_json: Json = False, language: LanguageOption = None) -> int:
    """Show all that is known of a finding: what it means, what to do, whom to call, and what became of it so far."""
    from eakte_ops.cli import findings_text
    from eakte_ops.clock import SYSTEM, Clock
    from eakte_ops.health.memory import findings, towns

    now = SYSTEM.now()
    with closing(CONTEXT.store(must_exist=True, read_only=True)) as store, store.reading() as rows:
        known = _one(rows, number)
        town = next(iter(towns.known(rows, known.town)), None)
        until = known.ended if known.ended is not None else now.timestamp()
        changes = [each for each in findings.changed(rows, known.began, until + 1) if each.finding.id == known.id]
        before = [
            each
            for each in findings.recent(rows, known.town, findings_text.BEFORE_D, Clock(lambda: now))
            if each.identity == known.identity and each.id != known.id
        ]
    story = findings_text.Story(known, town, changes, before)
    mark_lab(CONTEXT.folder)
    if as_json:
        findings_text.show_data(story)
        return Status.OK
    for line, style in findings_text.explained(story, now, spoken(language)):
        show(line, style=style)
    return Status.OK


def _one(rows: Rows, number: int) -> Known:
    from eakte_ops.health.memory import findings

    known = findings.one(rows, number)
    if known is None:
        raise UsageError(f"there is no finding {number}", way_out="eakte-ops findings list shows those that are open")
    return known


@app.command()
def ack(
    number: Number,
    until: Annotated[
        str, typer.Option("--until", metavar="WHEN", help='30min, 4h, 3d, 16:00, 2026-11-25 or "2026-11-25 16:00".')
    ] = "",
    *,
    why: Annotated[str, typer.Option("--why", help="What is being done about it.")] = "",
    end: Annotated[bool, typer.Option("--end", help="Take it back: nobody has it in hand any more.")] = False,
    language: LanguageOption = None,
) -> int:
    """Take a finding on: until then it is told as being in your hand. Ends by itself when it gets worse.

    A time of day is that of the town the finding is about.
    """
    from eakte_ops.clock import SYSTEM
    from eakte_ops.health.memory import findings
    from eakte_ops.health.memory import towns as kept

    now = SYSTEM.now()
    reason = " ".join(why.split())
    if end and (until or reason):
        raise UsageError(
            "--end stands alone, without --until and --why", way_out=f"eakte-ops findings ack {number} --end"
        )
    with closing(CONTEXT.store(must_exist=True)) as store:
        with store.reading() as rows:
            known = _one(rows, number)
            town = next(iter(kept.known(rows, known.town)), None)
        taken = _ended(known, now) if end else _taken(known, town, now, until, reason)
        _record(known, taken, end)
        with store.writing() as rows:
            known = findings.acknowledge(rows, number, taken)
    _say_taken(known, town, now, spoken(language))
    return Status.OK


def _taken(known: Known, town: TownKnown | None, now: datetime, until: str, why: str) -> Ack:
    """Raises UsageError for a time that can not be, and where the reason is missing."""
    from eakte_ops.audit.who import who_is_it
    from eakte_ops.cli.times import zone_of_town
    from eakte_ops.cli.until import moment_of
    from eakte_ops.health.memory.known import Ack

    way_out = 'eakte-ops findings ack ID --until 4h --why "disk is ordered"'
    if not until:
        raise UsageError("until when is it in your hand?", way_out=way_out)
    if not why:
        raise UsageError("why? whoever reads it shall know what is being done", way_out=way_out)
    if len(why) > _LONGEST_WHY:
        raise UsageError(f"--why is longer than {_LONGEST_WHY} characters", way_out="one sentence is enough")
    if known.ended is not None:
        raise UsageError(
            f"finding {known.id} is over already, so nobody has to take it on",
            way_out="eakte-ops findings list shows those that are open",
        )
    ends = moment_of(until, now, zone_of_town(town))
    return Ack(who_is_it().login, why, now.timestamp(), ends.timestamp())


def _ended(known: Known, now: datetime) -> Ack:
    """The acknowledgement as it was, with its end now. Raises UsageError where there is none."""
    if known.ack is None or not known.acknowledged(now.timestamp()):
        raise UsageError(f"finding {known.id} is in nobody's hand", way_out=f"eakte-ops findings show {known.id}")
    return replace(known.ack, until=now.timestamp())


def _record(known: Known, taken: Ack, end: bool) -> None:
    """Into the audit, before it is stored. Raises AuditRefused, and then nothing is stored."""
    from eakte_ops.audit import Trail
    from eakte_ops.cli.times import iso

    details = {"finding": known.id, "server": known.server, "check": known.check, "subject": known.subject}
    what = "findings ack end" if end else "findings ack"
    why = "" if end else taken.why
    Trail(CONTEXT.state).record(what, town=known.town, why=why, details={**details, "until": iso(taken.until)})


def _say_taken(known: Known, town: TownKnown | None, now: datetime, tongue: Spoken) -> None:
    from eakte_ops.cli.finding_lines import place_of
    from eakte_ops.cli.times import moment, name_of, zone_of_town

    assert known.ack is not None
    words, zone = _WORDS[tongue], zone_of_town(town)
    said = {
        "id": known.id,
        "check": known.check,
        "place": place_of(known, tongue),
        "who": known.ack.who,
        "until": moment(known.ack.until, now, zone, tongue),
        "zone": name_of(zone, now),
    }
    if known.acknowledged(now.timestamp()):
        say(words["ack"].format(**said))
        say(words["then"])
    else:
        say(words["end"].format(**said))
