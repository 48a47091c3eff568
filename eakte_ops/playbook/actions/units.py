"""What `start`, `stop` and `restart` share: the note of how components run, and what is asked of local IT instead."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from eakte_ops.playbook import posix
from eakte_ops.playbook.actions.ask import question
from eakte_ops.playbook.draft import Draft, Ground, Part, Where
from eakte_ops.playbook.plan import AskPerson, Assumption, OnServer, ValueKind

STOP_S = 180
"""The units of the access pack are given 120 s to end in order before systemd kills them."""
START_S = 60


def value(where: Where, part: Part) -> str:
    """The name of the value that holds how a component ran before this step of the playbook."""
    return f"ran-{where.number:02d}-{part.installed.name}-{part.server.name}"


def values(where: Where, parts: Sequence[Part]) -> dict[str, ValueKind]:
    """The values that `notes` gives, with their kind."""
    return {value(where, part): "word" for part in parts}


def notes(where: Where, parts: Sequence[Part]) -> Iterator[Draft]:
    """Steps that note, on every server, how these components run."""
    for server in dict.fromkeys(part.server.name for part in parts):
        here = [part for part in parts if part.server.name == server]
        names = ", ".join(part.installed.name for part in here)
        yield Draft(
            server,
            f"note how it runs: {names}",
            OnServer("".join(posix.note_unit(value(where, part), part.unit) for part in here)),
            repeatable=True,
            gives=tuple(value(where, part) for part in here),
            limit=30,
            expected=1,
            title_de=f"festhalten, wie es läuft: {names}",
        )


def on_server(text: str, where: Where, part: Part) -> OnServer:
    """A text that knows the note as $ran."""
    return OnServer(text, takes={"ran": value(where, part)})


def there(part: Part) -> Assumption:
    """The service manager knows the unit of a component."""
    return Assumption(
        part.server.name,
        f"unit {part.unit}",
        posix.loaded(part.unit),
        "loaded",
        title_de=f"Unit {part.unit}",
    )


def free(ground: Ground, part: Part) -> Assumption:
    """The hold is not set on the server of a component."""
    return Assumption(
        part.server.name,
        "hold",
        posix.held(ground.layout(part.server)),
        "free",
        title_de="Startsperre",
    )


def each_once(assumed: Sequence[Assumption]) -> tuple[Assumption, ...]:
    """The same without what is in it twice."""
    return tuple(dict.fromkeys(assumed))


def ours(where: Where, ground: Ground, what: str) -> tuple[Part, ...]:
    """The components that we may touch. Raises NotSupported for those on another platform; `what`: as in stopping."""
    found = tuple(part for part in where.parts if ground.owner(part) == "centre")
    for part in found:
        posix.only_here(part.server, f"{what} {part.installed.name}")
    return found


def asked(part: Part, turn: int, english: str, german: str, *, stops: bool, back: tuple[str, str] | None) -> Draft:
    """What is asked of local IT, who operates this component. `back`: what is asked on the way back, both languages."""
    named = f"{part.installed.name} ({part.server.name})"
    undo = None if back is None else AskPerson(f"{back[0]} {named}", question_de=f"{back[1]} {named}")
    return replace(
        question(f"{english} {named}", f"{german} {named}"), turn=turn, undo=undo, stops=stops, owner="local-it"
    )


def in_turns(
    turns: Sequence[Sequence[Part]],
    first: int,
    draft: Callable[[Part, int], Draft],
    after: Callable[..., Iterator[Draft]],
) -> Iterator[Draft]:
    """The drafts of components turn by turn from `first` on; `after` each turn what it gives for it, a turn later."""
    turn = first
    for parts in turns:
        yield from (draft(part, turn) for part in parts)
        checked = list(after(parts, turn + 1))
        yield from checked
        turn += 2 if checked else 1
