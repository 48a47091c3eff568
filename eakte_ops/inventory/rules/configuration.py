"""What a town, a server or the defaults say differently about configuration files, compared with the templates."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

from eakte_ops.inventory.plain import Plain, Problem, called, entries, mapping, text
from eakte_ops.inventory.rules.software import Profiles
from eakte_ops.inventory.suggest import shown, suggestion
from eakte_ops.inventory.vocabulary import Adjustable, Limit, Templates
from eakte_ops.product.model import Profile
from eakte_ops.yamltext import Path

KEY = "configuration"
Own: TypeAlias = Callable[[Path], bool]
"""Whether the town's own file says what is laid at a path."""

_MORE_THAN_A_LINE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def defaults(said: Plain, profiles: Profiles, templates: Templates) -> Iterator[Problem]:
    """Templates and values that no release of any product has; values that none of those that have them takes."""
    files = mapping(said, KEY)
    if not files:
        return
    known = _of_all_releases(profiles, templates)
    for template, values in files.items():
        path = (KEY, template)
        if template not in known:
            yield Problem(path, f"no template {shown(template)}{suggestion(template, known)}", at_key=True)
        elif None not in known[template] and isinstance(values, dict):
            found = [each.values for each in known[template] if each is not None]
            yield from _in_some(values, found, path)


def check(town: Plain, own: Own, name: str, profiles: Profiles, templates: Templates) -> Iterator[Problem]:
    """Problems of the town `name` and its servers. Defaults for templates that its release does not have are none."""
    product, release = text(town, "product"), text(town, "release")
    servers = [(("servers", at), server) for at, server in entries(town, "servers") if mapping(server, KEY)]
    if not (mapping(town, KEY) or servers) or product is None or product not in profiles or release is None:
        return
    profile = profiles[product]()
    if release not in profile.releases:
        return
    known = templates(product, release, name)
    elsewhere = _Elsewhere(product, release, tuple(profile.releases), templates)
    for template, values in mapping(town, KEY).items():
        path: Path = (KEY, template)
        if template not in known:
            if own(path):
                yield Problem(path, elsewhere.sentence(template, known), at_key=True)
        else:
            yield from _values(values, known[template], path, own)
    for at, server in servers:
        for template, values in mapping(server, KEY).items():
            path = (*at, KEY, template)
            if template not in known:
                yield Problem(path, elsewhere.sentence(template, known), at_key=True)
            elif said := _not_there(town, server, known[template], profile):
                yield Problem(path, said, at_key=True)
            else:
                yield from _values(values, known[template], path, own)


class _Elsewhere:
    """Says of a template that a release does not have whether others do."""

    def __init__(self, product: str, release: str, releases: tuple[str, ...], templates: Templates) -> None:
        self._product, self._release, self._releases, self._templates = product, release, releases, templates

    def sentence(self, template: str, known: Mapping[str, object]) -> str:
        others = [each for each in self._releases if template in self._templates(self._product, each, "")]
        if others:
            return f"{self._product} {self._release} has no such template; it is one of {', '.join(others)}"
        return f"no template {shown(template)}{suggestion(template, known)}"


def _not_there(town: Plain, server: Plain, template: Adjustable | None, profile: Profile) -> str:
    """Why the file of a template is not on a server; "" if it is."""
    if template is None:
        return ""
    if not any(name in mapping(server, "components") for name in template.components):
        return f"{called(server, 'this server')} has no {' or '.join(template.components)}, so this file is not there"
    if template.operator and text(town, "database_operator") != template.operator:
        return f"this file is there only where the database is operated by {template.operator}"
    if template.service and not _switched_on(server, template, profile):
        return f"{template.service} is switched off on {called(server, 'this server')}, so this file is not there"
    return ""


def _switched_on(server: Plain, template: Adjustable, profile: Profile) -> bool:
    """Whether the microservice that reads the file of a template runs on a server."""
    for name in template.components:
        service = profile.components[name].services.get(template.service)
        if service is not None and name in mapping(server, "components"):
            said = mapping(server, "components", name, "services", template.service).get("instances")
            if service.instances if said is None else said != 0:
                return True
    return False


def _values(values: Any, template: Adjustable | None, path: Path, own: Own) -> Iterator[Problem]:
    if template is None or not isinstance(values, dict):
        return
    if not template.values:
        if own(path):
            yield Problem(path, "nothing of this template can be set", at_key=True)
        return
    for name, value in values.items():
        here = (*path, name)
        if name not in template.values:
            if own(here):
                yield Problem(here, f"unknown value{suggestion(name, template.values)}", at_key=True)
        elif said := objection(template.values[name], value):
            yield Problem(here, said)


def _in_some(values: Plain, found: list[Mapping[str, Limit]], path: Path) -> Iterator[Problem]:
    """Values of the defaults that none of several versions of a template has or takes."""
    known = {name for each in found for name in each}
    if not known:
        yield Problem(path, "nothing of this template can be set", at_key=True)
        return
    for name, value in values.items():
        objections = [objection(each[name], value) for each in found if name in each]
        if not objections:
            yield Problem((*path, name), f"unknown value{suggestion(name, known)}", at_key=True)
        elif all(objections):
            yield Problem((*path, name), objections[0] or "")


def objection(limit: Limit, value: object) -> str | None:
    """Why a value can not be said, as the end of a sentence; None when it can, or is of a kind that no value has."""
    if not isinstance(value, int | float | str):
        return None
    if isinstance(value, str) and limit.kind == "text" and _MORE_THAN_A_LINE.search(value):
        return "one line of text without control characters expected"
    return limit.objection(value)


def _of_all_releases(profiles: Profiles, templates: Templates) -> dict[str, list[Adjustable | None]]:
    known: dict[str, list[Adjustable | None]] = {}
    for product, profile in profiles.items():
        for release in profile().releases:
            for template, what in templates(product, release, "").items():
                known.setdefault(template, []).append(what)
    return known
