"""The account that the timers run as: who it is, what it has to be able to read and write, and acting as it."""

from __future__ import annotations

import os
import pwd
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from eakte_ops.errors import Refused, UsageError


@dataclass(frozen=True, slots=True)
class Account:
    """An account of this machine, never root."""

    name: str
    number: int
    group: int
    home: Path


def account_for(named: str, folder: Path) -> Account:
    """The account of that name; "" takes the owner of `folder`.

    Raises UsageError if it does not exist, Refused for root: what looks at night needs no rights on this machine.
    """
    try:
        entry = pwd.getpwnam(named) if named else pwd.getpwuid(folder.stat().st_uid)
    except KeyError:
        raise UsageError(
            f"there is no account {named}" if named else f"nobody known owns {folder}",
            way_out="make one (useradd --system --create-home NAME) and name it: --user NAME",
        ) from None
    if entry.pw_uid == 0:
        raise Refused(
            "the timers do not run as root"
            if named
            else f"{folder} belongs to root, and the timers do not run as root",
            way_out="name an account that may read the operations folder and write its state folder: --user NAME, or "
            "schedule: {user: NAME} in eakte-ops.yml",
        )
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid, Path(entry.pw_dir))


def owner_of(path: Path) -> Account:
    """Whose `path` is, root's included, also where the account is not known any more."""
    number = path.stat().st_uid
    try:
        entry = pwd.getpwuid(number)
    except KeyError:
        return Account(f"user id {number}", number, path.stat().st_gid, Path("/nonexistent"))
    return Account(entry.pw_name, number, entry.pw_gid, Path(entry.pw_dir))


@contextmanager
def acting_as(account: Account) -> Iterator[None]:
    """Do something with the rights of `account` where this process is root; otherwise with those it has.

    Root must not write where another account may plant a link.
    """
    if os.geteuid() != 0 or account.number == 0:
        yield
        return
    groups, group = os.getgroups(), os.getegid()
    os.setgroups(os.getgrouplist(account.name, account.group))
    os.setegid(account.group)
    os.seteuid(account.number)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(group)
        os.setgroups(groups)


def what_is_missing(account: Account, runs: Path, reads: Iterable[Path], writes: Path) -> tuple[str, ...]:
    """One sentence for each thing that `account` can not do; to be asked `acting_as` it. Makes the folder `writes`."""
    found = []
    if not os.access(runs, os.X_OK, effective_ids=True):
        found.append(f"the account {account.name} can not run {runs}")
    found += [f"the account {account.name} can not read {path}" for path in reads if not _readable(path)]
    with suppress(OSError):
        writes.mkdir(parents=True, exist_ok=True, mode=0o750)
    if not os.access(writes, os.W_OK | os.X_OK, effective_ids=True):
        found.append(f"the account {account.name} can not write {writes}")
    return tuple(found)


def _readable(path: Path) -> bool:
    may = os.access(path, os.R_OK, effective_ids=True)
    return may and (not path.is_dir() or os.access(path, os.X_OK, effective_ids=True))
