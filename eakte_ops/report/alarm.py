"""Critical findings that can not wait for the morning: each is told once, within the service hours of its town."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from eakte_ops.health.memory import findings, towns
from eakte_ops.report.hours import next_open
from eakte_ops.report.letter import Letter
from eakte_ops.report.moments import Reader
from eakte_ops.report.parts import Audience, Centre, bounded, item, names, place, reader_of, shared, worst_first
from eakte_ops.report.plain import plain

if TYPE_CHECKING:
    from eakte_ops.health.memory.known import Change, Known, TownKnown
    from eakte_ops.inventory.settings import Settings
    from eakte_ops.store import Rows

Whom: TypeAlias = Literal["centre", "local-it", "hook"]
_MOST = 25


@dataclass(frozen=True, slots=True)
class Due:
    """Findings that are to be told to somebody now. `town`: whose local IT, "" otherwise; `ids`: rows of the queue."""

    whom: Whom
    town: str
    findings: tuple[Known, ...]
    ids: tuple[int, ...]


def enqueue(rows: Rows, at: float, changes: Sequence[Change], town: TownKnown | None, settings: Settings) -> int:
    """Note what has to be told at once, in the transaction that remembers `changes` of `town` (None: the centre).

    Told are findings that are new or worse, critical, nobody's mere consequence and in nobody's hand: to the centre,
    and to the town's local IT what is theirs. Outside the service hours of the town it waits until they begin. Gives
    how many notes were made; none where neither mail nor hook is set up.
    """
    by_mail, hook = settings.mail is not None and settings.alarm.mail, bool(settings.alarm.hook)
    made = 0
    for change in changes:
        if change.kind not in ("opened", "worse") or not is_alarming(change.finding, at):
            continue
        due = at if town is None else next_open(town.availability["hours"], str(town.windows["zone"]), at)
        for whom in _whom(change.finding, by_mail, hook, town):
            made += rows.run(
                "INSERT OR IGNORE INTO alarm (finding, at, town, whom, due) VALUES (?, ?, ?, ?, ?)",
                (change.finding.id, change.at, change.finding.town, whom, due),
            )
    return made


def is_alarming(known: Known, at: float) -> bool:
    """Whether it is still to be told: critical, not over, no mere consequence, and nobody has it in hand."""
    return known.verdict == "critical" and known.ended is None and known.cause is None and not known.acknowledged(at)


def _whom(known: Known, by_mail: bool, hook: bool, town: TownKnown | None) -> Iterator[Whom]:
    if by_mail:
        yield "centre"
        if known.owner == "local-it" and town is not None and "local-it" in town.contacts:
            yield "local-it"
    if hook:
        yield "hook"


def take_due(rows: Rows, at: float) -> tuple[Due, ...]:
    """All that is due and in no message yet, one for each reader; what has changed since is dropped."""
    found: dict[tuple[Whom, str], list[tuple[int, Known]]] = {}
    waiting = rows.all("SELECT * FROM alarm WHERE message IS NULL AND dropped IS NULL AND due <= ? ORDER BY id", (at,))
    for row in waiting:
        known = findings.one(rows, row["finding"])
        if known is None or not is_alarming(known, at):
            rows.run("UPDATE alarm SET dropped = ? WHERE id = ?", (at, row["id"]))
            continue
        town = row["town"] if row["whom"] == "local-it" else ""
        found.setdefault((row["whom"], town), []).append((row["id"], known))
    return tuple(
        Due(whom, town, tuple({known.id: known for _, known in pairs}.values()), tuple(id_ for id_, _ in pairs))
        for (whom, town), pairs in found.items()
    )


def belongs_to(rows: Rows, due: Due, message: int) -> None:
    """These are told by that message."""
    rows.many("UPDATE alarm SET message = ? WHERE id = ?", [(message, id_) for id_ in due.ids])


def drop(rows: Rows, due: Due, at: float) -> None:
    """There is nobody to tell them to: the setting or the address is gone."""
    rows.many("UPDATE alarm SET dropped = ? WHERE id = ?", [(at, id_) for id_ in due.ids])


def is_stale(rows: Rows, message: int, at: float) -> bool:
    """Whether nothing of what an alarm says holds any more."""
    told = rows.all("SELECT finding FROM alarm WHERE message = ?", (message,))
    known = [findings.one(rows, row["finding"]) for row in told]
    return bool(known) and not any(each is not None and is_alarming(each, at) for each in known)


def held(rows: Rows, at: float) -> tuple[tuple[float, Whom, str, int], ...]:
    """What waits for service hours to begin: due, whom, town, how many."""
    found = rows.all(
        """SELECT due, whom, town, count(*) FROM alarm WHERE message IS NULL AND dropped IS NULL AND due > ?
        GROUP BY due, whom, town ORDER BY due, whom, town""",
        (at,),
    )
    return tuple((row[0], row[1], row[2], row[3]) for row in found)


def dropped(rows: Rows, since: float, until: float) -> tuple[Known, ...]:
    """Findings that were not told in this time, because they had changed before anybody might be disturbed."""
    found = rows.all(
        """SELECT DISTINCT finding FROM alarm WHERE dropped >= ? AND dropped < ?
        AND finding NOT IN (SELECT finding FROM alarm WHERE message IS NOT NULL) ORDER BY finding""",
        (since, until),
    )
    known = (findings.one(rows, row["finding"]) for row in found)
    return tuple(each for each in known if each is not None)


def letter(rows: Rows, due: Due, centre: Centre, at: float) -> Letter:
    """The mail about them, for the centre or for one town's local IT."""
    return of(due.findings, centre, towns.known(rows), due.town or None, at)


def of(found: Sequence[Known], centre: Centre, every: Sequence[TownKnown], town: str | None, at: float) -> Letter:
    """The mail about `found`. `town`: for whose local IT, None for the centre."""
    by_id = {each.id: each for each in every}
    whose = by_id.get(town) if town is not None else None
    reader = reader_of(whose, at) if whose is not None else Reader(centre.language, centre.zone, at)
    to = Audience(reader, centre, {whose.id: whose} if whose is not None else by_id, whose)
    return _letter(worst_first(found), to)


def _letter(found: Sequence[Known], to: Audience) -> Letter:
    first, language = found[0], to.reader.language
    title = plain(first.text[language].title, 120)
    whose = names(list(dict.fromkeys(to.name(known.town) for known in found)), to)
    count = to.reader.number(len(found))
    alone = len(found) == 1
    where = ", ".join([*([place(first, to)] if first.server else []), to.name(first.town)])
    what = to.say("alarm-what", town=to.name(first.town), title=title)
    items = [(known, item(known, to, (to.say("since", at=to.reader.moment(known.began)),))) for known in found]
    return Letter(
        language=language,
        subject=to.say(
            "alarm-subject",
            lab=to.say("subject-lab") if to.centre.lab else "",
            what=what if alone else to.say("alarm-whats", count=count, towns=whose),
            day=to.reader.moment(to.reader.now),
        ),
        headline=to.say("alarm-headline", title=title, where=where)
        if alone
        else to.say("alarm-headlines", count=count, towns=whose),
        tone="critical",
        lead=(to.say("alarm-lead", at=to.reader.moment(to.reader.now)),),
        sections=(bounded(to.say("alarm-section"), items, _MOST, "eakte-ops findings list", to),),
        foot=(
            to.say("foot-centre")
            if to.town is None
            else to.say("foot-town", centre=plain(to.centre.name, 200), contact=plain(to.centre.contact, 200)),
        ),
        lab=to.say("lab") if to.centre.lab else "",
    )


def for_hook(rows: Rows, due: Due, centre: Centre) -> bytes:
    """The same for a program: one JSON object, schema eakte-ops/alarm version 1."""
    return content(due.findings, centre, {town.id: town.name for town in towns.known(rows)})


def content(found: Sequence[Known], centre: Centre, names_of: Mapping[str, str]) -> bytes:
    """JSON in ASCII about `found`. `names_of`: town -> its name for people."""
    said = {
        "schema": "eakte-ops/alarm",
        "version": 1,
        "lab": centre.lab,
        "findings": [_for_hook(known, names_of) for known in shared(found, _MOST)],
        "left_out": max(0, len(found) - _MOST),
    }
    return json.dumps(said, ensure_ascii=True).encode("ascii")


def _for_hook(known: Known, names_of: Mapping[str, str]) -> Mapping[str, Any]:
    return {
        "id": known.id,
        "town": known.town,
        "town_name": plain(names_of.get(known.town, known.town), 80),
        "server": plain(known.server, 80),
        "check": plain(known.check, 80),
        "subject": plain(known.subject, 200),
        "owner": known.owner,
        "verdict": known.verdict,
        "since": datetime.fromtimestamp(known.began, UTC).isoformat(timespec="seconds"),
        "text": {
            language: {"title": plain(said.title, 160), "said": plain(said.said), "todo": plain(said.todo, 400)}
            for language, said in known.text.items()
        },
    }
