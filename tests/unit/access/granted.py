"""What a server says when exactly that is granted which the pack grants; tests alter it from there."""

from __future__ import annotations

import hashlib

from eakte_ops.access.granted import Expected, expected
from eakte_ops.access.rules import Access
from tests.unit.access.town import access, town


def wanted(host: str = "witten-db", rules: Access | None = None) -> Expected:
    place = town()
    return expected(place, place.server(host), rules or access())


def as_granted(want: Expected, *, sudo: bool = False) -> str:
    """The answer to `granted_question` of a server where the pack was installed a moment ago."""
    grant, pack = want.grant, want.pack
    lines = []
    for number, account in enumerate(grant.accounts, 990):
        shell = account.shell or "/usr/sbin/nologin"
        lines += [
            f"account {account.name}:x:{number}:{number}:eakte-ops access pack:{account.home}:{shell}",
            f"groups {account.name} {' '.join((account.name, *account.groups))}",
            *(f"key-file {account.home}/.ssh/authorized_keys" for _ in [0] if account.name in grant.keys),
            *(f"key {account.name} {line}" for line in grant.keys.get(account.name, "").splitlines()),
        ]
    for path, (mode, text) in want.files.items():
        lines.append(f"path {path} root root {mode} {len(text.encode())} regular file")
        if not path.startswith("/etc/sudoers.d"):
            lines.append(f"sum {path} {hashlib.sha256(text.encode()).hexdigest()}")
    for folder in grant.folders:
        lines.append(f"path {folder.path} {folder.owner} {folder.group} {folder.mode.lstrip('0')} 4096 directory")
    for file in grant.own_files:
        lines.append(f"path {file.path} {file.owner} {file.group} {file.mode.lstrip('0')} 0 regular empty file")
    for unit in grant.all_units:
        state = "enabled" if unit.begins else "static"
        lines += [
            f"unit {unit.name} FragmentPath=/etc/systemd/system/{unit.name}",
            f"unit {unit.name} DropInPaths=",
            f"unit {unit.name} UnitFileState={state}",
            f"unit {unit.name} ActiveState={'active' if unit.timer else 'inactive'}",
            f"unit {unit.name} NeedDaemonReload=no",
            f"unit-file /etc/systemd/system/{unit.name}",
        ]
    if grant.units:
        lines.append("path /usr/sbin/logrotate root root 755 92064 regular file")
    if sudo:
        lines += [
            "sudo Matching Defaults entries for eakte-ops on witten-db:",
            "sudo     env_reset, mail_badpass, secure_path=/usr/sbin\\:/usr/bin, use_pty, !requiretty",
            "sudo ",
            "sudo User eakte-ops may run the following commands on witten-db:",
            *(f"sudo     (root) NOSETENV: NOEXEC: NOPASSWD: {command}" for command in grant.sudo),
        ]
    lines.append(
        f'pack {{"town": "{grant.town}", "host": "{pack.host}", "version": {pack.version}, "sha256": "{pack.sha256}", '
        '"installed": "2026-11-22T09:09:41Z"}'
    )
    return "\n".join([*lines, "end"]) + "\n"
