"""What a machine was like when it was handed over, and what has changed since: above all, whether it went back in time.

A server that was put back to a snapshot of before the handover would start as if nothing had happened, with documents
missing that clerks have stored. So what can only grow is compared: the highest number of a document, the fence token,
the journal of the run, the clock; and the mark of the handover has to be there. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal, TypeAlias

from eakte_ops.health import wording
from eakte_ops.playbook.posix import word
from eakte_ops.product.model import Language, Layout

Kind: TypeAlias = Literal[
    "mark", "hold", "documents", "token", "journal", "clock",
    "boot", "kernel", "packages", "addresses", "disk", "memory", "release", "files",
]  # fmt: skip
_KNOWN = re.compile(r"([a-z]+)=([A-Za-z0-9._:,/+-]{1,60})\Z")
_SLACK_S = 60.0
"""Clocks of two machines may differ by so much."""
_DISK_PART = 0.01
"""A file system may become so much smaller by a tool that counts otherwise."""


@dataclass(frozen=True, slots=True)
class Signs:
    """What a machine says of itself, all as text, "" where it can not be told. `mark`, `hold`: the run whose they are,
    `none`. `journal`: lines of the journal of that run on this machine, None: it is not its place, or can not be read.
    """

    said: Mapping[str, str]
    mark: str = ""
    hold: str = ""
    journal: int | None = None

    def of(self, name: str) -> str:
        """A value, "" where it is not known."""
        return self.said.get(name, "")

    def number(self, name: str) -> int | None:
        """A value as a whole number."""
        text = self.of(name)
        return int(text) if text.isascii() and text.isdigit() else None


@dataclass(frozen=True, slots=True)
class Difference:
    """`back`: it can only be so on a machine that went back in time, or lost what the centre had set."""

    server: str
    kind: Kind
    before: str
    now: str
    back: bool = False

    def sentence(self, language: Language) -> str:
        """In the reader's language, without a full stop."""
        words = _BACK if self.back else _WORDS
        return words[language][self.kind].format(server=self.server, before=self.before or "?", now=self.now or "?")


def value_name(server: str) -> str:
    """The name of the value under which a run remembers the signs of a server."""
    return f"before.{server}"


def parse(line: str) -> dict[str, str]:
    """The values of a remembered line; what is not of its form, or not known there, is left out."""
    found = (_KNOWN.fullmatch(part) for part in line.split(" "))
    return {each[1]: each[2] for each in found if each is not None and each[2] != "-"}


def text(name: str, layout: Layout, documents: str, *, keep: bool) -> str:
    """The sh text that prints `NAME=` and the line that `parse` reads. `documents`: the document area, "" for none;
    `keep`: the list of packages is kept beside, and not compared."""
    known = {
        "name": name,
        "state": layout.state,
        "data": layout.data,
        "configuration": layout.configuration,
        "current": layout.current,
        "documents": documents,
        "keep": str(int(keep)),
    }
    return "".join(f"{key}={word(value)}\n" for key, value in known.items()) + _body()


@cache
def _body() -> str:
    whole = (files(__package__) / "remember.sh").read_text("utf-8")
    return "\n".join(each for each in whole.splitlines() if not each.startswith("#")) + "\n"


@dataclass(frozen=True, slots=True)
class Remembered:
    """What the centre knows of a handover by `run`, which began at `at` (Unix seconds). `before`: server -> its values;
    `lines`: so many are in our journal of it."""

    run: str
    at: float
    lines: int
    before: Mapping[str, Mapping[str, str]]


def went_back(server: str, known: Remembered, now: Signs) -> list[Difference]:
    """The signs that `server` went back behind the handover. What is not known on either side is no sign."""
    was, run, lines, at = Signs(known.before.get(server, {})), known.run, known.lines, known.at
    found = []
    if now.mark != run:
        found.append(Difference(server, "mark", run, now.mark, back=True))
    if now.hold != run:
        found.append(Difference(server, "hold", run, now.hold, back=True))
    for kind in _GROWING:
        old, new = was.number(kind), now.number(kind)
        if old is not None and new is not None and new < old:
            found.append(Difference(server, kind, str(old), str(new), back=True))
    if now.journal is not None and now.journal < lines:
        found.append(Difference(server, "journal", str(lines), str(now.journal), back=True))
    clock = now.number("clock")
    if clock is not None and clock < at - _SLACK_S:
        found.append(Difference(server, "clock", wording.moment(at, "en"), wording.moment(clock, "en"), back=True))
    return found


_GROWING: tuple[Literal["documents", "token"], ...] = ("documents", "token")


def changed(server: str, before: Mapping[str, str], now: Signs) -> Iterator[Difference]:
    """What is otherwise than before, for people: none of it keeps the software from starting."""
    was = Signs(before)
    for kind in _PLAIN:
        old, new = was.of(kind), now.of(kind)
        if old and new and old != new:
            yield Difference(server, kind, old, new)
    if was.of("packages") and now.of("packages") and was.of("packages") != now.of("packages"):
        yield Difference(server, "packages", was.of("packages"), now.of("changed"))
    disk, size = was.number("disk"), now.number("disk")
    if disk is not None and size is not None and abs(size - disk) > _DISK_PART * disk:
        yield Difference(server, "disk", wording.size(1024 * disk, "en"), wording.size(1024 * size, "en"))


_PLAIN: tuple[Kind, ...] = ("boot", "kernel", "addresses", "memory", "release", "files")

_WORDS: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "boot": "{server} was started anew",
        "kernel": "{server} runs kernel {now} (before: {before})",
        "packages": "{server}: installed packages differ in {now} lines of the list",
        "addresses": "{server} has the addresses {now} (before: {before})",
        "disk": "{server}: the disk of the data has {now} (before: {before})",
        "memory": "{server} has {now} kB of memory (before: {before})",
        "release": "{server}: the link to the release leads to {now} (before: {before})",
        "files": "{server}: files of the configuration are others than before",
    },
    "de": {
        "boot": "{server} wurde neu gestartet",
        "kernel": "{server} läuft mit Kernel {now} (vorher: {before})",
        "packages": "{server}: die installierten Pakete weichen in {now} Zeilen der Liste ab",
        "addresses": "{server} hat die Adressen {now} (vorher: {before})",
        "disk": "{server}: die Platte der Daten hat {now} (vorher: {before})",
        "memory": "{server} hat {now} kB Arbeitsspeicher (vorher: {before})",
        "release": "{server}: der Verweis auf das Release führt zu {now} (vorher: {before})",
        "files": "{server}: Dateien der Konfiguration sind andere als vorher",
    },
}
_BACK: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "mark": "{server} does not know that it was handed over (its mark says {now}): a state of before {before}",
        "hold": "{server}: the hold of {before} is not set any more ({now})",
        "documents": "{server}: the highest document is number {now}, and there were {before} when it was handed over",
        "token": "{server}: the fence token is {now}, and was {before} when it was handed over",
        "journal": "{server}: the journal of the run has {now} lines there, and {before} here",
        "clock": "{server}: its clock says {now}, which is before it was handed over ({before})",
    },
    "de": {
        "mark": "{server} weiß nichts von der Übergabe (sein Merkzeichen sagt {now}): ein Stand von vor {before}",
        "hold": "{server}: die Startsperre von {before} ist nicht mehr gesetzt ({now})",
        "documents": "{server}: das höchste Dokument hat Nummer {now}; bei der Übergabe waren es {before}",
        "token": "{server}: die Sperrnummer ist {now}; bei der Übergabe war sie {before}",
        "journal": "{server}: das Journal des Laufs hat dort {now} Zeilen, hier {before}",
        "clock": "{server}: die Uhr sagt {now}; das ist vor der Übergabe ({before})",
    },
}
