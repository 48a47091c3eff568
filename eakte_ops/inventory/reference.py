"""The pages of docs/reference that are made from the models and profiles of the inventory."""

from __future__ import annotations

from collections.abc import Iterator

from eakte_ops.inventory import schema
from eakte_ops.inventory.samples import samples_folder
from eakte_ops.inventory.tables import page
from eakte_ops.product.load import known, profile
from eakte_ops.product.model import Component, Profile, Service

_HEAD = "<!-- made by scripts/generate; change the source, not this file -->"
_FOLDER = "docs/reference"
SAMPLES = ("inventories/_defaults.yml", "inventories/witten.yml", "inventories/hattingen.yml", "eakte-ops.yml")


def documents() -> dict[str, str]:
    """Path from the top of the repository -> whole text of the file."""
    return {
        **{f"{_FOLDER}/{name}": schema.text(kind) for kind, name in schema.FILES.items()},
        f"{_FOLDER}/inventory.md": inventory(),
        f"{_FOLDER}/products.md": products(),
    }


def inventory() -> str:
    """Every key of the three kinds of files, and the samples."""
    lines = [
        "# Inventory",
        _HEAD,
        "",
        "Three kinds of files, all YAML 1.2 without anchors, aliases and tags: `eakte-ops.yml` holds the centre's",
        "settings, `inventories/TOWN.yml` a town, `inventories/_defaults.yml` what holds for every town that says",
        "nothing else. `eakte-ops inventory check` names everything that is wrong, each with file, line and column.",
        "Editors that know the YAML language server complete and check while one types: see the first line of the",
        "samples.",
        "",
    ]
    defaults = schema.schema("defaults")
    lines += page("inventories/TOWN.yml", schema.schema("town"), frozenset(defaults["properties"]))
    lines += ["## inventories/_defaults.yml", "", defaults["description"], ""]
    lines += [f"Keys: {', '.join(f'`{key}`' for key in defaults['properties'])}, as in a town's file.", ""]
    lines += page("eakte-ops.yml", schema.schema("settings"))
    for name in SAMPLES:
        lines += [f"## Sample: {name}", "", "```yaml", (samples_folder() / name).read_text("utf-8").rstrip(), "```", ""]
    return "\n".join(lines)


def products() -> str:
    """What every profile says about its product."""
    lines = [
        "# Products",
        _HEAD,
        "",
        "A profile says what a product is: its components, ports, places, order and how one can see that it works.",
        "A town's inventory says what differs there. Profiles are files of the program:",
        "`eakte_ops/product/profiles/NAME.yml`, where each fact has its source.",
        "",
    ]
    for name in known():
        lines += _product(profile(name))
    return "\n".join(lines)


def _product(found: Profile) -> Iterator[str]:
    yield from (f"## {found.name}", "", f"{found.title.en}. **Tried:** {found.tried.en}.", "")
    ways = [f"{release} (next: {', '.join(said.next) or 'none'})" for release, said in found.releases.items()]
    yield from (f"Platforms: {', '.join(found.platforms)}. Releases: {', '.join(ways)}.", "")
    yield "| component | starts | unit | ports | places | a town has |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for name, part in sorted(found.components.items(), key=lambda item: item[1].order):
        units = ", ".join(f"`{unit}`" for unit in part.unit.values())
        ports = ", ".join(f"{port} {number}" for port, number in part.ports.items())
        places = ", ".join(f"{place} `{path}`" for place, path in part.places.items())
        yield f"| {name}{_life(part)} | {part.order} | {units} | {ports} | {places} | {_how_many(part)} |"
    yield ""
    for name, part in found.components.items():
        if part.services:
            services = [f"{each}{_details(service)}" for each, service in part.services.items()]
            yield from (f"Services of {name}: {', '.join(services)}.", "")


def _how_many(part: Component) -> str:
    return ("one or more" if part.many else "one") if part.required else ("any number" if part.many else "at most one")


def _details(service: Service) -> str:
    said = [str(service.port) if service.port else "", "" if service.instances else "off unless switched on"]
    said.append(_life(service).strip(" ()"))
    words = ", ".join(word for word in said if word)
    return f" ({words})" if words else ""


def _life(part: Component | Service) -> str:
    words = [f"{word} {release}" for word, release in (("since", part.since), ("until", part.until)) if release]
    return f" ({', '.join(words)})" if words else ""
