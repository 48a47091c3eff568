"""What the YAML files must hold. A file that the check accepts is one that the programs start with."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from ipaddress import ip_address
from typing import Any, TypeAlias

from . import common

Wanted = Callable[[Any], str]
"""Of a value: what is wanted instead, "" if it is right. It never holds the value, which may be a password."""
Shape: TypeAlias = "Mapping[str, Shape | Wanted]"
"""Key -> what belongs there; a key that ends in `?` may be missing."""

LEAST_LOCKING_S = 10
_POLL = re.compile(r"--poll=\d{1,5}(\.\d{1,5})?")
_URL = re.compile(r"http://(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]):(\d{1,5})")


def is_whole(value: Any, least: int, most: int) -> bool:
    """Whether it is a whole number within both bounds."""
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _text(value: Any) -> str:
    return "" if isinstance(value, str) and value else "a text is wanted"


def _port(value: Any) -> str:
    return "" if is_whole(value, 1, 65535) else "a port from 1 to 65535 is wanted"


def _listen(value: Any) -> str:
    try:
        right = value == "*" or bool(ip_address(value))
    except ValueError:
        right = False
    return "" if right else 'an address of this host or "*" is wanted'


def _url(value: Any) -> str:
    found = _URL.fullmatch(value) if isinstance(value, str) else None
    right = found is not None and is_whole(int(found[1]), 1, 65535)
    return "" if right else "an address such as http://192.0.2.11:8060 is wanted"


def _whole(least: int, most: int) -> Wanted:
    def wanted(value: Any) -> str:
        return "" if is_whole(value, least, most) else f"a whole number from {least} to {most} is wanted"

    return wanted


def _users(value: Any) -> str:
    right = isinstance(value, dict) and value and not any(_text(name) or _text(word) for name, word in value.items())
    return "" if right else "users are wanted, each with a password, both texts"


def _services(value: Any) -> str:
    return "" if isinstance(value, list) else "a list of services is wanted"


def _args(value: Any) -> str:
    right = isinstance(value, list) and all(isinstance(arg, str) and _POLL.fullmatch(arg) for arg in value)
    return "" if right else "a list is wanted, of --poll=SECONDS alone"


SERVICE: Shape = {"name": _text, "instances": _whole(0, 1), "port": _port, "args?": _args}
"""An entry of servicewatcher-sw.yml."""

_DATABASE: Shape = {"host": _text, "port": _port, "name": _text, "user": _text, "password": _text}
_ACCESS: Shape = {"url": _url, "user": _text, "password": _text}

SHAPES: Mapping[str, Shape] = {
    "application-server": {
        "listen": _listen,
        "port": _port,
        "database": {**_DATABASE, "wait?": _whole(1, 3600)},
        "index": _ACCESS,
        "osrest": {"port": _port, "users": _users},
    },
    "index": {"cluster.name": _text, "network.host": _listen, "http.port": _port, "path.repo": _text},
    "services": {"services": _services},
    "services-index": {"elasticsearch": _ACCESS},
    "services-common": {"port": _port, "database": _DATABASE, "osrest": _ACCESS},
    "services-licence": {"lockingTimeInSec": _whole(LEAST_LOCKING_S, 86400)},
    "gateway": {
        "server": {"address": _listen, "port": _port, "tls-port": _port},
        "routes": {"osrest": _url},
        "osweb?": {"title?": _text},
    },
}
"""Name of a configuration file, as in the release's manifest -> its shape."""


def fitting(name: str, where: object, settings: dict[str, Any]) -> dict[str, Any]:
    """The same settings, if they have the shape of the file `name`; StartError with all that is wrong."""
    wrong = list(objections(SHAPES[name], settings, ""))
    if wrong:
        raise common.StartError(f"{where}: {'; '.join(wrong)}")
    return settings


def config(name: str) -> dict[str, Any]:
    """The settings of one configuration file in their shape."""
    return fitting(name, common.config_path(name), common.config(name))


def objections(shape: Shape, value: Any, at: str) -> Iterator[str]:
    """One sentence per mistake; `at` stands before the names of settings.

    Keys that nobody knows are counted and not named: they may be what is left of a torn password.
    """
    if not isinstance(value, dict):
        yield f"{at.rstrip('.: ')}: settings are wanted"
        return
    known = {key.removesuffix("?"): wanted for key, wanted in shape.items()}
    for key, wanted in known.items():
        if key not in value:
            if f"{key}?" not in shape:
                yield f"{at}{key} is missing"
        elif callable(wanted):
            if said := wanted(value[key]):
                yield f"{at}{key}: {said}"
        else:
            yield from objections(wanted, value[key], f"{at}{key}.")
    if unknown := len([key for key in value if key not in known]):
        yield f"{at}{unknown} unknown setting{'s' * (unknown != 1)} (known: {', '.join(known)})"


def wanted(settings: dict[str, Any]) -> list[dict[str, Any]]:
    """The entries of servicewatcher-sw.yml that are switched on; StartError for one this release lacks."""
    known = common.manifest()["services"]
    taken: set[str | int] = set()
    for at, entry in enumerate(settings["services"], 1):
        if wrong := list(objections(SERVICE, entry, f"service {at}: ")):
            raise common.StartError(f"servicewatcher-sw.yml: {'; '.join(wrong)}")
        if entry["name"] not in known:
            raise common.StartError(f"servicewatcher-sw.yml: this release has no service {entry['name']!r:.60}")
        if taken & {entry["name"], entry["port"]}:
            raise common.StartError(f"servicewatcher-sw.yml: {entry['name']}: name or port is another service's, too")
        taken |= {entry["name"], entry["port"]}
    return [entry for entry in settings["services"] if entry["instances"]]
