"""Product, release and components of a town, compared with the product's profile."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeGuard

from eakte_ops.inventory.files import Server
from eakte_ops.inventory.plain import Plain, Problem, called, entries, mapping, text
from eakte_ops.inventory.suggest import shown, suggestion
from eakte_ops.product.model import Component, Profile, Service
from eakte_ops.product.places import is_place
from eakte_ops.yamltext import Path

Profiles = Mapping[str, Callable[[], Profile]]

_KEYS = Server.model_fields.keys()
_PLATFORM = Server.model_fields["platform"].default


def check(town: Plain, profiles: Profiles) -> Iterator[Problem]:
    """Problems of a town's software. `profiles`: name of a product -> how to get its profile."""
    product, release = text(town, "product"), text(town, "release")
    yield from product_and_release(town, profiles)
    profile = profiles[product]() if product is not None and product in profiles else None
    if profile is None:
        return
    release = release if release in profile.releases else None
    for at, server in entries(town, "servers"):
        yield from _Site(profile, release, server, ("servers", at)).problems()
    if release is not None and not _uncertain(town, profile):
        yield from _needed(town, profile, release)


def product_and_release(town: Plain, profiles: Profiles) -> Iterator[Problem]:
    """A product without a profile; a release that the profile does not have."""
    product, release = text(town, "product"), text(town, "release")
    if product is None:
        return
    if product not in profiles:
        yield Problem(("product",), f"no product {shown(product)}{suggestion(product, profiles)}")
    elif release is not None and release not in (known := profiles[product]().releases):
        sentence = f"{product} has no release {shown(release)}; there are {', '.join(known)}"
        yield Problem(("release",), sentence, cause=("product",))


class _Site:
    """One server of a town; yields its problems. `release` None: not known, what any release has is right."""

    def __init__(self, profile: Profile, release: str | None, server: Plain, path: Path) -> None:
        self.profile, self.release, self.server, self.path = profile, release, server, path
        self.platform: Any = server.get("platform", _PLATFORM)
        self.known = profile.components if release is None else profile.components_of(release)

    def problems(self) -> Iterator[Problem]:
        if self.platform in ("linux", "windows") and self.platform not in self.profile.platforms:
            there = " and ".join(self.profile.platforms)
            at_key = "platform" not in self.server  # the default is meant then; the server's own line says it best
            path = self.path if at_key else (*self.path, "platform")
            said = f"{self.profile.name} runs on {there} only, this server is {self.platform}"
            yield Problem(path, said + (f"; add platform: {self.profile.platforms[0]}" if at_key else ""))
            return
        for name, changed in mapping(self.server, "components").items():
            yield from self._component(name, changed, (*self.path, "components", name))
        if self.release is not None:
            yield from self._ports()

    def _services(self, component: str) -> Mapping[str, Service]:
        if self.release is None:
            return self.profile.components[component].services
        return self.profile.services_of(component, self.release)

    def _component(self, name: str, changed: object, path: Path) -> Iterator[Problem]:
        part = self.known.get(name)
        if part is None:
            yield Problem(path, self._why_not(name), at_key=True)
            return
        if self.platform in self.profile.platforms and self.platform not in part.unit:
            yield Problem(path, f"{self.profile.name} has no {name} for {self.platform}", at_key=True)
        services = self._services(name)
        for key, known in (("ports", part.ports), ("places", part.places), ("services", services)):
            for each in mapping(changed, key):
                if each not in known:
                    yield Problem((*path, key, each), self._unknown(name, key, each, known), at_key=True)
        for each, place in mapping(changed, "places").items():
            if isinstance(place, str) and not is_place(place, self.platform):
                yield Problem((*path, "places", each), f"an absolute path of {self.platform} expected, without ..")

    def _why_not(self, name: str) -> str:
        if part := self.profile.components.get(name):
            return f"{self.profile.name} {self.release} has no {name} ({_life(part)})"
        return f"unknown component{suggestion(name, self.known)}"

    def _unknown(self, component: str, key: str, name: str, known: Mapping[str, object]) -> str:
        service = self.profile.components[component].services.get(name) if key == "services" else None
        if service is not None:
            return f"{component} {self.release} has no {name} ({_life(service)})"
        if not known:
            return f"{component} has no {key}"
        return f"{component} has no {key.removesuffix('s')} of this name{suggestion(name, known)}"

    def _ports(self) -> Iterator[Problem]:
        """Two things that would listen on the same port of this server.

        A named port and a service of the same component may be the same listener (the aggregate of all services).
        """
        used: dict[int, tuple[str, str, str]] = {}
        for name in mapping(self.server, "components"):
            for path, key, what, port in self._listens(name):
                owner, component, kind = used.setdefault(port, (what, name, key))
                same_listener = component == name and kind != key
                if owner != what and not same_listener:
                    yield Problem((*self.path, *path), f"port {port} is already used here by {owner}")

    def _listens(self, name: str) -> Iterator[tuple[Path, str, str, int]]:
        """Path of the number, `ports` or `services`, who listens, port."""
        part = self.known.get(name)
        if part is None:
            return
        changed = mapping(self.server, "components", name)
        for port, default in part.ports.items():
            number = mapping(changed, "ports").get(port, default)
            if _is_number(number):
                yield ("components", name, "ports", port), "ports", f"{name} ({port})", number
        for each, service in self._services(name).items():
            said = mapping(changed, "services", each)
            number = said.get("port") or service.port
            if said.get("instances", service.instances) != 0 and _is_number(number):
                yield ("components", name, "services", each, "port"), "services", f"{name} ({each})", number


def _is_number(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _life(part: Component | Service) -> str:
    return " ".join(f"{word} {release}" for word, release in (("since", part.since), ("until", part.until)) if release)


def _uncertain(town: Plain, profile: Profile) -> bool:
    """Whether some server can not be read well enough to say that a component is missing."""
    servers = town.get("servers")
    if not isinstance(servers, list) or not servers:
        return True
    return any(not isinstance(server, dict) or not _readable(server, profile) for server in servers)


def _readable(server: Plain, profile: Profile) -> bool:
    said = server.get("components", {})
    known_keys = server.keys() <= _KEYS
    return known_keys and isinstance(said, dict) and all(name in profile.components for name in said)


def _needed(town: Plain, profile: Profile, release: str) -> Iterator[Problem]:
    """Components that a town can not be without, or can have only once."""
    where: dict[str, list[int]] = defaultdict(list)
    for at, server in entries(town, "servers"):
        for name in mapping(server, "components"):
            where[name].append(at)
    for name, part in profile.components_of(release).items():
        if part.required and not where[name]:
            yield Problem(("servers",), f"no server of this town has the component {name}", at_key=True)
        for at in where[name][1:] if not part.many else ():
            first = town["servers"][where[name][0]]
            sentence = f"{called(first)} already has the {name}; a town has one only"
            yield Problem(("servers", at, "components", name), sentence, at_key=True)
