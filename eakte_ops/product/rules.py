"""What a profile must be beyond its shape: names that exist, releases in order, something for every platform."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from eakte_ops.product.model import Component, Merged, Probe, Profile, Service
from eakte_ops.product.places import is_place
from eakte_ops.yamltext import Path, did_you_mean

Problem: TypeAlias = tuple[Path, str]

_NEEDS = {
    "health": ("port", "path"),
    "aggregate": ("port", "path"),
    "page": ("port", "path"),
    "index": ("port", "path"),
    "startup": ("place", "contains"),
    "port": ("port",),
    "certificate": ("port",),
    "sql": ("port", "place"),
    "roundtrip": ("port", "path", "user", "secret"),
}
"""What a probe of each kind must say."""


def check(profile: Profile, name: str) -> Iterator[Problem]:
    """Everything in which `profile`, read from the file of product `name`, contradicts itself."""
    if profile.name != name:
        yield ("name",), f'the file is named {name}.yml, so the name is "{name}"'
    yield from _releases(profile)
    yield from _layouts(profile)
    for each, part in profile.components.items():
        yield from _component(profile, part, ("components", each))
    yield from _orders(profile)


def _releases(profile: Profile) -> Iterator[Problem]:
    order = list(profile.releases)
    for at, (release, said) in enumerate(profile.releases.items()):
        for index, following in enumerate(said.next):
            path = ("releases", release, "next", index)
            if following not in order:
                yield path, f'no release "{following}"{did_you_mean(following, order)}'
            elif order.index(following) <= at:
                yield path, f"{following} did not come out after {release}"


def _layouts(profile: Profile) -> Iterator[Problem]:
    for platform in profile.platforms:
        if platform not in profile.layout:
            yield ("layout",), f"no layout for the platform {platform}"
    for platform, layout in profile.layout.items():
        if platform not in profile.platforms:
            yield ("layout", platform), f"{platform} is not among the platforms of this product"
        for field, said in layout.model_dump().items():
            if not field.endswith("_account") and not is_place(said, platform):
                yield ("layout", platform, field), f"an absolute path of {platform} expected, without .."


def _component(profile: Profile, part: Component, path: Path) -> Iterator[Problem]:
    yield from _life(profile, part, path)
    for name, service in part.services.items():
        yield from _life(profile, service, (*path, "services", name))
    for platform in part.unit:
        if platform not in profile.platforms:
            yield (*path, "unit", platform), f"{platform} is not among the platforms of this product"
    for name, place in part.places.items():
        if not any(is_place(place, platform) for platform in part.unit):
            yield (*path, "places", name), f"an absolute path of {' or '.join(part.unit)} expected, without .."
    if part.merged is not None:
        yield from _merged(profile, part, part.merged, (*path, "merged"))
    for at, probe in enumerate(part.probes):
        yield from _probe(part, probe, (*path, "probes", at))


def _merged(profile: Profile, part: Component, merged: Merged, path: Path) -> Iterator[Problem]:
    if merged.place not in part.places:
        yield (*path, "place"), f'the component has no place "{merged.place}"{did_you_mean(merged.place, part.places)}'
    unknown = [release for release in merged.files if release not in profile.releases]
    for release in unknown:
        yield (*path, "files", release), f'no release "{release}"{did_you_mean(release, profile.releases)}'
    if unknown or _unknown_life(profile):
        return
    for release in profile.releases:
        if release not in merged.files and profile.has(part, release):
            yield (*path, "files"), f"nothing is said about release {release}"


def _life(profile: Profile, part: Component | Service, path: Path) -> Iterator[Problem]:
    order = list(profile.releases)
    for word, release in (("since", part.since), ("until", part.until)):
        if release and release not in order:
            yield (*path, word), f'no release "{release}"{did_you_mean(release, order)}'
    if part.since in order and part.until in order and order.index(part.until) < order.index(part.since):
        yield (*path, "until"), f"ends with {part.until}, before it begins with {part.since}"


def _probe(part: Component, probe: Probe, path: Path) -> Iterator[Problem]:
    for field in _NEEDS[probe.kind]:
        if not getattr(probe, field):
            yield path, f"a probe of kind {probe.kind} needs {field}"
    for field, names in (("port", part.ports), ("place", part.places)):
        said: str = getattr(probe, field)
        if said and said not in names:
            yield (*path, field), f'the component has no {field} "{said}"{did_you_mean(said, names)}'
    if probe.path and not probe.path.startswith("/"):
        yield (*path, "path"), "the path of a page begins with /"


def _orders(profile: Profile) -> Iterator[Problem]:
    """Two components of one release with the same place in the order of starting."""
    told: set[str] = set()
    for release in profile.releases if not _unknown_life(profile) else ():
        seen: dict[int, str] = {}
        for name, part in profile.components_of(release).items():
            if part.order in seen and name not in told:
                told.add(name)
                yield ("components", name, "order"), f"{seen[part.order]} has the order {part.order} already"
            seen.setdefault(part.order, name)


def _unknown_life(profile: Profile) -> bool:
    """Whether a release that does not exist keeps components_of from answering."""
    return any(
        release and release not in profile.releases
        for part in profile.components.values()
        for release in (part.since, part.until)
    )
