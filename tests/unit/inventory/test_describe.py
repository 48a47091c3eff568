"""Towns in words."""

from __future__ import annotations

import pytest

from eakte_ops.inventory.describe import as_data, count, lines, openings, rows, table
from eakte_ops.inventory.model import Opening
from tests.unit.inventory.conftest import Look


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (["tue", "thu"], "Tue Thu 18:00-22:00"),
        (["mon", "tue", "wed", "thu", "fri"], "Mon-Fri 18:00-22:00"),
        (["sat", "sun"], "Sat Sun 18:00-22:00"),
        (["thu", "mon", "tue", "wed", "sun"], "Mon-Thu Sun 18:00-22:00"),
    ],
)
def test_weekdays(days: list[str], words: str) -> None:
    opening = Opening.model_validate_json(
        f'{{"days": {str(days).replace(chr(39), chr(34))}, "from": "18:00", "until": "22:00"}}'
    )
    assert openings([opening]) == words


def test_counting(look: Look) -> None:
    towns = look().inventory().towns
    assert count(towns.values()) == "10 towns, 21 servers"
    assert count([towns["herdecke"]]) == "1 town, 1 server"
    assert count([]) == "0 towns, 0 servers"


def test_the_list_begins_with_the_pilot(look: Look) -> None:
    found = list(rows(look().inventory().towns.values()))
    assert found[0][:5] == ("witten", "Witten", "05954036", "0", "musterakte 11.0")
    assert [row[3] for row in found] == sorted(row[3] for row in found)


def test_columns_are_aligned_and_nothing_stands_behind_them() -> None:
    assert list(table(("A", "B"), [("long", "x"), ("s", "")])) == ["A      B", "long   x", "s"]


def test_a_town_is_shown_with_its_defaults_and_where_they_stand(look: Look) -> None:
    survey = look()
    text = "\n".join(lines(survey.inventory().towns["hattingen"], survey.origin("hattingen")))
    assert "Hattingen (Stadt Hattingen) · key 05954016 · ring 1 · inventories/hattingen.yml" in text
    assert "Tue Thu 18:00-22:00 (Europe/Berlin)" in text
    assert "inventories/_defaults.yml:18" in text
    assert "hattingen-db  198.51.100.42 port 22 through hattingen-jump · linux" in text
    assert "eakte-database.service" in text
    assert not any(line != line.rstrip() for line in text.splitlines())


def test_a_town_as_data_holds_what_is_installed(look: Look) -> None:
    survey = look()
    data = as_data(survey.inventory().towns["breckerfeld"], survey.origin("breckerfeld"))
    parts = data["servers"][0]["components"]
    assert parts["gateway"]["ports"] == {"http": 8080, "https": 443}
    assert parts["gateway"]["unit"] == "eakte-gateway.service"
    assert data["windows"]["open"][0]["from"] == "19:00"
    assert data["said_in"]["release"] == "inventories/_defaults.yml:8"
    assert "jump_hosts" not in data["said_in"]
