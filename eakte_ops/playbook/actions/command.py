"""`command`: a sh text on servers, for what no other action does. It stands in the plan word by word.

What would be guessed later has to be said before: `verify`, unless doing it twice does no harm, because nobody could
tell otherwise what became of it when the server died under it; and `undo`, unless `stays` says why it may stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from eakte_ops.errors import UsageError
from eakte_ops.inventory.files import Line, SecretName
from eakte_ops.playbook.draft import Draft, Drafted, Ground, Where
from eakte_ops.playbook.plan import OnServer
from eakte_ops.playbook.posix import only_here
from eakte_ops.product.model import Language, Layout, Strict
from eakte_ops.remote.posix import quote
from eakte_ops.yamltext import Path, did_you_mean, form

MOST_CHARACTERS = 20_000
Text: TypeAlias = Annotated[
    str, form(rf"(?s)(?=.*\S).{{1,{MOST_CHARACTERS}}}", f"a text of 1 to {MOST_CHARACTERS} characters")
]
Variable: TypeAlias = Annotated[str, form(r"[a-z][a-z0-9_]{0,30}", "a name of small letters, digits and _")]

RUN = frozenset({"run", "until", "plan", "who"})
"""The variables that every text of a run has (variables.py)."""
LAYOUT = frozenset(Layout.model_fields)
"""Folders and accounts of the product, as variables of a text."""
_USED = re.compile(r"(?<!\\)\$(?:\{#?)?([a-z_][a-z0-9_]*)")
_SEEN = re.compile(r"\$\{?[#!]?([a-z_][a-z0-9_]*)")
_COMMENT = re.compile(r"""(?m)^((?:[^\n'"]|'[^\n']*'|"[^\n"]*")*?)(?<!\S)#.*$""")
"""A # inside quotes is none, and what follows it counts."""


class Params(Strict):
    """What `command` has to know. `verify`, `undo` and `repeatable` stand beside `with`, all else below it."""

    text: Text = Field(
        description="The sh text. Its variables: $run, $until, $plan, $who; those of `takes` and `secrets`; the "
        "arguments of the playbook; folders and accounts of the product, such as $data, $state, $software_account."
    )
    account: Literal["work", "software"] = Field(
        default="work",
        description="`work`: the account of people at work, inside the session. `software`: that of the software, by "
        "eakte-job.service: it goes on when the line breaks.",
    )
    secrets: Mapping[Variable, SecretName] = Field(
        default={}, description="Variable: name of a secret of the town. Only for the account `work`."
    )
    takes: Mapping[Variable, str] = Field(
        default={}, description="Variable: name of a value that an earlier step gave."
    )
    gives: tuple[str, ...] = Field(
        default=(), description="Names of the values that it gives: each a line NAME=VALUE of its output."
    )
    stops: bool = Field(
        default=False, description="Whether the service ends with it: window and assumptions are looked at before."
    )
    no_return: bool = Field(
        default=False, description="Whether going back loses what was stored since: only a person decides it then."
    )
    stays: Line = Field(default="", description="Why what it did may stay on the way back, where there is no `undo`.")
    verify: Text | None = None
    undo: Text | None = None
    repeatable: bool = False


class CommandAction:
    """See draft.Action."""

    name = "command"
    params = Params
    text: Mapping[Language, str] = {
        "en": "Carries out a sh text on each server, shown word by word. For what no other action does.",
        "de": "Führt auf jedem Server einen sh-Text aus, der im Plan Wort für Wort steht. Für alles, was sonst keine "
        "Aktion kann.",
    }

    def draft(self, params: Params, where: Where, ground: Ground) -> Drafted:
        """One step per server. Raises UsageError for a secret that the town does not have, NotSupported."""
        for secret in params.secrets.values():
            if secret not in ground.town.said.secrets:
                raise UsageError(
                    f'{ground.town.name} has no secret "{secret}"{did_you_mean(secret, ground.town.said.secrets)}',
                    way_out=f"eakte-ops secret set {ground.town.id} {secret}, and its name in the inventory",
                )
        found = []
        for turn, servers in enumerate(where.server_turns("together")):
            for server in servers:
                only_here(server, "a command")
                known = {**ground.layout(server).model_dump(), **ground.arguments}
                found.append(
                    Draft(
                        server.name,
                        "",
                        self._on_server(params.text, params, known),
                        turn,
                        verify=_said(params.verify, known) if params.verify else None,
                        undo=self._on_server(params.undo, params, known) if params.undo else None,
                        repeatable=params.repeatable,
                        no_return=params.no_return,
                        gives=params.gives,
                        stops=params.stops,
                        word_for_word=True,
                    )
                )
        return Drafted(tuple(found))

    def _on_server(self, text: str, params: Params, known: Mapping[str, str]) -> OnServer:
        return OnServer(_said(text, known), params.account, dict(params.secrets), dict(params.takes))

    def objections(self, params: Params, arguments: Iterable[str]) -> Iterator[tuple[Path, str]]:
        """What the playbook has to say differently: where in `params`, and the sentence. `arguments`: their names."""
        if params.verify is None and not params.repeatable:
            yield (
                ("text",),
                (
                    "`verify` is missing: if the server dies under it, nobody can tell what became of it "
                    "(or `repeatable: true`, where doing it twice does no harm)"
                ),
            )
        if params.undo is None and not params.stays and not params.no_return:
            yield ("text",), "`undo` is missing: say how it is taken back, or in `stays` why it may stay"
        if params.undo is not None and params.stays:
            yield ("stays",), "there is an `undo`, so it does not stay"
        if params.secrets and params.account != "work":
            yield ("secrets",), "secrets are given to texts of the account `work` alone: they are never on a disk there"
        own = [*params.secrets, *params.takes]
        for at, variable in (
            *((("secrets", v), v) for v in params.secrets),
            *((("takes", v), v) for v in params.takes),
        ):
            if variable in RUN | LAYOUT or own.count(variable) > 1 or variable in arguments:
                yield at, f"${variable} is something else already"
        for name in sorted((RUN | LAYOUT).intersection(arguments)):
            yield ("text",), f"${name} is something else already, so no argument can be named {name} here"
        known = {*own, *RUN, *LAYOUT, *arguments}
        for field in ("text", "verify", "undo"):
            said: str | None = getattr(params, field)
            for name in unknown_variables(said or "", known):
                yield (field,), f"nothing gives the variable ${name}{did_you_mean(name, known)}"


def variables(text: str) -> frozenset[str]:
    """The variables in small letters that a text uses."""
    return frozenset(_USED.findall(_COMMENT.sub(r"\1", text)))


def unknown_variables(text: str, known: Iterable[str]) -> tuple[str, ...]:
    """The variables that a text uses, that are not known, and that it does not make: their bare name is not in it."""
    bare = set(re.findall(r"(?<![$\w{])[a-z_][a-z0-9_]*", _COMMENT.sub(r"\1", text)))
    return tuple(sorted(variables(text) - set(known) - bare))


def _said(text: str, known: Mapping[str, str]) -> str:
    """The text, and before it the values of those variables that are known when the plan is made and that it uses."""
    # Whatever looks like one, behind a # too: what only seems to be a comment would be carried out with nothing in it.
    used = set(_SEEN.findall(text))
    lines = [f"{name}={quote(value)}\n" for name, value in sorted(known.items()) if name in used]
    return "".join(lines) + text.rstrip("\n") + "\n"


ACTION = CommandAction()
