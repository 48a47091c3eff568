"""Looks at the machines that come back: what they say of themselves now. Asks, and changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from eakte_ops.errors import CommandFailed
from eakte_ops.playbook.draft import Ground
from eakte_ops.playbook.handover import signs, states, whom
from eakte_ops.playbook.handover.opened import Opened
from eakte_ops.playbook.handover.signs import Difference, Signs
from eakte_ops.playbook.lines import Lines
from eakte_ops.playbook.plan import Assumption
from eakte_ops.playbook.posix import word
from eakte_ops.product.model import Layout
from eakte_ops.remote import cleaning, mirror, ops
from eakte_ops.remote.types import Connection, Question, Script

_LIMIT_S = 90.0
_CAP = 8_000
_NAME = "signs"


@dataclass(frozen=True, slots=True)
class CameBack:
    """What was found. `changed`: worth knowing; `back`: a machine went back in time, or lost what had been set: nothing
    is started before a person decides. `done`: server -> what local IT says there, where it said something."""

    seen: Mapping[str, Signs]
    changed: tuple[Difference, ...]
    back: tuple[Difference, ...]
    done: Mapping[str, str]


def look(found: Opened, ground: Ground, lines: Lines, lock_server: str) -> CameBack:
    """Asks all servers on which something was done. `lock_server`: keeps the journal of the handover, too.

    Raises Unreachable, CommandFailed.
    """
    with ThreadPoolExecutor(max(1, len(found.stopped)), "handover") as pool:
        asked = pool.map(lambda name: _asked(name, found, ground, lines, lock_server), found.stopped)
        said = dict(zip(found.stopped, asked, strict=True))
    seen = {name: each for name, (each, _done) in said.items()}
    held = {server.name for server in whom.concerned(found.servers, ground).stopped}
    back = [
        difference
        for name, each in seen.items()
        for difference in signs.went_back(name, found.known, each)
        if difference.kind != "hold" or name in held
    ]
    changed = [
        difference
        for name, each in seen.items()
        for difference in signs.changed(name, found.known.before.get(name, {}), each)
    ]
    done = {name: text for name, (_each, text) in said.items() if text}
    return CameBack(seen, tuple(changed), tuple(back), done)


def as_seen(came: CameBack, ground: Ground) -> tuple[Assumption, ...]:
    """That nothing goes back between this look and the start: mark, hold and start of each machine are as seen."""
    found = []
    for name, seen in came.seen.items():
        layout = ground.layout(ground.town.server(name))
        for title, title_de, ask, value in (
            ("mark of the handover", "Merkzeichen der Übergabe", states.whose_text("handover", layout), seen.mark),
            ("hold", "Startsperre", states.whose_text("hold", layout), seen.hold),
            ("start of the machine", "Start der Maschine", _BOOT, seen.of("boot")),
        ):
            found.append(Assumption(name, f"{title} as seen", ask, value, title_de=f"{title_de} wie gesehen"))
    return tuple(found)


_BOOT = "head -c 8 /proc/sys/kernel/random/boot_id && echo\n"


def question(layout: Layout, documents: str) -> Question:
    """What one machine is asked. `documents`: its document area, "" for none."""
    done = word(f"{layout.granted}/handover-done")
    text = (
        f"printf 'mark='; ( {states.whose_text('handover', layout)} )\n"
        f"printf 'hold='; ( {states.whose_text('hold', layout)} )\n"
        f"printf 'done='; head -c 300 {done} 2>/dev/null | head -n 1; echo\n"
        + signs.text(_NAME, layout, documents, keep=False)
    )
    return Question("handover look", Script({"posix": text}), limit=_LIMIT_S, cap=_CAP)


def parse(out: bytes) -> tuple[Signs, str]:
    """What one machine said of itself, and what local IT says there. What is of another form is dropped."""
    said: dict[str, str] = {}
    for raw in out.split(b"\n")[:50]:
        name, equals, value = cleaning.line(raw, 600).partition("=")
        if equals and name not in said:
            said[name] = value
    found = Signs(signs.parse(said.get(_NAME, "")), said.get("mark", "?"), said.get("hold", "?"))
    return found, said.get("done", "")


def _asked(name: str, found: Opened, ground: Ground, lines: Lines, lock_server: str) -> tuple[Signs, str]:
    server = ground.town.server(name)
    asked = question(ground.layout(server), whom.documents(server, ground))
    with lines.to(name) as line:
        answer = ops.ask(line, asked)
        if answer.status != 0:
            raise CommandFailed(
                answer.why or cleaning.line(answer.err) or "nothing was said",
                server=name,
                command=asked.name,
                code=answer.status,
            )
        seen, done = parse(answer.out)
        if name == lock_server:
            seen = Signs(seen.said, seen.mark, seen.hold, _journal(line, found.run, name))
    return seen, done


def _journal(line: Connection, run: str, server: str) -> int:
    """How many lines of the run's journal are there; none where there is no copy."""
    try:
        return len(mirror.read(line, run, server=server)[1])
    except CommandFailed:
        return 0
