"""The timers on a real systemd: the real program under its hardening, nights caught up, what is not ours."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.lab.operations_host import FOLDER, STATE, OperationsHost, raise_host

pytestmark = pytest.mark.timeout(600)

UNITS = "/etc/systemd/system"
SWEEPS = (
    f'python3 -c \'import sqlite3; print(*sqlite3.connect("file:{STATE}/store.db?mode=ro", uri=True).execute('
    '"SELECT kind, whole, servers, looked, ended IS NOT NULL FROM sweep").fetchall(), sep="\\n")\''
)
OF_NIGHT = "('full', 1, 1, 1, 1)"
WITHOUT_DELAY = "[Timer]\nRandomizedDelaySec=0\nAccuracySec=1us\n"


@pytest.fixture(scope="module")
def booted(image: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OperationsHost]:
    folder = tmp_path_factory.mktemp("schedule")
    assert image.is_dir()
    host = raise_host(folder)
    yield host
    host.lab.down()


@pytest.fixture
def host(booted: OperationsHost) -> Iterator[OperationsHost]:
    """The host with the timers installed; afterwards without them and without anything remembered."""
    said = booted.ours("schedule install")
    assert said.status == 0, said.out
    booted.run("systemctl stop eakte-ops-light.timer")  # its five minutes must not fall into a test
    yield booted
    booted.run("systemctl stop 'eakte-ops-*.service'")
    booted.no_drop_ins()
    said = booted.ours("schedule remove")
    assert said.status == 0, said.out
    booted.run(f"rm -rf {STATE} /etc/planted")


def until(true: Callable[[], bool]) -> None:
    while not true():
        time.sleep(0.1)


def test_the_real_program_looks_at_a_server_under_the_hardening_and_findings_are_a_success(
    host: OperationsHost,
) -> None:
    said = host.run("systemctl start eakte-ops-sweep.service")
    assert said.status == 0, host.run("journalctl --no-pager -u eakte-ops-sweep.service").out
    assert host.shown("eakte-ops-sweep.service", "Result") == "success"
    assert host.shown("eakte-ops-sweep.service", "ExecMainStatus") == "1"
    assert OF_NIGHT in host.run(SWEEPS).out
    assert host.run(f"stat -c '%U %a' {STATE}/store.db").out.strip() == "ops 600"
    assert host.run("systemctl start eakte-ops-light.service eakte-ops-prune.service").status == 0
    assert "('light', 1, 1, 1, 1)" in host.run(SWEEPS).out


def test_the_same_program_with_the_same_hardening_reads_the_inventory(host: OperationsHost) -> None:
    command = f"/usr/local/bin/eakte-ops --project {FOLDER} inventory check"
    host.drop_in("eakte-ops-light.service", f"[Service]\nExecStart=\nExecStart={command}\nStandardOutput=journal\n")
    assert host.run("systemctl start eakte-ops-light.service").status == 0
    assert "no errors" in host.run("journalctl --no-pager -u eakte-ops-light.service").out


def test_it_writes_to_the_state_folder_and_nowhere_else(host: OperationsHost) -> None:
    probe = f"""#!/bin/sh
    id -un >{STATE}/who; grep -h '^NoNewPrivs\\|^CapBnd\\|^Seccomp:' /proc/self/status >>{STATE}/who
    for place in {FOLDER}/x {FOLDER}/inventories/x {FOLDER}/eakte-ops.yml /etc/x /var/lib/ops/x /opt/eakte-ops/x; do
        ( : >>"$place" ) 2>/dev/null && echo "wrote $place" >>{STATE}/who
    done
    touch /tmp/its-own && echo "has a /tmp" >>{STATE}/who
    """
    host.root.put("/opt/probe", probe, "0755")
    host.run(f"mkdir -p {STATE}; chown ops:ops {STATE} {FOLDER} {FOLDER}/eakte-ops.yml")
    host.drop_in("eakte-ops-light.service", "[Service]\nExecStart=\nExecStart=/opt/probe\n")
    assert host.run("systemctl start eakte-ops-light.service").status == 0
    assert host.run(f"cat {STATE}/who").out.split("\n")[:5] == [
        "ops",
        "CapBnd:\t0000000000000000",
        "NoNewPrivs:\t1",
        "Seccomp:\t2",
        "has a /tmp",
    ]
    assert host.run("ls /tmp/its-own").status != 0


def test_a_night_that_the_machine_slept_through_is_caught_up(host: OperationsHost) -> None:
    host.drop_in("eakte-ops-sweep.timer", WITHOUT_DELAY)
    stamp = "/var/lib/systemd/timers/stamp-eakte-ops-sweep.timer"
    assert host.run(SWEEPS).status != 0 or OF_NIGHT not in host.run(SWEEPS).out
    host.run(
        f"systemctl stop eakte-ops-sweep.timer; touch -d '3 days ago' {stamp}; systemctl start eakte-ops-sweep.timer"
    )
    until(lambda: OF_NIGHT in host.run(SWEEPS).out)
    until(lambda: host.shown("eakte-ops-sweep.service", "ActiveState") == "inactive")
    assert host.run(SWEEPS).out.count(OF_NIGHT) == 1  # one, not one for each night
    host.run("systemctl restart eakte-ops-sweep.timer")
    assert host.run(SWEEPS).out.count(OF_NIGHT) == 1


def test_where_another_is_at_work_a_light_one_is_done_and_the_night_waits_its_turn(host: OperationsHost) -> None:
    host.drop_in("eakte-ops-sweep.service", "[Service]\nRestartSec=1\n")
    host.run(f"mkdir -p {STATE}; touch {STATE}/sweep.lock; chown -R ops:ops {STATE}")
    host.run(f"(flock {STATE}/sweep.lock sh -c 'until [ -e /run/enough ]; do sleep 0.1; done' >/dev/null 2>&1 &)")
    assert host.run("systemctl start eakte-ops-light.service").status == 0
    assert host.shown("eakte-ops-light.service", "ExecMainStatus") == "6"
    assert host.shown("eakte-ops-light.service", "Result") == "success"
    host.run("systemctl start --no-block eakte-ops-sweep.service")
    until(lambda: int(host.shown("eakte-ops-sweep.service", "NRestarts") or 0) >= 2)
    host.run("touch /run/enough")
    until(lambda: OF_NIGHT in host.run(SWEEPS).out)
    host.run("rm /run/enough")


def test_what_fails_is_not_tried_again(host: OperationsHost) -> None:
    host.drop_in("eakte-ops-sweep.service", "[Service]\nRestartSec=1\nExecStart=\nExecStart=/bin/sh -c 'exit 70'\n")
    assert host.run("systemctl start eakte-ops-sweep.service").status != 0
    assert host.shown("eakte-ops-sweep.service", "ActiveState") == "failed"
    assert host.shown("eakte-ops-sweep.service", "NRestarts") == "0"


def test_installing_again_changes_nothing_and_a_new_time_reaches_the_timer(host: OperationsHost) -> None:
    said = host.ours("schedule install")
    assert "Everything was in place already." in said.out
    settings = host.run(f"cat {FOLDER}/eakte-ops.yml").out
    host.root.put(f"{FOLDER}/eakte-ops.yml", settings + '\nschedule: {night: "03:10"}\n')
    said = host.ours("schedule install")
    assert (said.status, said.out.count("wrote ")) == (0, 1)
    assert "03:10:00 Europe/Berlin" in host.shown("eakte-ops-sweep.timer", "TimersCalendar")
    host.root.put(f"{FOLDER}/eakte-ops.yml", settings + "\n")
    assert host.run("systemctl is-enabled eakte-ops-sweep.timer; systemctl is-active eakte-ops-sweep.timer").status == 0


def test_every_act_is_in_the_audit_and_it_belongs_to_the_account(host: OperationsHost) -> None:
    assert host.run(f"stat -c '%U %G' {STATE} {STATE}/audit.jsonl").out.split() == ["ops"] * 4
    assert "schedule install" in host.ours("audit show").out
    assert host.ours("audit check").status == 0


def test_what_is_not_ours_is_neither_overwritten_nor_removed(host: OperationsHost) -> None:
    assert host.ours("schedule remove").status == 0
    assert host.run(f"ls {UNITS}/eakte-ops-*").status != 0
    assert host.run("systemctl list-timers --all 'eakte-ops-*' --no-legend").out.strip() == ""
    foreign = "[Timer]\nOnCalendar=weekly\n"
    host.root.put(f"{UNITS}/eakte-ops-light.timer", foreign)
    host.root.put(f"{UNITS}/eakte-ops-mine.service", "# eakte-ops schedule of /srv/other\n")
    said = host.ours("schedule install")
    assert (said.status, "eakte-ops-light.timer" in said.out) == (7, True)
    assert host.run(f"ls {UNITS}/eakte-ops-sweep.timer").status != 0
    said = host.ours("schedule remove")
    assert (said.status, "There are no units" in said.out) == (0, True)
    assert host.run(f"cat {UNITS}/eakte-ops-light.timer").out == foreign
    assert host.run(f"ls {UNITS}/eakte-ops-mine.service").status == 0
    host.run(f"rm {UNITS}/eakte-ops-light.timer {UNITS}/eakte-ops-mine.service")


def test_a_link_of_the_account_leads_root_nowhere(host: OperationsHost) -> None:
    host.run(f"rm -rf {STATE}; setpriv --reuid=ops --regid=ops --init-groups ln -s /etc {STATE}")
    said = host.ours("schedule install")
    assert (said.status, "ops can not write" in said.out) == (7, True), said.out
    assert host.run("ls /etc/audit.jsonl").status != 0
    host.run(f"rm {STATE}; mkdir {STATE}; chown ops:ops {STATE}; ln -s /etc/planted {STATE}/audit.jsonl")
    assert host.ours("schedule install").status == 7
    assert host.run("ls /etc/planted").status != 0
    host.run(f"rm -r {STATE}")


def test_nobody_but_root_installs_and_nothing_runs_as_root(host: OperationsHost) -> None:
    said = host.run(
        f"cd /; setpriv --reuid=ops --regid=ops --init-groups eakte-ops --project {FOLDER} schedule install"
    )
    assert said.status == 7
    assert f"sudo /usr/local/bin/eakte-ops --project {FOLDER} schedule install" in said.out
    said = host.ours("schedule install --user root")
    assert (said.status, "do not run as root" in said.out) == (7, True)


def test_every_unit_passes_systemds_own_eyes(host: OperationsHost) -> None:
    said = host.run(f"systemd-analyze verify {UNITS}/eakte-ops-*.service {UNITS}/eakte-ops-*.timer")
    assert (said.status, said.out.strip()) == (0, "")
