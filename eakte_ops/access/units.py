"""The systemd units that the pack installs. Pure text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from eakte_ops.inventory.model import Installed, Town
from eakte_ops.product.model import Layout

MARK = "eakte-ops access pack"
"""Stands in every unit and in the comment field of every account, so that the pack knows its own again."""

JOB_UNIT = "eakte-job.service"
RUNNER = "/usr/local/lib/eakte-ops/eakte-run"
_LAST_PRIVILEGED_PORT = 1023


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit file: its name and its whole text."""

    name: str
    text: str


def next_releases(town: Town) -> tuple[str, ...]:
    """The town's release and those that one may go to from there: for all of them the units are granted."""
    release = town.said.release
    return (release, *town.profile.releases[release].next)


def component_unit(part: Installed, layout: Layout, before: Sequence[str]) -> Unit:
    """The unit of one component. `before`: units of this server that start earlier."""
    after = " ".join(["network-online.target", *before])
    writable = [layout.data, f"{layout.logs}/{part.name}", *_data_elsewhere(part, layout)]
    low = any(port <= _LAST_PRIVILEGED_PORT for port in part.ports.values())
    capability = "CAP_NET_BIND_SERVICE" if low else ""
    lines = [
        f"# {MARK}",
        "[Unit]",
        f"Description=E-file software: {part.component.title.en}",
        f"After={after}",
        "Wants=network-online.target",
        "# The hold: while this file is there, neither a reboot nor anything else starts the software.",
        f"ConditionPathExists=!{layout.state}/hold",
        "# Nothing installed yet is no failure.",
        f"ConditionPathExists={layout.current}/bin/{part.name}",
        "",
        "[Service]",
        "Type=exec",
        f"User={layout.software_account}",
        f"Group={layout.software_account}",
        f"ExecStart={layout.current}/bin/{part.name}",
        "Restart=on-failure",
        "RestartSec=5",
        "KillMode=mixed",
        f"KillSignal={part.component.stop_signal}",
        "TimeoutStopSec=120",
        "UMask=0027",
        *_runtime_folder(part),
        "# The account never gains more than it has, and writes data and logs only.",
        "NoNewPrivileges=yes",
        f"CapabilityBoundingSet={capability}",
        *([f"AmbientCapabilities={capability}"] if low else []),
        "ProtectSystem=strict",
        f"ReadWritePaths={' '.join('-' + path for path in writable)}",
        "ProtectHome=yes",
        "PrivateTmp=yes",
        "ProtectKernelTunables=yes",
        "ProtectControlGroups=yes",
        "RestrictSUIDSGID=yes",
        "",
        "[Install]",
        "WantedBy=multi-user.target",
    ]
    return Unit(part.component.unit["linux"], "\n".join(lines) + "\n")


def job_unit(layout: Layout) -> Unit:
    """The unit that carries out one job of the centre as the software's account; started by an exact sudo line."""
    # Without ProtectKernelTunables= and ProtectControlGroups=: these give the job a /proc of its own, and in containers
    # that one shows the boot id of the machine below, so that every job would be refused as one of another boot.
    lines = [
        f"# {MARK}",
        "[Unit]",
        f"Description=E-file software: the job of the centre named in {layout.state}/jobs/next",
        "# A start is never refused because there were many.",
        "StartLimitIntervalSec=0",
        "",
        "[Service]",
        "Type=exec",
        f"User={layout.software_account}",
        f"Group={layout.software_account}",
        f"ExecStart={RUNNER}",
        "KillMode=control-group",
        "TimeoutStopSec=5",
        "UMask=0027",
        "NoNewPrivileges=yes",
        "CapabilityBoundingSet=",
        "ProtectSystem=full",
        "ProtectHome=yes",
    ]
    return Unit(JOB_UNIT, "\n".join(lines) + "\n")


def _runtime_folder(part: Installed) -> list[str]:
    """A place below /run is made by systemd at each start, readable for all: a socket lies in it."""
    folders = sorted(path.removeprefix("/run/") for path in part.places.values() if path.startswith("/run/"))
    return [f"RuntimeDirectory={' '.join(folders)}", "RuntimeDirectoryMode=0755"] if folders else []


def _data_elsewhere(part: Installed, layout: Layout) -> list[str]:
    known = (layout.data, layout.logs, layout.configuration, "/run")
    return sorted(path for path in part.places.values() if not any(_within(path, top) for top in known))


def _within(path: str, top: str) -> bool:
    return PurePosixPath(path).is_relative_to(top)
