"""The exact sudo list of the work account, and reading what sudo says that list is."""

from __future__ import annotations

import re
from collections.abc import Sequence

from eakte_ops.access.units import JOB_UNIT

SYSTEMCTL = "/usr/bin/systemctl"
JOURNAL = "/usr/bin/journalctl --quiet --no-pager --output json --identifier eakte-ops"
"""Reads what was written to the system journal under our name and nothing else (no `=`: sudoers wants it escaped)."""
_RULE = re.compile(r"\((?P<as>[^)]*)\)\s*(?P<tags>(?:[A-Z_]+:\s*)*)(?P<command>.+)")


def commands(units: Sequence[str]) -> tuple[str, ...]:
    """The commands that are granted: no wildcard, and no `status` (its pager opens a shell, and it needs no root)."""
    named = [f"{SYSTEMCTL} {verb} {unit}" for unit in units for verb in ("start", "stop", "restart")]
    return (*named, f"{SYSTEMCTL} start --no-block {JOB_UNIT}", f"{SYSTEMCTL} stop {JOB_UNIT}", JOURNAL)


def sudoers(account: str, units: Sequence[str]) -> str:
    """The text of /etc/sudoers.d/eakte-ops."""
    head = [
        f"# What {account} may do as root: these commands, word for word, and nothing else.",
        "# No password, because nobody could type one; no environment of the caller reaches them; nothing else is",
        "# started by them (NOEXEC).",
        f"Defaults:{account} !requiretty, !setenv, env_reset, !env_keep, !env_check",
        f'Defaults:{account} secure_path = "/usr/sbin:/usr/bin:/sbin:/bin"',
    ]
    rules = [f"{account} ALL = (root) NOPASSWD: NOEXEC: NOSETENV: {command}" for command in commands(units)]
    return "\n".join([*head, *rules]) + "\n"


def read_list(text: str) -> tuple[str, ...]:
    """The rules that `sudo -n -l` printed, one text each: the bare command where it is run as root without a password,
    else with what is unusual about it before it. Lines that are no rule are given as they are."""
    rules = []
    for line in _joined(text):
        found = _RULE.fullmatch(line)
        if found is None:
            rules.append(line)
            continue
        tags = set(re.findall(r"[A-Z_]+", found["tags"]))
        odd = tags - {"NOPASSWD", "NOEXEC", "NOSETENV"}
        for command in re.split(r",\s+", found["command"].strip()):
            usual = found["as"] == "root" and "NOPASSWD" in tags and not odd
            rules.append(command if usual else f"({found['as']}) {found['tags']}{command}")
    return tuple(rules)


def _joined(text: str) -> list[str]:
    """The lines after "may run the following commands", with those that sudo broke put together again."""
    lines: list[str] = []
    inside = False
    for line in text.splitlines():
        if "may run the following commands" in line:
            inside = True
        elif inside and line.strip():
            if line.lstrip().startswith("(") or not lines:
                lines.append(line.strip())
            else:
                lines[-1] += " " + line.strip()
    return lines
