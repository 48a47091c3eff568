"""Progress of a look on stderr: moving lines for people's terminals, one plain line per town otherwise."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Literal

from eakte_ops.cli.output import console, is_for_people, say
from eakte_ops.events import Event
from eakte_ops.health.engine import ServerLook, Stop
from eakte_ops.health.findings import findings
from eakte_ops.health.wording import number
from eakte_ops.remote.fleet import Connecting, Finished, LoggedIn
from eakte_ops.remote.types import Phase, Target

if TYPE_CHECKING:
    from rich.console import Group
    from rich.live import Live
    from rich.text import Text

_BAR = 20
_SLOW_S = 2.0
_WORDS: dict[Literal["de", "en"], dict[str, str]] = {
    "en": {
        "server": "server",
        "servers": "servers",
        "well": "well",
        "finding": "finding",
        "findings": "findings",
        "waiting": "waiting for {name}: {what} ({since} s of {limit} s)",
        "waiting briefly": "{name}: {since} s of {limit} s",
        "more": " and {count} more",
        "jump host": "the way through the jump host opens slowly",
        "exchange": "the questions take their time",
        "login": "login answers slowly",
        "connect": "no connection yet",
    },
    "de": {
        "server": "Server",
        "servers": "Server",
        "well": "gut",
        "finding": "Befund",
        "findings": "Befunde",
        "waiting": "warte auf {name}: {what} ({since} s von {limit} s)",
        "waiting briefly": "{name}: {since} s von {limit} s",
        "more": " und {count} weitere",
        "jump host": "der Weg durch den Sprungserver öffnet sich langsam",
        "exchange": "die Fragen brauchen ihre Zeit",
        "login": "die Anmeldung antwortet langsam",
        "connect": "noch keine Verbindung",
    },
}


class _Town:
    """How far a town is."""

    def __init__(self, name: str, servers: int) -> None:
        self.name = name
        self.servers = servers
        self.looks: list[ServerLook] = []
        self.waiting: dict[Target, tuple[float, str]] = {}
        self.began = 0.0
        self.ended = 0.0

    @property
    def finished(self) -> bool:
        return len(self.looks) == self.servers


class Progress:
    """A context manager. `heard` and `watching` are called from the fleet's threads, `done` from the one that reads."""

    def __init__(self, stops: Sequence[Stop], limit_s: float, language: Literal["de", "en"]) -> None:
        self._lock = threading.Lock()
        self._limit = limit_s
        self._language: Literal["de", "en"] = language
        self._words = _WORDS[language]
        self._towns: dict[str, _Town] = {}
        for stop in stops:
            town = self._towns.setdefault(stop.town.id, _Town(stop.town.said.municipality.name, 0))
            town.servers += 1
        self._town_of = {stop.target: stop.town.id for stop in stops}
        self._moving = is_for_people(sys.stderr)
        self._live: Live | None = None
        self._width = max((len(town.name) for town in self._towns.values()), default=0)

    def __enter__(self) -> Progress:
        if self._moving:
            from rich.live import Live

            self._live = Live(
                get_renderable=self._picture,
                console=console(sys.stderr),
                refresh_per_second=8,
                transient=True,
                vertical_overflow="ellipsis",
            )
            self._live.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live is not None:
            self._live.__exit__(kind, problem, trace)

    def heard(self, event: Event) -> None:
        """Takes the fleet's events."""
        if isinstance(event, Connecting):
            self._waits(event.target, "connect", event.at)
        elif isinstance(event, LoggedIn):
            self._waits(event.target, "exchange", event.at)
        elif isinstance(event, Finished):
            with self._lock:
                self._towns[self._town_of[event.outcome.target]].waiting.pop(event.outcome.target, None)

    def watching(self, target: Target, phase: Phase) -> None:
        """Takes what a connection that is being opened waits for; jump hosts are nobody's server and are left out."""
        if target in self._town_of:
            self._waits(target, phase, None)

    def _waits(self, target: Target, phase: str, at: float | None) -> None:
        with self._lock:
            town = self._towns[self._town_of[target]]
            since = town.waiting.get(target, (time.monotonic(), ""))[0] if at is None or phase == "exchange" else at
            town.waiting[target] = (since, phase)
            town.began = min(town.began or since, since)

    def done(self, look: ServerLook) -> None:
        """One server is judged; with the last one of a town its line is final."""
        with self._lock:
            town = self._towns[look.stop.town.id]
            town.looks.append(look)
            if not town.finished:
                return
            town.ended = time.monotonic()
        if self._live is not None:
            self._live.console.print(self._line(town))
        else:
            say(self._plain(town))

    def _picture(self) -> Group:
        from rich.console import Group

        with self._lock:
            running = [self._line(town) for town in self._towns.values() if not town.finished]
        return Group(*running)

    def _line(self, town: _Town) -> Text:
        from rich.text import Text

        line = Text(f" {town.name:<{self._width}}  {self._servers(town):<11}", no_wrap=True, overflow="ellipsis")
        line.append(_bar(len(town.looks), town.servers), style="green" if town.finished else "cyan")
        line.append(f"  {self._ending(town) if town.finished else self._waiting(town, self._room(line.cell_len))}")
        return line

    def _room(self, used: int) -> int:
        """Columns that are left behind the bar."""
        return self._live.console.width - used - 3 if self._live is not None else 0

    def _plain(self, town: _Town) -> str:
        return f" {town.name:<{self._width}}  {self._servers(town):<11}{self._ending(town)}"

    def _servers(self, town: _Town) -> str:
        return f"{town.servers} {self._words['server' if town.servers == 1 else 'servers']}"

    def _ending(self, town: _Town) -> str:
        count = len(findings(town.looks))
        word = self._words["finding" if count == 1 else "findings"]
        seconds = number(max(0.0, town.ended - town.began) if town.began else 0.0, self._language)
        return f"{seconds + ' s':<8}{f'{count} {word}' if count else self._words['well']}"

    def _waiting(self, town: _Town, room: int) -> str:
        """Whom a town waits for, once that takes longer than usual; in few words where `room` (columns) is small."""
        now = time.monotonic()
        slow = sorted((since, target.name, phase) for target, (since, phase) in town.waiting.items())
        slow = [each for each in slow if now - each[0] >= _SLOW_S]
        if not slow:
            return ""
        since, name, phase = slow[0]
        what = self._words.get(phase, self._words["login"])
        spent = {"name": name, "what": what, "since": int(now - since), "limit": f"{self._limit:g}"}
        more = self._words["more"].format(count=len(slow) - 1) if len(slow) > 1 else ""
        text = self._words["waiting"].format(**spent) + more
        return text if len(text) <= room else self._words["waiting briefly"].format(**spent) + more


def _bar(done: int, of: int) -> str:
    """`done` of `of` as a bar of fixed width."""
    halves = 2 * _BAR * done // of if of else 2 * _BAR
    full, half = divmod(halves, 2)
    return f"{'━' * full}{'╸' * half}".ljust(_BAR)
