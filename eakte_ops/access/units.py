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
CLAIM = "/usr/local/lib/eakte-ops/eakte-claim"
SETPRIV = "/usr/bin/setpriv"
LOGS_UNIT = "eakte-logs.service"
LOGS_TIMER = "eakte-logs.timer"
LOGROTATE = "/usr/sbin/logrotate"
_LAST_PRIVILEGED_PORT = 1023


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit file: its name and its whole text."""

    name: str
    text: str

    @property
    def begins(self) -> bool:
        """Whether it begins with the machine; another one is started by somebody or something."""
        return "\n[Install]\n" in self.text

    @property
    def timer(self) -> bool:
        """Whether it only says when another unit starts. The pack itself starts such a one and no other."""
        return self.name.endswith(".timer")


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
    """The unit that carries out one job of the centre as the software's account; started by an exact sudo line.

    What claims the job is another account, so the claim is made in the same unit by setpriv, as root's first act.
    """
    work = layout.work_account
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
        f"# The job is claimed as {work}, so that {layout.software_account} can not have it run again.",
        "# setpriv gives up root's rights before anything else is looked at.",
        f"ExecStartPre=+{SETPRIV} --reuid={work} --regid={work} --init-groups --no-new-privs --inh-caps=-all "
        f"--bounding-set=-all {CLAIM}",
        f"ExecStart={RUNNER}",
        "TimeoutStartSec=60",
        "KillMode=control-group",
        "TimeoutStopSec=5",
        "UMask=0027",
        "NoNewPrivileges=yes",
        "CapabilityBoundingSet=",
        "ProtectSystem=full",
        "ProtectHome=yes",
    ]
    return Unit(JOB_UNIT, "\n".join(lines) + "\n")


def logs_folder(layout: Layout) -> str:
    """Where the rules of the log rotation lie."""
    return f"{layout.configuration}/logs"


def rotation_folder(layout: Layout) -> str:
    """Where the log rotation remembers what it rotated when; nothing else of the data is open to it."""
    return f"{layout.data}/logrotate"


def rotation_units(layout: Layout) -> tuple[Unit, Unit]:
    """The unit that rotates the logs once, as the software's account, and its timer; nobody else may start it."""
    rules, remembered = f"{logs_folder(layout)}/logrotate.conf", rotation_folder(layout)
    service = [
        f"# {MARK}",
        "[Unit]",
        "Description=E-file software: rotation of its logs",
        "# No rules yet is no failure, and a server without the program is named by the pack, not by this.",
        f"ConditionPathExists={rules}",
        f"ConditionFileIsExecutable={LOGROTATE}",
        "# A start is never refused because there were many.",
        "StartLimitIntervalSec=0",
        "",
        "[Service]",
        "Type=oneshot",
        f"User={layout.software_account}",
        f"Group={layout.software_account}",
        f"ExecStart={LOGROTATE} --state {remembered}/status {rules}",
        "TimeoutStartSec=1h",
        "Nice=19",
        "IOSchedulingClass=idle",
        "UMask=0027",
        "NoNewPrivileges=yes",
        "CapabilityBoundingSet=",
        "ProtectSystem=strict",
        f"ReadWritePaths=-{layout.logs} -{remembered}",
        "ProtectHome=yes",
        "PrivateTmp=yes",
        "ProtectKernelTunables=yes",
        "ProtectControlGroups=yes",
        "RestrictSUIDSGID=yes",
    ]
    timer = [
        f"# {MARK}",
        "[Unit]",
        "Description=E-file software: rotation of its logs, every day",
        "",
        "[Timer]",
        "OnCalendar=daily",
        "RandomizedDelaySec=1h",
        "Persistent=true",
        "",
        "[Install]",
        "WantedBy=timers.target",
    ]
    return Unit(LOGS_UNIT, "\n".join(service) + "\n"), Unit(LOGS_TIMER, "\n".join(timer) + "\n")


def _runtime_folder(part: Installed) -> list[str]:
    """A place below /run is made by systemd at each start, readable for all: a socket lies in it."""
    folders = sorted(path.removeprefix("/run/") for path in part.places.values() if path.startswith("/run/"))
    return [f"RuntimeDirectory={' '.join(folders)}", "RuntimeDirectoryMode=0755"] if folders else []


def _data_elsewhere(part: Installed, layout: Layout) -> list[str]:
    known = (layout.data, layout.logs, layout.configuration, "/run")
    return sorted(path for path in part.places.values() if not any(_within(path, top) for top in known))


def _within(path: str, top: str) -> bool:
    return PurePosixPath(path).is_relative_to(top)
