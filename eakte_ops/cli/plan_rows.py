"""The steps of a plan as people see them: those that do the same on several servers are one row. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from eakte_ops.playbook.plan import Plan, Step

Language: TypeAlias = Literal["de", "en"]


@dataclass(frozen=True, slots=True)
class Row:
    """Steps that follow each other and do the same. `number` counts from 1; `down`: the service is stopped by then."""

    number: int
    steps: tuple[Step, ...]
    down: bool

    @property
    def first(self) -> Step:
        """The first of its steps."""
        return self.steps[0]

    @property
    def stops(self) -> bool:
        """Whether the service stops with it."""
        return any(step.stops for step in self.steps)

    @property
    def no_return(self) -> bool:
        """Whether going back loses something from here on."""
        return any(step.no_return for step in self.steps)

    @property
    def servers(self) -> tuple[str, ...]:
        """Where it happens, in order, each once."""
        return tuple(dict.fromkeys(step.server for step in self.steps if step.server))

    @property
    def seconds(self) -> int:
        """How long it usually takes: of each stage the longest step."""
        return longest(self.steps)


def longest(steps: Iterable[Step]) -> int:
    """Seconds that these steps usually take: of each stage the longest one."""
    by_stage: dict[int, int] = {}
    for step in steps:
        by_stage[step.stage] = max(by_stage.get(step.stage, 0), step.expected)
    return sum(by_stage.values())


def rows(plan: Plan) -> tuple[Row, ...]:
    """All steps of the plan in their order."""
    return tuple(_rows(plan))


def _rows(plan: Plan) -> Iterator[Row]:
    stop = next((step.stage for step in plan.steps if step.stops), None)
    ordered = sorted(plan.steps, key=lambda step: step.stage)
    for number, (_, group) in enumerate(groupby(ordered, key=_alike), 1):
        steps = tuple(group)
        yield Row(number, steps, stop is not None and steps[0].stage >= stop)


def _alike(step: Step) -> tuple[str, ...]:
    return (step.name or step.id, step.title, type(step.do).__name__, step.owner)


def title_of(step: Step, language: Language) -> str:
    """What a step does."""
    return step.title_de or step.title if language == "de" else step.title


def purpose_of(plan: Plan, language: Language) -> str:
    """What a plan is for."""
    return plan.purpose_de or plan.purpose if language == "de" else plan.purpose


def numbers(plan: Plan) -> dict[str, str]:
    """Id of a step -> its number on paper and screen: `3`, or `3.2` where a row has several."""
    return {
        step.id: f"{row.number}.{at}" if len(row.steps) > 1 else str(row.number)
        for row in rows(plan)
        for at, step in enumerate(row.steps, 1)
    }
