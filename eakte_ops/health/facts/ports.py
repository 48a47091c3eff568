"""On which TCP ports something listens."""

from __future__ import annotations

import re

from eakte_ops.health.facts.reading import lines, question
from eakte_ops.health.types import Fact, NotKnown, Site
from eakte_ops.remote.types import Answer, Question, Visit

_HEX = re.compile(r"^[0-9A-Fa-f]{4}$")


def wanted_ports(site: Site) -> dict[str, int]:
    """The ports that a `port` probe names: "component port name" -> number."""
    return {
        f"{part.name} {probe.port}": part.ports[probe.port]
        for part in site.components
        for probe in part.component.probes
        if probe.kind == "port" and probe.port in part.ports
    }


def _ask(site: Site) -> Question | None:
    return question("ports", limit=3) if wanted_ports(site) else None


def _parse(answer: Answer, _visit: Visit) -> frozenset[int]:
    found = [line[0] for line in lines(answer)]
    if not found or found.pop() != "end":
        raise NotKnown("unreadable", what="/proc/net/tcp")
    if not all(_HEX.match(each) for each in found):
        raise NotKnown("unreadable", what="/proc/net/tcp")
    return frozenset(int(each, 16) for each in found)


PORTS = Fact("ports", _ask, _parse)
