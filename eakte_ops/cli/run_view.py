"""Progress of a run on stderr: calm lines that move for people at terminals, else a plain one per step that ended."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING

from eakte_ops.cli.output import console, harmless, is_for_people, say, without_secrets
from eakte_ops.cli.plan_rows import numbers, rows
from eakte_ops.clock import SYSTEM, Clock

if TYPE_CHECKING:
    from datetime import tzinfo

    from rich.console import Group
    from rich.live import Live
    from rich.text import Text

    from eakte_ops.events import Event
    from eakte_ops.health.types import Language
    from eakte_ops.playbook.journal import Entry
    from eakte_ops.playbook.plan import Plan, Step
    from eakte_ops.playbook.world import Waiting

_TITLE = 60
_SAID = 160
_UNSAID_S = 60.0
"""Without a terminal: how long nothing is said of a step that is waited for."""
_WORDS: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "head": " {town} · {purpose}   run {run}   {time}",
        "undo": "undone: {title}",
        "settle": "settled: {title}",
        "failed": "failed: {said}",
        "unclear": "unclear: {said}",
        "not begun": "not begun: {said}",
        "found done": "was done already",
        "of": "{spent} of about {expected}",
        "over": "{spent}, usually {expected}, at most {limit}",
        "taken-over": " Goes on from where it stood.",
        "going-back": " Goes back, the last step first.",
        "return-decided": " A person decided to go back.",
        "stopped": "service stopped {spent} ago",
        "ctrl-c": "Ctrl-C pauses after this step, twice leaves · jobs on servers go on if this terminal closes",
        "running": "",
        "queued": "waits for its turn on the server",
        "can not be reached": "the server can not be reached just now; the work goes on there",
        "pausing": "pauses after this step · Ctrl-C once more leaves at once",
    },
    "de": {
        "head": " {town} · {purpose}   Lauf {run}   {time}",
        "undo": "zurückgenommen: {title}",
        "settle": "geklärt: {title}",
        "failed": "gescheitert: {said}",
        "unclear": "unklar: {said}",
        "not begun": "nicht begonnen: {said}",
        "found done": "war schon getan",
        "of": "{spent} von etwa {expected}",
        "over": "{spent}, üblich {expected}, höchstens {limit}",
        "taken-over": " Geht dort weiter, wo der Lauf stand.",
        "going-back": " Geht zurück, der letzte Schritt zuerst.",
        "return-decided": " Ein Mensch hat entschieden zurückzugehen.",
        "stopped": "Dienst steht seit {spent}",
        "ctrl-c": "Strg-C hält nach diesem Schritt an, zweimal geht · Aufträge auf Servern laufen weiter, wenn dieses "
        "Terminal zugeht",
        "running": "",
        "queued": "wartet auf dem Server, bis es an der Reihe ist",
        "can not be reached": "der Server ist gerade nicht erreichbar; die Arbeit geht dort weiter",
        "pausing": "hält nach diesem Schritt an · noch einmal Strg-C geht sofort",
    },
}
_SIGNS = {"done": "✓", "failed": "✗", "unclear": "?", "decided-not-begun": "-", "decided-done": "✓"}


@dataclass(slots=True)
class _Open:
    """A step under way. `since`: monotonic seconds; `told`: when it was last spoken of without a terminal."""

    step: Step
    undo: bool
    since: float
    told: float
    said: str = ""


class RunView:
    """A context manager. `heard` takes the events of runner and world, from any thread; it never stops the run.

    `town`: name for people; `paused`: whether a person wants to pause; `zone`: of the town's clock, else that of this
    machine. Steps have the numbers that they have in the plan.
    """

    def __init__(
        self,
        plan: Plan,
        run: str,
        town: str,
        language: Language,
        *,
        paused: Callable[[], bool] = lambda: False,
        zone: tzinfo | None = None,
        clock: Clock = SYSTEM,
    ) -> None:
        self._plan = plan
        self._run = run
        self._town = town
        self._language: Language = language
        self._words = _WORDS[language]
        self._paused = paused
        self._clock = clock
        self._zone = zone
        self._number, self._last = numbers(plan), len(rows(plan))
        self._steps = {step.id: step for step in plan.steps}
        self._open: dict[str, _Open] = {}
        self._stopped = 0.0
        self._until_up = _until_up(plan)
        self._lock = threading.Lock()
        self._moving = is_for_people(sys.stderr)
        self._live: Live | None = None
        server = max((len(step.server) for step in plan.steps), default=0)
        self._shape = (min(_TITLE, max((len(self._title(step)) for step in plan.steps), default=0)), server)

    def __enter__(self) -> RunView:
        purpose = (self._plan.purpose_de if self._language == "de" else "") or self._plan.purpose
        time = f"{self._clock.now().astimezone(self._zone):%H:%M}"
        say(self._words["head"].format(town=self._town, purpose=purpose, run=self._run, time=time))
        self._begin()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    @contextmanager
    def still(self) -> Iterator[None]:
        """Nothing moves in this block: a person is asked something."""
        self._end()
        try:
            yield
        finally:
            self._begin()

    def tell(self, text: str) -> None:
        """A line of its own, above what moves. Never with our lock held: what moves has its own, and asks for ours."""
        live = self._live
        if live is not None:
            live.refresh()
            live.console.print(harmless(without_secrets(text)), soft_wrap=True)
        else:
            say(text)

    def heard(self, event: Event) -> None:
        """Takes Noted and Waiting; other events are nothing to it."""
        from eakte_ops.playbook.runner import Noted
        from eakte_ops.playbook.world import Waiting

        told = ""
        with self._lock:
            if isinstance(event, Noted):
                told = self._noted(event.entry, event.at)
            elif isinstance(event, Waiting):
                told = self._waits(event, event.at)
        if told:
            self.tell(told)

    def _noted(self, entry: Entry, at: float) -> str:
        """What has to be told of it, "" for nothing."""
        if entry.turn in ("taken-over", "going-back", "return-decided"):
            return self._words[entry.turn]
        step = self._steps.get(entry.step)
        if step is None or entry.mark is None:
            return ""
        undo = entry.phase == "undo"
        if entry.mark == "begun":
            self._open.setdefault(step.id, _Open(step, undo, at, at))
            if step.stops and not undo and not self._stopped:
                self._stopped = at
            return ""
        if entry.mark == "done" and not undo and step.id in self._until_up:
            self._until_up.discard(step.id)
            self._stopped = self._stopped if self._until_up else 0.0
        began = self._open.pop(step.id, None)
        return self._ended(step, entry, None if began is None else at - began.since)

    def _waits(self, event: Waiting, at: float) -> str:
        """As `_noted`; on a terminal it is seen anyway."""
        known = self._open.setdefault(event.step.id, _Open(event.step, False, at, at))
        known.said = self._words.get(event.said, event.said)
        if self._live is None and at - known.told >= _UNSAID_S:
            known.told = at
            return self._under_way(known, at)
        return ""

    def _title(self, step: Step) -> str:
        return (step.title_de if self._language == "de" else "") or step.title

    def _place(self, step: Step) -> str:
        width = max(map(len, self._number.values()))
        return f"{self._number[step.id]:>{width}}/{self._last}"

    def _columns(self, sign: str, step: Step, title: str) -> str:
        wide, server = self._shape
        return f" {sign} {self._place(step)}  {title:<{wide}}  {step.server:<{server}}"

    def _ended(self, step: Step, entry: Entry, seconds: float | None) -> str:
        from eakte_ops.health.wording import span

        words, title = self._words, self._title(step)
        if entry.phase == "undo":
            title = words["undo"].format(title=title)
        line = self._columns(_SIGNS[entry.mark or "done"], step, title)
        said = _cut(entry.said, _SAID)
        if entry.mark == "done":
            spent = "" if seconds is None else span(max(0.0, seconds), self._language)
            return f"{line}  {words['found done'] if entry.said == 'found done' else spent}".rstrip()
        told = {"failed": "failed", "unclear": "unclear", "decided-not-begun": "not begun"}.get(entry.mark or "", "")
        return f"{line}  {words[told].format(said=said) if told else said}".rstrip()

    def _under_way(self, known: _Open, now: float) -> str:
        from eakte_ops.health.wording import span

        step, language = known.step, self._language
        title = self._title(step)
        spent = max(0.0, now - known.since)
        over = spent > max(10.0, 1.5 * step.expected)
        values = {
            "spent": span(round(spent), language),
            "expected": span(step.expected, language),
            "limit": span(step.limit, language),
        }
        line = self._columns("▸", step, self._words["undo"].format(title=title) if known.undo else title)
        said = f"   {_cut(known.said, _SAID)}" if known.said else ""
        return f"{line}  {self._words['over' if over else 'of'].format(**values)}{said}"

    # -- what moves -------------------------------------------------------------------------------------------------
    def _begin(self) -> None:
        if self._moving and self._live is None:
            from rich.live import Live

            self._live = Live(
                get_renderable=self._picture,
                console=console(sys.stderr),
                refresh_per_second=4,
                transient=True,
                vertical_overflow="ellipsis",
            )
            self._live.__enter__()

    def _end(self) -> None:
        live, self._live = self._live, None
        if live is not None:
            live.__exit__(None, None, None)

    def _picture(self) -> Group:
        from rich.console import Group

        now = self._clock.monotonic()
        with self._lock:
            lines = [self._under_way(known, now) for known in self._open.values()]
            lines.append(self._foot(now))
        return Group(*map(_text, lines))

    def _foot(self, now: float) -> str:
        from eakte_ops.health.wording import span

        parts: Sequence[str] = [self._words["pausing" if self._paused() else "ctrl-c"]]
        if self._stopped:
            spent = span(round(max(0.0, now - self._stopped)), self._language)
            parts = [self._words["stopped"].format(spent=spent), *parts]
        return f"   {' · '.join(parts)}"


def _until_up(plan: Plan) -> set[str]:
    """The steps that have to be done until nobody can call the service stopped any more; none where it stays so.

    Where there is a point of no return, those that open it again; else the looks behind the last stop.
    """
    from eakte_ops.playbook.plan import Gate

    last = max((step.stage for step in plan.steps if step.stops), default=0)
    opens = {step.id for step in plan.steps if step.no_return}
    return opens or {step.id for step in plan.steps if isinstance(step.do, Gate) and step.stage > last}


def _text(line: str) -> Text:
    from rich.text import Text

    return Text(harmless(line))


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
