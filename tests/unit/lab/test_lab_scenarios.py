"""The catalogue of faults, and the book about what is broken."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from eakte_ops import health
from eakte_ops.cli.main import main
from eakte_ops.errors import CommandFailed, Unreachable, UsageError
from eakte_ops.inventory.load import load
from eakte_ops.inventory.model import Town
from eakte_ops.inventory.samples import samples_folder
from eakte_ops.lab import trouble
from eakte_ops.lab.local_it import LocalIT
from eakte_ops.lab.musterakte import HERE
from eakte_ops.lab.places import Places
from eakte_ops.lab.scenarios.catalogue import SCENARIOS, Scenario, read, scenario_named
from eakte_ops.lab.towns import TOWNS, host_named

WANTED = """service-down service-lying queue-stuck index-read-only disk-full certificate-expired clock-off hash-mismatch
slow-login hanging-mount changed-host-key"""
GATEWAY = host_named("witten-gw")


@pytest.fixture(scope="module")
def samples() -> Mapping[str, Town]:
    return load(samples_folder(), thresholds=health.vocabulary()).towns


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(state=tmp_path)


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """What local IT is asked to do, instead of a host."""
    calls: list[tuple[str, ...]] = []

    def script(self: LocalIT, _text: str, *args: str, limit: float = 0) -> str:
        assert limit > 0
        calls.append((self.host.name, *args))
        return ""

    monkeypatch.setattr(LocalIT, "script", script)
    monkeypatch.setattr(LocalIT, "put", lambda self, path, _text: calls.append((self.host.name, "put", path)))
    return calls


@pytest.mark.parametrize("name", WANTED.split())
def test_the_promised_faults_are_there(name: str) -> None:
    assert scenario_named(name).says


@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=lambda scenario: scenario.name)
def test_each_can_be_broken_and_mended_in_every_town(scenario: Scenario, samples: Mapping[str, Town]) -> None:
    text = scenario.text()
    assert "\n  break)" in text
    assert "\n  mend)" in text
    assert all(read(file) for file in scenario.carries.values())
    if scenario.script == "product.sh":
        programs = (HERE / "program" / f"{name}.py" for name in ("faults", "states"))
        assert any(f'"{scenario.name}": ' in program.read_text() for program in programs)
    for town in TOWNS:
        planned = trouble.planned(scenario, samples[town.key])
        assert planned.host in town.hosts


def test_a_town_without_the_component_is_said(samples: Mapping[str, Town]) -> None:
    town = samples["witten"]
    with pytest.raises(UsageError, match="no server with the component printer"):
        trouble.planned(Scenario("x", "printer", "", ""), town)


def test_what_is_broken_is_written_down_before_it_is_broken(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(self: LocalIT, text: str, *_args: str, limit: float = 0) -> str:
        if text == "true":
            return ""
        raise CommandFailed("cut off", server=self.host.name, command="sh", code=1)

    monkeypatch.setattr(LocalIT, "script", fails)
    wanted = trouble.Trouble(SCENARIOS["slow-login"], GATEWAY)
    with pytest.raises(CommandFailed):
        trouble.break_it(places, wanted)
    assert trouble.troubles(places) == (wanted,)


def test_breaking_twice_and_mending_twice(places: Places, said: list[tuple[str, ...]]) -> None:
    wanted = trouble.Trouble(SCENARIOS["hanging-mount"], GATEWAY)
    assert trouble.troubles(places) == ()
    for _again in range(2):
        trouble.break_it(places, wanted)
    assert said[1:3] == [("witten-gw", "put", "/run/lab-hanging-mount.py"), ("witten-gw", "break")]
    assert trouble.troubles(places) == (wanted,)
    for _again in range(2):
        trouble.mend_it(places, wanted)
    assert said[-1] == ("witten-gw", "mend")
    assert trouble.troubles(places) == ()


def test_what_can_not_be_mended_yet_is_tried_again_after_the_others(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page file can be put back only when the database has room again to note it."""
    full = True

    def script(self: LocalIT, text: str, *_args: str, limit: float = 0) -> str:
        nonlocal full
        if "lab-filler" in text:
            full = False
        elif full:
            raise CommandFailed("no space left", server=self.host.name, command="sh", code=1)
        return ""

    monkeypatch.setattr(LocalIT, "script", script)
    both = [trouble.Trouble(SCENARIOS[name], GATEWAY) for name in ("hash-mismatch", "disk-full")]
    told: list[str] = []
    trouble.mend_all(places, both, lambda _subject, words: told.append(words))
    assert told == ["disk-full is mended", "hash-mismatch is mended"]

    full = True
    with pytest.raises(CommandFailed, match="no space left"):
        trouble.mend_all(places, both[:1], lambda _subject, _words: None)


def test_nothing_is_noted_as_broken_on_a_host_that_is_not_up(places: Places) -> None:
    with pytest.raises(Unreachable, match="witten-gw"):
        trouble.break_it(places, trouble.Trouble(SCENARIOS["slow-login"], GATEWAY))
    assert trouble.troubles(places) == ()


def test_a_host_that_is_down_keeps_no_other_from_being_mended(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    def script(self: LocalIT, _text: str, *_args: str, limit: float = 0) -> str:
        if self.host == GATEWAY:
            raise Unreachable("is not running", server=self.host.name)
        return ""

    monkeypatch.setattr(LocalIT, "script", script)
    both = [trouble.Trouble(SCENARIOS["slow-login"], host) for host in (GATEWAY, host_named("witten-db"))]
    told: list[str] = []
    with pytest.raises(Unreachable, match="witten-gw"):
        trouble.mend_all(places, both, lambda host, _words: told.append(host))
    assert told == ["witten-db"]


def test_what_was_broken_on_a_removed_host_is_forgotten(places: Places, said: list[tuple[str, ...]]) -> None:
    kept = trouble.Trouble(SCENARIOS["slow-login"], host_named("witten-db"))
    for each in (kept, trouble.Trouble(SCENARIOS["slow-login"], GATEWAY)):
        trouble.break_it(places, each)
    trouble.forget(places, GATEWAY)
    assert trouble.troubles(places) == (kept,)
    assert [words[1:] for words in said] == [(), ("break",)] * 2


def test_choosing_by_scenario_town_and_server() -> None:
    found = [
        trouble.Trouble(SCENARIOS[name], host_named(host))
        for name in ("disk-full", "clock-off")
        for host in ("witten-db", "witten-app", "herdecke-box")
    ]
    assert len(trouble.chosen(found, None, None, None)) == 6
    assert len(trouble.chosen(found, "disk-full", None, None)) == 3
    assert len(trouble.chosen(found, "disk-full", "witten", None)) == 2
    assert trouble.chosen(found, "clock-off", None, "herdecke-box") == (found[5],)
    assert trouble.chosen(found, "clock-off", "witten", "herdecke-box") == ()


def test_the_list_is_data_and_a_wrong_word_is_answered_with_the_right_ones(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lab", "break", "--list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[1:]] == list(SCENARIOS)
    assert main(["lab", "break"]) == 2
    assert "lab break --list" in capsys.readouterr().err
    with pytest.raises(UsageError) as error:
        scenario_named("fire")
    assert "disk-full" in error.value.way_out
