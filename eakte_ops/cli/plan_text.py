"""A plan for whoever has to say yes or no to it: what happens where, when the service stops, and the way back. Pure."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from eakte_ops.cli.plan_rows import Language, Row, longest, purpose_of, rows, title_of
from eakte_ops.health.wording import number, span
from eakte_ops.playbook.handover.states import NOBODYS
from eakte_ops.playbook.plan import AskPerson, Gate, OnServer, Send
from eakte_ops.playbook.wall import parsed
from eakte_ops.playbook.windows import latest_stop, length_of
from eakte_ops.report.moments import Reader

if TYPE_CHECKING:
    from eakte_ops.playbook.approval import Approved
    from eakte_ops.playbook.plan import Assumption, Plan

SHORT = 6
"""Digits by which a plan is called: as few as plans are accepted by."""
WIDTH = 110
"""Characters after which sentences go on in a new line, where the terminal has room for them."""
_NARROW = 60
_KEPT = "\u00a0"
"""A blank at which no line is broken."""

_WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "plan": "Plan",
        "steps": "{n} steps",
        "step": "1 step",
        "servers": "on {n} servers",
        "server": "on {server}",
        "nowhere": "on no server",
        "valid": "valid until {until}",
        "over": "EXPIRED {until}",
        "needs_second": "needs approval by a second person",
        "approved": "approved by {by}",
        "signed": "signed by {by}, still needs a second person",
        "why": "why",
        "made": "made",
        "made_by": "{at} by {who} from {commit}",
        "author": " ({author})",
        "window": "window",
        "window_at": "{begin} to {end} ({zone}) · about {forth} forth{back} · begins by {latest} at the latest",
        "window_free": "open at all times ({zone}) · about {forth} forth{back}",
        "and_back": ", {back} back",
        "window_none": "NONE of the next 400 days is long enough: about {forth} forth{back}",
        "window_needless": "needs none · about {forth}{back}",
        "assumes": "assumes",
        "equal": "{title} {seen}",
        "at-least": "{title} {seen} (at least {value})",
        "at-most": "{title} {seen} (at most {value})",
        "about": "about {span}",
        "ask": "local IT does it",
        "ask_centre": "a person decides",
        "looks": "looks only",
        "root": "with sudo",
        "stop": "service stops",
        "stop_by": "by {at} at the latest, so that the rest AND the way back fit the window",
        "no_return": "point of no return: {n} {title}",
        "down": "down about {span}",
        "back": "way back",
        "back_all": "by itself from every step, to the state before; about {span}",
        "back_part": "up to {before} by itself, to the state before (about {span}) · from {n} on only by a person's"
        " decision: what was stored since would be lost",
        "back_none": "none: what a step has done stays done; what fails is told, and a person goes on",
        "back_some": "by itself, about {span}; what {which} did stays",
        "values": "values",
        "values_text": "known only while it runs: {names}",
    },
    "de": {
        "plan": "Plan",
        "steps": "{n} Schritte",
        "step": "1 Schritt",
        "servers": "auf {n} Servern",
        "server": "auf {server}",
        "nowhere": "auf keinem Server",
        "valid": "gültig bis {until}",
        "over": "ABGELAUFEN {until}",
        "needs_second": "braucht die Freigabe durch eine zweite Person",
        "approved": "freigegeben von {by}",
        "signed": "unterschrieben von {by}, es fehlt noch eine zweite Person",
        "why": "Grund",
        "made": "gemacht",
        "made_by": "{at} von {who} aus {commit}",
        "author": " ({author})",
        "window": "Fenster",
        "window_at": "{begin} bis {end} ({zone}) · etwa {forth} hin{back} · beginnt spätestens {latest}",
        "window_free": "jederzeit offen ({zone}) · etwa {forth} hin{back}",
        "and_back": ", {back} zurück",
        "window_none": "KEINES der nächsten 400 Tage ist lang genug: etwa {forth} hin{back}",
        "window_needless": "braucht keines · etwa {forth}{back}",
        "assumes": "setzt voraus",
        "equal": "{title} {seen}",
        "at-least": "{title} {seen} (mindestens {value})",
        "at-most": "{title} {seen} (höchstens {value})",
        "about": "etwa {span}",
        "ask": "macht die örtliche IT",
        "ask_centre": "entscheidet ein Mensch",
        "looks": "schaut nur",
        "root": "mit sudo",
        "stop": "der Dienst steht",
        "stop_by": "spätestens {at}, damit der Rest UND der Rückweg ins Fenster passen",
        "no_return": "ab hier kein Zurück ohne Entscheidung: {n} {title}",
        "down": "Ausfall etwa {span}",
        "back": "Rückweg",
        "back_all": "von jedem Schritt aus von selbst, zum Zustand davor; etwa {span}",
        "back_part": "bis {before} von selbst, zum Zustand davor (etwa {span}) · ab {n} nur auf Entscheidung eines"
        " Menschen: was seitdem abgelegt wurde, ginge verloren",
        "back_none": "keiner: was ein Schritt getan hat, bleibt; was scheitert, wird gemeldet, ein Mensch macht weiter",
        "back_some": "von selbst, etwa {span}; was {which} getan hat, bleibt",
        "values": "Werte",
        "values_text": "erst im Lauf bekannt: {names}",
    },
}


_SEEN_DE = {"loaded": "geladen", "free": "frei"}
"""Words that servers are asked for, and that a plan says to people."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line. `weight`: how it may be underlined; the words say all without it."""

    text: str
    weight: str = ""


@dataclass(frozen=True, slots=True)
class PlanText:
    """A plan as text. `town`: its name for people; `zone`: IANA name of its clock; `approved`: who signed so far.

    `width`: characters of the terminal; a step that needs more goes on in a second line.
    """

    plan: Plan
    town: str
    zone: str
    now: datetime
    language: Language
    approved: Approved | None = None
    width: int = WIDTH

    @property
    def _wide(self) -> int:
        return max(_NARROW, min(WIDTH, self.width))

    def lines(self) -> Iterator[Line]:
        """All of it."""
        yield from (Line(text, "bold") for text in _wrapped(self._head(), "", "  ", self._wide))
        for name, said in self._notes():
            yield from self._note_lines(name, said)
        yield from self._steps()
        yield from self._note_lines(self._say("back"), self._way_back())

    def _note_lines(self, name: str, said: str) -> Iterator[Line]:
        first = f" {name:<{self._margin}}  "
        yield from (Line(text) for text in _wrapped(said, first, " " * len(first), self._wide))

    def _say(self, word: str, **values: object) -> str:
        return _WORDS[self.language][word].format(**values)

    def _span(self, seconds: float) -> str:
        return span(seconds, self.language)

    @property
    def _margin(self) -> int:
        words = _WORDS[self.language]
        return max(len(words[word]) for word in ("why", "made", "window", "assumes", "back", "values"))

    @property
    def _reader(self) -> Reader:
        return Reader(self.language, self.zone, self.now.timestamp())

    def _moment(self, said: str) -> str:
        return self._reader.moment(parsed(said).timestamp())

    def _head(self) -> str:
        plan, count = self.plan, len(self.plan.steps)
        over = parsed(plan.valid_until) <= self.now
        parts = [
            f"{self._say('plan')} {plan.hash[:SHORT]}",
            self.town,
            purpose_of(plan, self.language),
            f"{self._say('step') if count == 1 else self._say('steps', n=count)} {self._where()}",
            self._say("over" if over else "valid", until=self._moment(plan.valid_until)),
            *self._signed(),
        ]
        return " · ".join(parts)

    def _where(self) -> str:
        servers = self.plan.servers
        if len(servers) > 1:
            return self._say("servers", n=len(servers))
        return self._say("server", server=servers[0]) if servers else self._say("nowhere")

    def _signed(self) -> Sequence[str]:
        if not self.plan.needs.second_person:
            return ()
        if self.approved is None or not self.approved.by:
            return (self._say("needs_second"),)
        word = "signed" if self.approved.missing(self.plan) else "approved"
        both = {"en": " and ", "de": " und "}[self.language].join(self.approved.by)
        return (self._say(word, by=both),)

    def _notes(self) -> Iterator[tuple[str, str]]:
        plan = self.plan
        if plan.why:
            yield self._say("why"), plan.why
        author = self._say("author", author=plan.author) if plan.author else ""
        made = self._say("made_by", at=self._moment(plan.made_at), who=plan.made_by, commit=plan.commit)
        yield self._say("made"), made.replace(plan.made_by, f"{plan.made_by}{author}", 1)
        yield self._say("window"), self._window()
        if plan.assumes:
            yield self._say("assumes"), " · ".join(map(self._assumption, plan.assumes))
        if plan.values:
            yield self._say("values"), self._say("values_text", names=", ".join(plan.values))

    def _window(self) -> str:
        plan, length = self.plan, length_of(self.plan)
        back = self._say("and_back", back=self._span(length.back)) if length.back else ""
        said = {"forth": self._span(length.forth), "back": back, "zone": self.zone}
        if not plan.needs.window:
            return self._say("window_needless", **said)
        if plan.window is None:
            return self._say("window_none", **said)
        if not plan.window.end:
            return self._say("window_free", **said)
        return self._say(
            "window_at",
            begin=self._moment(plan.window.begin),
            end=self._later(plan.window.end, plan.window.begin),
            latest=self._later(plan.window.latest_start, plan.window.begin),
            **said,
        )

    def _later(self, said: str, begin: str) -> str:
        """A moment after `begin`, without the day where it is the same."""
        day, other = self._reader.day(parsed(said).timestamp()), self._reader.day(parsed(begin).timestamp())
        return self._reader.time(parsed(said).timestamp()) if day == other else self._moment(said)

    def _assumption(self, each: Assumption) -> str:
        title = each.title_de or each.title if self.language == "de" else each.title
        seen = each.seen or (each.value if each.rule == "equal" and each.value != NOBODYS else "")
        value = number(int(each.value), self.language) if each.rule != "equal" else ""
        seen = _SEEN_DE.get(seen, seen) if self.language == "de" else seen
        said = self._say(each.rule, title=title, seen=seen, value=value)
        return " ".join(f"{said}{f' @ {each.server}' if each.server and len(self.plan.servers) > 1 else ''}".split())

    def _steps(self) -> Iterator[Line]:
        all_ = rows(self.plan)
        titles = [title_of(row.first, self.language) for row in all_]
        wide = min(max(map(len, titles)), 46)
        place = min(max(len(", ".join(row.servers)) for row in all_), 44)
        for row, title in zip(all_, titles, strict=True):
            if row.stops and row.number == next(each.number for each in all_ if each.stops):
                yield from self._rule(self._say("stop"), self._stop_by())
            if row.no_return and row.number == next(each.number for each in all_ if each.no_return):
                point = self._say("no_return", n=row.number, title=title)
                yield from self._rule(point, self._say("down", span=self._span(self._down(all_))))
            first, servers, note = f" {row.number:>3} {self._mark(row)} ", ", ".join(row.servers), self._note(row)
            whole = f"{first}{title:<{wide}}  {servers:<{place}}  {note}".rstrip()
            if len(title) <= wide and len(whole) <= self._wide:
                yield Line(whole)
            else:
                margin = " " * len(first)
                yield from (Line(text) for text in _wrapped(title, first, margin, self._wide))
                more = f"{servers}   {note}".strip()
                yield from (Line(text) for text in _wrapped(more, margin, margin, self._wide))
            yield from (Line(f"        | {text}", "dim") for text in _word_for_word(row))
        if any(row.stops for row in all_) and not any(row.no_return for row in all_):
            yield from self._rule(self._say("down", span=self._span(self._down(all_))))

    def _rule(self, said: str, more: str = "") -> Iterator[Line]:
        text = f" ── {said} ──{f' {more} ──' if more else ''}"
        if len(text) <= self._wide:
            yield Line(text + "─" * (self._wide - len(text)), "bold")
        else:
            yield from (Line(line, "bold") for line in _wrapped(f"{said} · {more}", " ── ", "    ", self._wide))

    def _stop_by(self) -> str:
        window = self.plan.window
        if window is None or not window.end:
            return ""
        by = latest_stop(self.plan, parsed(window.end)).isoformat()
        return self._say("stop_by", at=self._later(by, window.begin))

    def _down(self, all_: Sequence[Row]) -> int:
        """Seconds from the first stop to the end, or to where the service is opened again."""
        last = next((row.number for row in all_ if row.no_return), all_[-1].number)
        return longest(step for row in all_ if row.down and row.number <= last for step in row.steps)

    def _mark(self, row: Row) -> str:
        if isinstance(row.first.do, AskPerson):
            return "?"
        if isinstance(row.first.do, Gate):
            return "◦"
        return "▪" if row.down else "▸"

    def _note(self, row: Row) -> str:
        do, said = row.first.do, []
        if isinstance(do, AskPerson):
            said.append(self._say("ask" if row.first.owner == "local-it" else "ask_centre"))
        elif isinstance(do, Gate):
            said.append(self._say("looks"))
        elif isinstance(do, Send):
            said.append(", ".join(dict.fromkeys(step.do.to for step in row.steps if isinstance(step.do, Send))))
        said.append(self._say("about", span=self._span(row.seconds)))
        return "   ".join(said)

    def _way_back(self) -> str:
        all_, length = rows(self.plan), length_of(self.plan)
        back = self._span(length.back)
        point = next((row.number for row in all_ if row.no_return), None)
        changing = [row for row in all_ if isinstance(row.first.do, OnServer | Send) and not row.no_return]
        without = [row for row in changing if any(step.undo is None for step in row.steps)]
        if point is not None:
            return self._say("back_part", before=point - 1, n=point, span=back)
        if len(without) == len(changing):
            return self._say("back_none")
        if without:
            which = ", ".join(str(row.number) for row in without)
            return self._say("back_some", span=back, which=which)
        return self._say("back_all", span=back)


def _wrapped(said: str, first: str, rest: str, width: int) -> list[str]:
    """Lines of `width` at most, but for longer words. What stands between two dots stays together if it can."""
    room = width - len(rest) - 2
    parts = [part.replace(" ", _KEPT) if len(part) <= room else part for part in said.split(" · ")]
    text = f"{_KEPT}· ".join(parts)
    lines = textwrap.wrap(
        text, width, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    )
    return [line.replace(_KEPT, " ") for line in lines] or [first.rstrip()]


def _word_for_word(row: Row) -> Iterator[str]:
    """Texts that were written for this playbook alone, each once."""
    texts = dict.fromkeys(
        each.text for step in row.steps if step.word_for_word for each in (step.do,) if isinstance(each, OnServer)
    )
    for text in texts:
        yield from text.rstrip("\n").split("\n")
