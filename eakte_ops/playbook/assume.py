"""Asks whether what a plan takes for granted still holds: one exchange per server, all servers at once."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from time import monotonic

from eakte_ops.playbook.lines import Lines
from eakte_ops.playbook.plan import Assumption
from eakte_ops.product.model import Language
from eakte_ops.remote import cleaning
from eakte_ops.remote.exchange import Exchange, shell_for
from eakte_ops.remote.types import Answer, Question, Script

_LIMIT_S = 20.0
_SLACK_S = 10.0
_CAP = 4_096
_SHOWN = 80
_NUMBER = re.compile(r"-?\d{1,18}\Z")


@dataclass(frozen=True, slots=True)
class Differs:
    """An assumption that does not hold. `found`: what the server says now, cleaned; "" where it gave no answer, and
    then `why` says why not."""

    assumption: Assumption
    found: str
    why: str = ""

    def sentence(self, language: Language = "en") -> str:
        """What was assumed, where, and what is found instead; no full stop."""
        said = self.assumption
        title = (said.title_de if language == "de" else "") or said.title
        words = _WORDS[language]
        wanted = words[said.rule].format(value=cleaning.line(said.value, _SHOWN))
        found = words["unanswered"].format(why=self.why) if self.why else words["found"].format(found=self.found)
        return f"{said.server}: {title}: {wanted}, {found}"


_WORDS: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "equal": "the plan takes {value!r} for granted",
        "at-least": "the plan needs at least {value}",
        "at-most": "the plan allows at most {value}",
        "found": "the server says {found!r}",
        "unanswered": "and that can not be told ({why})",
    },
    "de": {
        "equal": "der Plan geht von {value!r} aus",
        "at-least": "der Plan braucht mindestens {value}",
        "at-most": "der Plan erlaubt höchstens {value}",
        "found": "der Server sagt {found!r}",
        "unanswered": "und das lässt sich nicht feststellen ({why})",
    },
}


def differing(assumes: Sequence[Assumption], lines: Lines, lead: str = "") -> tuple[Differs, ...]:
    """Those of `assumes` that do not hold, in their order. `lead`: lines before each text (Variables.lines).

    A question without an answer does not hold. Raises Unreachable where a server can not be asked at all.
    """
    servers = list(dict.fromkeys(said.server for said in assumes))
    if not servers:
        return ()
    of = {server: [said for said in assumes if said.server == server] for server in servers}
    with ThreadPoolExecutor(len(servers), "assume") as pool:
        found = dict(
            zip(servers, pool.map(lambda server: _asked(of[server], lines, server, lead), servers), strict=True)
        )
    answers = {server: iter(each) for server, each in found.items()}
    judged = [judge(said, next(answers[said.server])) for said in assumes]
    return tuple(each for each in judged if each is not None)


def judge(said: Assumption, answer: Answer) -> Differs | None:
    """None where it holds. Pure."""
    first = answer.out.decode("utf-8", "replace").split("\n", 1)[0].strip()
    shown = cleaning.line(first, _SHOWN)
    if answer.status != 0:
        why = answer.why or f"status {answer.status}" + (
            f": {told}" if (told := cleaning.line(answer.err, 120)) else ""
        )
        return Differs(said, "", cleaning.line(why))
    if said.rule == "equal":
        return None if first == said.value.strip() else Differs(said, shown)
    if not _NUMBER.match(first) or not _NUMBER.match(said.value.strip()):
        return Differs(said, shown)
    seen, value = int(first), int(said.value)
    holds = seen >= value if said.rule == "at-least" else seen <= value
    return None if holds else Differs(said, shown)


def _asked(assumes: Sequence[Assumption], lines: Lines, server: str, lead: str) -> list[Answer]:
    """The answers of one server, in the order of its assumptions."""
    questions = [
        Question(f"assume {number}", Script({"posix": lead + said.ask}), limit=_LIMIT_S, cap=_CAP)
        for number, said in enumerate(assumes)
    ]
    budget = _LIMIT_S + 1.0 * len(questions)
    shell = shell_for(lines.targets[server].dialect)
    with lines.to(server) as line:
        exchange = Exchange(line, shell, questions, budget=budget, deadline=monotonic() + budget + _SLACK_S)
        answers = list(exchange)
        if exchange.broken is not None:
            raise exchange.broken
    return answers
