"""The towns of the lab at work: what provisioning left there, and every scenario broken, seen and mended again."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from eakte_ops.cli.context import Context
from eakte_ops.cli.main import main
from eakte_ops.errors import CommandFailed
from eakte_ops.lab.lab import Lab
from eakte_ops.lab.local_it import LocalIT
from eakte_ops.lab.towns import TOWNS, host_named

pytestmark = pytest.mark.timeout(900)
BOX = "herdecke-box"


@pytest.fixture
def box(lab: Lab) -> LocalIT:
    """Local IT on Herdecke's only server."""
    return lab.local_it(host_named(BOX))


def as_person(lab: Lab, host: str, *words: str, limit: float = 30) -> subprocess.CompletedProcess[str]:
    """A login of the centre, with OpenSSH."""
    argv = lab.login(host, words, root=False)
    return subprocess.run(argv, capture_output=True, text=True, timeout=limit, check=False, stdin=subprocess.DEVNULL)


@pytest.mark.parametrize("host", [host.name for town in TOWNS for host in town.hosts if host.role == "server"])
def test_a_person_of_the_centre_reaches_every_server_with_confirmed_keys(lab: Lab, host: str) -> None:
    done = as_person(lab, host, "id -un; hostname; readlink /opt/eakte/current")
    assert done.stdout.split() == ["eakte-ops", host, "releases/11.0"], done.stderr


def test_the_packs_own_check_finds_no_difference_after_the_installation(lab: Lab) -> None:
    for town in TOWNS:
        for host in town.hosts:
            if host.role != "storage":
                lab.local_it(host).script("sh /etc/eakte-ops/pack.sh check")


def test_the_software_works_in_every_town(lab: Lab) -> None:
    for server in ("witten-app", BOX, "hattingen-app"):
        it = lab.local_it(host_named(server))
        counts = json.loads(it.script("runuser -u eakte -- /opt/eakte/current/bin/musterakte-admin counts"))
        assert counts["documents"] >= 300
    for server in ("witten-gw", BOX, "hattingen-app"):
        page = lab.local_it(host_named(server)).script("curl -sf http://127.0.0.1/osweb")
        assert "Musterakte" in page


def test_no_secret_lies_in_the_records_of_jobs(lab: Lab, box: LocalIT) -> None:
    inventories = lab.places.operations / "inventories"
    assert (inventories / "herdecke.secrets" / "database-password.age").is_file()
    box.script("test ! -e /etc/eakte/database/handed-over")
    password = box.script("sed -n 's/^  password: \"\\(.*\\)\"$/\\1/p' /etc/eakte/application-server/server.yml")
    first = password.split()[0]
    assert len(first) > 12
    with pytest.raises(CommandFailed):
        box.script('grep -rqF -- "$1" /var/lib/eakte-ops/jobs', first)


def test_up_again_leaves_everything_alone(lab: Lab, box: LocalIT) -> None:
    since = "systemctl show -P ActiveEnterTimestampMonotonic eakte-database.service eakte-gateway.service"
    before = box.script(since)
    lab.up(["herdecke"], lambda folder: Context(project=folder))
    assert box.script(since) == before


def test_towns_do_not_reach_each_other(lab: Lab, box: LocalIT) -> None:
    for address in ("192.0.2.11", "198.51.100.5", "198.51.100.42"):
        with pytest.raises(CommandFailed):
            box.script('timeout 3 bash -c "</dev/tcp/$1/22"', address)
    box.script('test -z "$(ip route show default)"')


def test_status_names_the_operations_folder(lab: Lab, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lab", "status", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["schema"], said["version"]) == ("eakte-ops/lab-status", 1)
    assert Path(said["project"]) == lab.places.operations
    assert {host["state"] for host in said["hosts"]} == {"running"}


@pytest.mark.parametrize("seconds", [5])
def test_provisioning_that_was_killed_is_completed_by_the_next_up(lab: Lab, box: LocalIT, seconds: float) -> None:
    lab.down(["herdecke"])
    program = "from eakte_ops.cli.main import run; run()"
    killed = subprocess.Popen([sys.executable, "-c", program, "lab", "up", "herdecke"], stderr=subprocess.DEVNULL)
    time.sleep(seconds)  # an end at any moment is the point
    killed.kill()
    killed.wait()
    lab.up(["herdecke"], lambda folder: Context(project=folder))
    said = json.loads(box.script("runuser -u eakte -- /opt/eakte/current/bin/musterakte-admin check"))
    assert (said["checked"], said["bad"], said["missing"]) == (300, [], [])
    assert as_person(lab, BOX, "id -un").stdout == "eakte-ops\n"


def health(path: str) -> Callable[[LocalIT], str]:
    return lambda box: box.script(f"curl -s http://127.0.0.1:{path}")


def sql(text: str) -> Callable[[LocalIT], str]:
    return lambda box: box.script(
        'runuser -u eakte-look -- psql -h /run/eakte -U eakte_look -d eakte -XAt -c "$1"', text
    )


def shell(text: str) -> Callable[[LocalIT], str]:
    return lambda box: box.script(text)


DMS = 'import json, sys; print([each["status"] for each in json.load(sys.stdin) if each["name"] == "dms"])'
# How some are seen without health; tests/lab/test_health_scenarios.py breaks and mends every one of them.
SEEN: dict[str, tuple[Callable[[LocalIT], str], str]] = {
    "service-down": (shell("systemctl is-active eakte-index.service || true"), "inactive"),
    "service-lying": (health("7380/manage/health"), '"DOWN"'),
    "aggregate-lies": (health(f"7273/applications | python3 -c '{DMS}'"), "DOWN"),
    "queue-stuck": (sql("select lock_service from oscpmqueue where created < now() - interval '5 hours'"), "/dead"),
    "index-read-only": (health("8041/manage/health"), "read_only_allow_delete"),
    "hash-mismatch": (sql("select count(*) from osdochash where last_check_state = 2"), "1"),
    "disk-full": (shell("df --output=pcent / | tail -1"), "100%"),
    "certificate-expired": (
        shell("openssl x509 -in /etc/eakte/gateway/tls.crt -noout -checkend 0 || true"),
        "will expire",
    ),
    "hanging-mount": (
        shell("timeout -s KILL 2 stat -f /mnt/archive >/dev/null 2>&1 & wait $!; [ $? -ne 137 ] || echo hangs"),
        "hangs",
    ),
}


@pytest.mark.parametrize("name", SEEN)
def test_a_scenario_is_seen_on_the_server_and_gone_after_mending(lab: Lab, box: LocalIT, name: str) -> None:
    look, sign = SEEN[name]
    assert sign not in look(box)
    for _again in range(2):
        lab.break_it(name, "herdecke", BOX, lambda folder: Context(project=folder))
    assert sign in look(box)
    assert (name, BOX) in {(each.scenario.name, each.host.name) for each in lab.broken()}
    for _again in range(2):
        lab.mend(name, None, BOX)
    assert sign not in look(box)
    assert (name, BOX) not in {(each.scenario.name, each.host.name) for each in lab.broken()}


def login_seconds(lab: Lab) -> float:
    began = time.monotonic()
    assert as_person(lab, BOX, "true").returncode == 0
    return time.monotonic() - began


def test_a_slow_login_is_slow_and_quick_again(lab: Lab) -> None:
    lab.break_it("slow-login", "herdecke", BOX, lambda folder: Context(project=folder))
    slow = login_seconds(lab)
    lab.mend("slow-login", None, BOX)
    assert slow > 8 > login_seconds(lab)


def test_a_wrong_clock_is_seen_by_those_who_log_in(lab: Lab) -> None:
    def ahead() -> float:
        return float(as_person(lab, BOX, "date +%s").stdout) - time.time()

    lab.break_it("clock-off", "herdecke", BOX, lambda folder: Context(project=folder))
    wrong = ahead()
    lab.mend("clock-off", None, BOX)
    assert 3590 < wrong < 3610
    assert abs(ahead()) < 60


def test_a_changed_host_key_keeps_us_out_until_it_is_mended(lab: Lab) -> None:
    lab.break_it("changed-host-key", "herdecke", BOX, lambda folder: Context(project=folder))
    refused = as_person(lab, BOX, "true")
    lab.mend("changed-host-key", None, BOX)
    assert refused.returncode == 255
    assert "REMOTE HOST IDENTIFICATION HAS CHANGED" in refused.stderr
    assert as_person(lab, BOX, "true").returncode == 0
