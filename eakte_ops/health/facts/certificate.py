"""Until when the certificates are valid that our TLS ports show."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from eakte_ops.health.facts.reading import lines, question
from eakte_ops.health.types import Fact, NotKnown, Site
from eakte_ops.remote.types import Answer, Question, Visit

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_END = re.compile(r"^notAfter=([A-Z][a-z]{2}) +(\d{1,2}) (\d{2}):(\d{2}):(\d{2}) (\d{4}) GMT$")


@dataclass(frozen=True, slots=True)
class Certificate:
    """`end`: aware, UTC. `subject` as openssl prints it."""

    end: datetime
    subject: str


def tls_ports(site: Site) -> dict[int, str]:
    """Port number -> component, for every `certificate` probe."""
    return {
        part.ports[probe.port]: part.name
        for part in site.components
        for probe in part.component.probes
        if probe.kind == "certificate"
    }


def _ask(site: Site) -> Question | None:
    ports = tls_ports(site)
    return question("certificate", *map(str, ports), limit=4.5 * len(ports), cap=16_384) if ports else None


def _parse(answer: Answer, _visit: Visit) -> Mapping[int, Certificate | None]:
    """Port -> certificate; None: the port shows none."""
    found: dict[int, Certificate | None] = {}
    for port, *rest in lines(answer):
        if port == "no-openssl":
            raise NotKnown("tool-missing", tool="openssl")
        if port.isascii() and port.isdigit() and len(port) <= 5 and rest:
            found[int(port)] = None if rest[0] == "none" else _certificate(rest)
    return found


def _certificate(parts: list[str]) -> Certificate:
    end = next((match for part in parts if (match := _END.match(part))), None)
    if end is None or end[1] not in _MONTHS:
        raise NotKnown("unreadable", what="openssl x509 -enddate")
    try:
        hour, minute, second = (int(end[part]) for part in (3, 4, 5))
        day = datetime(int(end[6]), _MONTHS.index(end[1]) + 1, int(end[2]), hour, minute, second, tzinfo=UTC)
    except ValueError as wrong:
        raise NotKnown("unreadable", what="openssl x509 -enddate") from wrong
    subject = next((part.removeprefix("subject=").strip() for part in parts if part.startswith("subject=")), "")
    return Certificate(day, subject)


CERTIFICATE = Fact("certificate", _ask, _parse)
