"""`ask`: a person does something, or decides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, TypeAlias

from pydantic import Field

from eakte_ops.inventory.files import Name
from eakte_ops.playbook.draft import Draft, Drafted, Ground, Where
from eakte_ops.playbook.plan import AskPerson
from eakte_ops.product.model import Language, Strict, Title

LIMIT_S = 86_400
EXPECTED_S = 300
Answers: TypeAlias = Annotated[
    tuple[Name, ...],
    Field(min_length=1, description="The words that can be given; with the first one it goes on, others end it."),
]


class Params(Strict):
    """What `ask` has to know."""

    question: Title = Field(description="What is asked or asked for, in both languages.")
    answers: Answers = ("done",)


class AskAction:
    """See draft.Action."""

    name = "ask"
    params = Params
    text: Mapping[Language, str] = {
        "en": "A person does something by hand, or decides, and says so with a word.",
        "de": "Jemand tut etwas von Hand oder entscheidet und sagt es mit einem Wort.",
    }

    def draft(self, params: Params, where: Where, ground: Ground) -> Drafted:
        """One question, for all servers that are chosen together."""
        servers = where.servers if where.chosen else ()
        names = ", ".join(each.name for each in servers)
        named = f" ({names})" if names else ""
        return Drafted((question(params.question.en + named, params.question.de + named, params.answers),))


def question(english: str, german: str, answers: tuple[str, ...] = ("done",)) -> Draft:
    """The draft of a question to nobody's server in particular."""
    return Draft(
        "",
        english,
        AskPerson(english, answers, german),
        limit=LIMIT_S,
        expected=EXPECTED_S,
        title_de=german,
    )


ACTION = AskAction()
