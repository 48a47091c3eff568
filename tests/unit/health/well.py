"""A town on paper where all is well: sites of the sample inventory and what their servers would answer."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from eakte_ops.access.granted import Expected
from eakte_ops.access.load import load_access
from eakte_ops.cli.context import Context
from eakte_ops.config.library import Library
from eakte_ops.health import catalogue
from eakte_ops.health.facts.certificate import tls_ports
from eakte_ops.health.facts.ports import wanted_ports
from eakte_ops.health.facts.product import merged_folders
from eakte_ops.health.facts.startup import start_files
from eakte_ops.health.facts.units import units_of
from eakte_ops.health.facts.web import Request, requests
from eakte_ops.health.site import site_of
from eakte_ops.health.types import AnyCheck, Look, NotKnown, Result, Site, TownLook, unknown
from eakte_ops.inventory.model import Inventory
from eakte_ops.remote.fake import OFFERED
from eakte_ops.remote.types import Answer, Visit
from tests.unit.health import placed

ROOT = Path(__file__).parents[3]
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
VISIT = Visit(
    login_s=0.2,
    host_key="ssh-ed25519 SHA256:fake",
    kex="curve25519-sha256",
    cipher="aes128-gcm@openssh.com",
    began=NOW.timestamp(),
    ended=NOW.timestamp() + 1,
    offered=OFFERED,
)


@cache
def inventory() -> Inventory:
    return Context(project=ROOT).inventory()


@cache
def site(server: str = "herdecke-box") -> Site:
    known = inventory()
    access = load_access(ROOT, known.towns)
    for town in known.towns.values():
        for each in town.said.servers:
            if each.name == server:
                made = site_of(town, each, access, lambda: Library(()))
                return replace(made, round_trip=True, agreed=lambda: placed.AGREED)
    raise KeyError(server)


OURS: Mapping[str, Any] = {
    "product": {"status": "UP", "details": {"release": "11.0"}},
    "licence": {"status": "UP", "details": {"valid_until": "2027-11-22"}},
    "documents": {"status": "UP", "details": {"highest": 300}},
}
"""What Musterakte says in health bodies beyond Spring's own; here every program says all of it."""


def up(**parts: str) -> bytes:
    """A health body that says UP; `parts`: nested components with their status."""
    nested = {"diskSpace": {"status": "UP", "details": {"total": 3 * 10**9, "free": 2 * 10**9}}, **OURS}
    return json.dumps(
        {"status": "UP", "components": {**nested, **{name: {"status": word} for name, word in parts.items()}}}
    ).encode()


def body(status: str, *, free: int = 2 * 10**9, **parts: Any) -> bytes:
    disk = {"status": "UP", "details": {"total": 3 * 10**9, "free": free}}
    return json.dumps({"status": status, "components": {"diskSpace": disk, **parts}}).encode()


def cluster(color: str = "green", blocks: tuple[str, ...] = (), status: str = "UP") -> dict[str, Any]:
    return {"status": status, "details": {"color": color, "blocks": list(blocks), "documents": 300}}


def aggregate(known: Site, **other: str) -> bytes:
    names = [name for part in known.components for name, service in part.services.items() if service.port]
    return json.dumps([{"name": name, "status": other.get(name, "UP"), "instances": []} for name in names]).encode()


def reply_of(known: Site, request: Request) -> bytes:
    if request.kind == "page":
        return b"<html><title>Musterakte</title></html>"
    if request.kind == "aggregate":
        return aggregate(known)
    return body("UP", cluster=cluster()) if request.kind == "index" else up(db="UP")


def web(
    known: Site,
    bodies: Mapping[str, bytes] | None = None,
    *,
    status: Mapping[str, int] | None = None,
    fault: Mapping[str, int] | None = None,
    seconds: float = 0.01,
    leave_out: tuple[str, ...] = (),
) -> bytes:
    """What web.sh prints. Keys of the mappings: "health dms", "page gateway", "aggregate service-manager" ..."""
    lines = []
    urls = list(dict.fromkeys(request.url for request in requests(known)))
    for request in requests(known):
        key = f"{request.kind} {request.subject}"
        if key in leave_out:
            continue
        text = (bodies or {}).get(key, reply_of(known, request))
        broken = (fault or {}).get(key, 0)
        code = 0 if broken else (status or {}).get(key, 200)
        raw = (b"" if broken else text) + f"\n{code:03d} {seconds:.6f} {broken}".encode()
        encoded = base64.b64encode(raw).decode()
        number = urls.index(request.url)
        lines += [f"{number}\t{encoded[at : at + 3000]}" for at in range(0, len(encoded), 3000)]
    return "\n".join([*lines, "end", ""]).encode()


def units(
    known: Site,
    *,
    failed: tuple[str, ...] = (),
    hold: str = "absent",
    stop: str = "absent",
    **states: Mapping[str, str],
) -> bytes:
    """What units.sh prints. `states`: component (with _ for -) -> properties that differ from a running unit's."""
    lines = [f"failed\t{unit}" for unit in failed]
    for component, unit in units_of(known).items():
        shown = {
            "Result": "success",  # systemd prints them in an order of its own
            "Id": unit,
            "LoadState": "loaded",
            "ActiveState": "active",
            "SubState": "running",
            "UnitFileState": "enabled",
            "NRestarts": "0",
            **states.get(component.replace("-", "_"), {}),
        }
        lines += [*(f"unit\t{key}={value}" for key, value in shown.items()), "unit\t"]
    lines += [f"hold\t{hold}", f"stop\t{stop}", "end\t0\t0", ""]
    return "\n".join(lines).encode()


def database(
    queues: tuple[tuple[str, int, int, int], ...] = (("RENDITION", 3, 12, 1),),
    hashes: Mapping[int, int] | None = None,
    locked: int = 12,
    **other: Any,
) -> bytes:
    """What database.sh prints. `locked`: age of the oldest row that is held. `other`: what differs, None: left out."""
    rows = [
        {"name": name, "rows": count, "oldest": age, "held": held, "locked": locked, "holder": "rendition:8070"}
        for name, count, age, held in queues
    ]
    states = [{"state": state, "rows": count} for state, count in (hashes or {0: 10, 1: 290}).items()]
    said: dict[str, dict[str, Any]] = {
        "alive": {"alive": "15.14", "recovery": False},
        "queues": {"queues": rows},
        "hashes": {"hashes": states},
        "sessions": {"sessions": 14, "most": 57},
        "size": {"size": 40_000_000},
        "fulltext": {"fulltext": {"rows": 0, "oldest": 0}},
        "leftover": {"leftover": []},
        "newest": {"newest": 300},
        "longest": {"open": 1, "longest": 3},
    }
    said = {key: other.get(key, value) for key, value in said.items()}
    return "\n".join([*(json.dumps(each) for each in said.values() if each is not None), "psql 0", ""]).encode()


def product(
    known: Site,
    *,
    current: str = "releases/11.0",
    releases: Mapping[str, float] | None = None,
    places: Mapping[str, str] | None = None,
    yml: tuple[str, ...] = ("application-prod.yml",),
    logs: int = 1_000_000,
    rests: Mapping[str, float] | None = None,
    states: tuple[tuple[str, float, str], ...] = (),
) -> bytes:
    """What product.sh prints. `releases`, `rests`: name -> seconds old; `states`: name, seconds old, line."""
    now = NOW.timestamp()
    layout = known.layout
    lines = [f"current\t{'ok' if current else 'absent'}\t{current}"]
    lines += [f"release\t{now - old:.10f}\t{name}" for name, old in (releases or {"11.0": 9e5}).items()]
    marks = {layout.releases: "ok", **dict.fromkeys(merged_folders(known).values(), "ok"), **(places or {})}
    for folder in merged_folders(known).values():
        lines += [f"yml\t{folder}\t{path}" for path in yml]
    lines += [f"place\t{mark}\t{place}" for place, mark in marks.items()]
    lines += [f"rest\t{now - old:.10f}\t{path}" for path, old in (rests or {}).items()]
    lines += [f"log\t{part.name}\t{logs}" for part in known.components]
    lines += [f"state\t{name}\t{now - old:.0f}\t{line}" for name, old, line in states]
    return "\n".join([*lines, f"end\t{now:.0f}", ""]).encode()


def handover(
    *, states: tuple[tuple[str, float, str], ...] = (), done: tuple[float, str] | None = None, boot: str = "b1"
) -> bytes:
    """What handover.sh prints. `states`: name, seconds old, line; `done`: seconds old, what local IT says."""
    now = NOW.timestamp()
    lines = [f"state\t{name}\t{now - old:.0f}\t{line}" for name, old, line in states]
    lines += [f"done\t{now - done[0]:.0f}\t{done[1]}"] if done is not None else []
    return "\n".join([*lines, f"boot\t{boot}", f"end\t{now:.0f}", ""]).encode()


def roundtrip(
    *, store: str = "201\t0", find: str = "200\t0", read: str = "200\t0", delete: str = "200\t0", found: str = "yes",
    seconds: float = 0.5,
) -> bytes:  # fmt: skip
    """What roundtrip.sh prints; each step: HTTP status and curl's."""
    lines = [f"step\tstore\t{store}\t{seconds:.3f}", f"step\tfind\t{find}\t{seconds:.3f}", f"found\t{found}"]
    lines += [f"step\tread\t{read}\t{seconds:.3f}", f"step\tdelete\t{delete}\t{seconds:.3f}", "end", ""]
    return "\n".join(lines).encode()


def granted(wanted: Expected) -> bytes:
    grant = wanted.grant
    lines = []
    for number, account in enumerate(grant.accounts, 990):
        shell = account.shell or "/usr/sbin/nologin"
        lines.append(f"account {account.name}:x:{number}:{number}::{account.home}:{shell}")
        lines.append(f"groups {account.name} {' '.join((account.name, *account.groups))}")
        lines += [f"key {account.name} {line}" for line in grant.keys.get(account.name, "").splitlines()]
    for path, (mode, text) in wanted.files.items():
        content = text.encode()
        lines.append(f"path {path} root root {mode} {len(content)} regular file")
        lines.append(f"sum {path} {hashlib.sha256(content).hexdigest()}")
    lines += [
        f"path {folder.path} {folder.owner} {folder.group} {folder.mode.removeprefix('0')} 4096 directory"
        for folder in grant.folders
    ]
    lines += [
        f"path {file.path} {file.owner} {file.group} {file.mode[1:]} 0 regular empty file" for file in grant.own_files
    ]
    for unit in grant.all_units:
        lines += [
            f"unit {unit.name} FragmentPath=/etc/systemd/system/{unit.name}",
            f"unit {unit.name} DropInPaths=",
            f"unit {unit.name} UnitFileState={'enabled' if unit.begins else 'static'}",
            f"unit {unit.name} ActiveState={'active' if unit.timer else 'inactive'}",
            f"unit {unit.name} NeedDaemonReload=no",
            f"unit-file /etc/systemd/system/{unit.name}",
        ]
    pack = wanted.pack
    noted = {"town": grant.town, "host": pack.host, "version": pack.version, "sha256": pack.sha256}
    lines.append(f"pack {json.dumps(noted)}")
    return "\n".join([*lines, "end", ""]).encode()


def machine(**changed: str | None) -> bytes:
    """What machine.sh prints. `changed`: first word of a line (with _ for a tab) -> the rest, None: no line."""
    said: dict[str, str | None] = {
        "memory_MemTotal": "16000000",
        "memory_MemAvailable": "9000000",
        "memory_SwapTotal": "2000000",
        "memory_SwapFree": "1900000",
        "oom": "3",
        "pressure": "some\t0.12",
        "start": "864000.55\t24\t100\tshared",
        "running": "6.1.0-28-amd64",
        "kernel": "6.1.0-28-amd64",
        "system": "debian\t12",
        "sudo": "1.9.13p3\t1.9.13p3-1+deb12u2",
        **changed,
    }
    lines = [f"{key.replace('_', chr(9))}\t{value}" for key, value in said.items() if value is not None]
    return "\n".join([*lines, "end", ""]).encode()


def outputs(known: Site, when: float = NOW.timestamp() + 0.5) -> dict[str, bytes]:
    """Question -> stdout of a server on which all is well."""
    assert known.granted is not None
    certificates = "".join(
        f"{port}\tnotAfter=Nov 22 08:49:00 2027 GMT\tsubject=CN = witten.example\t\n" for port in tls_ports(known)
    )
    starts = "".join(f"file\tok\t{file.path}\t2026-11-22 08:40:11 {file.contains}\n" for file in start_files(known))
    return {
        "clock": f"{when:.9f}\n".encode(),
        "storage": b"mount\text4\trw\t/\nspace\t4096 700000 500000 470000 190000 180000\t/\nend\n",
        "remote_mounts": b"end\n",
        "units": units(known),
        "handover": handover(),
        "ports": "".join(f"{port:04X}\n" for port in (22, *wanted_ports(known).values())).encode() + b"end\n",
        "web": web(known),
        "certificate": f"{certificates}end\n".encode(),
        "database": database(),
        "product": product(known),
        "configuration": placed.seen(),
        "roundtrip": roundtrip(),
        "startup": f"{starts}end\n".encode(),
        "access.granted": granted(known.granted()),
        "machine": machine(),
        "patches": b"manager\tapt\nlists\t3600\nend\t0\n",
        "network": b"name\tknown\tlocalhost\nresolver\tanswers\nstorage\tanswers\tlet nobody in\nend\n",
        "last_look": b"mark\twritten\t2026-11-22T09:00:00Z\n",
    }


def look(known: Site | None = None, visit: Visit | None = VISIT, **changed: bytes | Answer | None) -> Look:
    """A look at a server on which all is well but for `changed` (question with _ for . -> stdout, Answer, or None)."""
    known = known or site()
    answers = {name: Answer(name, 0, out) for name, out in outputs(known).items()}
    for name, value in changed.items():
        question = "access.granted" if name == "access_granted" else name
        if value is None:
            del answers[question]
        else:
            answers[question] = value if isinstance(value, Answer) else Answer(question, 0, value)
    return Look(known, NOW, visit, answers)


def judged(check: AnyCheck, seen: Look | TownLook) -> tuple[Result, ...]:
    """What a check says, as the engine lets it: NotKnown is a result."""
    try:
        return tuple(check.judge(seen, check.limits))
    except NotKnown as problem:
        return (unknown(problem),)


def town_look(town: str, **changed: Look | None) -> TownLook:
    """All servers of a town that can be asked, all well but for `changed` (server with _ for - -> look, or None)."""
    known = inventory().towns[town]
    sites = {each.name: site(each.name) for each in known.said.servers if each.platform == "linux"}
    looks = {name: changed.get(name.replace("-", "_"), look(each)) for name, each in sites.items()}
    return TownLook(town, sites, {name: seen for name, seen in looks.items() if seen is not None})


def results(check: str, seen: Look, **limits: Any) -> dict[str, Result]:
    """Subject -> result of one check."""
    found: AnyCheck = catalogue.CHECKS[check]
    return {result.subject: result for result in found.judge(seen, replace(found.limits, **limits))}
