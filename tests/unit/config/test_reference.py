"""The reference of the templates says everything that their heads and the code say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from eakte_ops.config.filters import FILTERS
from eakte_ops.config.forms import FORMS
from eakte_ops.config.head import Effect, Head, Value
from eakte_ops.config.known import Held, Part, seen_from
from eakte_ops.config.library import load_library
from eakte_ops.config.reference import GIVES, SEEN, documents, filter_names
from eakte_ops.config.template import Template
from eakte_ops.inventory.samples import samples_folder
from eakte_ops.product.load import known, profile
from eakte_ops.product.model import Layout
from tests.unit.config.made import whole_town

LIBRARY = load_library(samples_folder())
PAGE = documents()["docs/reference/templates.md"]


def section(template: Template) -> str:
    """What the page says of one template."""
    product, rest = template.product, PAGE.partition(f"\n## {template.product}\n")[2]
    named = rest.partition(f"\n### {template.id}\n")[2].split("\n### ")[0]
    text = f"**From {template.release} on"
    assert text in named, f"{product} {template.release} {template.id}"
    return text + named.split(text)[1].split("\n**From ")[0]


@pytest.mark.parametrize("template", LIBRARY.centre, ids=lambda each: f"{each.product}/{each.release}/{each.id}")
def test_every_template_stands_there_with_all_that_its_head_says(template: Template) -> None:
    head, said = template.head, section(template)
    assert head.title.de in said
    assert head.title.en in said
    assert f"mode {head.mode}" in said
    assert all(name in said for name in head.components)
    assert head.source.replace("|", "\\|") in said
    assert ("a proposal to local IT" in said) == (head.owner == "root")
    assert ("| shown | never" in said) == head.secret
    assert ("never becomes the file" in said) == head.partial
    assert ("tried before" in said) == bool(head.validation)
    assert (f" to {head.until}:" in said) == bool(head.until)
    for name, value in head.values.items():
        (row,) = re.findall(rf"^\| `{name}` \|.*$", said, re.MULTILINE)
        assert value.means.de in row
        assert value.means.en in row
        assert all(choice in row for choice in value.choices)
    used = set(re.findall(r'secret\["([a-z0-9.-]+)"\]', template.text))
    assert all(f"`{name}`" in said for name in used)
    assert ("| secrets |" in said) == bool(used)


def test_paths_are_those_of_a_town_that_changed_none() -> None:
    assert "| goes to | `/etc/eakte/gateway/config/application-prod.yml` |" in PAGE
    assert r"| goes to | `E:\Enaio\ENAIODATEN\etc\as.cfg` |" in PAGE


@pytest.mark.parametrize("product", known())
def test_each_product_says_honestly_what_it_was_tried_on(product: str) -> None:
    found = profile(product)
    assert f"## {product}\n\n{found.title.en}. **Tried:** {found.tried.en}.\n" in PAGE


def test_which_release_gets_which_template() -> None:
    (row,) = re.findall(r"^\| \[gateway/application-prod\.yml\]\(#enaio-.*$", PAGE, re.MULTILINE)
    assert [cell.strip() for cell in row.split("|")[2:-1]] == ["*new*", "9.10", "9.10", "9.10", "*new*", "11.10"]
    (row,) = re.findall(r"^\| \[service-manager/mailjournaling-prod\.yml\].*$", PAGE, re.MULTILINE)
    assert [cell.strip() for cell in row.split("|")[2:-1]] == ["", "", "*new*", "", "", ""]


def test_links_within_the_page_lead_somewhere() -> None:
    assert set(re.findall(r"\]\(#([^)]+)\)", PAGE)) == set(re.findall(r'<a id="([^"]+)">', PAGE))


@pytest.mark.parametrize("model", [Head, Effect, Value])
def test_every_key_of_a_head_is_explained(model: type[Any]) -> None:
    for name, field in model.model_fields.items():
        assert field.description, name
        assert f"| `{name}` |" in PAGE


def names_in(part: Part, path: str) -> Iterator[str]:
    """Names of all values in a part, with NAME for what differs from town to town."""
    for key, value in part.items():
        general = {"parts": "COMPONENT", "secret": "NAME", "layout": "NAME"}.get(path)
        if general is None:
            general = "NAME" if path.rpartition(".")[2] in {"port", "place", "service"} else key
        here = f"{path}.{general}"
        if isinstance(value, Part):
            yield from names_in(value, here)
        else:
            yield here


def test_all_that_a_template_sees_is_explained_and_nothing_else() -> None:
    town = whole_town("musterakte", "11.0", secrets=("one",))
    seen: Mapping[str, Any] = seen_from(town, town.said.servers[0])
    assert isinstance(seen["secret"]["one"], Held)
    found = {name for key, part in seen.items() for name in names_in(part, key)}
    assert found | {"own", "values.NAME"} == set(SEEN)
    assert all(f"| `{name}` |" in PAGE for name in SEEN)
    assert all(f"`{name}`" in SEEN["layout.NAME"] for name in Layout.model_fields)


def test_all_filters_are_explained_and_nothing_else() -> None:
    assert set(filter_names()) == set(GIVES)
    assert {name for name in FILTERS if name.isidentifier()} == set(GIVES) | set(FORMS)
    assert all(f"\n| `{name}` | " in PAGE for name in FILTERS if name.isidentifier())
