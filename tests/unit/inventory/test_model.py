"""What the rest of the program sees of a town."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from eakte_ops.inventory.model import Inventory, Town
from tests.unit.inventory.conftest import Change, Look


def town(look: Look, name: str) -> Town:
    return look().inventory().towns[name]


def test_components_come_in_the_order_in_which_they_start(look: Look) -> None:
    herdecke = town(look, "herdecke")
    (box,) = herdecke.said.servers
    names = ["database", "application-server", "index", "service-manager", "gateway"]
    assert [part.name for part in herdecke.installed(box)] == names


def test_what_the_town_changed_lies_over_the_profile(look: Look) -> None:
    breckerfeld = town(look, "breckerfeld")
    parts = {part.name: part for part in breckerfeld.installed(breckerfeld.said.servers[0])}
    assert parts["gateway"].ports == {"http": 8080, "https": 443}
    assert "rendition" not in parts["service-manager"].services
    assert parts["service-manager"].services["dms"].port == 7380


def test_services_that_the_profile_has_switched_off_run_where_the_town_says_so(look: Look) -> None:
    gevelsberg = town(look, "gevelsberg")
    server = gevelsberg.server("gevelsberg-services")
    services = next(part.services for part in gevelsberg.installed(server) if part.name == "service-manager")
    assert services["mailstorage"].instances == 1
    assert "gateway-ng" not in services
    assert "applet" not in services  # since 11.10; Gevelsberg has 11.0


def test_thresholds_of_a_server_win_field_by_field(look: Look) -> None:
    wetter = town(look, "wetter")
    assert wetter.thresholds() == {
        "certificate.end": {"warning_days": 42},
        "queue.age": {"warning_minutes": 30, "critical_minutes": 120},
    }
    assert wetter.thresholds(wetter.server("wetter-db"))["disk.space"] == {"warning_percent": 70}
    assert wetter.thresholds(wetter.server("wetter-db"))["queue.age"]["critical_minutes"] == 120


def test_defaults_are_merged_for_contacts_and_thresholds_and_replaced_otherwise(change: Change, look: Look) -> None:
    change("wetter", "queue.age: {warning", "certificate.end: {warning_days: 10}\n  queue.age: {warning")
    wetter = town(look, "wetter").said
    assert set(wetter.contacts) == {"centre", "local-it", "management"}
    assert wetter.thresholds["certificate.end"] == {"warning_days": 10}
    assert wetter.availability.percent == 99.5
    assert len(wetter.availability.hours) == 1
    assert len(town(look, "witten").said.availability.hours) == 2


def test_hosts_by_name(look: Look) -> None:
    hattingen = town(look, "hattingen")
    jump = hattingen.jump_of(hattingen.server("hattingen-db"))
    assert jump is not None
    assert (jump.name, jump.inside) == ("hattingen-jump", "198.51.100.33")
    assert town(look, "witten").jump_of(town(look, "witten").server("witten-db")) is None
    with pytest.raises(KeyError):
        hattingen.server("witten-db")


def test_closed_days_include_both_ends(look: Look) -> None:
    (closed,) = town(look, "witten").said.windows.closed
    days = [date(2026, 12, 20), date(2026, 12, 21), date(2027, 1, 3), date(2027, 1, 4)]
    assert [closed.covers(day) for day in days] == [False, True, True, False]


def test_host_keys_lie_beside_the_inventory(look: Look, folder: Path) -> None:
    found: Inventory = look().inventory()
    assert found.known_hosts("witten") == folder / "inventories" / "witten.known_hosts"


def test_where_a_value_comes_from(look: Look) -> None:
    origin = look().origin("wetter")
    assert origin(("ring",)) == "inventories/wetter.yml:6"
    assert origin(("language",)) == "inventories/_defaults.yml:6"
    assert origin(("contacts", "centre")) == "inventories/_defaults.yml:15"
    assert origin(("thresholds", "certificate.end", "warning_days")) == "inventories/_defaults.yml:34"
    assert origin(("jump_hosts",)) == ""
    assert origin(()) == "inventories/wetter.yml"
