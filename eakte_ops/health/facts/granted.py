"""What is granted on a server. The question and its text belong to the room `access`, which knows the pack."""

from __future__ import annotations

from eakte_ops.access.granted import QUESTION, Granted, granted_question, read_granted
from eakte_ops.health.facts.reading import word
from eakte_ops.health.types import Fact, NotKnown, Site
from eakte_ops.remote.types import Answer, Question, Visit


def _ask(site: Site) -> Question | None:
    return None if site.granted is None else granted_question(site.granted())


def _parse(answer: Answer, _visit: Visit) -> Granted:
    try:
        return read_granted(answer.out)
    except ValueError as wrong:
        raise NotKnown("unreadable", what=word(str(wrong).encode("utf-8", "replace"))) from wrong


GRANTED = Fact(QUESTION, _ask, _parse)
