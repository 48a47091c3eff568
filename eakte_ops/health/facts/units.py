"""What the service manager of the operating system says about our units and about failed ones, and the two switches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from eakte_ops.health.facts.reading import lines, question, whole
from eakte_ops.health.types import Fact, NotKnown, Site
from eakte_ops.remote.types import Answer, Question, Visit


@dataclass(frozen=True, slots=True)
class Unit:
    """systemd's words. `enabled` is UnitFileState: "disabled" (start by hand) is no fault by itself.

    `restarts`: how often systemd started it again by itself since somebody started it; None: it does not say.
    """

    load: str
    active: str
    sub: str
    enabled: str
    result: str
    restarts: int | None = None


@dataclass(frozen=True, slots=True)
class Units:
    """`failed`: all failed units of the machine. `ours` by unit name. `hold`, `stop`: None: not set; else its text."""

    failed: tuple[str, ...]
    ours: Mapping[str, Unit]
    hold: str | None
    stop: str | None


def units_of(site: Site) -> dict[str, str]:
    """Component -> its unit on this platform."""
    return {part.name: part.component.unit["linux"] for part in site.components}


def _ask(site: Site) -> Question:
    hold, stop = f"{site.layout.state}/hold", f"{site.layout.granted}/stop"
    return question("units", hold, stop, *units_of(site).values(), limit=8)


def _parse(answer: Answer, _visit: Visit) -> Units:
    failed: list[str] = []
    blocks: list[dict[str, str]] = [{}]
    switches: dict[str, str | None] = {}
    ended: list[str] = []
    for kind, *rest in lines(answer):
        said = rest[0] if rest else ""
        if kind == "failed":
            failed.append(said)
        elif kind == "unit":
            key, equals, value = said.partition("=")
            if equals:
                blocks[-1][key] = value
            else:
                blocks.append({})
        elif kind in ("hold", "stop"):
            switches[kind] = None if rest == ["absent"] else said
        elif kind == "end":
            ended = rest
    if len(ended) != 2 or len(switches) != 2:
        raise NotKnown("unreadable", what="systemctl")
    if ended != ["0", "0"]:
        raise NotKnown("tool-missing", tool="systemctl")
    ours = {block["Id"]: _unit(block) for block in blocks if block.get("Id")}
    return Units(tuple(sorted(set(failed))), ours, switches["hold"], switches["stop"])


def _unit(block: Mapping[str, str]) -> Unit:
    keys = ("LoadState", "ActiveState", "SubState", "UnitFileState", "Result")
    if any(key not in block for key in keys[:3]):
        raise NotKnown("unreadable", what="systemctl show")
    load, active, sub, enabled, result = (block.get(key, "") for key in keys)
    restarts = block.get("NRestarts", "")
    count = whole(restarts, "NRestarts", 2**32) if restarts else None
    return Unit(load, active, sub, enabled, result, count)


UNITS = Fact("units", _ask, _parse)
