"""Files that every host of the lab has: what a town's local IT has set up before the centre's access pack arrives."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_HOST_KEY_UNIT = """\
[Unit]
Description=Host key of this machine
Before=ssh.service
ConditionPathExists=!/etc/ssh/ssh_host_ed25519_key

[Service]
Type=oneshot
ExecStart=/usr/bin/ssh-keygen -q -t ed25519 -N "" -f /etc/ssh/ssh_host_ed25519_key

[Install]
WantedBy=multi-user.target
"""

_SSHD = """\
HostKey /etc/ssh/ssh_host_ed25519_key
PasswordAuthentication no
KbdInteractiveAuthentication no
"""

FILES: Mapping[str, str] = MappingProxyType(
    {
        "etc/systemd/system/lab-host-key.service": _HOST_KEY_UNIT,
        "etc/ssh/sshd_config.d/10-lab.conf": _SSHD,
        # A host with two legs must not join its networks, whatever the machine below allows.
        "etc/sysctl.d/10-lab.conf": "net.ipv4.ip_forward = 0\n",
    }
)
