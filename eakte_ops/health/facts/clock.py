"""The server's clock against this machine's, and how long the login took."""

from __future__ import annotations

import re
from dataclasses import dataclass

from eakte_ops.health.facts.reading import lines, question
from eakte_ops.health.types import Fact, NotKnown, Shown, Site
from eakte_ops.remote.types import Answer, Question, Visit

_TIME = re.compile(r"^(\d{1,12})(?:\.(\d{1,9}))?")


@dataclass(frozen=True, slots=True)
class Offset:
    """`seconds` by which the server's clock is at least ahead (negative: behind); the truth may be up to `unsure` more.

    The server read its clock at some moment between the login and the end of the visit; nothing finer is known.
    """

    seconds: float
    unsure: float


def _ask(_site: Site) -> Question:
    return question("clock", limit=2, cap=100)


def _parse(answer: Answer, visit: Visit) -> Offset:
    found = _TIME.match(next(lines(answer), [""])[0])
    if not found:
        raise NotKnown("unreadable", what="date")
    there = float(f"{found[1]}.{found[2] or '0'}")
    began = visit.began + visit.login_s
    ended = max(visit.ended, began)
    if there < began:
        return Offset(there - began, ended - began)
    return Offset(max(0.0, there - ended), ended - began)


CLOCK = Fact("clock", _ask, _parse)
LOGIN_S: Shown[float] = Shown("login", lambda visit: visit.login_s)
