"""The values of this room: what is asked on a server (facts), how it is judged (checks), what came of it (results)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeAlias, TypeVar

from eakte_ops.remote.types import Answer, Question, Visit

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    from eakte_ops.access.granted import Expected
    from eakte_ops.inventory.model import Installed
    from eakte_ops.product.model import Layout

T = TypeVar("T")
Owner: TypeAlias = Literal["centre", "local-it"]
Language: TypeAlias = Literal["de", "en"]
Verdict: TypeAlias = Literal["ok", "warning", "critical", "unknown"]
Value: TypeAlias = str | int | float | tuple[str, ...]
Values: TypeAlias = Mapping[str, Value]

WORST_FIRST: tuple[Verdict, ...] = ("critical", "warning", "unknown", "ok")


class NotKnown(Exception):
    """A fact could not be read. `reason`: a key of reasons.REASONS, with its values."""

    def __init__(self, reason: str, **values: Value) -> None:
        self.reason = reason
        self.values = values
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class Site:
    """One server as health sees it: plain values of inventory and profile.

    `granted` gives what the access pack grants there; None: the centre has no access.yml, so nobody knows.
    """

    town: str
    server: str
    components: tuple[Installed, ...]
    layout: Layout
    database_operator: Owner = "centre"
    thresholds: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    granted: Callable[[], Expected] | None = None

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

    So no check can say ok by not looking: what was not read can not be got.
    """

    site: Site
    when: datetime
    visit: Visit | None
    answers: Mapping[str, Answer]
    _read: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)  # each answer is parsed once

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

    Either a `check` and `subject` ("" for any) of the same server; or a `component` on whichever server of the town:
    then anything critical about it, a server that can not be reached, or `check` there.
    """

    check: str = ""
    subject: str = ""
    component: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """A judgement on one subject ("/var", "dms", "RENDITION"; "" where there is only one).

    `said`: key of a sentence in the check's texts; `reason`: instead, why it is not known (reasons.REASONS); `values`
    fill both. `todo`: key of the next step, "" for the check's usual one. `owner`: where this subject is not the
    check's owner's. `because`: if all of these are bad, this is only a consequence and not told as a finding.
    """

    verdict: Verdict
    subject: str = ""
    said: str = ""
    values: Values = field(default_factory=dict)
    owner: Owner | None = None
    todo: str = ""
    reason: str = ""
    because: tuple[Cause, ...] = ()


def unknown(problem: NotKnown, subject: str = "", **more: Any) -> Result:
    """The result of a subject whose fact is not known; `more`: further fields of Result."""
    return Result("unknown", subject, values=problem.values, reason=problem.reason, **more)


@dataclass(frozen=True, slots=True)
class Text:
    """What a check says in one language: a title, what a finding means, the next step, one sentence per `said` key.

    Sentences and steps are templates over the result's values (wording.py has the number formats).
    """

    title: str
    means: str
    todo: str
    said: Mapping[str, str]
    todos: Mapping[str, str] = field(default_factory=dict)


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
    """

    name: str
    owner: Owner
    facts: tuple[AnyFact, ...]
    limits: L
    judge: Callable[[Look, L], Iterable[Result]]
    text: Mapping[Language, Text]
    concerns: Callable[[Site], bool] = lambda _site: True


AnyCheck: TypeAlias = Check[Any]


@dataclass(frozen=True, slots=True)
class Judged:
    """A result with all it needs to be told or stored: where, which check, whose."""

    town: str
    server: str
    check: str
    owner: Owner
    result: Result

    @property
    def verdict(self) -> Verdict:
        """The result's verdict."""
        return self.result.verdict
