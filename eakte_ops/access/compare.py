"""Is exactly that granted which the pack says? Not less, NOT MORE, and in the right version. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from eakte_ops.access.granted import PACK_COPY, SUDOERS, UNITS, Expected, Granted, Seen
from eakte_ops.access.keys import sha256_hex
from eakte_ops.access.sudo import read_list
from eakte_ops.access.units import LOGROTATE, LOGS_UNIT
from eakte_ops.remote import cleaning

_SHOWN = 120


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as granted. The owner is always local-it: the centre can not change it.

    `subject` stays the same as long as the difference does ("keys eakte-ops", "unit eakte-index.service").
    """

    subject: str
    said: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """All differences, and what could not be looked at with the rights of who asked."""

    differences: tuple[Difference, ...]
    not_looked_at: tuple[str, ...]


def compare(wanted: Expected, found: Granted) -> Comparison:
    """What a server grants against what its pack says. Texts of the server are shortened and cleaned."""
    wanted = _as_installed(wanted, found)
    parts = (_version, _accounts, _keys, _files, _folders, _own_files, _units, _more, _sudo)
    differences = tuple(difference for part in parts for difference in part(wanted, found))
    return Comparison(differences, tuple(_unseen(wanted, found)))


def _as_installed(wanted: Expected, found: Granted) -> Expected:
    """The expectation under the number that is installed, where an older number has the very content of today: a key
    of another town was revoked, say. So only the towns that are concerned need a new pack."""
    version = found.pack.get("version")
    if type(version) is not int or not 1 <= version < wanted.pack.version:
        return wanted
    older = wanted.pack.numbered(version)
    if older.sha256 != found.pack.get("sha256"):
        return wanted
    return replace(wanted, pack=older, files={**wanted.files, PACK_COPY: ("644", older.text)})


def merged(one: Comparison, other: Comparison) -> Comparison:
    """What two accounts saw of the same server: every difference once, and what neither of them could look at."""
    unseen = tuple(each for each in one.not_looked_at if each in other.not_looked_at)
    return Comparison(tuple(dict.fromkeys((*one.differences, *other.differences))), unseen)


def _unseen(wanted: Expected, found: Granted) -> Iterator[str]:
    if found.sudo is None:
        yield "the sudo list (sudo -n -l answers only to who has it)"
    if SUDOERS in found.hidden:
        yield f"owner, mode and size of {SUDOERS}"
    hidden = [path for path in wanted.grant.places if path in found.hidden]
    yield from (f"owner and mode of {path}" for path in hidden)


def _version(wanted: Expected, found: Granted) -> Iterator[Difference]:
    pack, said = wanted.pack, found.pack
    if not said:
        yield Difference("version", "no access pack is noted in /etc/eakte-ops/pack.json")
        return
    if (said.get("town"), said.get("host")) != (pack.grant.town, pack.host):
        yield Difference("version", f"the pack of another machine is installed: {_short(said.get('host'))}")
    elif said.get("version") != pack.version:
        yield Difference("version", f"access pack {_short(said.get('version'))} is installed, {pack.version} is due")
    elif said.get("sha256") != pack.sha256:
        yield Difference(
            "version", f"access pack {pack.version} is installed, but with another content than handed out"
        )


def _accounts(wanted: Expected, found: Granted) -> Iterator[Difference]:
    for account in wanted.grant.accounts:
        seen = found.accounts.get(account.name)
        if seen is None:
            yield Difference(f"account {account.name}", f"the account {account.name} is missing")
            continue
        home, shell, number = seen
        if home != account.home:
            yield Difference(
                f"account {account.name}", f"{account.name} has the home {_short(home)}, not {account.home}"
            )
        if shell != account.shell if account.shell else not shell.endswith(("/nologin", "/false")):
            said = account.shell or "nologin"
            yield Difference(f"account {account.name}", f"{account.name} has the shell {_short(shell)}, not {said}")
        if number == "0":
            yield Difference(f"account {account.name}", f"{account.name} is root under another name")
        granted = {account.name, *account.groups}
        here = set(found.groups.get(account.name, ()))
        yield from _sets(f"groups {account.name}", f"{account.name} is in the group", granted, here)
    for name in found.linger:
        yield Difference(
            f"account {name}", f"{_short(name)} may keep processes running after its last session (linger)"
        )


def _keys(wanted: Expected, found: Granted) -> Iterator[Difference]:
    for account, text in wanted.grant.keys.items():
        granted = {line for line in text.splitlines() if not line.startswith("#")}
        here = set(found.keys.get(account, ()))
        missing, more = granted - here, here - granted
        if missing:
            yield Difference(f"keys {account}", f"{len(missing)} of {len(granted)} keys of {account} are not let in")
        for line in sorted(more):
            whose = next((who for key, who in wanted.revoked.items() if key in line), None)
            if whose is not None:
                yield Difference(f"keys {account}", f"the REVOKED key of {whose} is still let in as {account}")
            else:
                yield Difference(f"keys {account}", f"a key is let in as {account} that was not granted: {_tail(line)}")
    expected_files = {path for path in wanted.files if path.endswith("/authorized_keys")}
    for path in sorted(set(found.key_files) - expected_files):
        yield Difference("keys", f"{_short(path)} is not from the pack; sshd may read keys there")


def _files(wanted: Expected, found: Granted) -> Iterator[Difference]:
    for path, (mode, text) in wanted.files.items():
        if path in found.hidden:
            continue
        subject = f"unit {path.removeprefix(UNITS + '/')}" if path.startswith(UNITS) else f"file {path}"
        seen = found.paths.get(path)
        if seen is None:
            yield Difference(subject, f"{path} is missing")
            continue
        if (seen.owner, seen.group, seen.mode) != ("root", "root", mode) or not seen.kind.startswith("regular"):
            yield Difference(subject, f"{path} is {_shown(seen)}, granted was a file of root:root {mode}")
        content = text.encode("utf-8")
        if path.endswith("/authorized_keys"):
            continue  # its lines were compared one by one
        if seen.sum and seen.sum != sha256_hex(content):
            yield Difference(subject, f"{path} holds something else than the pack puts there")
        elif not seen.sum and seen.size != len(content):
            yield Difference(subject, f"{path} has {seen.size} bytes, the pack puts {len(content)} there")


def _folders(wanted: Expected, found: Granted) -> Iterator[Difference]:
    for folder in wanted.grant.folders:
        if folder.path in found.hidden:
            continue
        seen = found.paths.get(folder.path)
        if seen is None:
            yield Difference(f"folder {folder.path}", f"the folder {folder.path} is missing")
        elif (seen.owner, seen.group, seen.mode, seen.kind) != (
            folder.owner,
            folder.group,
            folder.mode.removeprefix("0"),
            "directory",
        ):
            granted = f"{folder.owner}:{folder.group} {folder.mode}"
            yield Difference(f"folder {folder.path}", f"{folder.path} is {_shown(seen)}, granted was {granted}")


def _own_files(wanted: Expected, found: Granted) -> Iterator[Difference]:
    for file in wanted.grant.own_files:
        if file.path in found.hidden:
            continue
        seen, subject = found.paths.get(file.path), f"file {file.path}"
        if seen is None:
            yield Difference(subject, f"{file.path} is missing")
            continue
        right = (seen.owner, seen.group, seen.mode) == (file.owner, file.group, file.mode.removeprefix("0"))
        if not right or not seen.kind.startswith("regular"):
            granted = f"a file of {file.owner}:{file.group} {file.mode}"
            yield Difference(subject, f"{file.path} is {_shown(seen)}, granted was {granted}")


def _units(wanted: Expected, found: Granted) -> Iterator[Difference]:
    for unit in wanted.grant.all_units:
        said, subject = found.units.get(unit.name, {}), f"unit {unit.name}"
        if said.get("NeedDaemonReload") == "yes":
            yield Difference(subject, f"systemd has not yet read what {unit.name} holds now (systemctl daemon-reload)")
        if (read := said.get("FragmentPath", "")) not in ("", f"{UNITS}/{unit.name}"):
            yield Difference(subject, f"systemd reads {unit.name} from {_short(read)}")
        for part in said.get("DropInPaths", "").split():
            if "/eakte-" in part:
                yield Difference(subject, f"{_short(part)} changes {unit.name} and is not from the pack")
        state, active = said.get("UnitFileState", ""), said.get("ActiveState", "")
        if unit.begins and state not in ("", "enabled"):
            yield Difference(subject, f"{unit.name} does not start with the machine: it is {_short(state)}")
        if unit.timer and active not in ("", "active"):
            yield Difference(subject, f"{unit.name} starts nothing: it is {_short(active)}")
        if unit.name == LOGS_UNIT and LOGROTATE in found.paths and not found.paths[LOGROTATE]:
            yield Difference(subject, f"{LOGROTATE} is missing: nothing rotates the logs of the software")


def _more(wanted: Expected, found: Granted) -> Iterator[Difference]:
    known = {f"{UNITS}/{unit.name}" for unit in wanted.grant.all_units}
    for path in sorted(set(found.unit_files) - known):
        yield Difference("units", f"{_short(path)} is not from the pack")
    for path in found.setuid:
        yield Difference("setuid", f"{_short(path)} runs with the rights of its owner or group")


def _sudo(wanted: Expected, found: Granted) -> Iterator[Difference]:
    if found.sudo is not None:
        here = set(read_list("\n".join(found.sudo)))
        yield from _sets("sudo", "sudo allows", set(wanted.grant.sudo), here)


def _sets(subject: str, what: str, granted: set[str], here: set[str]) -> Iterator[Difference]:
    for each in sorted(here - granted):
        yield Difference(subject, f"{what} {_short(each)}, which was not granted")
    for each in sorted(granted - here):
        yield Difference(subject, f"{what} {each}: granted, but not so")


def _shown(seen: Seen) -> str:
    return f"a {_short(seen.kind)} of {_short(seen.owner)}:{_short(seen.group)} {_short(seen.mode)}"


def _short(said: object) -> str:
    return cleaning.line(str(said), _SHOWN)


def _tail(line: str) -> str:
    """The end of a key line: its options may be long, the key itself tells keys apart."""
    clean = cleaning.line(line, 10_000)
    return clean if len(clean) <= _SHOWN else "..." + clean[3 - _SHOWN :]
