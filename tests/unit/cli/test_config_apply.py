"""`config apply` as a person types it, on a fleet on paper: what becomes part of the plan, and what is refused."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from eakte_ops.cli.context import CONTEXT
from eakte_ops.errors import TimedOut
from eakte_ops.playbook.memory import plans
from eakte_ops.playbook.plan import Plan, Send
from eakte_ops.playbook.read_plan import read_plan
from eakte_ops.remote.fake import FakeFleet, FakeServer
from tests.unit.cli.configured import ROOT, VALUES, change, operations, typed, well_disks
from tests.unit.cli.lying import Disk

Run = Callable[..., tuple[int, str, str]]
PROD = "/etc/eakte/service-manager/config/application-prod.yml"
ES = "/etc/eakte/service-manager/config/application-es.yml"
NFT = "/etc/nftables.d/eakte.nft"
GATEWAY = "/etc/eakte/gateway/config/application-prod.yml"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = operations(tmp_path, monkeypatch)
    shutil.copytree(ROOT / "playbooks", folder / "playbooks")
    return folder


@pytest.fixture
def disks(folder: Path) -> dict[str, Disk]:
    return well_disks(folder)


@pytest.fixture
def fleet(disks: dict[str, Disk], monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeFleet]:
    fleet = FakeFleet({name: disk.server() for name, disk in disks.items()})
    monkeypatch.setattr(CONTEXT, "connect", lambda: fleet)
    yield fleet
    assert fleet.open == 0


@pytest.fixture
def run(folder: Path, fleet: FakeFleet, capsys: pytest.CaptureFixture[str]) -> Run:
    return lambda *words: typed(folder, capsys, "config", "apply", *words)


def kept() -> Plan:
    """The plan that was made."""
    with closing(CONTEXT.store()) as store, store.reading() as rows:
        (found,) = plans.listed(rows, "witten")
    return read_plan(found.text, found.hash)


def sent(plan: Plan) -> list[str]:
    return [step.do.artefact.removeprefix("config:") for step in plan.steps if isinstance(step.do, Send)]


def titles(plan: Plan, name: str) -> list[str]:
    return [f"{step.server}: {step.title}" for step in plan.steps if step.name == name]


def test_of_what_is_as_it_should_be_nothing_is_done(run: Run, disks: dict[str, Disk]) -> None:
    del disks["witten-gw"].files[NFT]
    status, out, err = run("witten", "--why", "a look")
    assert (status, out) == (0, "")
    assert "witten: 20 files are as the templates say and as the servers noted them; there is nothing to do" in err
    assert "Not put in place here, local IT does that" in err
    assert err.count(NFT) == 1
    with closing(CONTEXT.store()) as store, store.reading() as rows:
        assert not plans.listed(rows, "witten")


def test_what_differs_is_shown_and_becomes_a_plan(run: Run, disks: dict[str, Disk]) -> None:
    change(disks, GATEWAY, "port: 80\n", "port: 8080\n")
    change(disks, PROD, VALUES["osrest-password"], "an0ther-Hunter2")
    status, out, err = run("witten", "--why", "back to what was agreed")
    assert status == 0
    assert "-  port: 8080\n+  port: 80\n" in err
    assert "‹secret osrest-password› changed" in err
    assert "Hunter2" not in out + err
    plan = kept()
    assert sent(plan) == [
        "witten-app:service-manager/application-prod.yml",
        "witten-gw:gateway/application-prod.yml",
    ]
    assert (plan.why, plan.needs.window) == ("back to what was agreed", True)
    assert titles(plan, "effect")[::2] == ["witten-app: restart service-manager", "witten-gw: restart gateway"]
    text = plan.text()
    assert not any(value in text or json.dumps(value)[1:-1] in text for value in (*VALUES.values(), "Hunter2"))
    assert "inventories/witten.secrets/osrest-password.age" in plan.inputs
    assert "templates/musterakte/11.0/gateway/application-prod.yml.j2" in plan.inputs
    assert "inventories/witten.secrets/elastic-password.age" not in plan.inputs


def test_what_is_missing_is_put_there(run: Run, disks: dict[str, Disk]) -> None:
    del disks["witten-gw"].files[GATEWAY]
    assert run("witten", "--why", "it is gone")[0] == 0
    plan = kept()
    assert sent(plan) == ["witten-gw:gateway/application-prod.yml"]
    assert [each.value for each in plan.assumes if GATEWAY in each.title] == [""]


def test_what_was_touched_and_put_back_is_only_noted(run: Run, disks: dict[str, Disk]) -> None:
    disks["witten-gw"].files[GATEWAY].placed = None
    status, _out, err = run("witten", "--why", "settle it")
    assert status == 0
    assert f"owner, mode or the server's note are set right: {GATEWAY} (witten-gw)" in err
    plan = kept()
    assert sent(plan) == ["witten-gw:gateway/application-prod.yml"]
    assert titles(plan, "effect") == titles(plan, "remember") == []
    assert not plan.needs.window


def test_one_file_or_server_alone(run: Run, disks: dict[str, Disk]) -> None:
    change(disks, GATEWAY, "port: 80\n", "port: 8080\n")
    change(disks, ES, "elastic", "another")
    assert run("witten", "--server", "witten-gw", "--why", "one")[0] == 0
    plan = kept()
    assert (sent(plan), plan.arguments) == (["witten-gw:gateway/application-prod.yml"], {"server": "witten-gw"})
    status, _out, err = run("witten", "--file", "logs/logrotate.conf", "--why", "the other")
    assert (status, "there is nothing to do" in err) == (0, True)


def test_of_a_file_that_is_never_shown_nothing_is_shown(run: Run, disks: dict[str, Disk]) -> None:
    change(disks, ES, "elastic", "Hunter2")
    _status, out, err = run("witten", "--why", "es")
    assert "its content differs, and is never shown" in err
    (send,) = [step.do for step in kept().steps if isinstance(step.do, Send)]
    assert send.text == ""
    assert "Hunter2" not in out + err + kept().text()


def test_in_german(run: Run, disks: dict[str, Disk], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    del disks["witten-gw"].files[NFT]
    _status, _out, err = run("witten", "--why", "nachsehen")
    assert "20 Dateien sind, wie die Vorlagen sagen und die Server notiert haben; nichts ist zu tun" in err
    assert "das tut die örtliche IT" in err
    disks["witten-gw"].files[GATEWAY].placed = None
    change(disks, PROD, "port: 7281", "port: 7299")
    _status, out, err = run("witten", "--why", "nachsehen")
    assert "Besitzer, Rechte oder die Notiz des Servers werden richtig gesetzt" in err
    assert "ist anders · Zentrum" in err
    assert "service-manager neu starten" in out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("witten",), "Missing option '--why'"),
        (("witten", "--why", " "), "a change needs a reason"),
        (("wittn", "--why", "x"), 'did you mean "witten"?'),
        (("witten", "--why", "x", "--server", "witten-gv"), 'did you mean "witten-gw"?'),
        (
            ("witten", "--why", "x", "--file", "gateway/aplication-prod.yml"),
            'did you mean "gateway/application-prod.yml"?',
        ),
    ],
)
def test_what_was_typed_wrong_is_said(run: Run, words: tuple[str, ...], said: str) -> None:
    status, out, err = run(*words)
    assert (status, out) == (2, "")
    assert said in err


def test_half_a_look_gives_no_plan(run: Run, disks: dict[str, Disk], fleet: FakeFleet) -> None:
    change(disks, GATEWAY, "port: 80\n", "port: 8080\n")
    fleet.servers["witten-db"] = FakeServer(refuses=TimedOut(server="witten-db", seconds=5, phase="connect"))
    status, _out, err = run("witten", "--why", "x")
    assert status == 3
    assert "witten-db" in err
    assert run("witten", "--why", "x", "--server", "witten-gw")[0] == 0


def test_what_can_not_be_read_or_is_no_file_is_for_a_person(run: Run, disks: dict[str, Disk]) -> None:
    disks["witten-gw"].closed.add(GATEWAY)
    status, _out, err = run("witten", "--why", "x")
    assert status == 7
    assert f"witten-gw: {GATEWAY}: what is there can not be read, so it could not be kept" in err


def test_without_the_secret_a_file_can_not_be_made(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EAKTE_OPS_IDENTITY")
    status, out, err = run("witten", "--why", "x")
    assert (status, out) == (7, "")
    assert "no identity" in err


def test_windows_is_not_supported(run: Run) -> None:
    status, _out, err = run("gevelsberg", "--why", "x")
    assert status == 7
    assert "not supported yet" in err
