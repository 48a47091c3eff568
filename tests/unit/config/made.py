"""Towns made up for tests of configuration: every component on one server, every microservice switched on."""

from __future__ import annotations

from pathlib import Path

from eakte_ops.config.library import Library
from eakte_ops.config.template import Template, template_of
from eakte_ops.inventory.files import Owner, TownFile
from eakte_ops.inventory.model import Town
from eakte_ops.product.load import profile
from eakte_ops.yamltext import read, validate


def whole_town(
    product: str, release: str, *, secrets: tuple[str, ...] = (), operator: Owner = "centre", more: str = ""
) -> Town:
    """A town of one server with everything. `more`: lines of its inventory file, at the left margin."""
    found = profile(product)
    parts = []
    for name in found.components_of(release):
        services = [f"{each}: {{instances: 1}}" for each in found.services_of(name, release)]
        parts.append(f"{name}: {{services: {{{', '.join(services)}}}}}")
    return town_of(
        f"""\
product: {product}
release: "{release}"
database_operator: {operator}
secrets: [{", ".join(secrets)}]
servers:
  - {{name: one, address: 192.0.2.77, platform: {found.platforms[0]}, components: {{{", ".join(parts)}}}}}
{more}
"""
    )


def town_of(text: str) -> Town:
    """A town from the lines of its inventory file that matter to configuration."""
    rest = """\
municipality: {key: "05954036", name: Teststadt}
ring: 0
language: de
contacts: {}
windows: {zone: Europe/Berlin, open: [{days: [tue], from: "18:00", until: "22:00"}]}
availability: {percent: 99.0, hours: [{days: [mon], from: "07:00", until: "18:00"}]}
"""
    if "database_operator" not in text:
        rest += "database_operator: centre\n"
    document = read(rest + text, "teststadt.yml")
    said, mistakes = validate(document, TownFile)
    assert said is not None, [str(mistake) for mistake in mistakes]
    return Town("teststadt", Path("teststadt.yml"), said, profile(said.product))


def template(head: str, body: str = "", *, name: str = "gateway/a.yml", release: str = "11.0") -> Template:
    """A template of Musterakte from the lines of its head and its text."""
    text = f"{{#\n{head.strip()}\n#}}\n{body}"
    file = f"templates/musterakte/{release}/{name}.j2"
    return template_of(text, file, template=name, product="musterakte", release=release)


def library(*templates: Template) -> Library:
    """Templates of the centre without an operations folder."""
    return Library(templates)
