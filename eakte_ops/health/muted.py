"""What is down on purpose is no finding, until the time that was agreed and not one second longer.

A server says itself that it was handed over (facts/handover.py). Where it can not be asked, because local IT starts it
anew, what the centre remembers counts. A server that can be asked and knows of nothing is believed: then what is down
there is told, and that the server has forgotten something is told by the comparison at the end of the handover.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from eakte_ops.health.facts.handover import HANDOVER, ends
from eakte_ops.health.types import AnyCheck, Look, NotKnown, Result, Values

_SOFTWARE_FACTS = frozenset({"web", "ports", "certificate", "database", "roundtrip", "startup"})
"""What only running software can answer."""
_SOFTWARE_CHECKS = frozenset({"service.units", "service.restarts"})
_PAGE = "gateway.answer"
_REACHABLE = "reachable"


@dataclass(frozen=True, slots=True)
class Handed:
    """What the centre remembers: a machine that it handed over. `until`: Unix seconds."""

    run: str
    until: float


@dataclass(frozen=True, slots=True)
class Down:
    """What is down on purpose on a server at the moment of a look.

    `run`: whose work it is; `until`: when it ends. `page`: only the gateway's page, behind a notice. `unread`: it was
    not the server itself that said so.
    """

    run: str
    until: float
    page: bool = False
    unread: bool = False


def down(look: Look | None, handed: Handed | None, when: datetime) -> Down | None:
    """What is down on purpose. `look` None: the server was not reached."""
    now = when.timestamp()
    try:
        said = None if look is None else look[HANDOVER]
    except NotKnown:
        said = None
    if said is None:
        return Down(handed.run, handed.until, unread=True) if handed is not None and now < handed.until else None
    for state, page in ((said.mark, False), (said.notice, True)):
        until = ends(state)
        if state is not None and state.run and until is not None and now < until:
            return Down(state.run, until, page)
    return None


def muted(check: AnyCheck, result: Result, on_purpose: Down | None) -> Result:
    """`result`, or that nobody has to do anything about it because it was agreed."""
    if on_purpose is None or not result.bad or not _concerns(check, on_purpose):
        return result
    reason = "notice-page" if on_purpose.page else "handed-over"
    values: Values = {"run": on_purpose.run, "until": on_purpose.until}
    return Result("unknown", result.subject, values=values, reason=reason, owner=result.owner, waits=True)


def _concerns(check: AnyCheck, on_purpose: Down) -> bool:
    if on_purpose.page:
        return check.name == _PAGE
    return needs_software(check) or (on_purpose.unread and check.name == _REACHABLE)


def needs_software(check: AnyCheck) -> bool:
    """Whether it can not be well while the software is down."""
    return check.name in _SOFTWARE_CHECKS or any(fact.name in _SOFTWARE_FACTS for fact in check.facts)
