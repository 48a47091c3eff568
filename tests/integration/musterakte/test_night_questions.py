"""The night's questions about the product, run by a real shell against a real Musterakte."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import pytest

from eakte_ops.health.facts import reading
from eakte_ops.health.facts.product import PRODUCT, Product
from eakte_ops.health.facts.roundtrip import ROUNDTRIP, STEPS, TITLE, Trip
from eakte_ops.health.types import NotKnown
from eakte_ops.remote.posix import quote
from eakte_ops.remote.types import Answer, Visit
from tests.integration.musterakte.conftest import PASSWORD, Town, wait_until

VISIT = Visit(0.0, "", "", "", began=time.time())


def run(name: str, *args: str, before: str = "") -> Answer:
    text = f"{before}\n{reading.question(name).script.text['posix']}"
    done = subprocess.run(
        ["sh", "-c", text, "sh", *args], capture_output=True, timeout=30, check=False, stdin=subprocess.DEVNULL
    )
    return Answer(name, done.returncode, done.stdout, done.stderr)


def trip(town: Town, password: str = PASSWORD) -> Trip:
    base = f"http://127.0.0.1:{town.ports['osrest']}/osrest"
    return ROUNDTRIP.parse(run("roundtrip", base, "osrest", TITLE, before=f"PASSWORD={quote(password)}"), VISIT)


def titles(town: Town) -> str:
    return town.sql(f"select count(*) from osobject where title = '{TITLE}'").stdout.strip()


def test_a_trip_comes_through_and_leaves_nothing(town: Town) -> None:
    found = trip(town)
    assert [step.name for step in found.steps] == list(STEPS)
    assert (all(step.well for step in found.steps), found.found) == (True, True), found
    assert titles(town) == "0"
    assert town.admin("counts")["documents"] == 300


def test_what_an_earlier_trip_left_is_deleted_and_nothing_else(town: Town) -> None:
    kept = town.ask("osrest", "/osrest/documents", "POST", {"title": f"{TITLE} 2", "pages": [TITLE]}, user="osrest")[1]
    town.ask("osrest", "/osrest/documents", "POST", {"title": TITLE, "pages": [TITLE]}, user="osrest")

    def indexed() -> bool:
        return bool(town.ask("osrest", "/osrest/search?q=round%20trip", user="osrest")[1]["total"] == 2)

    wait_until(indexed, "both in the index")
    try:
        assert all(step.well for step in trip(town).steps)
        assert titles(town) == "0"
        assert town.ask("osrest", f"/osrest/documents/{kept['id']}", user="osrest")[0] == 200
    finally:
        town.ask("osrest", f"/osrest/documents/{kept['id']}", "DELETE", user="osrest")


def test_a_wrong_password_ends_at_the_first_step_and_an_unknown_one_is_said(town: Town) -> None:
    (step,) = trip(town, "wrong").steps
    assert (step.name, step.http, step.well) == ("store", 401, False)
    with pytest.raises(NotKnown) as problem:
        trip(town, "")
    assert problem.value.reason == "secret-missing"


def test_an_index_that_takes_nothing_in_is_a_document_that_is_not_found(town: Town) -> None:
    town.admin("break", "index-read-only")
    try:
        found = trip(town)
    finally:
        town.admin("mend", "index-read-only")
    assert (all(step.well for step in found.steps), found.found) == (True, False), found
    wait_until(lambda: town.admin("counts")["queue"] == 0, "the queues")


def test_the_password_is_in_no_argument_list(town: Town, tmp_path: Path) -> None:
    spy = tmp_path / "curl"
    spy.write_text(f'#!/bin/sh\nprintf "%s\\n" "$*" >>{tmp_path}/seen\nexec /usr/bin/curl "$@"\n')
    spy.chmod(0o755)
    base = f"http://127.0.0.1:{town.ports['osrest']}/osrest"
    before = f"PASSWORD={quote(PASSWORD)}\nPATH={tmp_path}:$PATH"
    assert ROUNDTRIP.parse(run("roundtrip", base, "osrest", TITLE, before=before), VISIT).found
    seen = (tmp_path / "seen").read_text()
    assert "umlaut" not in seen
    assert "-K -" in seen


@pytest.fixture
def server(tmp_path: Path) -> Path:
    """Folders of a server as eakte-ops lays them out."""
    for folder in ("opt/releases/11.0", "etc/gateway/config", "log/gateway", "log/database", "state"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "opt/current").symlink_to("releases/11.0")
    for name in ("application-prod.yml", "application-prod.yml.bak"):
        (tmp_path / "etc/gateway/config" / name).touch()
    (tmp_path / "log/gateway/gateway.log").write_bytes(b"x" * 1000)
    return tmp_path


def product(at: Path) -> Product:
    places = ("opt/current", "opt/releases", "etc", "log", "state", "etc/gateway/config")
    return PRODUCT.parse(run("product", *(str(at / place) for place in places)), VISIT)


def test_what_lies_on_the_disks(server: Path) -> None:
    config = server / "etc/gateway/config"
    (config / "old").mkdir()
    (config / "old/routes.yml").touch()
    (config / "x.yml.new").touch()
    (server / "opt/releases/11.10.part").mkdir()
    (server / "log/gateway/gateway.log.1").write_bytes(b"x" * 234)
    (server / "state/hold").write_text("run=17 until=2026-11-24T22:00:00Z why=update to 11.10\n")
    (server / "state/notice").write_text("Bis 18 Uhr Umzug\nrun=17\n")
    found = product(server)
    assert found.current == "releases/11.0"
    assert found.yml == {str(config): ("application-prod.yml", "old/routes.yml")}
    assert [entry.name for entry in found.releases] == ["11.0", "11.10.part"]
    assert [Path(entry.name).name for entry in found.rests] == ["x.yml.new"]
    assert found.logs == {"gateway": 1234, "database": 0}
    assert set(found.places.values()) == {"ok"}
    hold, notice = found.states
    assert (hold.run, hold.until, hold.why) == ("17", 1795557600.0, "update to 11.10")
    assert (notice.name, notice.run, notice.until) == ("notice", "17", None)
    assert abs(found.now - time.time()) < 60


def test_places_that_are_not_there(server: Path) -> None:
    (server / "opt/current").unlink()
    (server / "opt/releases").rename(server / "opt/elsewhere")
    found = product(server)
    assert (found.current, found.places[str(server / "opt/releases")]) == ("", "absent")
    assert found.states == ()
