"""The values of this room: what is asked on a server (facts), how it is judged (checks), what came of it (results)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeAlias, TypeVar

from eakte_ops.health.agreed import Agreed, nothing_agreed
from eakte_ops.health.past import NOTHING, Past
from eakte_ops.remote.types import Answer, Question, Visit

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    from eakte_ops.access.granted import Expected
    from eakte_ops.inventory.model import Installed, Storage, Windows
    from eakte_ops.product.model import Layout

T = TypeVar("T")
Owner: TypeAlias = Literal["centre", "local-it"]
Language: TypeAlias = Literal["de", "en"]
Verdict: TypeAlias = Literal["ok", "warning", "critical", "unknown"]
Scope: TypeAlias = Literal["server", "town", "centre"]
Identity: TypeAlias = tuple[str, str, str, str]
Value: TypeAlias = str | int | float | tuple[str, ...]
Values: TypeAlias = Mapping[str, Value]

WORST_FIRST: tuple[Verdict, ...] = ("critical", "warning", "unknown", "ok")


class NotKnown(Exception):
    """A fact could not be read. `reason`: a key of reasons.REASONS, with its values."""

    def __init__(self, reason: str, **values: Value) -> None:
        self.reason = reason
        self.values = values
        super().__init__(reason)


class NotYet(NotKnown):
    """Nothing can be said yet, and nobody has anything to do about it: the history is too short, the part that would
    make it known does not exist. It is told beside the findings and is none itself."""


@dataclass(frozen=True, slots=True)
class Site:
    """One server as health sees it: plain values of inventory and profile.

    `granted` gives what the access pack grants there; None: the centre has no access.yml, so nobody knows.
    `release`: what the inventory says the town has. `windows`: when it allows work. `storage`: its backup storage.
    `round_trip`: the town allows that a test document is stored, found and deleted here. `names`: of the machines of
    the town that the inventory gives by name and not by IP address. `agreed` gives the configuration files that the
    centre places here.
    """

    town: str
    server: str
    components: tuple[Installed, ...]
    layout: Layout
    database_operator: Owner = "centre"
    thresholds: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    granted: Callable[[], Expected] | None = None
    release: str = ""
    windows: Windows | None = None
    storage: Storage | None = None
    round_trip: bool = False
    names: tuple[str, ...] = ()
    agreed: Callable[[], Agreed | None] = nothing_agreed

    def component(self, name: str) -> Installed | None:
        """The component of that name, if it is on this server."""
        return next((part for part in self.components if part.name == name), None)


@dataclass(frozen=True, eq=False, slots=True)
class Fact(Generic[T]):
    """Something asked on a server. `ask` never depends on another answer; None: it does not exist on this server.

    `parse` gets an answer that has a status, from a server that may be hostile; raises NotKnown.
    """

    name: str
    ask: Callable[[Site], Question | None]
    parse: Callable[[Answer, Visit], T]


@dataclass(frozen=True, eq=False, slots=True)
class Shown(Generic[T]):
    """Something the connection itself showed, without a question."""

    name: str
    read: Callable[[Visit], T]


AnyFact: TypeAlias = Fact[Any] | Shown[Any]


@dataclass(frozen=True, slots=True)
class Look:
    """One server, looked at `when` (this machine's time of day). `look[fact]` gives its value or raises NotKnown.

    So no check can say ok by not looking: what was not read can not be got. `past`: what is remembered of this server.
    """

    site: Site
    when: datetime
    visit: Visit | None
    answers: Mapping[str, Answer]
    past: Past = NOTHING
    _read: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)  # each answer is parsed once

    def only(self, names: frozenset[str]) -> Look:
        """The same look with these answers alone, so that a whole town can be kept in memory."""
        return replace(self, answers={name: answer for name, answer in self.answers.items() if name in names})

    def __getitem__(self, fact: Fact[T] | Shown[T]) -> T:
        if self.visit is None:
            raise NotKnown("not-reached")
        if isinstance(fact, Shown):
            return fact.read(self.visit)
        if fact.name not in self._read:
            self._read[fact.name] = self._parsed(fact, self.visit)
        value: T = self._read[fact.name]
        return value

    def _parsed(self, fact: Fact[T], visit: Visit) -> T:
        answer = self.answers.get(fact.name)
        if answer is None:
            raise NotKnown("not-asked")
        if answer.status is None:
            raise NotKnown("no-answer", why=answer.why or "?")
        try:
            return fact.parse(answer, visit)
        except NotKnown:
            raise
        except Exception as stumbled:  # a server may send anything: that makes its answer unreadable, not our end
            raise NotKnown("unreadable", what=type(stumbled).__name__) from stumbled


@dataclass(frozen=True, slots=True)
class Cause:
    """Of what a bad result may be a mere consequence, if that is bad, too.

    Either a `check` and `subject` ("" for any) of the same server, or of `server` where that is named; or a
    `component` on whichever server of the town: then anything critical about it, a server that can not be reached, or
    `check` there.
    """

    check: str = ""
    subject: str = ""
    component: str = ""
    server: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """A judgement on one subject ("/var", "dms", "RENDITION"; "" where there is only one).

    `said`: key of a sentence in the check's texts; `reason`: instead, why it is not known (reasons.REASONS); `values`
    fill both. `todo`: key of the next step, "" for the check's usual one. `owner`: where this subject is not the
    check's owner's. `because`: if all of these are bad, this is only a consequence and not told as a finding.
    `waits`: unknown, but nobody has anything to do (NotYet).
    """

    verdict: Verdict
    subject: str = ""
    said: str = ""
    values: Values = field(default_factory=dict)
    owner: Owner | None = None
    todo: str = ""
    reason: str = ""
    because: tuple[Cause, ...] = ()
    waits: bool = False

    @property
    def bad(self) -> bool:
        """Whether it has to be told as a finding, or as the consequence of one."""
        return self.verdict != "ok" and not self.waits


def unknown(problem: NotKnown, subject: str = "", **more: Any) -> Result:
    """The result of a subject whose fact is not known; `more`: further fields of Result."""
    waits = isinstance(problem, NotYet)
    return Result("unknown", subject, values=problem.values, reason=problem.reason, waits=waits, **more)


@dataclass(frozen=True, slots=True)
class Text:
    """What a check says in one language: a title, what a finding means, the next step, one sentence per `said` key.

    `incident`: what happened, or would happen, where nobody looks at this; the reason why the check exists.
    `clerks`: what people at their desks may notice of a finding, for the hotline; "" where they notice nothing.
    `unnoticed`: `said` keys of which they notice nothing all the same, since not the software is in trouble.
    Sentences and steps are templates over the result's values (wording.py has the number formats).
    """

    title: str
    means: str
    todo: str
    said: Mapping[str, str]
    todos: Mapping[str, str] = field(default_factory=dict)
    incident: str = ""
    clerks: str = ""
    unnoticed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class NoLimits:
    """The thresholds of a check that has none."""


L = TypeVar("L", bound="DataclassInstance")


@dataclass(frozen=True, eq=False, slots=True)
class Check(Generic[L]):
    """A pure judgement on facts of one server.

    `limits`: frozen dataclass of thresholds with defaults; an inventory may override its fields by name.
    `concerns`: whether there is anything to judge on a server; if so `judge` gives at least one result.
    A NotKnown raised by `judge` makes the whole check unknown on that server.
    `light`: looked at every few minutes, too. `trends`: names in `values` whose figures are kept as history.
    """

    name: str
    owner: Owner
    facts: tuple[AnyFact, ...]
    limits: L
    judge: Callable[[Look, L], Iterable[Result]]
    text: Mapping[Language, Text]
    concerns: Callable[[Site], bool] = lambda _site: True
    light: bool = False
    trends: tuple[str, ...] = ()

    @property
    def scope(self) -> Scope:
        """What one judgement is about."""
        return "server"


@dataclass(frozen=True, slots=True)
class TownLook:
    """The looks at the servers of one town that belong together. `sites`: all servers that can be asked.

    `looks`: those that were reached.
    """

    town: str
    sites: Mapping[str, Site]
    looks: Mapping[str, Look]
    past: Past = NOTHING

    def known(self, fact: Fact[T] | Shown[T]) -> Iterator[tuple[str, T]]:
        """Server and value, for every server whose value is known."""
        for server, look in self.looks.items():
            try:
                yield server, look[fact]
            except NotKnown:
                continue

    def get(self, server: str, fact: Fact[T] | Shown[T]) -> T:
        """The value of one server. Raises NotKnown, also where the server was not reached."""
        if server not in self.looks:
            raise NotKnown("not-reached")
        return self.looks[server][fact]


@dataclass(frozen=True, eq=False, slots=True)
class TownCheck(Generic[L]):
    """A pure judgement on facts of all servers of a town; otherwise as Check. Its results belong to no server.

    `concerns` gets the sites of all servers of the town that can be asked.
    """

    name: str
    owner: Owner
    facts: tuple[AnyFact, ...]
    limits: L
    judge: Callable[[TownLook, L], Iterable[Result]]
    text: Mapping[Language, Text]
    concerns: Callable[[Sequence[Site]], bool] = lambda _sites: True
    light: bool = False
    trends: tuple[str, ...] = ()

    @property
    def scope(self) -> Scope:
        """What one judgement is about."""
        return "town"


@dataclass(frozen=True, eq=False, slots=True)
class OwnCheck:
    """A judgement on the centre itself, such as its nights; nothing is asked on a server for it.

    Whoever knows judges (night.py) and gives the results to memory.keep.raise_own. Towns set no thresholds for it.
    """

    name: str
    text: Mapping[Language, Text]
    owner: Owner = "centre"
    facts: tuple[AnyFact, ...] = ()
    limits: NoLimits = NoLimits()
    light: bool = False
    trends: tuple[str, ...] = ()

    @property
    def scope(self) -> Scope:
        """What one judgement is about."""
        return "centre"


AnyCheck: TypeAlias = Check[Any] | TownCheck[Any] | OwnCheck


@dataclass(frozen=True, slots=True)
class Judged:
    """A result with all it needs to be told or stored: where, which check, whose. `server` "": the town as a whole."""

    town: str
    server: str
    check: str
    owner: Owner
    result: Result

    @property
    def verdict(self) -> Verdict:
        """The result's verdict."""
        return self.result.verdict

    @property
    def identity(self) -> Identity:
        """Town, server, check, subject: the same thing at another time has the same."""
        return (self.town, self.server, self.check, self.result.subject)

    @property
    def place(self) -> str:
        """The server, or the town where it is about the town as a whole."""
        return self.server or self.town
