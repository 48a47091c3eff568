"""The look as data: schema eakte-ops/health, version 1. Keys are never taken away or given another meaning."""

from __future__ import annotations

from typing import IO, Any

from eakte_ops.cli.banner import commit_of
from eakte_ops.cli.formats import About
from eakte_ops.cli.output import show_json
from eakte_ops.health import wording
from eakte_ops.health.catalogue import CHECKS, chosen
from eakte_ops.health.engine import ServerLook
from eakte_ops.health.findings import Finding, Overview
from eakte_ops.health.types import Judged


def write(seen: Overview, about: About, stream: IO[str] | None) -> None:
    """Write everything that was found out on `stream` or stdout."""
    asked = {check.name for check in seen.checks}
    show_json(
        "health",
        1,
        {
            "project": str(about.folder),
            "commit": commit_of(about.folder),
            "lab": about.lab,
            "seconds": round(seen.seconds, 3),
            "checks": [check.name for check in seen.checks],
            "checks_left_out": [check.name for check in chosen([]) if check.name not in asked],
            "left_out": list(seen.left_out),
            "findings": [_finding(finding) for finding in seen.found],
            "towns": [
                {
                    "town": town.id,
                    "name": town.said.municipality.name,
                    "results": [_judged(judged) for judged in seen.towns_said if judged.town == town.id],
                    "servers": [_server(look) for look in seen.looks if look.stop.town.id == town.id],
                }
                for town in seen.towns
            ],
        },
        stream,
    )


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        **_judged(finding.judged),
        "consequences": [_judged(each) for each in finding.consequences],
        "alike": [_judged(each) for each in finding.alike],
        "behind": list(finding.behind),
    }


def _server(look: ServerLook) -> dict[str, Any]:
    visit = look.visit
    return {
        "server": look.stop.server.name,
        "platform": look.stop.server.platform,
        "state": look.state,
        "when": look.when.isoformat(timespec="seconds"),
        "seconds": round(look.seconds, 3),
        "error": str(look.error) if look.error else None,
        "connection": None
        if visit is None
        else {
            "login_s": round(visit.login_s, 3),
            "host_key": visit.host_key,
            "kex": visit.kex,
            "cipher": visit.cipher,
        },
        "results": [_judged(judged) for judged in look.results],
        "not_looked_at": list(look.not_looked_at),
    }


def _judged(judged: Judged) -> dict[str, Any]:
    check, result = CHECKS[judged.check], judged.result
    because = [
        {"check": each.check, "subject": each.subject, "component": each.component, "server": each.server}
        for each in result.because
    ]
    return {
        "town": judged.town,
        "server": judged.server,
        "check": judged.check,
        "subject": result.subject,
        "verdict": judged.verdict,
        "owner": judged.owner,
        "said": {"de": wording.said(judged, check, "de"), "en": wording.said(judged, check, "en")},
        "todo": None
        if judged.verdict == "ok"
        else {"de": wording.todo(judged, check, "de"), "en": wording.todo(judged, check, "en")},
        "reason": result.reason or None,
        "waits": result.waits,
        "values": {name: list(value) if isinstance(value, tuple) else value for name, value in result.values.items()},
        "because": [] if judged.verdict == "ok" else because,
    }
