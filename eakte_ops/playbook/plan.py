"""A plan: everything that will be done in one town, with nothing left to decide. A value, named by its hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, TypeAlias

from eakte_ops.inventory.files import Owner

FORMAT = 1
"""The version of the four instructions and of this form. A plan of another one is refused (read_plan.py)."""

Account: TypeAlias = Literal["work", "software"]
ValueKind: TypeAlias = Literal["word", "line", "number", "path", "sha256", "time"]


@dataclass(frozen=True, slots=True)
class OnServer:
    """The only instruction that changes a server: a sh text, run as a job with a record there.

    `account` work: inside a session of the people at work; software: by eakte-job.service, so that it goes on when the
    line breaks. `secrets`: variable -> name of a secret of the town, given to this text alone, on standard input and
    kept nowhere (account work only). `takes`: variable -> name of a value that an earlier step gave.
    Every text may also use the variables of variables.py: $run, $until, $plan, $who.
    """

    text: str
    account: Account = "work"
    secrets: Mapping[str, str] = field(default_factory=dict)
    takes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Send:
    """A file is brought to the server, named by what it holds: repeating it is harmless.

    `artefact`: where it comes from, such as `config:witten-gw:gateway/application-prod.yml`; `sha256`: what it was made
    from (of a text with secrets: of the text with their names); `to`: path there; `mode`: four octal digits; `text`:
    what it will hold, for reading, with secrets by their names, "" where it is no text.
    """

    artefact: str
    sha256: str
    to: str
    mode: str = "0600"
    text: str = ""


@dataclass(frozen=True, slots=True)
class Gate:
    """Only asks: all `checks` have to be well within the limit of the step.

    Names of health checks, of `components` alone if any are named, on the step's server or ("") on all of the town;
    and those of the plan itself: `plan.window`, `plan.assumptions` (gates.py).
    """

    checks: tuple[str, ...]
    components: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AskPerson:
    """A person has to do something, or to decide. `answers`: the words that can be given; the first one goes on.

    `question_de`: the same in German, "" where it is the same.
    """

    question: str
    answers: tuple[str, ...] = ("done",)
    question_de: str = ""


Do: TypeAlias = OnServer | Send | Gate | AskPerson


@dataclass(frozen=True, slots=True)
class Step:
    """One act on one server ("": on none). Steps of a stage may run side by side; the next stage waits for all of them.

    `verify`: a text that tells what became of `do`: status 0 done, 10 not begun, everything else: it can not be told.
    `undo` must hold from every partial state of `do`, "not begun" included. `repeatable`: a second `do` does no harm.
    `no_return`: once begun, going back loses what was stored since; only a person may decide it.
    `stops`: the service ends with it; before the first such step window and assumptions are looked at again.
    `gives`: names of the values that its output holds for later steps, each a line `NAME=VALUE`.
    `limit`: seconds until it is given up; `expected`: seconds that it usually takes.
    `owner`: whose work it is; a step of `local-it` is a question. `name`: that of the playbook's step it comes from.
    `title_de`: the title in German, "" where it is the same. `word_for_word`: the plan shows its text as it is, because
    it was written for this playbook alone.
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
    expected: int = 1
    stops: bool = False
    owner: Owner = "centre"
    name: str = ""
    title_de: str = ""
    word_for_word: bool = False


@dataclass(frozen=True, slots=True)
class Assumption:
    """What was observed when the plan was made and has to hold when it begins, and again before the service stops.

    `ask`: a sh text whose first line of output is compared with `value`. `rule`: equal; at-least, at-most: whole
    numbers, so `value` is the tolerance, not what was seen. `title`: for people, `title_de`: in German; `seen`: what
    it was, for reading.
    """

    server: str
    title: str
    ask: str
    value: str
    rule: Literal["equal", "at-least", "at-most"] = "equal"
    seen: str = ""
    title_de: str = ""


@dataclass(frozen=True, slots=True)
class Window:
    """The window of the town in which it fits; times as in Plan. `latest_start`: so that its way back fits, too.

    `end` and `latest_start` are "" where the town allows work at all times.
    """

    begin: str
    end: str
    latest_start: str


@dataclass(frozen=True, slots=True)
class Needs:
    """What has to be there before it may begin. `window`: None: it needs none. `second_person`: an approval by one."""

    window: bool = True
    second_person: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """`playbook`, `arguments`: from what it was made, with what was asked for. `inputs`: files of the operations folder
    that it was made from -> SHA-256 (secrets by their age files); `commit`: that of the operations folder, in words.
    `why`: reason given. `purpose_de`: the purpose in German, "" where it is the same. `author`: holder of access.yml
    whose key was at hand when it was made, "" where that is not known. Times are ISO 8601, UTC. `steps` in the order of
    their stages. `values`: those that arise while it runs: name -> kind. `window`: None where none is needed or none
    was found."""

    town: str
    purpose: str
    made_by: str
    made_at: str
    valid_until: str
    tool: str
    steps: tuple[Step, ...]
    playbook: str = ""
    arguments: Mapping[str, str] = field(default_factory=dict)
    why: str = ""
    commit: str = ""
    inputs: Mapping[str, str] = field(default_factory=dict)
    assumes: tuple[Assumption, ...] = ()
    values: Mapping[str, ValueKind] = field(default_factory=dict)
    needs: Needs = Needs()
    window: Window | None = None
    format: int = FORMAT
    purpose_de: str = ""
    author: str = ""

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

    @property
    def forth_s(self) -> int:
        """Seconds that it usually takes: of each stage the longest step."""
        return sum(
            max(step.expected for step in self.steps if step.stage == stage)
            for stage in {step.stage for step in self.steps}
        )

    @property
    def back_s(self) -> int:
        """Seconds that the way back usually takes, from its farthest point: what went forth, once more."""
        undone = [step for step in self.steps if step.undo is not None]
        return sum(
            max(step.expected for step in undone if step.stage == stage) for stage in {step.stage for step in undone}
        )


def _plain(plan: Plan) -> dict[str, Any]:
    """As plain data; each instruction says which of the four it is."""
    said = asdict(plan)
    for plain, step in zip(said["steps"], plan.steps, strict=True):
        for phase, do in (("do", step.do), ("undo", step.undo)):
            if do is not None:
                plain[phase]["instruction"] = type(do).__name__
    return said
