"""The reference and the schemas are made from the models and say something about every key."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from eakte_ops.inventory import schema
from eakte_ops.inventory.reference import documents
from eakte_ops.inventory.samples import samples_folder
from eakte_ops.inventory.schema import Kind
from eakte_ops.yamltext import read

KINDS: list[Kind] = ["town", "defaults", "settings"]


def keys(kind: Kind) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every key with what its schema says."""
    made = schema.schema(kind)
    for model in (made, *made["$defs"].values()):
        yield from model["properties"].items()


@pytest.mark.parametrize("kind", KINDS)
def test_every_key_is_explained(kind: Kind) -> None:
    models = schema.schema(kind)["$defs"]
    for key, said in keys(kind):
        explained = said.get("description") or models[said["$ref"].rsplit("/", 1)[-1]]["description"]
        assert explained, key
        assert len(explained) < 200, key


def test_every_key_stands_in_the_reference() -> None:
    page = documents()["docs/reference/inventory.md"]
    for kind in KINDS:
        for key, _ in keys(kind):
            assert f"`{key}`" in page


def test_no_object_takes_unknown_keys() -> None:
    for kind in KINDS:
        made = schema.schema(kind)
        assert all(model["additionalProperties"] is False for model in (made, *made["$defs"].values()))


def test_what_defaults_may_say_is_not_required_of_a_town() -> None:
    assert schema.schema("town")["required"] == ["municipality", "ring", "servers"]


@pytest.mark.parametrize("kind", KINDS)
def test_the_schema_is_json_and_the_page_that_the_samples_point_at(kind: Kind) -> None:
    text = documents()[f"docs/reference/{schema.FILES[kind]}"]
    assert json.loads(text) == schema.schema(kind)


def test_the_samples_in_the_reference_are_the_samples() -> None:
    page = documents()["docs/reference/inventory.md"]
    sample = (samples_folder() / "inventories" / "witten.yml").read_text("utf-8")
    assert sample.rstrip() in page


def test_the_samples_use_only_keys_of_their_schema() -> None:
    known = schema.schema("town")["properties"]
    for file in (samples_folder() / "inventories").glob("[!_]*.yml"):
        data = read(file.read_text("utf-8"), file.name).data
        assert isinstance(data, dict)
        assert set(data) <= set(known)


def test_products_say_what_they_were_tried_on() -> None:
    page = documents()["docs/reference/products.md"]
    assert "**Tried:** not on the real product" in page
    assert "`enaio server`" in page
    assert "mailjournaling (off unless switched on, since 10.10, until 10.10)" in page
