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

# The distribution's archive as far as the lab has one: a folder of each host itself, with no newer package in it until
# a scenario writes one into `Packages`. Label and suite are what apt shows and what tells security updates from others.
_PACKAGES = "srv/lab-packages"
_PUBLISH = f"""\
# Publishes what stands in /{_PACKAGES}/Packages, and lets this host know of it.
set -eu
cd /{_PACKAGES}
cat >Release <<END
Origin: Debian
Label: Debian-Security
Suite: stable-security
Codename: bookworm-security
Version: 12
Date: $(date -u '+%a, %d %b %Y %H:%M:%S UTC')
Architectures: $(dpkg --print-architecture)
SHA256:
 $(sha256sum <Packages | cut -d ' ' -f 1) $(stat -c %s Packages) Packages
END
apt-get -qq update
"""

_LISTS_UNIT = """\
[Unit]
Description=Package lists of the lab

[Service]
Type=oneshot
ExecStart=/usr/bin/apt-get -qq update
ExecStart=/usr/bin/touch /var/lib/apt/periodic/update-success-stamp
"""

_LISTS_TIMER = """\
[Unit]
Description=Package lists of the lab, every day

[Timer]
OnCalendar=daily
RandomizedDelaySec=1h
Persistent=true

[Install]
WantedBy=timers.target
"""

FILES: Mapping[str, str] = MappingProxyType(
    {
        "etc/apt/sources.list": f"deb [trusted=yes] file:/{_PACKAGES} ./\n",
        f"{_PACKAGES}/Packages": "",
        "usr/local/lib/lab-packages.sh": _PUBLISH,
        "etc/systemd/system/lab-package-lists.service": _LISTS_UNIT,
        "etc/systemd/system/lab-package-lists.timer": _LISTS_TIMER,
        "etc/systemd/system/lab-host-key.service": _HOST_KEY_UNIT,
        "etc/ssh/sshd_config.d/10-lab.conf": _SSHD,
        # A host with two legs must not join its networks, whatever the machine below allows.
        "etc/sysctl.d/10-lab.conf": "net.ipv4.ip_forward = 0\n",
    }
)
