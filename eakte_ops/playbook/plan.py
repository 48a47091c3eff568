"""A plan: everything that will be done in one town, with nothing left to decide. A value, named by its hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, TypeAlias

FORMAT = 1
"""The version of the four instructions and of this form. A plan of another one is refused."""

Account: TypeAlias = Literal["work", "software"]


@dataclass(frozen=True, slots=True)
class OnServer:
    """The only instruction that changes a server: a sh text, run as a job with a record there.

    `account` work: inside a session of the people at work; software: by eakte-job.service, so that it goes on when the
    line breaks. `secrets`: variable -> name of a secret of the town, given to this text alone, on standard input.
    """

    text: str
    account: Account = "work"
    secrets: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Send:
    """A file is brought to the server, named by what it holds: repeating it is harmless. `to`: path there."""

    artefact: str
    sha256: str
    to: str


@dataclass(frozen=True, slots=True)
class Gate:
    """Only asks: all `checks` have to be well (of `components`, if any are named) within the limit of the step."""

    checks: tuple[str, ...]
    components: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AskPerson:
    """A person has to do something, or to decide. `answers`: the words that can be given; the first one goes on."""

    question: str
    answers: tuple[str, ...] = ("done",)


Do: TypeAlias = OnServer | Send | Gate | AskPerson


@dataclass(frozen=True, slots=True)
class Step:
    """One act on one server ("": on none). Steps of a stage may run side by side; the next stage waits for all of them.

    `verify`: a text that tells what became of `do`: status 0 done, 10 not begun, everything else: it can not be told.
    `undo` must hold from every partial state of `do`, "not begun" included. `repeatable`: a second `do` does no harm.
    `no_return`: once begun, going back loses what was stored since; only a person may decide it.
    `gives`: names of the values that its output holds for later steps. `limit`: seconds.
    """

    id: str
    stage: int
    server: str
    title: str
    do: Do
    verify: str | None = None
    undo: Do | None = None
    repeatable: bool = False
    no_return: bool = False
    gives: tuple[str, ...] = ()
    limit: int = 60


@dataclass(frozen=True, slots=True)
class Plan:
    """`inputs`: what it was made from -> SHA-256 (secrets by their age files). `expects`: what was observed when it was
    made, compared again before it begins. Times are ISO 8601, UTC. `steps` in the order of their stages."""

    town: str
    purpose: str
    made_by: str
    made_at: str
    valid_until: str
    tool: str
    steps: tuple[Step, ...]
    inputs: Mapping[str, str] = field(default_factory=dict)
    expects: Mapping[str, str] = field(default_factory=dict)
    format: int = FORMAT

    @property
    def hash(self) -> str:
        """SHA-256 of the plan in its one form, 64 hexadecimal digits."""
        return hashlib.sha256(self.text().encode()).hexdigest()

    def text(self) -> str:
        """The plan as JSON in its one form: keys sorted, no blanks."""
        return json.dumps(_plain(self), sort_keys=True, ensure_ascii=False, separators=(",", ":"))

    def step(self, name: str) -> Step:
        """The step of that id. Raises KeyError."""
        for step in self.steps:
            if step.id == name:
                return step
        raise KeyError(name)

    @property
    def servers(self) -> tuple[str, ...]:
        """The servers on which something is done, sorted."""
        return tuple(sorted({step.server for step in self.steps if step.server}))


def _plain(plan: Plan) -> dict[str, Any]:
    """As plain data; each instruction says which of the four it is."""
    said = asdict(plan)
    for plain, step in zip(said["steps"], plan.steps, strict=True):
        for phase, do in (("do", step.do), ("undo", step.undo)):
            if do is not None:
                plain[phase]["instruction"] = type(do).__name__
    return said
