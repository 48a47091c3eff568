"""Where in a file a line stands: the keys above it and its own, for YAML, properties and the like.

Not a parser: it only has to give two lines the same place where people would, and never one to what is no `key: value`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

Path: TypeAlias = tuple[str, ...]

LONGEST = 2_000
"""Characters of a line that is looked into; a longer one has no key."""

_LINE = re.compile(
    r"[ \t]*(?P<dashes>(?:- +)*)(?P<quote>[\"']?)(?P<key>[A-Za-z0-9_][A-Za-z0-9_.@/-]{0,98})(?P=quote)"
    r"(?:[ \t]*=[ \t]*|:(?:[ \t]+|$))(?P<value>.*)",
    re.DOTALL,
)
_SECTION = re.compile(r"\[[^\[\]]{1,100}\][ \t]*")
_COMMENT = ("#", ";", "!", "//")
_DASH = "-"


@dataclass(frozen=True, slots=True)
class Keyed:
    """`path`: names of the keys above a line and its own, () where it has none. `lead` and `value`: the line in two."""

    path: Path = ()
    lead: str = ""
    value: str = ""

    @property
    def name(self) -> str:
        """Its own key, "" if it has none."""
        return self.path[-1] if self.path else ""


NOTHING = Keyed()


def keyed(lines: Iterable[str]) -> Iterator[Keyed]:
    """The place of each line, in their order."""
    section: Path = ()
    above: list[tuple[int, str]] = []
    for line in lines:
        found = _LINE.fullmatch(line) if len(line) <= LONGEST else None
        if found is None or line.lstrip().startswith(_COMMENT):
            if _SECTION.fullmatch(line):
                section, above = (line.strip(),), []
            yield NOTHING
            continue
        for at in range(*found.span("dashes")):
            if line[at] == _DASH:
                _close(above, at, _DASH)
                above.append((at, _DASH))
        at = found.start("quote")
        _close(above, at, "")
        above.append((at, found["key"]))
        yield Keyed((*section, *(name for _, name in above)), line[: found.start("value")], found["value"])


def _close(above: list[tuple[int, str]], at: int, name: str) -> None:
    """Leave what the column `at` ends; the dashes of a list may stand below the first letter of its key."""
    while above and (above[-1][0] > at or (above[-1][0] == at and (name != _DASH or above[-1][1] == _DASH))):
        above.pop()
