"""Looks at the lab as a person makes them, and what every scenario of the lab has to be found as."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

TOWN = "witten"
PATIENCE_S = 60

EXPECTED = {
    "service-down": ("witten-index", "service.units", "index", "centre"),
    "service-lying": ("witten-app", "service.health", "dms", "centre"),
    "aggregate-lies": ("witten-app", "service.aggregate", "dms", "centre"),
    "queue-stuck": ("witten-db", "queue.age", "RENDITION", "centre"),
    "index-read-only": ("witten-index", "index.blocks", "index", "centre"),
    "hash-mismatch": ("witten-db", "documents.hashes", "", "centre"),
    "disk-full": ("witten-db", "disk.space", "/", "local-it"),
    "certificate-expired": ("witten-gw", "certificate.end", "port 443", "local-it"),
    "clock-off": ("witten-app", "clock.offset", "", "local-it"),
    "slow-login": ("witten-gw", "login.time", "", "local-it"),
    "hanging-mount": ("witten-app", "mount.remote", "/mnt/archive", "local-it"),
    "changed-host-key": ("witten-gw", "reachable", "", "local-it"),
    "updates-waiting": ("witten-index", "updates.security", "", "local-it"),
    "reboot-pending": ("witten-gw", "machine.reboot", "", "local-it"),
    "storage-unreachable": ("witten-db", "backup.storage", "witten-store", "local-it"),
    "read-only-mount": ("witten-db", "disk.writable", "/srv/archive", "local-it"),
    "names-broken": ("witten-gw", "names.resolution", "resolver", "local-it"),
    "stray-yml": ("witten-gw", "gateway.stray", "gateway", "centre"),
    "config-changed": ("witten-gw", "config.drift", "gateway/application-prod.yml", "centre"),
    "config-missing": ("witten-index", "config.drift", "index/elasticsearch.yml", "centre"),
    "config-rights": ("witten-app", "config.drift", "service-manager/servicewatcher-sw.yml", "centre"),
    "release-differs": ("", "release.same", "witten-index", "centre"),
    "hold-outlived": ("witten-index", "temporary.states", "hold", "centre"),
    "connections-full": ("witten-db", "database.connections", "", "centre"),
    "index-red": ("witten-index", "index.state", "index", "centre"),
    "licence-ends": ("witten-app", "licence.end", "license", "centre"),
    "documents-ahead": ("", "documents.ahead", "", "centre"),
    "fulltext-stuck": ("witten-db", "fulltext.lag", "", "centre"),
    "leftover-index": ("witten-db", "database.leftover", "", "centre"),
}


def health(operations: Path, *words: str) -> tuple[int, dict[str, Any]]:
    """Status and data of one look, made by the program as a person starts it."""
    program = Path(sys.executable).with_name("eakte-ops")
    done = subprocess.run(
        [program, "--project", operations, "health", *words, "--json"], capture_output=True, text=True, check=False
    )
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


def named(found: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    return [(each["server"], each["check"], each["subject"], each["owner"]) for each in found["findings"]]


def until_well(operations: Path, *words: str) -> None:
    """Services take some seconds to get up again."""
    end = time.monotonic() + PATIENCE_S
    while True:
        status, found = health(operations, *words)
        if status == 0:
            return
        assert time.monotonic() < end, named(found)
        time.sleep(0.5)
