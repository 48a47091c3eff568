"""The timer of the access pack rotates the logs of the software: for real, as the software's account, never as root."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.access_town import BOX, Ring, Said, lab_of, raise_town

pytestmark = pytest.mark.timeout(900)

RULES = "/etc/eakte/logs/logrotate.conf"
LOG = "/var/log/eakte/gateway/gateway.log"
ROTATE = "systemctl start eakte-logs.service"
BLOCK = "/var/log/eakte/*/*.log {{\n size 100k\n rotate 2\n compress\n create 0640\n missingok\n{more}}}\n"
STATE = "systemctl show -P Result,ActiveState,ConditionResult eakte-logs.service"


@pytest.fixture(scope="module")
def town(image: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ring]:
    assert image.is_dir()
    folder = tmp_path_factory.mktemp("logs")
    try:
        yield raise_town(folder)
    finally:
        lab_of(folder).down()


@pytest.fixture
def ring(town: Ring) -> Iterator[Ring]:
    """As freshly installed: no rules, no logs, nothing remembered."""
    yield town
    town.as_root(
        BOX,
        f"rm -rf {RULES} /var/log/eakte/gateway/* /var/lib/eakte/logrotate; systemctl reset-failed eakte-logs.service; "
        "test -e /usr/sbin/logrotate || mv /usr/sbin/away /usr/sbin/logrotate; systemctl start eakte-logs.timer",
    )
    said = town.install(BOX)
    assert said.status == 0, said.out


def rules(ring: Ring, more: str = "") -> None:
    """Somebody at work puts the rules there, as the account that owns them."""
    text = BLOCK.format(more=more)
    said = ring.ssh("eakte-ops", BOX, "work", f"umask 022; printf '{text}' >{RULES}")
    assert said.status == 0, said.out


def as_software(ring: Ring, text: str) -> Said:
    """A script as the software's account, which may be taken over."""
    return ring.as_root(BOX, f"setpriv --reuid=eakte --regid=eakte --init-groups sh -c '{text}'")


def write(ring: Ring, lines: int = 4000) -> None:
    """The software writes: it opens its log for each line, so a new file is found by the next one."""
    text = f"umask 027; for i in $(seq {lines}); do echo line $i 0123456789012345678901234567890123456789 >>{LOG}; done"
    assert as_software(ring, text).status == 0


def test_a_big_log_is_rotated_and_the_night_may_still_read_all_of_it(ring: Ring) -> None:
    rules(ring)
    write(ring)
    assert ring.as_root(BOX, ROTATE).status == 0
    write(ring, 1)
    seen = ring.as_root(BOX, f"cd {LOG.rpartition('/')[0]} && stat -c '%n %U %G %a' *").out.splitlines()
    assert seen == ["gateway.log eakte eakte-look 640", "gateway.log.1.gz eakte eakte-look 640"]
    said = ring.ssh("eakte-look", BOX, "look", f"cat {LOG}; zcat {LOG}.1.gz | wc -l")
    assert (said.status, said.out.split()[:2], said.out.split()[-1]) == (0, ["line", "1"], "4000")


def test_it_may_run_again_at_any_time(ring: Ring) -> None:
    rules(ring)
    for _ in range(4):
        write(ring)
        assert ring.as_root(BOX, ROTATE).status == 0
        before = ring.as_root(BOX, f"ls --full-time {LOG}*").out
        assert ring.as_root(BOX, f"{ROTATE} && {ROTATE}").status == 0
        assert ring.as_root(BOX, f"ls --full-time {LOG}*").out == before
    assert len(before.splitlines()) == 3  # the rule says: two old ones


def test_without_rules_nothing_happens_and_nothing_fails(ring: Ring) -> None:
    write(ring)
    assert ring.as_root(BOX, ROTATE).status == 0
    assert ring.as_root(BOX, STATE).out.split() == ["success", "inactive", "no"]
    assert ring.as_root(BOX, f"ls {LOG}*").out.split() == [LOG]


def test_rules_that_are_wrong_are_a_failed_unit(ring: Ring) -> None:
    rules(ring, " rotate many\n")
    assert ring.as_root(BOX, ROTATE).status != 0
    assert "eakte-logs.service" in ring.as_root(BOX, "systemctl list-units --failed --plain --no-legend").out


def test_the_timer_is_there_runs_once_a_day_and_is_not_due_at_once(ring: Ring) -> None:
    listed = ring.as_root(BOX, "systemctl list-timers --no-legend eakte-logs.timer").out
    assert "eakte-logs.timer" in listed
    said = ring.as_root(BOX, 'date +%s; date -d "$(systemctl show -P NextElapseUSecRealtime eakte-logs.timer)" +%s')
    now, due = map(int, said.out.split())
    assert 0 < due - now <= 25 * 3600 + 60
    assert ring.as_root(BOX, "systemctl show -P Triggers eakte-logs.timer").out.strip() == "eakte-logs.service"


def test_without_logrotate_local_it_is_told_and_nothing_else_breaks(ring: Ring) -> None:
    rules(ring)
    ring.as_root(BOX, "mv /usr/sbin/logrotate /usr/sbin/away; rm /etc/eakte-ops/pack.json")
    said = ring.install(BOX)
    assert said.status == 1
    assert [line for line in said.out.splitlines() if line.startswith(("MISSING", "DIFFERS", "STOPPED"))] == [
        "MISSING: /usr/sbin/logrotate is not there: install the package logrotate; until then nothing rotates the "
        "software's logs"
    ]
    assert "-----END EAKTE-OPS FACTS-----" in said.out
    assert ring.lets_in("eakte-ops", BOX, "work")
    assert ring.as_root(BOX, ROTATE).status == 0
    assert ring.as_root(BOX, STATE).out.split() == ["success", "inactive", "no"]


def test_a_server_that_loses_its_last_component_loses_the_rotation(ring: Ring) -> None:
    said = ring.install(BOX, issue=2, components=())
    assert said.status == 0, said.out
    assert ring.as_root(BOX, "find /etc/systemd/system -name 'eakte-logs*'").out == ""
    assert ring.as_root(BOX, "systemctl is-active eakte-logs.timer").out.strip() == "inactive"
    ring.as_root(BOX, "rm /etc/eakte-ops/pack.json")
    said = ring.install(BOX)
    assert "eakte-logs.timer runs from now on" in said.out


def test_what_the_rules_run_is_the_software_and_may_not_even_write_its_data(ring: Ring) -> None:
    report = "/var/log/eakte/gateway/who"
    tries = "touch /var/lib/eakte/documents/planted /etc/eakte/planted /opt/eakte/planted /var/lib/eakte-ops/planted"
    script = f"id -un >{report}; {tries} 2>>{report}; grep NoNewPrivs /proc/self/status >>{report}"
    rules(ring, f" postrotate\n {script}\n endscript\n")
    write(ring)
    assert ring.as_root(BOX, ROTATE).status == 0
    said = ring.as_root(BOX, f"cat {report}").out
    assert said.startswith("eakte\n")
    assert said.count("touch: cannot touch") == 4
    assert "NoNewPrivs:\t1" in said
    assert (
        "planted" not in ring.as_root(BOX, "ls /var/lib/eakte/documents /etc/eakte /opt/eakte /var/lib/eakte-ops").out
    )


PLANTED = {
    "a log that is a link": f"ln -s /etc/shadow {LOG}",
    "an old log that is a link": f"head -c 300000 /dev/zero >{LOG}; ln -s /etc/planted {LOG}.1.gz",
    "a log that is a second name": f"ln /etc/passwd {LOG}; head -c 300000 /dev/zero >{LOG}",
    "a folder that is a link": "mv /var/log/eakte/gateway /var/log/eakte/x; ln -s /etc /var/log/eakte/gateway/etc",
    "its memory is a link": "ln -s /etc/planted /var/lib/eakte/logrotate/status",
    "its memory's folder is a link": "rm -r /var/lib/eakte/logrotate; ln -s /etc /var/lib/eakte/logrotate",
    "its memory's folder is a file": "rm -r /var/lib/eakte/logrotate; touch /var/lib/eakte/logrotate",
    "its memory says odd things": "yes x | head -n 100000 >/var/lib/eakte/logrotate/status",
}


@pytest.mark.parametrize("planted", PLANTED.values(), ids=PLANTED)
def test_the_software_taken_over_leads_root_nowhere_through_its_logs(planted: str, ring: Ring) -> None:
    """The folders of the logs and of what is remembered belong to `eakte`, which plants what it likes in them."""
    look = r"find /etc /root /usr/local -xdev -path /etc/resolv.conf -prune -o -printf '%p %u %g %m %l %s %T@\n'"
    rules(ring)
    before = ring.as_root(BOX, look).out
    as_software(ring, planted)
    ring.as_root(BOX, f"timeout 60 {ROTATE}")
    assert ring.as_root(BOX, look).out == before
    assert ring.as_root(BOX, "systemctl show -P User eakte-logs.service").out.strip() == "eakte"
