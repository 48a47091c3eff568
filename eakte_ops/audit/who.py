"""Who sits here: the login, not what the environment claims."""

from __future__ import annotations

import os
import platform
import pwd
from dataclasses import dataclass
from pathlib import Path

_UNSET = 2**32 - 1
_LOGIN = Path("/proc/self/loginuid")


@dataclass(frozen=True, slots=True)
class Who:
    """`login`: "admin", or "root (login admin)" where the account changed since the login. `host`: of this machine."""

    login: str
    host: str


def who_is_it(login_file: Path = _LOGIN) -> Who:
    """The account of this process and, where the kernel knows it, the login it came from.

    The login is the kernel's (audit(8), loginuid), which a user can not set; LOGNAME and USER are not asked.
    """
    account = _name(os.getuid())
    login = _login(login_file)
    return Who(account if login in (None, account) else f"{account} (login {login})", platform.node())


def _login(file: Path) -> str | None:
    try:
        number = int(file.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
    return None if number == _UNSET else _name(number)


def _name(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"user id {number}"
