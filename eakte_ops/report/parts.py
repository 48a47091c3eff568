"""The parts that digest and alarm share: a finding as an item, findings by town, names bounded."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from eakte_ops.health import wording
from eakte_ops.health.share import share
from eakte_ops.report.letter import Group, Item, Section
from eakte_ops.report.moments import Reader
from eakte_ops.report.plain import plain
from eakte_ops.report.words import say

if TYPE_CHECKING:
    from eakte_ops.health.memory.known import Known, TownKnown
    from eakte_ops.health.types import Language, Verdict

_RANK: Mapping[Verdict, int] = {"critical": 0, "warning": 1, "unknown": 2, "ok": 3}
_NAME = 80
_SENTENCE = 300
_STEP = 400
_NAMES = 12
_COMMAND = re.compile(r"(?:,? (?:then|dann))?(?:[:;]| \()? ?eakte-ops [a-z-]+(?: [\w.-]+)*\)?")
_WORD = re.compile(r"[a-zäöü]+(?![-./:\w])")


@dataclass(frozen=True, slots=True)
class Centre:
    """The centre as its mails need it. `contact`: `+49 221 ... · betrieb@centre.example`."""

    name: str
    contact: str
    language: Language
    zone: str
    lab: bool = False


@dataclass(frozen=True, slots=True)
class Audience:
    """Whom a mail is for. `town`: the local IT of that town; None is the centre. `towns`: all there are."""

    reader: Reader
    centre: Centre
    towns: Mapping[str, TownKnown]
    town: TownKnown | None = None

    def say(self, key: str, **values: object) -> str:
        """Words in the reader's language."""
        return say(self.reader.language, key, **values)

    def concerns(self, known: Known) -> bool:
        """Whether a finding belongs into this mail: a town gets its own alone, of those what its own IT has to do."""
        return self.town is None or (known.town == self.town.id and known.owner == "local-it")

    def name(self, town: str) -> str:
        """The town's name, as far as it is known; "" is the centre itself."""
        if not town:
            return self.say("centre")
        return plain(self.towns[town].name if town in self.towns else town, _NAME)


def reader_of(town: TownKnown, now: float) -> Reader:
    """The town's local IT: its language, its clock."""
    return Reader(town.language, str(town.windows["zone"]), now)


def worst_first(known: Iterable[Known]) -> list[Known]:
    """Worst first, then what has lasted longest."""
    return sorted(known, key=lambda each: (_RANK[each.verdict], each.began, each.id))


def item(known: Known, to: Audience, notes: Sequence[str]) -> Item:
    """A finding; `notes`: what is to be said of its time. Only the centre reads numbers and commands."""
    words = known.text[to.reader.language]
    whose = to.say("whose", owner=wording.owner(known.owner, to.reader.language))
    over = known.ended is not None
    more: tuple[str, ...] = ()
    if to.town is None:
        number = to.say("number", id=known.id, check=plain(known.check, _NAME))
        more = (number,) if over else (whose, number)
    return Item(
        "ok" if over else known.verdict,
        to.say("ended") if over else wording.verdict(known.verdict, to.reader.language),
        place(known, to),
        plain(words.title, _NAME * 2),
        sentence(plain(words.said, _SENTENCE)),
        (*notes, *more),
        "" if over else plain(words.todo if to.town is None else without_commands(words.todo), _STEP),
        "" if over or to.town is not None else f"eakte-ops findings show {known.id}",
    )


def without_commands(step: str) -> str:
    """A next step for people who do not have this program."""
    return _COMMAND.sub("", step)


def place(known: Known, to: Audience) -> str:
    """The server, or that it is about the whole town, or about the centre itself."""
    if known.server:
        return plain(known.server, _NAME)
    return to.say("whole-town") if known.town else to.say("centre")


def grouped(items: Iterable[tuple[Known, Item]], to: Audience) -> tuple[Group, ...]:
    """By town, the one with the worst first; in a mail to a town all in one group without a name."""
    by_town: dict[str, list[tuple[Known, Item]]] = {}
    for known, each in items:
        by_town.setdefault(known.town, []).append((known, each))
    if to.town is not None:
        return tuple(Group("", tuple(each for _, each in of_one)) for of_one in by_town.values())
    return tuple(
        Group(to.name(town), tuple(each for _, each in of_one), _contact(town, [known for known, _ in of_one], to))
        for town, of_one in by_town.items()
    )


def bounded(title: str, found: Sequence[tuple[Known, Item]], most: int, command: str, to: Audience) -> Section:
    """A section with `most` of `found`, shared among servers; it says how many more there are, and how to see them."""
    left = len(found) - most
    more = ""
    if left > 0:
        count = to.reader.number(left)
        more = to.say("more-command", count=count, command=command) if to.town is None else to.say("more", count=count)
    shown = share(found, most, lambda pair: _RANK[pair[0].verdict], lambda pair: (pair[0].town, pair[0].server))
    return Section(f"{title} ({to.reader.number(len(found))})", grouped(shown, to), more)


def shared(found: Iterable[Known], most: int) -> list[Known]:
    """The worst first, at most `most`, shared among servers."""
    return share(worst_first(found), most, lambda known: _RANK[known.verdict], lambda known: (known.town, known.server))


def sentence(clause: str) -> str:
    """Checks write without capital and full stop. Names stay as they are written: only a plain word is changed."""
    begun = clause[:1].upper() + clause[1:] if _WORD.match(clause) else clause
    return begun if begun.endswith((".", "!", "?", "…")) else f"{begun}."


def names(every: Sequence[str], to: Audience) -> str:
    """`a, b, c and 9 more`."""
    shown = ", ".join(plain(each, _NAME) for each in every[:_NAMES])
    left = len(every) - _NAMES
    return to.say("and-more", names=shown, count=to.reader.number(left)) if left > 0 else shown


def contact_of(town: TownKnown | None, role: str) -> str:
    """`+49 221 4710 236 · it-service@witten.example`; "" where nobody is named."""
    found = town.contacts.get(role, {}) if town is not None else {}
    return " · ".join(plain(part, 120) for part in (found.get("phone", ""), found.get("mail", "")) if part)


def _contact(town: str, found: Sequence[Known], to: Audience) -> str:
    """Whom to ask about what is local IT's and not over."""
    if not any(known.owner == "local-it" and known.ended is None for known in found):
        return ""
    contact = contact_of(to.towns.get(town), "local-it")
    owner = wording.owner("local-it", to.reader.language)
    return to.say("contact", owner=owner, town=to.name(town), contact=contact) if contact else ""
