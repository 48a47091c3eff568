"""A town's software against profiles that the shipped ones do not show: two platforms, limits of releases, many."""

from __future__ import annotations

from typing import Any

from eakte_ops.inventory.rules.software import check
from eakte_ops.product.load import FOLDER, from_text

_TEXT = (FOLDER / "musterakte.yml").read_text("utf-8")
_WINDOWS = """platforms: [linux, windows]
layout:
  windows:
    software_account: a
    work_account: b
    look_account: c
    releases: 'D:\\r'
    current: 'D:\\c'
    configuration: 'D:\\e'
    data: 'D:\\d'
    logs: 'D:\\l'
    state: 'D:\\s'
    granted: 'D:\\g'
"""
PROFILE = from_text(
    _TEXT.replace("platforms: [linux]\nlayout:\n", _WINDOWS)
    .replace(
        "unit: {linux: eakte-gateway.service}",
        'unit: {linux: eakte-gateway.service, windows: gateway}\n    since: "11.10"',
    )
    .replace("unit: {linux: eakte-index.service}", "unit: {linux: eakte-index.service}\n    many: true"),
    "musterakte",
)
ALL = ("database", "application-server", "index", "service-manager", "gateway")


def said(release: str, *servers: tuple[str, tuple[str, ...]]) -> list[tuple[str, str]]:
    """Path and sentence of each problem of a town with `servers`: (platform, components)."""
    town: dict[str, Any] = {
        "product": "musterakte",
        "release": release,
        "servers": [
            {"name": f"server-{at}", "platform": platform, "components": {name: {} for name in names}}
            for at, (platform, names) in enumerate(servers)
        ],
    }
    return [(".".join(map(str, each.path)), each.sentence) for each in check(town, {"musterakte": lambda: PROFILE})]


def test_all_on_one_server_is_right() -> None:
    assert said("11.10", ("linux", ALL)) == []


def test_a_component_without_a_unit_for_the_platform() -> None:
    assert said("11.10", ("linux", ALL[:-1]), ("windows", ("gateway",))) == []
    assert said("11.10", ("linux", ALL[1:]), ("windows", ("database",))) == [
        ("servers.1.components.database", "musterakte has no database for windows")
    ]


def test_a_component_that_the_release_does_not_have_yet() -> None:
    assert said("11.0", ("linux", ALL)) == [
        ("servers.0.components.gateway", "musterakte 11.0 has no gateway (since 11.10)")
    ]
    assert said("11.0", ("linux", ALL[:-1])) == []


def test_only_what_may_stand_many_times_does() -> None:
    assert said("11.10", ("linux", ALL), ("linux", ("index",))) == []
    assert said("11.10", ("linux", ALL), ("linux", ("database",))) == [
        ("servers.1.components.database", "server-0 already has the database; a town has one only")
    ]


def test_all_that_is_missing_is_named() -> None:
    assert said("11.10", ("linux", ())) == [
        ("servers", f"no server of this town has the component {name}") for name in ALL
    ]


def test_nothing_is_said_to_be_missing_while_a_server_can_not_be_read() -> None:
    town: dict[str, Any] = {"product": "musterakte", "release": "11.10", "servers": [{"name": "a", "componets": {}}]}
    assert list(check(town, {"musterakte": lambda: PROFILE})) == []


def test_values_of_any_type_do_no_harm() -> None:
    for value in (None, [], {}, 3, "x", [[]], [None], {"a": []}):
        town = {
            "product": "musterakte",
            "release": "11.10",
            "servers": [{"platform": value, "components": value}, value],
        }
        list(check(town, {"musterakte": lambda: PROFILE}))
        list(check({"product": value, "release": value, "servers": value}, {"musterakte": lambda: PROFILE}))
