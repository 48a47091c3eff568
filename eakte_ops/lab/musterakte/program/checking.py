"""Whether a configuration file can be used: `musterakte-admin check-configuration KIND FILE`. Touches nothing.

What is wrong is one sentence with file, line or setting, and cause. It never holds a value that may be a password.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from ipaddress import ip_address, ip_network
from pathlib import Path

from . import common, index, postgres, shapes, tls

Check = Callable[[Path], None]
_LOGROTATE = "/usr/sbin/logrotate"
_LIMIT_S = 20
_MAP_COUNT = 262144  # Elasticsearch refuses to start with less

_HBA_TYPES = ("local", "host", "hostssl", "hostnossl", "hostgssenc", "hostnogssenc")
_HBA_METHODS = (
    *("trust", "reject", "scram-sha-256", "md5", "password", "gss", "sspi", "ident", "peer", "ldap", "radius"),
    *("cert", "pam", "bsd"),
)
_HBA_SPECIAL = ("all", "samehost", "samenet")
_FIELD = re.compile(r'(?:[^\s",#]|"[^"]*"|,\s*)+')
_RULE = re.compile(
    r'((ip6?) saddr (?P<from>\S+) )?tcp dport (?P<ports>\d+|\{ \d+(, \d+)* \}) accept comment "[A-Za-z0-9 -]+"'
)


def check(kind: str, path: Path) -> None:
    """Return if the file can be used as `kind`; StartError says why not."""
    CHECKS[kind](path)


def _yaml(name: str) -> Check:
    def check_it(path: Path) -> None:
        shapes.fitting(name, path, common.read_yaml(path))

    return check_it


def _services(path: Path) -> None:
    settings = shapes.fitting("services", path, common.read_yaml(path))
    try:
        shapes.wanted(settings)
    except common.StartError as error:
        raise common.StartError(f"{path}: {str(error).removeprefix('servicewatcher-sw.yml: ')}") from error


def _users(path: Path) -> None:
    users = index.users_in(path)
    if "elastic" not in users:
        raise common.StartError(f"{path}: no user elastic")


def _tls(path: Path) -> None:
    tls.context(path)


def _postgresql(path: Path) -> None:
    """As PostgreSQL itself reads it, beside an empty data folder; it starts nothing."""
    with tempfile.TemporaryDirectory(prefix="musterakte-") as folder:
        said = {name: _setting(path, folder, name) for name in ("port", "hba_file", "ident_file")}
        sockets = _setting(path, folder, "unix_socket_directories")
    for name in ("hba_file", "ident_file"):
        if Path(said[name]).parent == Path(folder):
            raise common.StartError(f"{path}: {name} is missing")
    if said["port"] != str(postgres.port_in(path)):
        raise common.StartError(f"{path}: port has to stand in a line `port = NUMBER`, which all tools read")
    if str(common.RUN) not in [place.strip() for place in sockets.split(",")]:
        raise common.StartError(f"{path}: unix_socket_directories lacks {common.RUN}, over which all tools come")


def _setting(path: Path, folder: str, name: str) -> str:
    program = postgres.programs() / "postgres"
    done = _run(program, "-C", name, "-D", folder, f"--config-file={path.absolute()}")
    if done.returncode:
        said = re.findall(r"(?:LOG|ERROR|FATAL): +((?!skipping)\S.*)", done.stderr) or ["PostgreSQL can not read it"]
        raise common.StartError(f"{path}: {said[0].replace(str(path.absolute()), path.name)}")
    return done.stdout.strip()


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Number and text of the lines that say something."""
    for number, line in enumerate(common.read_text(path).split("\n"), 1):
        if line.strip() and not line.lstrip().startswith("#"):
            yield number, line.strip()


def _hba(path: Path) -> None:
    """As far as it can be seen without a running server: fields, types, addresses, methods, options."""
    lines = [(number, _FIELD.findall(line.partition("#")[0])) for number, line in _lines(path)]
    for number, fields in lines:
        if said := _wrong_entry(fields):
            raise common.StartError(f"{path}: line {number}: {said}")
    if not lines:
        raise common.StartError(f"{path}: lets nobody in")


def _own_hba(path: Path) -> None:
    _hba(path)
    fields = [_FIELD.findall(line) for _, line in _lines(path)]
    if not any(each[0] == "local" and "eakte_super" in each[2].split(",") for each in fields):
        raise common.StartError(f"{path}: no line lets eakte_super in over the socket, and nothing works without it")


def _wrong_entry(fields: list[str]) -> str:
    if fields[0] not in _HBA_TYPES:
        return f"a line begins with one of {', '.join(_HBA_TYPES)}"
    at = 3 if fields[0] == "local" else 4
    if len(fields) > at and fields[0] != "local":
        if said := _wrong_address(fields[3]):
            return said
        at += _is_address(fields[3]) and _is_address(fields[4])
    if len(fields) <= at:
        return f"too few fields for {fields[0]}"
    if fields[at] not in _HBA_METHODS:
        return f"the method is none of {', '.join(_HBA_METHODS)}"
    if not all(re.fullmatch(r'[a-z]+=(\S+|".*")', option) for option in fields[at + 1 :]):
        return "what stands behind the method is written NAME=VALUE"
    return ""


def _is_address(text: str) -> bool:
    try:
        return bool(ip_address(text))
    except ValueError:
        return False


def _wrong_address(text: str) -> str:
    if text in _HBA_SPECIAL or _is_address(text) or re.fullmatch(r"\.?[A-Za-z][A-Za-z0-9.-]*", text):
        return ""
    try:
        ip_network(text)
    except ValueError:
        return "the address is no network such as 192.0.2.11/32, and no name of a host"
    return ""


def _ident(path: Path) -> None:
    lines = [(number, _FIELD.findall(line.partition("#")[0])) for number, line in _lines(path)]
    for number, fields in lines:
        if len(fields) != 3:
            raise common.StartError(f"{path}: line {number}: three fields are wanted: map, account, role")
    if not lines:
        raise common.StartError(f"{path}: maps no account")


def _logrotate(path: Path) -> None:
    """As logrotate itself reads it, without rotating anything."""
    if not Path(_LOGROTATE).exists():
        raise common.StartError(f"{path}: can not be checked: there is no {_LOGROTATE}")
    done = _run(Path(_LOGROTATE), "--debug", "--state", "/dev/null", str(path))
    wrong = re.findall(r"^error: (.*)", done.stderr, re.MULTILINE)
    if wrong or done.returncode:
        said = wrong[0] if wrong else f"logrotate ends with status {done.returncode}"
        raise common.StartError(f"{path}: {said.removeprefix(f'{path}:').strip()}")


def _sysctl(path: Path) -> None:
    said = dict(_pair(path, number, line) for number, line in _lines(path))
    value = said.get("vm.max_map_count", "")
    if not (value.isascii() and value.isdigit() and int(value) >= _MAP_COUNT):
        raise common.StartError(f"{path}: vm.max_map_count: a whole number, at least {_MAP_COUNT}, is wanted")


def _pair(path: Path, number: int, line: str) -> tuple[str, str]:
    found = re.fullmatch(r"([a-z][a-z0-9_./-]*)\s*=\s*(\S+)", line)
    if found is None:
        raise common.StartError(f"{path}: line {number}: NAME = VALUE is wanted")
    return found[1], found[2]


def _nft(path: Path) -> None:
    """Rules that open ports, each with a reason, and nothing else."""
    for number, line in _lines(path):
        rule = _RULE.fullmatch(line)
        if rule is None:
            raise common.StartError(f"{path}: line {number}: is no rule that opens a port and says for whom")
        if not all(1 <= int(port) <= 65535 for port in re.findall(r"\d+", rule["ports"])):
            raise common.StartError(f"{path}: line {number}: a port from 1 to 65535 is wanted")
        if rule["from"] and (said := _wrong_address(rule["from"])):
            raise common.StartError(f"{path}: line {number}: {said}")


def _run(program: Path, *words: str) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            [program, *words], stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace",
            timeout=_LIMIT_S, check=False, env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise common.StartError(f"{program.name} gave no answer in {_LIMIT_S} s") from error


CHECKS: dict[str, Check] = {
    "application-server/server.yml": _yaml("application-server"),
    "database/pg_hba-lines.conf": _hba,
    "database/pg_hba.conf": _own_hba,
    "database/pg_ident.conf": _ident,
    "database/postgresql.conf": _postgresql,
    "gateway/application-prod.yml": _yaml("gateway"),
    "gateway/tls.properties": _tls,
    "index/built-in.usr": _users,
    "index/elasticsearch.yml": _yaml("index"),
    "logs/logrotate.conf": _logrotate,
    "machine/60-eakte-index.conf": _sysctl,
    "machine/eakte.nft": _nft,
    "service-manager/application-es.yml": _yaml("services-index"),
    "service-manager/application-prod.yml": _yaml("services-common"),
    "service-manager/license-prod.yml": _yaml("services-licence"),
    "service-manager/servicewatcher-sw.yml": _services,
}
"""COMPONENT/FILE -> its check."""
