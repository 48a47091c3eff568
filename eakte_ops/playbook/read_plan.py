"""A plan out of its text: strict, with its hash compared, so that what was shown and approved is what runs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError

from eakte_ops.errors import NotSupported, Refused
from eakte_ops.playbook.plan import FORMAT, AskPerson, Gate, OnServer, Plan, Send
from eakte_ops.playbook.wall import parsed
from eakte_ops.playbook.written import BREAKS
from eakte_ops.remote.numbers import is_time

LONGEST = 20_000_000
"""Bytes; the plan of a large town with all its texts has less than one tenth."""
_INSTRUCTIONS: Mapping[str, type[Any]] = {kind.__name__: kind for kind in (OnServer, Send, Gate, AskPerson)}


class NoPlan(Refused):
    """A text is no plan, or not the one it should be."""

    message = "this is not a plan that can be carried out: {said}"
    hint = "make it anew with the command that made it"


def read_plan(text: str, expected: str = "") -> Plan:
    """The plan of `text`: its one form, or what `plans show --json` prints. `expected`: the hash it has to have.

    Raises NoPlan, and NotSupported for one of another format.
    """
    if len(text) > LONGEST:
        raise NoPlan("it is far too long")
    try:
        said = json.loads(text)
        json.dumps(said, ensure_ascii=False).encode()  # half signs, which can be written nowhere, are a ValueError
    except (ValueError, RecursionError):
        raise NoPlan("it is no JSON") from None
    if isinstance(said, dict) and isinstance(said.get("plan"), dict):
        expected = expected or str(said.get("hash", ""))
        said = said["plan"]
    if not isinstance(said, dict):
        raise NoPlan("it is no JSON object")
    if said.get("format") != FORMAT:
        tool = str(said.get("tool", ""))[:40]
        raise NotSupported(
            f"a plan of format {str(said.get('format'))[:20]} (this version carries out format {FORMAT})",
            way_out=f"eakte-ops {tool} made it and can carry it out; or make it anew with this one",
        )
    plan = _plan(said)
    if expected and plan.hash != expected:
        raise NoPlan(f"it was altered: it should have the hash {expected[:12]} and has {plan.hash[:12]}")
    return plan


def _plan(said: dict[str, Any]) -> Plan:
    """The plan that says exactly `said`: what would be lost or read as something else makes it none."""
    try:
        plan = TypeAdapter(Plan).validate_python({**said, "steps": [_step(step) for step in said["steps"]]})
        for moment in (plan.made_at, plan.valid_until, *_of_window(plan)):
            if not is_time(parsed(moment).timestamp()):
                raise ValueError(f"{moment} is a time that no clock shows")
    except ValidationError as wrong:
        first = wrong.errors(include_url=False, include_context=False)[0]
        raise NoPlan(f"{'.'.join(map(str, first['loc']))}: {first['msg']}"[:200]) from None
    except (TypeError, ValueError, KeyError, AttributeError, OverflowError, RecursionError) as wrong:
        raise NoPlan(" ".join(str(wrong).split())[:200]) from None
    if plan.text() != json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":")):
        raise NoPlan(f"it says more or less than this version knows of plans; eakte-ops {plan.tool[:40]} made it")
    if odd := next((said for said in _in_lines(plan) if BREAKS.search(said)), ""):
        raise NoPlan(f"{BREAKS.sub('?', odd)[:60]!r} holds line breaks or control characters")
    return plan


def _of_window(plan: Plan) -> tuple[str, ...]:
    said = plan.window
    return () if said is None else tuple(each for each in (said.begin, said.end, said.latest_start) if each)


def _in_lines(plan: Plan) -> Iterator[str]:
    """Everything that people read as one line, or in a table: nothing in it may look like another line."""
    yield from (plan.town, plan.purpose, plan.purpose_de, plan.made_by, plan.author, plan.tool, plan.playbook)
    yield from (word for step in plan.steps for word in (step.id, step.name, step.server, step.title, step.title_de))
    yield from (word for each in plan.assumes for word in (each.server, each.title, each.title_de))


def _step(said: dict[str, Any]) -> dict[str, Any]:
    instructed = {phase: _instruction(said[phase]) for phase in ("do", "undo") if said[phase] is not None}
    return {**said, **instructed}


def _instruction(said: dict[str, Any]) -> Any:
    kind = said["instruction"]
    if kind not in _INSTRUCTIONS:
        raise NoPlan(f'there is no instruction "{str(kind)[:40]}"')
    return TypeAdapter(_INSTRUCTIONS[kind]).validate_python({k: v for k, v in said.items() if k != "instruction"})
