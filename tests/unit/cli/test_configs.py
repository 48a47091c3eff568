"""`configs drift` as a person uses it, on a fleet that exists on paper only."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eakte_ops.cli.context import CONTEXT
from eakte_ops.errors import AuthenticationFailed
from eakte_ops.health.agreed import Agreed
from eakte_ops.inventory.model import Town
from eakte_ops.remote.fake import FakeFleet
from eakte_ops.remote.types import Target
from tests.unit.health.placed import LATER, OPEN, SECRET, File, seen

TEMPLATES = {
    "gateway/application-prod.yml": """{#
title: {de: x, en: x}
components: [gateway]
destination: "{{ own.place.configuration }}/application-prod.yml"
mode: "0644"
effect: {how: restart, of: gateway}
#}
a: 1
""",
    "index/application-es.yml": """{#
title: {de: x, en: x}
components: [index]
destination: "{{ layout.configuration }}/index/application-es.yml"
effect: {how: restart, of: index}
#}
password: {{ secret["elastic-password"] | yaml }}
""",
}
EDITED = File(text="by hand", modified=f"{LATER}.5", changed=f"{LATER}.6")
PLACES = {
    "herdecke-box": Agreed((OPEN, SECRET)),
    "witten-gw": Agreed((OPEN,)),
    "witten-index": Agreed((SECRET,)),
    "witten-db": Agreed(()),
    "witten-app": Agreed(()),
}


@pytest.fixture(autouse=True)
def templates(folder: Path, fleet: FakeFleet, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two templates; every server holds what was placed there, and no agent has a key."""
    for name, text in TEMPLATES.items():
        path = folder / "templates/musterakte/11.0" / f"{name}.j2"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    for server, agreed in PLACES.items():
        answer(fleet, server, seen(agreed=agreed))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    return folder


def answer(fleet: FakeFleet, server: str, said: bytes) -> None:
    fleet.servers[server].answers = {**fleet.servers[server].answers, "configuration": said}


@pytest.fixture
def accounts(fleet: FakeFleet, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The accounts that logged in, in turn."""
    seen_there: list[str] = []

    def connect(target: Target, deadline: float) -> object:
        seen_there.append(target.user)
        return fleet(target, deadline)

    connect.shell_for = fleet.shell_for  # type: ignore[attr-defined]
    monkeypatch.setattr(CONTEXT, "connect", lambda: connect)
    return seen_there


def test_all_as_placed_and_one_question_is_asked(run, fleet) -> None:
    status, out, _err = run("configs", "drift", "witten", "herdecke")
    assert status == 0, out
    assert " All well · 5 servers asked · 1 check · " in out
    assert sorted(fleet.asked) == sorted((server, "configuration") for server in PLACES)


def test_a_difference_says_what_since_when_whose_and_what_next(run, fleet) -> None:
    answer(fleet, "witten-gw", seen(agreed=PLACES["witten-gw"], there={OPEN: EDITED}))
    status, out, err = run("configs", "drift", "witten")
    assert status == 1
    told = " ".join(out.split())
    assert "! warning witten-gw config.drift /etc/eakte/gateway/config/application-prod.yml holds something" in told
    assert "eakte-ops config diff witten shows the difference" in told
    assert "eakte-ops config adopt witten gateway/application-prod.yml" in told
    assert "centre" in told
    assert "Not looked at (--check)" not in err


def test_the_account_of_people_at_work_asks_where_there_is_a_key_for_it(run, folder, accounts, monkeypatch) -> None:
    _status, _out, err = run("configs", "drift", "herdecke")
    assert accounts == ["eakte-look"]
    assert "asked with the night account" in err
    monkeypatch.setenv("SSH_AUTH_SOCK", "/somewhere")
    _status, _out, err = run("configs", "drift", "herdecke")
    assert accounts == ["eakte-look", "eakte-ops"]
    assert "night account" not in err
    run("configs", "drift", "herdecke", "--night")
    assert accounts[2:] == ["eakte-look"]
    monkeypatch.delenv("SSH_AUTH_SOCK")
    settings = folder / "eakte-ops.yml"
    settings.write_text(settings.read_text().replace('work: {identity: ""}', 'work: {identity: "keys/work"}'))
    run("configs", "drift", "herdecke")
    assert accounts[3:] == ["eakte-ops"]


def test_the_same_answer_counts_for_health(run, fleet) -> None:
    answer(fleet, "witten-gw", seen(agreed=PLACES["witten-gw"], there={OPEN: "absent 5"}))
    status, out, _err = run("health", "witten")
    assert status == 1
    assert "✗ critical  witten-gw  config.drift" in out
    assert "1 finding · 4 servers asked" in out


def test_json_is_that_of_health_with_one_check(run, fleet) -> None:
    answer(fleet, "witten-gw", seen(agreed=PLACES["witten-gw"], there={OPEN: EDITED}))
    status, out, _err = run("configs", "drift", "witten", "herdecke", "--json")
    found = json.loads(out)
    assert (status, found["schema"], found["checks"]) == (1, "eakte-ops/health", ["config.drift"])
    (finding,) = found["findings"]
    assert (finding["server"], finding["subject"], finding["owner"]) == ("witten-gw", OPEN.template, "centre")
    assert finding["values"]["when"] == LATER
    assert set(finding["said"]) == {"de", "en"}


def test_in_german(run, fleet) -> None:
    answer(fleet, "witten-gw", seen(agreed=PLACES["witten-gw"], there={OPEN: EDITED}))
    _status, out, _err = run("configs", "drift", "witten", "--language", "de")
    assert "enthält etwas anderes" in " ".join(out.split())


def test_a_server_that_can_not_be_reached(run, fleet) -> None:
    fleet.servers["witten-db"].refuses = AuthenticationFailed(server="witten-db", user="eakte-ops", said="publickey")
    status, out, _err = run("configs", "drift", "witten")
    assert status == 3
    assert "does not let eakte-ops in with our key" in " ".join(out.split())


def test_which_towns_has_to_be_said(run) -> None:
    status, _out, err = run("configs", "drift")
    assert status == 2
    assert "eakte-ops configs drift --all" in " ".join(err.split())


def test_windows_is_not_silently_left_out(run, fleet) -> None:
    status, out, _err = run("configs", "drift", "gevelsberg")
    assert (status, fleet.asked) == (7, [])
    assert "Windows servers are not supported yet" in out


def test_without_templates_nothing_can_be_asked_and_health_says_so_in_one_line(run, folder) -> None:
    for name in TEMPLATES:
        (folder / "templates/musterakte/11.0" / f"{name}.j2").unlink()
    status, _out, err = run("configs", "drift", "witten")
    assert status == 2
    assert "config.drift" in err
    status, out, _err = run("health", "witten")
    assert status == 0, out
    assert "config.drift – no template of this product can become a file yet" in " ".join(out.split())


def test_a_wrong_template_costs_no_other_file_its_look(run, folder, fleet) -> None:
    (folder / "templates/musterakte/11.0/gateway/broken.yml.j2").write_text("no head\n")
    answer(fleet, "witten-gw", seen(agreed=PLACES["witten-gw"], there={OPEN: EDITED}))
    status, out, _err = run("health", "witten")
    told = " ".join(out.split())
    assert status == 1
    assert "templates/musterakte/11.0/gateway/broken.yml.j2:1:1" in told
    assert "application-prod.yml holds something else" in told


def test_no_secret_is_opened_for_it(run, folder, monkeypatch) -> None:
    town = folder / "inventories/herdecke.yml"
    town.write_text(f"{town.read_text()}\nround_trip: true\n")
    opened: list[str] = []

    def secrets(town: Town) -> dict[str, object]:
        opened.append(town.id)
        return {}

    monkeypatch.setattr("eakte_ops.cli.sweep_parts._secrets", secrets)
    assert run("configs", "drift", "herdecke")[0] == 0
    assert opened == []
    run("health", "herdecke")
    assert opened == ["herdecke"]
