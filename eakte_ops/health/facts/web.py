"""What the product's HTTP addresses answer, asked on the server itself against 127.0.0.1."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from eakte_ops.health.facts.reading import lines, question
from eakte_ops.health.types import Fact, NotKnown, Site
from eakte_ops.remote.types import Answer, Question, Visit

PATIENCE_S = 4
_BYTES = 16_384
_TAIL = re.compile(rb"^(.*)\n(\d{3}) (\d{1,6}(?:\.\d{1,9})?) (\d{1,3})$", re.DOTALL)

Kind: TypeAlias = Literal["health", "index", "aggregate", "page"]


@dataclass(frozen=True, slots=True)
class Request:
    """An address to ask. `subject`: the service or component it speaks for; `contains`: what a page must hold."""

    kind: Kind
    component: str
    subject: str
    url: str
    contains: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """`status` 0: nothing came. `fault`: curl's status (7: refused, 28: time was up ...), 0 for a whole answer.

    `cut`: the body was longer than is read, or its end did not arrive.
    """

    status: int
    seconds: float
    fault: int
    body: bytes
    cut: bool = False


def requests(site: Site) -> tuple[Request, ...]:
    """All addresses to ask on a server, from profile and inventory."""
    found: list[Request] = []
    for part in site.components:
        for probe in part.component.probes:
            if probe.kind in ("health", "index", "aggregate", "page"):
                url = _url(probe.port, part.ports[probe.port], probe.path)
                found.append(Request(_kind(probe.kind), part.name, part.name, url, probe.contains))
        for name, service in part.services.items():
            if service.port is not None:
                found.append(Request("health", part.name, name, _url("", service.port, service.health)))
    return tuple(found)


def _kind(word: str) -> Kind:
    kinds: Mapping[str, Kind] = {"health": "health", "index": "index", "aggregate": "aggregate", "page": "page"}
    return kinds[word]


def _url(port_name: str, port: int, path: str) -> str:
    return f"{'https' if port_name == 'https' else 'http'}://127.0.0.1:{port}{path}"


def _ask(site: Site) -> Question | None:
    urls = tuple(dict.fromkeys(request.url for request in requests(site)))
    if not urls:
        return None
    return question("web", str(PATIENCE_S), str(_BYTES), *urls, limit=PATIENCE_S + 4, cap=24_000 * len(urls) + 1000)


def _parse(answer: Answer, _visit: Visit) -> tuple[Reply | None, ...]:
    parts: dict[int, list[str]] = {}
    if answer.status != 0:
        next(lines(answer))  # raises
    for raw in answer.out.split(b"\n"):
        if raw.strip() == b"no-curl":
            raise NotKnown("tool-missing", tool="curl")
        number, tab, text = raw.partition(b"\t")
        if tab and number.isdigit() and len(number) <= 3:
            parts.setdefault(int(number), []).append(text.decode("ascii", "replace"))
    top = max(parts, default=-1)
    return tuple(_reply("".join(parts[number])) if number in parts else None for number in range(top + 1))


def _reply(text: str) -> Reply | None:
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    found = _TAIL.match(raw)
    if found is None:
        return Reply(0, 0.0, 0, raw, cut=True)
    return Reply(int(found[2]), float(found[3]), int(found[4]), found[1])


WEB = Fact("web", _ask, _parse)


def reply_to(request: Request, site: Site, replies: tuple[Reply | None, ...]) -> Reply:
    """The reply to one of `requests(site)`. Raises NotKnown if the answer does not hold it."""
    urls = list(dict.fromkeys(each.url for each in requests(site)))
    number = urls.index(request.url)
    reply = replies[number] if number < len(replies) else None
    if reply is None:
        raise NotKnown("left-out")
    return reply
