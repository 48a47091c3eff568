"""How files on servers differ from their templates, for people, the worst first."""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

from eakte_ops.cli.config_table import tried
from eakte_ops.cli.config_words import WORDS
from eakte_ops.config.wording import effect
from eakte_ops.product.model import Language
from eakte_ops.remote import cleaning

if TYPE_CHECKING:
    from eakte_ops.cli.config_diff import Difference
    from eakte_ops.cli.output import Style
    from eakte_ops.config.compare import Compared, Row
    from eakte_ops.errors import EakteError
    from eakte_ops.inventory.model import Town

Lines: TypeAlias = "Iterator[tuple[str, Style | None]]"

_CONTEXT = 2
"""Equal lines that are shown around those that differ."""
_MOST_ROWS = 400
"""Lines of one file that are shown to people; all of them are in --json."""
_MOST_NAMES = 50
_WIDEST = 140

_MARKS: Mapping[str, tuple[str, Style]] = {
    "bad": ("✗", "red"),
    "different": ("!", "yellow"),
    "unknown": ("?", "magenta"),
}


def lines(town: Town, seen: Difference, language: Language) -> Lines:
    """All that was found, the worst first; then what is the same, in one line, and a sum."""
    paper = _Paper(town, seen, language)
    for stray in seen.strays:
        if stray.kind == "taken":
            said = paper.words["taken"].format(component=stray.component)
            yield from paper.block("bad", stray.server, stray.path, [f"{said} · {paper.words['centre']}"])
    for server, problem in seen.failed.items():
        yield from paper.failed(server, problem)
    for each in sorted(seen.compared, key=rank):
        if each.state != "same" and not each.asked_for:
            yield from paper.file(each)
    for file, problem in seen.wrong:
        said = paper.words["failed"].format(said=problem.said)
        yield from paper.block("unknown", file.server, file.path, [said, *_steps(problem)])
    yield from paper.names()
    yield from paper.asked_for()
    yield from paper.sum()


def differing(town: Town, seen: Difference, language: Language) -> Lines:
    """The centre's files that differ, as `lines` shows them, and nothing else."""
    paper = _Paper(town, seen, language)
    for each in sorted(seen.compared, key=rank):
        if each.state != "same" and not each.rendered.proposal:
            yield from paper.file(each)


def _steps(problem: EakteError) -> list[str]:
    return [f"→ {problem.way_out}"] if problem.way_out else []


def rank(each: Compared) -> tuple[int, bool]:
    """The worst first; within the same what is the centre's before what is local IT's."""
    missing = each.state == "missing" or any(differs.what == "kind" for differs in each.stat)
    of_state = 0 if each.exposed else 1 if missing else 2 if each.state == "different" else 3
    return (of_state if not each.rendered.proposal else 4, each.rendered.proposal)


class _Paper:
    """Writes the blocks of one town in one language, as wide as the terminal."""

    def __init__(self, town: Town, seen: Difference, language: Language) -> None:
        self.town, self.seen, self.language, self.words = town, seen, language, WORDS[language]
        terminal = min(_WIDEST, shutil.get_terminal_size((120, 24)).columns) if sys.stdout.isatty() else 120
        self.width = max(30, terminal)

    def block(self, mark: str, server: str, path: str, sentences: Sequence[str]) -> Lines:
        """A line that says where, and sentences below it."""
        sign, style = _MARKS[mark]
        yield f" {sign} {server}  {path}".rstrip(), style
        for sentence in sentences:
            for line in self.wrapped(sentence):
                yield line, None

    def wrapped(self, text: str) -> list[str]:
        """One of our own sentences below a block's first line; a path in it stays whole."""
        return textwrap.wrap(
            text,
            self.width - 1,
            initial_indent="   ",
            subsequent_indent="     ",
            break_on_hyphens=False,
            break_long_words=False,
        )

    def failed(self, server: str, problem: EakteError) -> Lines:
        """A server of which nothing is known."""
        said = problem.said.removeprefix(f"{server}: ")
        yield from self.block("unknown", server, "", [self.words["failed"].format(said=said), *_steps(problem)])

    def file(self, each: Compared) -> Lines:
        """One file that is not the same."""
        file, words = each.rendered, self.words
        mark = "bad" if rank(each)[0] < 2 else "unknown" if each.state == "not compared" else "different"
        whose = words["local-it" if file.proposal else "centre"]
        takes = words["effect"].format(effect=effect(file, self.language))
        first = f"{words[each.state]} · {whose} · {takes}"
        yield from self.block(mark, file.server, file.path, [first, *self.about(each)])
        if any(row.differs or row.told for row in each.rows):
            yield f"--- {file.server}:{file.path}", "bold"
            yield f"+++ {file.template.file}", "bold"
            yield from self.rows(each.rows)

    def about(self, each: Compared) -> Iterator[str]:
        """What is to be said of a file beside its lines."""
        for differs in each.stat:
            yield self.words[differs.what].format(server=differs.server, template=differs.template)
        for note, said in each.notes:
            yield self.words["unread-" if note == "unread" and not said else note].format(said=said)
        for name in each.closed:
            yield self.words["closed"].format(name=name)
        if each.since and each.placed is not None and each.state == "different":
            when, by = self.when(each.placed.when), cleaning.line(each.placed.by, 40)
            text = any(row.differs for row in each.rows) or any(note != "exposed" for note, _ in each.notes)
            key = "text" if each.since == "placed" and not text else each.since  # a mode is no matter of templates
            yield self.words[key].format(when=when, by=by)

    def when(self, at: int) -> str:
        """A server's word for a moment, in the zone of the town."""
        from zoneinfo import ZoneInfo

        from eakte_ops.cli.times import moment
        from eakte_ops.clock import SYSTEM

        try:
            zone = ZoneInfo(self.town.said.windows.zone)
            return f"{moment(at, SYSTEM.now(), zone, self.language)} {zone.key}"
        except (ValueError, OverflowError, OSError):
            return str(at)

    def rows(self, rows: Sequence[Row]) -> Lines:
        """Rows that differ with those around them, as a unified diff shows them."""
        shown = 0
        for hunk in _hunks(rows):
            theirs = [row.server for row in hunk if row.server]
            ours = [row.template for row in hunk if row.template]
            yield f"@@ -{_range(theirs)} +{_range(ours)} @@", "magenta"
            for line, style in self.hunk(hunk):
                shown += 1
                if shown <= _MOST_ROWS:
                    yield line, style
        if shown > _MOST_ROWS:
            yield self.words["more-rows"].format(count=shown - _MOST_ROWS), "dim"

    def hunk(self, rows: Sequence[Row]) -> Lines:
        """Its lines; neighbours that are withheld for the same reason are one."""
        held: list[Row] = []
        for row in rows:
            if held and (row.withheld, row.names) != (held[-1].withheld, held[-1].names):
                yield self.withheld(held)
                held = []
            if row.withheld:
                held.append(row)
            else:
                yield self.row(row)
        if held:
            yield self.withheld(held)

    def row(self, row: Row) -> tuple[str, Style | None]:
        """A line that may be shown."""
        told = {"changed": "changed", "written": "written", "closed": "uncompared"}.get(row.told, "")
        said = f"{row.text} {self.words[told]}" if told else row.text
        if row.side == "both":
            return (f"?{said}", "yellow") if told else (f" {said}".rstrip(), None)
        return (f"-{said}", "red") if row.side == "server" else (f"+{said}", "green")

    def withheld(self, held: Sequence[Row]) -> tuple[str, Style | None]:
        """In the place of lines that may not be shown."""
        one, many = self.words[f"w-{held[0].withheld}"].format(name=", ".join(held[0].names)).split("|")
        lines = self.words["line" if len(held) == 1 else "lines-of"].format(first=held[0].server, last=held[-1].server)
        return f"-‹{lines} {one if len(held) == 1 else many}›", "red"

    def names(self) -> Lines:
        """What lies in our folders and no template knows."""
        unknown = [stray for stray in self.seen.strays if stray.kind == "unknown"]
        for stray in unknown[:_MOST_NAMES]:
            yield from self.block("different", stray.server, stray.path, [self.words["unknown"]])
        if len(unknown) > _MOST_NAMES:
            yield self.wrapped(self.words["more-names"].format(count=len(unknown) - _MOST_NAMES))[0], None
        for server, folder in self.seen.unseen:
            yield from self.block("unknown", server, "", [self.words["unseen"].format(folder=folder)])

    def asked_for(self) -> Lines:
        """What local IT was asked for and is not there: it may be solved in another way, so it is no difference."""
        missing: dict[str, list[str]] = {}
        for file in (each.rendered for each in self.seen.compared if each.asked_for):
            missing.setdefault(file.path, []).append(file.server)
        if missing:
            for line in self.wrapped(self.words["asked-for"].format(town=self.town.id)):
                yield line[2:], "dim"
        for path, servers in missing.items():
            for line in self.wrapped(f"{path}  {', '.join(servers)}"):
                yield line, "dim"

    def sum(self) -> Lines:
        """How much there is of each, and how many servers were asked."""
        states = [each.state for each in self.seen.compared]
        same, words = states.count("same"), self.words
        if same:
            yield f" ✓ {words['same-1' if same == 1 else 'same'].format(count=same)}", "green"
        text = words["sum"].format(
            different=states.count("different"),
            missing=sum(each.state == "missing" and not each.asked_for for each in self.seen.compared),
            open=states.count("not compared") + len(self.seen.wrong),
            same=same,
            asked=self.seen.asked,
            all=self.seen.asked + len(self.seen.failed),
        )
        for line in textwrap.wrap(text, self.width - 1, initial_indent=" ", subsequent_indent="   "):
            yield line, "bold"


def _hunks(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    """Neighbourhoods of rows that say something."""
    end = 0
    begin: int | None = None
    for at, row in enumerate(rows):
        if not (row.differs or row.told):
            continue
        if begin is not None and at - _CONTEXT > end:
            yield rows[begin:end]
            begin = None
        if begin is None:
            begin = max(end, at - _CONTEXT)
        end = at + 1 + _CONTEXT
    if begin is not None:
        yield rows[begin:end]


def _range(numbers: Sequence[int]) -> str:
    return f"{numbers[0]},{len(numbers)}" if numbers else "0,0"


def told(town: Town, seen: Difference, language: Language) -> Iterator[str]:
    """What is said beside the data: on what the templates were tried, why secrets could not be opened, and that their
    values are never shown."""
    words = WORDS[language]
    yield tried(town, language)
    needed = {name for each in seen.compared for name in each.closed}
    yield from dict.fromkeys(f"{seen.closed[name]}" for name in sorted(needed))
    for step in dict.fromkeys(seen.closed[name].way_out for name in sorted(needed) if seen.closed[name].way_out):
        yield f"  → {step}"
    if any(each.changed for each in seen.compared):
        yield f"{town.id}: {words['names']}."
