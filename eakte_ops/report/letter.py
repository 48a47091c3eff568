"""What a mail says, as one value. Text and HTML are made from it; whatever came from elsewhere is plain by now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from eakte_ops.health.types import Language

Tone: TypeAlias = Literal["critical", "warning", "unknown", "ok"]


@dataclass(frozen=True, slots=True)
class Item:
    """A finding. `mark`: its verdict in words; `notes`: since when, whose, what else; `command`: to look closer."""

    tone: Tone
    mark: str
    place: str
    title: str
    said: str
    notes: tuple[str, ...] = ()
    todo: str = ""
    command: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Findings that belong together. `name`: the town, "" where the mail is about one only; `contact`: whom to ask."""

    name: str
    items: tuple[Item, ...]
    contact: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """`more`: what was left out so that the mail stays readable; `lines`: sentences instead of findings."""

    title: str
    groups: tuple[Group, ...] = ()
    more: str = ""
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """Figures at a glance; the first column names the row."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    more: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """`subject`: for a list of mails on a phone. `headline`: how it is, in one sentence; `lead`: how that is known.

    `lab`: a sentence that no real town is meant, else "". `foot`: who writes, whom to ask.
    """

    language: Language
    subject: str
    headline: str
    tone: Tone
    lead: tuple[str, ...]
    sections: tuple[Section, ...]
    foot: tuple[str, ...]
    table: Table | None = None
    lab: str = ""
