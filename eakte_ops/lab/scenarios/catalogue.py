"""Which faults there are, where they strike, and what a person should see then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files

from eakte_ops.errors import UsageError


@dataclass(frozen=True, slots=True)
class Scenario:
    """`component`: the server with this component is struck unless another is named. `says`: what is wrong then.

    `script`: file beside this one, run as root in the host with `break` or `mend` and `words`. `carries`: path in the
    host -> file beside this one that is put there first.
    """

    name: str
    component: str
    says: str
    script: str
    words: tuple[str, ...] = ()
    carries: Mapping[str, str] = field(default_factory=dict, hash=False)

    def text(self) -> str:
        """The sh text of the script."""
        return read(self.script)


def read(name: str) -> str:
    """The text of a file beside this one."""
    return files("eakte_ops.lab.scenarios").joinpath(name).read_text(encoding="utf-8")


def _own(name: str, component: str, says: str, *words: str, carries: Mapping[str, str] | None = None) -> Scenario:
    return Scenario(name, component, says, f"{name}.sh", words, carries or {})


def _product(name: str, component: str, says: str, subject: str = "") -> Scenario:
    return Scenario(name, component, says, "product.sh", (name, subject))


def _configuration(name: str, component: str, says: str, how: str, file: str) -> Scenario:
    return Scenario(name, component, says, "configuration.sh", (how, f"/etc/eakte/{file}"))


_ALL = (
    _own("service-down", "index", "the index is stopped: searches fail", "eakte-index.service"),
    _product("service-lying", "service-manager", "dms answers HTTP 200 and says DOWN in its body", "dms"),
    _product("aggregate-lies", "service-manager", "the aggregate says that dms is down although it works", "dms"),
    _product("queue-stuck", "database", "a rendition job waits since hours, locked by a dead worker", "RENDITION"),
    _product("index-read-only", "index", "the index takes no more documents (read-only block)"),
    _product("hash-mismatch", "application-server", "a page file differs from its recorded hash"),
    _own("disk-full", "database", "the disk of the server is full"),
    _own("certificate-expired", "gateway", "the certificate of the gateway ended yesterday"),
    _own("clock-off", "application-server", "the clock is an hour fast"),
    _own("slow-login", "gateway", "every login takes eight seconds longer"),
    _own(
        "hanging-mount",
        "application-server",
        "a network share does not answer: df hangs and can not be killed",
        carries={"/run/lab-hanging-mount.py": "hanging_mount.py"},
    ),
    _own("changed-host-key", "gateway", "the server shows another host key than the confirmed one"),
    _own("updates-waiting", "index", "a security update waits for somebody to install it"),
    _own("reboot-pending", "gateway", "an update asked for a new start of the machine"),
    _own("storage-unreachable", "database", "the server does not reach the backup storage any more"),
    _own("read-only-mount", "database", "a file system became read-only"),
    _own("names-broken", "gateway", "the name server does not answer any more"),
    _own("stray-yml", "gateway", "a copy was kept in the gateway's configuration and counts at its next start"),
    _configuration(
        "config-changed",
        "gateway",
        "somebody edited the gateway's configuration by hand",
        "edit",
        "gateway/config/application-prod.yml",
    ),
    _configuration(
        "config-missing",
        "index",
        "a configuration file of the index is gone: it will not start again",
        "take",
        "index/elasticsearch.yml",
    ),
    _configuration(
        "config-rights",
        "service-manager",
        "everybody on the server may change the list of microservices",
        "open",
        "service-manager/config/servicewatcher-sw.yml",
    ),
    _own("release-differs", "index", "one server is set on another release than the town"),
    _own("hold-outlived", "index", "the hold of a run that should have ended yesterday is still set"),
    _own(
        "connections-full",
        "database",
        "a program takes nearly all connections of the database",
        carries={"/run/lab-connections.py": "connections.py"},
    ),
    _product("index-red", "index", "part of the search index is gone"),
    _product("licence-ends", "database", "the licence ends in five days"),
    _product("documents-ahead", "database", "the database was put back by some documents, the files were not"),
    _product("fulltext-stuck", "database", "a document waits for the full text, and no job for it is left"),
    _product("leftover-index", "database", "an update left a temporary index"),
)

SCENARIOS: Mapping[str, Scenario] = {scenario.name: scenario for scenario in _ALL}


def scenario_named(name: str) -> Scenario:
    """Raises: UsageError with the names there are."""
    if name not in SCENARIOS:
        raise UsageError(
            f'the lab has no scenario "{name}"', way_out=f"it has: {', '.join(SCENARIOS)}; see lab break --list"
        )
    return SCENARIOS[name]
