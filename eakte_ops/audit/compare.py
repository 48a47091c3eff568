"""This record beside what the journals of the towns' servers hold of it. Pure: values in, sentences out.

A finding is what somebody has to look into: an entry that is gone or altered here, a line that is missing there, a line
that pretends to be ours. What can not be known is a note and no finding: lines of another record (a second operations
host has its own), entries older than the oldest line that the journal still has.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from eakte_ops.audit.anchor import Anchor, line, read
from eakte_ops.audit.trail import Entry

NOT_BEGUN = "not begun"
"""The result of an act that provably never reached its server."""

UNDER_WAY_S = 60.0
"""So young an entry may still be on its way to the server: its line is not missed yet."""


class Line(Protocol):
    """A line of a server's system journal under our name. `at`: Unix seconds of the server; `uid`: who wrote it."""

    @property
    def at(self) -> float:
        """When."""
        ...

    @property
    def uid(self) -> int:
        """By which account."""
        ...

    @property
    def text(self) -> str:
        """What it says."""
        ...


@dataclass(frozen=True, slots=True)
class Journal:
    """What one server answered. `uid`: the number of the account of people at work there; lines oldest first."""

    server: str
    uid: int
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class Record:
    """The record of this operations folder. `name`: Trail.name; `host`: of this machine; `now`: when it was read."""

    name: str
    host: str
    entries: Sequence[Entry]
    now: datetime
    place: Mapping[str, int] = field(init=False, repr=False)
    """Hash -> where it stands, the first is 0."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "place", {entry.hash: at for at, entry in enumerate(self.entries)})


@dataclass(frozen=True, slots=True)
class Compared:
    """One server. `held`: how many entries of ours its journal bears out."""

    server: str
    held: int
    findings: tuple[str, ...]
    notes: tuple[str, ...]


def servers_of(entry: Entry) -> tuple[str, ...]:
    """The servers on which an entry says that something was done."""
    named = [entry.details.get("server"), *_listed(entry.details.get("servers"))]
    return tuple(dict.fromkeys(name for name in named if isinstance(name, str) and name))


def compare(record: Record, town: str, journal: Journal) -> Compared:
    """What the journal of one server of `town` bears out of the record, and what does not fit."""
    strangers = [each for each in journal.lines if each.uid != journal.uid and read(each.text) is not None]
    anchors = [
        (each, found) for each in journal.lines if each.uid == journal.uid and (found := read(each.text)) is not None
    ]
    ours = {found.head: found for _each, found in anchors if found.record == record.name}
    findings = [
        *_pretended(strangers, journal.uid),
        *_not_here(record, [(each, found) for each, found in anchors if found.record == record.name]),
        *_different(record, town, ours),
        *_begun_anew(record, [found for _each, found in anchors]),
    ]
    notes = list(_by_others(record, [found for _each, found in anchors]))
    missing, unknown = _not_there(record, town, journal, ours)
    oldest = f"; it reaches back to {_moment(journal.lines[0].at)}" if journal.lines else ""
    findings += [
        f"{_entry(entry)}: its journal has no line of it{oldest}: the act never got there, or the line was removed"
        for entry in missing
    ]
    if unknown:
        notes.append(f"{_count(unknown, 'entry', 'entries')} of before that can not be compared{oldest}")
    return Compared(journal.server, len(ours.keys() & record.place.keys()), tuple(findings), tuple(notes))


def _pretended(lines: Sequence[Line], uid: int) -> Iterator[str]:
    for wrong, count in sorted(Counter(each.uid for each in lines).items()):
        yield f"{_count(count, 'line')} under our name by the account number {wrong}, not by ours ({uid})"


def _not_here(record: Record, anchors: Sequence[tuple[Line, Anchor]]) -> Iterator[str]:
    """Lines of this very record whose entry is gone: told apart by the order of the lines, which no clock confuses."""
    last = max((at for at, (_each, found) in enumerate(anchors) if found.head in record.place), default=-1)
    told: set[str] = set()
    for at, (each, found) in enumerate(anchors):
        if found.head in record.place or found.head in told:
            continue
        told.add(found.head)
        why = (
            "was altered or left out" if at < last else "is gone: from there on this record was cut off or written anew"
        )
        yield f"{_moment(each.at)} {_said(found)}: its entry {found.head[:12]} {why}"


def _different(record: Record, town: str, ours: Mapping[str, Anchor]) -> Iterator[str]:
    """Lines that name an entry and say something else than it."""
    for head, found in ours.items():
        if head not in record.place:
            continue
        entry = record.entries[record.place[head]]
        if entry.town not in ("", town):
            yield f"{_entry(entry)}: this journal has a line of it, and it is of {entry.town}"
        elif found.text != line(entry, record.name):
            yield f"{_entry(entry)}: the line there says something else: {_said(found)}"


def _begun_anew(record: Record, anchors: Iterable[Anchor]) -> Iterator[str]:
    """Lines from this very machine that belong to another record than this one."""
    others = Counter(each.record for each in anchors if each.record != record.name and _host(each) == record.host)
    for name, count in sorted(others.items()):
        yield (
            f"{_count(count, 'line')} of another record of this machine ({name}): that of another operations folder, "
            "or this one was begun anew and the old one is gone"
        )


def _by_others(record: Record, anchors: Iterable[Anchor]) -> Iterator[str]:
    others = Counter(
        (_host(each), each.record) for each in anchors if each.record != record.name and _host(each) != record.host
    )
    for (host, name), count in sorted(others.items()):
        yield f"{_count(count, 'line')} from {host} (record {name}), known here by these alone: check them there"


def _not_there(record: Record, town: str, journal: Journal, ours: Mapping[str, Anchor]) -> tuple[list[Entry], int]:
    """Entries without a line in the journal, and how many lie before the oldest line it has."""
    never = {
        str(entry.details["of"])
        for entry in record.entries
        if entry.details.get("of") and entry.details.get("result") == NOT_BEGUN
    }
    expected = [
        (at, entry)
        for at, entry in enumerate(record.entries)
        if entry.town == town and journal.server in servers_of(entry) and entry.hash not in never
    ]
    first = min((record.place[head] for head in ours if head in record.place), default=None)
    missing: list[Entry] = []
    unknown = 0
    for at, entry in expected:
        if entry.hash in ours or (record.now - datetime.fromisoformat(entry.at)).total_seconds() < UNDER_WAY_S:
            continue
        if _before(at, entry, first, journal):
            unknown += 1
        else:
            missing.append(entry)
    return missing, unknown


def _before(at: int, entry: Entry, first: int | None, journal: Journal) -> bool:
    """Whether an entry is older than what the journal has. By the order of the record, which no clock can confuse."""
    if first is not None:
        return at < first
    return bool(journal.lines) and datetime.fromisoformat(entry.at).timestamp() < journal.lines[0].at


def _listed(said: object) -> Sequence[object]:
    return said if isinstance(said, (list, tuple)) else ()


def _host(anchor: Anchor) -> str:
    return anchor.fields.get("host", "")


def _said(anchor: Anchor) -> str:
    told = (anchor.fields.get(name, "") for name in ("what", "step", "who", "why"))
    return " · ".join(each for each in told if each)


def _entry(entry: Entry) -> str:
    step = entry.details.get("step", "")
    return " · ".join(each for each in (entry.at[:19].replace("T", " "), entry.what, str(step), entry.who) if each)


def _moment(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S")


def _count(number: int, word: str, many: str = "") -> str:
    return f"{number} {word if number == 1 else many or word + 's'}"
