"""From a playbook and a town to the steps of a plan. Pure: no connection, no clock, no store."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from eakte_ops.errors import EakteError, NotSupported, UsageError
from eakte_ops.playbook.actions import ACTIONS
from eakte_ops.playbook.actions.ask import question
from eakte_ops.playbook.actions.gate import gates
from eakte_ops.playbook.draft import Draft, Drafted, Ground, Where
from eakte_ops.playbook.handover.sentences import on_the_wall
from eakte_ops.playbook.load import Playbook
from eakte_ops.playbook.model import Argument, PlaybookStep
from eakte_ops.playbook.placeholders import put_in
from eakte_ops.playbook.plan import AskPerson, Assumption, Gate, Needs, Step, ValueKind
from eakte_ops.playbook.select import select
from eakte_ops.playbook.wall import parsed
from eakte_ops.product.model import Language
from eakte_ops.yamltext import did_you_mean, inspect

_JOB_ID_MOST = 100
_AROUND = len("2026-11-24--xxxx" + "." + ".undo.99")
"""Characters of a job's id beside town and step."""
_BEFORE_STOP_S = 120
_MOST_DIGITS = 15
_LANGUAGES: tuple[Language, ...] = ("de", "en")
_Spoken: TypeAlias = Mapping[Language, Mapping[str, str]]
_ARGUMENT = re.compile(r"\$([a-z][a-z0-9_]*)")


@dataclass(frozen=True, slots=True)
class Compiled:
    """What a playbook is for one town. `purpose`, `purpose_de`: its title in both languages."""

    purpose: str
    purpose_de: str
    steps: tuple[Step, ...]
    needs: Needs
    assumes: tuple[Assumption, ...] = ()
    values: Mapping[str, ValueKind] = field(default_factory=dict)


@dataclass
class _Made:
    """What grows step by step."""

    steps: list[Step] = field(default_factory=list)
    assumes: dict[Assumption, None] = field(default_factory=dict)
    values: dict[str, ValueKind] = field(default_factory=dict)
    stage: int = 0
    guarded: bool = False


def compile_(playbook: Playbook, ground: Ground) -> Compiled:
    """The steps that `playbook` takes in the town of `ground`, in stages, gates put in.

    Raises UsageError for arguments that are missing, unknown or of another kind, and for what the town does not have;
    NotSupported, naming all servers, where something would have to be done on a platform that can not be changed yet.
    """
    ground = replace(ground, arguments=_arguments(playbook, ground))
    made, spoken = _Made(), _spoken(playbook, ground)
    chosen = [(number, step, _place(playbook, step, number, ground)) for number, step in _numbered(playbook)]
    _must_be_supported(chosen, ground)
    drafted = [(number, step, where, _drafts(playbook, step, number, where, ground)) for number, step, where in chosen]
    for _number, _step, _where, drafts in drafted:
        made.assumes |= dict.fromkeys(drafts.assumes)
        made.values |= drafts.values
    needs = playbook.said.needs
    ends = any(draft.stops for *_, drafts in drafted for draft in drafts.steps)
    window = ends if needs.window == "stops" else needs.window
    for number, step, where, drafts in drafted:
        _lay(made, number, step, where, drafts, ground=ground, spoken=spoken, window=window)
    return Compiled(
        _filled(playbook.said.title.en, spoken["en"]),
        _filled(playbook.said.title.de, spoken["de"]),
        tuple(made.steps),
        Needs(window, needs.second_person),
        tuple(made.assumes),
        {**playbook.said.values, **made.values},
    )


def _numbered(playbook: Playbook) -> Iterator[tuple[int, PlaybookStep]]:
    return enumerate(playbook.said.steps, 1)


def _spoken(playbook: Playbook, ground: Ground) -> _Spoken:
    """The arguments as titles say them: times by the town's clock."""
    said, kinds = ground.arguments, {name: each.kind for name, each in playbook.said.arguments.items()}
    times = {name: parsed(value) for name, value in said.items() if value and kinds.get(name) == "time"}
    return {
        language: {**said, **{name: on_the_wall(ground.town, at, language) for name, at in times.items()}}
        for language in _LANGUAGES
    }


def _filled(title: str, said: Mapping[str, str]) -> str:
    """A title with its arguments: restart $component -> restart gateway."""
    return _ARGUMENT.sub(lambda found: said.get(found[1], found[0]), title)


def _arguments(playbook: Playbook, ground: Ground) -> dict[str, str]:
    """What was asked for, every argument in it; "" for what was left out."""
    wanted = playbook.said.arguments
    for name in ground.arguments:
        if name not in wanted:
            raise UsageError(
                f'{playbook.name} has no argument "{name}"{did_you_mean(name, wanted)}', place=playbook.file
            )
    found = {}
    for name, argument in wanted.items():
        said = ground.arguments.get(name, "")
        if not said and not argument.optional:
            raise UsageError(f"{playbook.name} needs {name}: {argument.text.en}", place=playbook.file)
        if said and (wrong := _objection(argument, said, ground)):
            known = _known(argument, ground)
            raise UsageError(wrong, way_out=f"there: {', '.join(known)}" if known else f"{name}: {argument.text.en}")
        found[name] = said
    return found


def _known(argument: Argument, ground: Ground) -> list[str] | None:
    """The words that an argument may be in this town; None where there are too many to be named."""
    return {
        "component": sorted({part.installed.name for part in ground.parts()}),
        "server": [server.name for server in ground.town.said.servers],
    }.get(argument.kind)


def _objection(argument: Argument, said: str, ground: Ground) -> str:
    """What is wrong with the value of an argument, "" if nothing is."""
    known = _known(argument, ground)
    if known is not None and said not in known:
        return f'{ground.town.name} has no {argument.kind} "{said}"{did_you_mean(said, known)}'
    if argument.kind == "number" and not (said.isascii() and said.isdigit() and len(said) <= _MOST_DIGITS):
        return f"a whole number expected, found {said!r:.60}"
    if argument.kind == "time" and not _is_moment(said):
        return f"a moment like 2026-11-24T17:00:00Z expected, found {said!r:.60}"
    if argument.kind == "line" and not (said.isprintable() and len(said) <= 200):
        return "one line of at most 200 characters expected"
    # Not with a hyphen at its beginning, where a command would take it for an option.
    if argument.kind == "name" and not re.fullmatch(r"[a-z0-9][a-z0-9-]*", said):
        return f"a name of small letters, digits and hyphens expected, found {said!r:.60}"
    return ""


def _is_moment(said: str) -> bool:
    try:
        parsed(said)
    except ValueError:
        return False
    return True


def _place(playbook: Playbook, step: PlaybookStep, number: int, ground: Ground) -> Where:
    try:
        return select(step.where, ground, step.order, number)
    except EakteError as wrong:
        raise _at(playbook, number, wrong) from wrong


def _at(playbook: Playbook, number: int, wrong: EakteError) -> EakteError:
    """The same error with its place in the playbook."""
    if not wrong.place:
        line, column = playbook.document.place(("steps", number - 1))
        wrong.place = f"{playbook.file}:{line}:{column}"
        wrong.args = (f"{wrong.place}: {wrong.said}",)
    return wrong


def _must_be_supported(chosen: Sequence[tuple[int, PlaybookStep, Where]], ground: Ground) -> None:
    """Raises NotSupported with all servers that can not be changed yet, not only with the first one."""
    named = {
        server.name: server.platform
        for _number, step, where in chosen
        if step.owner == "centre" and step.action != "ask"
        for server in where.servers
        if server.platform != "linux" and any(ground.owner(p) == "centre" for p in where.parts if p.server == server)
    }
    if named:
        servers = ", ".join(f"{name} ({platform})" for name, platform in named.items())
        raise NotSupported(
            f"changing anything on {servers}", way_out="do it by hand there; health, status and configuration do work"
        )


def _drafts(playbook: Playbook, step: PlaybookStep, number: int, where: Where, ground: Ground) -> Drafted:
    if step.owner == "local-it" and step.action is None and step.title is not None:
        names = f" ({', '.join(each.name for each in where.servers)})" if where.chosen else ""
        spoken = _spoken(playbook, ground)
        asked = question(_filled(step.title.en, spoken["en"]) + names, _filled(step.title.de, spoken["de"]) + names)
        return Drafted((replace(asked, owner="local-it"),))
    action = ACTIONS[step.action or ""]
    data = put_in(playbook.params_of(number), ground.arguments, playbook.said.arguments)
    params, problems = inspect(data, action.params)
    try:
        if params is None:
            raise UsageError("; ".join(f"{problem.path[-1]}: {problem.sentence}" for problem in problems))
        return action.draft(params, where, ground)
    except EakteError as wrong:
        raise _at(playbook, number, wrong) from wrong


def _lay(
    made: _Made,
    number: int,
    step: PlaybookStep,
    where: Where,
    drafts: Drafted,
    *,
    ground: Ground,
    spoken: _Spoken,
    window: bool,
) -> None:
    """Put the drafts of a step of the playbook into the plan, behind its gates."""
    laid: list[tuple[int, Draft]] = []
    if step.before:
        made.stage += 1
        laid += [(made.stage, gate) for gate in gates(step.before, where, ground)]
    for turn in sorted({draft.turn for draft in drafts.steps}):
        now = [draft for draft in drafts.steps if draft.turn == turn]
        if not made.guarded and any(draft.stops for draft in now):
            made.guarded = True
            laid += _guard(made, window=window)
        made.stage += 1
        laid += [(made.stage, draft) for draft in now]
    counts: dict[str, int] = {}
    for _stage, draft in laid:
        counts[draft.server] = counts.get(draft.server, 0) + 1
    seen: dict[str, int] = {}
    for stage, draft in laid:
        seen[draft.server] = seen.get(draft.server, 0) + 1
        which = f"_{seen[draft.server]}" if counts[draft.server] > 1 else ""
        name = _id(number, step.name, draft.server, which, ground.town.id)
        made.steps.append(_step(draft, step, stage, name, spoken))


def _guard(made: _Made, *, window: bool) -> list[tuple[int, Draft]]:
    """Before the service stops: is the window still open, does what was taken for granted still hold?"""
    checks = (*(("plan.window",) if window else ()), *(("plan.assumptions",) if made.assumes else ()))
    if not checks:
        return []
    made.stage += 1
    guard = Draft(
        "",
        "before the service stops: does what the plan stands on still hold?",
        Gate(checks),
        limit=_BEFORE_STOP_S,
        expected=2,
        title_de="bevor der Dienst endet: gilt noch, worauf der Plan beruht?",
    )
    return [(made.stage, guard)]


def _id(number: int, name: str, server: str, which: str, town: str) -> str:
    """NN-NAME-SERVER, _K behind where several; cut so that the ids of its jobs are not too long. NN and _K make it
    unique among the steps of one server; a hash keeps servers apart whose names had to be cut."""
    whole = f"{number:02d}-{name}{'-' if server else ''}{server}"
    room = _JOB_ID_MOST - _AROUND - len(town) - len(which)
    if len(whole) <= room:
        return whole + which
    mark = hashlib.sha256(whole.encode()).hexdigest()[:8]
    return f"{whole[: room - 9]}-{mark}{which}"


def _step(draft: Draft, said: PlaybookStep, stage: int, name: str, spoken: _Spoken) -> Step:
    own = said.title
    english = _joined(_filled(own.en, spoken["en"]) if own else "", draft.title)
    german = _joined(_filled(own.de, spoken["de"]) if own else "", draft.title_de or draft.title)
    meant = _is_meant(draft, said)
    usual: dict[str, Any] = {}
    if limit := (said.limit if meant and said.limit else draft.limit):
        usual["limit"] = limit
    if expected := (said.expected if meant and said.expected else draft.expected):
        usual["expected"] = expected
    return Step(
        id=name,
        stage=stage,
        server=draft.server,
        title=english,
        do=draft.do,
        verify=draft.verify,
        undo=draft.undo,
        repeatable=draft.repeatable,
        no_return=draft.no_return,
        gives=draft.gives,
        stops=draft.stops,
        owner=draft.owner,
        name=said.name,
        title_de="" if german == english else german,
        word_for_word=draft.word_for_word,
        **usual,
    )


def _is_meant(draft: Draft, said: PlaybookStep) -> bool:
    """Whether what a playbook says of the time of a step is said of this draft, and not of a note or gate around it."""
    if isinstance(draft.do, Gate):
        return said.action == "gate"
    return draft.limit is None or bool(draft.verify or draft.undo) or isinstance(draft.do, AskPerson)


def _joined(step: str, draft: str) -> str:
    """The title of the playbook's step before that of the draft, where both say something and not the same."""
    return f"{step}: {draft}" if step and draft and draft != step and not draft.startswith(step) else draft or step
