"""The profiles that are shipped, and what a profile must be."""

from __future__ import annotations

from pathlib import Path

import pytest

from eakte_ops.errors import InvalidFile
from eakte_ops.product.load import FOLDER, from_text, known, profile
from tests.unit.product.cases import Case, cases

TEXT = {name: (FOLDER / f"{name}.yml").read_text("utf-8") for name in known()}


def test_two_products_are_known() -> None:
    assert known() == ("enaio", "musterakte")
    with pytest.raises(KeyError):
        profile("yuuvis")


@pytest.mark.parametrize("name", known())
def test_each_is_right_and_says_honestly_what_it_was_tried_on(name: str) -> None:
    found = profile(name)
    assert found.name == name
    assert found.tried.de
    assert ("not on the real product" in found.tried.en) == (name == "enaio")


@pytest.mark.parametrize("name", known())
def test_components_start_from_the_database_to_the_gateway(name: str) -> None:
    for release in profile(name).releases:
        order = list(profile(name).components_of(release))
        assert order[0] == "database"
        assert order[-1] == "gateway"
        assert order.index("application-server") < order.index("service-manager")


def test_what_belongs_to_which_release() -> None:
    enaio = profile("enaio")
    journal = {
        release for release in enaio.releases if "mailjournaling" in enaio.services_of("service-manager", release)
    }
    assert journal == {"10.10"}
    assert "applet" not in enaio.services_of("service-manager", "11.0")
    assert "applet" in enaio.services_of("service-manager", "11.10")


def test_musterakte_as_the_lab_runs_it() -> None:
    parts = profile("musterakte").components
    assert {name: part.ports for name, part in parts.items()} == {
        "database": {"sql": 5432},
        "application-server": {"rpc": 4000, "osrest": 8060},
        "index": {"http": 8041},
        "service-manager": {"http": 7281, "admin": 7273},
        "gateway": {"http": 80, "https": 443},
    }
    ports = {name: service.port for name, service in parts["service-manager"].services.items()}
    assert ports == {
        "services-admin": 7273,
        "discovery": 7261,
        "license": 7371,
        "dms": 7380,
        "index-service": 8045,
        "rendition": 8070,
        "argus": None,
    }


CASES = cases(Path(__file__).parent / "mistakes.txt")


@pytest.mark.parametrize("case", CASES, ids=[f"{case.file}: {case.new[:40]}" for case in CASES])
def test_a_mistake_in_a_profile_is_told_with_its_place(case: Case) -> None:
    assert TEXT[case.file].count(case.old) == 1
    changed = TEXT[case.file].replace(case.old, case.new)
    with pytest.raises(InvalidFile) as raised:
        from_text(changed, case.file)
    told = [str(mistake).partition("  ")[2] for mistake in raised.value.mistakes]
    assert case.said in told
    assert all(1 <= mistake.line <= len(changed.splitlines()) for mistake in raised.value.mistakes)


def test_profiles_travel_with_the_package() -> None:
    assert Path(FOLDER).is_dir()
    assert {file.stem for file in FOLDER.glob("*.yml")} == set(known())
