"""What each account tries and must not reach, on real hosts with what a town really grants, and what it must reach.

Every attempt runs for real. It must fail, and what root sees of the machine afterwards must be what it was before.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path

import pytest

from eakte_ops.remote import ops
from tests.lab.access_town import BACK, BOX, FRONT, Ring, Said, lab_of, raise_town

pytestmark = pytest.mark.timeout(900)

SECRETS = {
    "/var/lib/eakte/documents/0000019D.000": ("eakte", "eakte", "0640"),
    "/etc/eakte/index/built-in.usr": ("eakte-ops", "eakte", "0640"),
    "/etc/eakte/service-manager/config/application-es.yml": ("eakte-ops", "eakte", "0640"),
    "/etc/eakte/gateway/tls.key": ("eakte-ops", "eakte", "0640"),
}
OPEN = {
    "/etc/eakte/gateway/config/application-prod.yml": ("eakte-ops", "eakte", "0644"),
    "/etc/eakte/index/elasticsearch.yml": ("eakte-ops", "eakte", "0644"),
}
PROGRAM = "#!/bin/sh\necho started >>/var/log/eakte/gateway/gateway.log\nexec sleep infinity\n"


@pytest.fixture(scope="module")
def ring(image: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ring]:
    """The town with the packs, a program that stays, documents, secrets and configuration without."""
    assert image.is_dir()
    folder = tmp_path_factory.mktemp("access")
    try:
        ring = raise_town(folder)
        for path, (owner, group, mode) in {**SECRETS, **OPEN}.items():
            said = ring.as_root(BOX, f"echo SECRET >{path} && chown {owner}:{group} {path} && chmod {mode} {path}")
            assert said.status == 0, said.out
        yield ring
    finally:
        lab_of(folder).down()


def fingerprint(ring: Ring) -> str:
    """Everything of the machine that an account could have changed: names, owners, modes, links, contents."""
    look = (
        r"find /etc /opt /usr/local /var/lib/eakte /var/lib/eakte-ops /var/spool /root -xdev "
        r"\( -path '*/eakte-ops/jobs/*' -o -path /etc/resolv.conf \) -prune -o -printf '%p %u %g %m %l ' "
        r"-type f -exec sha256sum {} \; -o -printf '\n'; "
        "getent passwd; getent group; cut -d: -f1,2 /etc/shadow; systemctl list-unit-files --no-legend; "
        "systemctl list-units --no-legend --plain --state=active 'eakte-*' 'ssh*'; ls /var/lib/systemd/linger 2>&1"
    )
    return ring.as_root(BOX, look).out


def tried(attempts: Mapping[str, str]) -> str:
    """A script that tries everything and names what worked."""
    return "".join(
        f"if ( {text}\n) >/dev/null 2>&1 </dev/null; then echo 'GAINED {name}'; fi\n" for name, text in attempts.items()
    )


NOBODY_MAY = {
    "read the sudo list": "cat /etc/sudoers.d/eakte-ops",
    "read the passwords of the system": "cat /etc/shadow",
    "become root with su": "echo | su -c id",
    "become the software with su": "echo | su eakte -s /bin/sh -c id",
    "run anything with sudo": "sudo -n id",
    "run a shell with sudo": "sudo -n -s id",
    "run as the software with sudo": "sudo -n -u eakte id",
    "edit with sudo": "sudo -n -e /etc/passwd",
    "sudo another unit": "sudo -n /usr/bin/systemctl stop ssh.service",
    "sudo a pattern": "sudo -n /usr/bin/systemctl restart 'eakte-*.service'",
    "sudo two units": "sudo -n /usr/bin/systemctl restart eakte-gateway.service ssh.service",
    "sudo status (its pager opens a shell)": "sudo -n /usr/bin/systemctl status eakte-gateway.service",
    "sudo edit": "sudo -n /usr/bin/systemctl edit eakte-gateway.service",
    "sudo daemon-reload": "sudo -n /usr/bin/systemctl daemon-reload",
    "sudo enable": "sudo -n /usr/bin/systemctl disable eakte-gateway.service",
    "sudo with an environment": "sudo -n SYSTEMD_EDITOR=/bin/sh /usr/bin/systemctl start eakte-gateway.service",
    "sudo keeping the environment": "sudo -n -E /usr/bin/systemctl start eakte-gateway.service",
    "sudo an image of another root": "sudo -n /usr/bin/systemctl --root=/tmp start eakte-gateway.service",
    "sudo the whole journal": "sudo -n /usr/bin/journalctl --quiet --no-pager",
    "sudo the journal of others": (
        "sudo -n /usr/bin/journalctl --quiet --no-pager --output json --identifier eakte-ops --identifier sshd || "
        "sudo -n /usr/bin/journalctl --quiet --no-pager --output json --identifier sshd"
    ),
    "sudo the journal with a pager": "sudo -n /usr/bin/journalctl --output json --identifier eakte-ops",
    "sudo a journal of its own": (
        "sudo -n /usr/bin/journalctl --quiet --no-pager --output json --identifier eakte-ops --file /tmp/x"
    ),
    "vacuum the journal": "sudo -n /usr/bin/journalctl --vacuum-size=1 || journalctl --rotate --vacuum-time=1s",
    "sudo on another host": "sudo -n /usr/bin/systemctl -H x start eakte-gateway.service",
    "sudo with chroot": "sudo -n -R /tmp /usr/bin/systemctl start eakte-gateway.service",
    "sudo a systemctl of its own": (
        "mkdir -p /tmp/p && cp /bin/sh /tmp/p/systemctl && PATH=/tmp/p:$PATH sudo -n systemctl -c id"
    ),
    "start a unit without sudo": "systemctl --no-ask-password start eakte-gateway.service",
    "stop sshd": "systemctl --no-ask-password stop ssh.service",
    "start the rotation of the logs": (
        "systemctl --no-ask-password start eakte-logs.service || sudo -n /usr/bin/systemctl start eakte-logs.service"
    ),
    "stop the rotation of the logs": (
        "systemctl --no-ask-password stop eakte-logs.timer || sudo -n /usr/bin/systemctl stop eakte-logs.timer"
    ),
    "kill sshd": "systemctl --no-ask-password kill ssh.service",
    "ask systemd over the bus": (
        "busctl call org.freedesktop.systemd1 /org/freedesktop/systemd1 "
        "org.freedesktop.systemd1.Manager StopUnit ss ssh.service replace"
    ),
    "a transient unit": "systemd-run --no-ask-password id",
    "a user manager": "systemd-run --user id",
    "linger": "loginctl enable-linger",
    "cron": "echo '* * * * * id' | crontab -",
    "cron without crontab": "echo '* * * * * root id' >/etc/cron.d/eakte",
    "at": "echo id | at now",
    "a unit of its own": "echo '[Service]' >/etc/systemd/system/eakte-x.service",
    "a drop-in": "mkdir /etc/systemd/system/eakte-gateway.service.d",
    "a unit in /run": "echo '[Service]' >/run/systemd/system/eakte-x.service",
    "change a unit": "echo >>/etc/systemd/system/eakte-gateway.service",
    "change the runner": "echo >>/usr/local/lib/eakte-ops/eakte-run",
    "replace the runner": "mv /usr/local/lib/eakte-ops/eakte-run /tmp/x",
    "change what claims jobs": "echo >>/usr/local/lib/eakte-ops/eakte-claim",
    "replace what claims jobs": "mv /usr/local/lib/eakte-ops/eakte-claim /tmp/x",
    "say that local IT is done": "echo done >/etc/eakte-ops/handover-done",
    "take the stop switch away": "rm /etc/eakte-ops/stop || mv /etc/eakte-ops/stop /tmp/x",
    "set the stop switch": "echo x >/etc/eakte-ops/stop",
    "change who signs releases": "echo x >>/etc/eakte-ops/allowed_signers",
    "change the pack": "echo >>/etc/eakte-ops/pack.sh || echo >>/etc/eakte-ops/pack.json",
    "add a key to itself": 'echo x >>"$HOME/.ssh/authorized_keys"',
    "add a second key file": 'echo x >"$HOME/.ssh/authorized_keys2"',
    "add a key of another account": "echo x >>/etc/eakte-ops/home/eakte-look/.ssh/authorized_keys",
    "replace its home": 'mv "$HOME" /tmp/home',
    "leave a profile": 'echo id >"$HOME/.profile"',
    "leave an rc file of sshd": 'echo id >"$HOME/.ssh/rc"',
    "leave an environment": 'echo x >"$HOME/.ssh/environment"',
    "give away root": "cp /bin/sh /tmp/rootsh && chown root /tmp/rootsh",
    "mount": "mount -t tmpfs x /mnt",
    "load a module": "modprobe dummy",
    "change the clock": "date -s 2020-01-01",
    "bind a low port": "python3 -c 'import socket; socket.create_server((\"\", 81))'",
    "read the memory of others": "cat /proc/1/environ",
    "write where root looks for programs": "touch /usr/local/bin/x /usr/local/sbin/x /etc/profile.d/x.sh",
}

THE_NIGHT_MAY_NOT = {
    **{f"read {path}": f"cat {path}" for path in SECRETS},
    "list the documents": "ls /var/lib/eakte/documents",
    "list the data": "ls /var/lib/eakte",
    "list folders with secrets": "ls /etc/eakte/gateway || ls /etc/eakte/index || ls /etc/eakte/database",
    "see what the rotation remembers": "ls /var/lib/eakte/logrotate",
    "read the programs": "ls /opt/eakte/releases/*/ || cat /opt/eakte/current/manifest.json",
    "read what jobs hold": "ls /var/lib/eakte-ops/jobs",
    "write configuration": "touch /etc/eakte/gateway/config/x.yml || touch /etc/eakte/logs/logrotate.conf",
    "write a release": "touch /opt/eakte/releases/x || ln -s x /opt/eakte/x",
    "write state": "touch /var/lib/eakte-ops/hold",
    "write logs": "touch /var/log/eakte/gateway/x",
    "start the software": "sudo -n /usr/bin/systemctl start eakte-gateway.service",
    "start a job": "sudo -n /usr/bin/systemctl start --no-block eakte-job.service",
    "take the lock file": "exec 9</var/lib/eakte-ops/ops.flock && flock -n 9",
    "put another thing where its mark is": (
        "rm -f /var/lib/eakte-ops/last-look || ln -sf /etc/passwd /var/lib/eakte-ops/last-look || "
        "mv /var/lib/eakte-ops/last-look /tmp/x || chmod 0777 /var/lib/eakte-ops/last-look"
    ),
    "join a group": 'newgrp eakte </dev/null && test "$(id -gn)" = eakte',
}

PEOPLE_MAY_NOT = {
    "write data": "touch /var/lib/eakte/documents/x",
    "change a document": "echo x >>/var/lib/eakte/documents/0000019D.000",
    "remove data": "rm -rf /var/lib/eakte/documents/0000019D.000 && test ! -e /var/lib/eakte/documents/0000019D.000",
    "write logs": "touch /var/log/eakte/gateway/x",
    "make a component folder": "mkdir /etc/eakte/other",
    "replace a component folder": "mv /etc/eakte/gateway /tmp/x",
    "run as the software": "setpriv --reuid=eakte id",
}


@pytest.mark.parametrize(
    ("account", "who", "attempts"),
    [
        ("eakte-look", "look", {**NOBODY_MAY, **THE_NIGHT_MAY_NOT}),
        ("eakte-ops", "work", {**NOBODY_MAY, **PEOPLE_MAY_NOT}),
    ],
)
def test_nothing_beyond_the_grant_works(account: str, who: str, attempts: Mapping[str, str], ring: Ring) -> None:
    ring.as_root(BOX, "echo local IT says stop >/etc/eakte-ops/stop")
    before = fingerprint(ring)
    said = ring.ssh(account, BOX, who, tried(attempts) + "echo done\n")
    assert said.out.splitlines()[-1:] == ["done"], said
    assert [line for line in said.out.splitlines() if line.startswith("GAINED")] == []
    assert fingerprint(ring) == before
    ring.as_root(BOX, "rm -rf /etc/eakte-ops/stop /tmp/p /tmp/rootsh")


THE_SOFTWARE_MAY_NOT = {
    **NOBODY_MAY,
    "write configuration": "touch /etc/eakte/gateway/config/x.yml",
    "change configuration": "echo >>/etc/eakte/gateway/config/application-prod.yml",
    "change the rules of the rotation": "touch /etc/eakte/logs/logrotate.conf || mv /etc/eakte/logs /tmp/x",
    "write a release": "touch /opt/eakte/releases/x",
    "change the current release": "ln -sfn /tmp /opt/eakte/current || mv /opt/eakte/current /tmp/x",
    "take the hold away": "rm -f /var/lib/eakte-ops/hold && test ! -e /var/lib/eakte-ops/hold",
    "write the mark of the night": "echo x >>/var/lib/eakte-ops/last-look",
    "write the lock": "echo 99 >/var/lib/eakte-ops/lock/token",
    "read who has the lock": "cat /var/lib/eakte-ops/lock/holder",
    "hold the lock of the jobs": "flock -n /var/lib/eakte-ops/ops.flock true || (exec 9</var/lib/eakte-ops/ops.flock)",
    "queue a job": "mkdir /var/lib/eakte-ops/jobs/x || echo x >/var/lib/eakte-ops/jobs/next",
    "claim a job": "echo x >/var/lib/eakte-ops/jobs/now || mv /var/lib/eakte-ops/jobs/next /var/lib/eakte-ops/jobs/now",
    "read copies of runs": "ls /var/lib/eakte-ops/runs || cat /var/lib/eakte-ops/runs/r/plan.json",
    "plant a link for who queues jobs": "ln -s /etc/eakte/x /var/lib/eakte-ops/jobs/next.new",
    "replace the state": "mv /var/lib/eakte-ops/jobs /var/lib/eakte-ops/jobs2",
    "start its unit": "sudo -n /usr/bin/systemctl start eakte-gateway.service",
    "make a home and a key": "mkdir -p /nonexistent/.ssh",
    "become the night": "setpriv --reuid=eakte-look id",
}


def test_the_product_taken_over_gains_nothing_beyond_its_data(ring: Ring) -> None:
    ring.as_root(BOX, "touch /var/lib/eakte-ops/hold; chown eakte-ops:eakte /var/lib/eakte-ops/hold")
    kept = "put lock/holder r && (umask 077; mkdir -p runs/r && echo '{}' >runs/r/plan.json)"
    job(ring, f"(umask 077; {kept})")
    before = fingerprint(ring)
    ring.local_it(BOX).put("/tmp/tries.sh", tried(THE_SOFTWARE_MAY_NOT) + "echo done\n")
    said = ring.as_root(BOX, "HOME=/nonexistent setpriv --reuid=eakte --regid=eakte --init-groups sh /tmp/tries.sh")
    assert said.out.splitlines()[-1:] == ["done"], said
    assert [line for line in said.out.splitlines() if line.startswith("GAINED")] == []
    assert fingerprint(ring) == before
    ring.as_root(BOX, "rm -rf /var/lib/eakte-ops/hold /tmp/p /tmp/rootsh")


def test_the_night_sees_what_it_needs(ring: Ring) -> None:
    ring.as_root(
        BOX,
        "echo log >/var/log/eakte/gateway/x.log; chown eakte:eakte-look /var/log/eakte/gateway/x.log; "
        "chmod 0640 /var/log/eakte/gateway/x.log; echo reason >/etc/eakte-ops/stop",
    )
    needs = {
        "logs": "grep -q log /var/log/eakte/gateway/x.log",
        "names in the gateway folder": "ls /etc/eakte/gateway/config | grep -qx application-prod.yml",
        "configuration without a secret, if it knows the name": f"sha256sum {' '.join(OPEN)}",
        "the pack": "grep -q version /etc/eakte-ops/pack.json && sha256sum /etc/eakte-ops/pack.sh",
        "keys, its own and those of people": "cat /etc/eakte-ops/home/*/.ssh/authorized_keys",
        "how full a disk below the data is": "stat -f /var/lib/eakte/documents && df /var/lib/eakte/database",
        "the stop switch": "grep -q reason /etc/eakte-ops/stop",
        "leave its mark": "echo 2026-11-24T01:30:00Z >/var/lib/eakte-ops/last-look",
        "units": "cat /etc/systemd/system/eakte-*.service && systemctl show eakte-gateway.service",
    }
    said = ring.ssh("eakte-look", BOX, "look", tried(needs))
    assert said.out.splitlines() == [f"GAINED {name}" for name in needs]
    ring.as_root(BOX, "rm /etc/eakte-ops/stop /var/log/eakte/gateway/x.log")


def test_people_can_do_their_work(ring: Ring) -> None:
    sudo = "sudo -n /usr/bin/systemctl"
    needs = {
        "place a release": (
            "umask 027; mkdir -p /opt/eakte/releases/11.0/bin && cd /opt/eakte/releases/11.0/bin && "
            f"printf '%s' '{PROGRAM}' >gateway && chmod 0750 gateway && ln -sfn releases/11.0 /opt/eakte/current"
        ),
        "the group of a release is that of the software": (
            'test "$(stat -c %G /opt/eakte/releases/11.0/bin/gateway)" = eakte'
        ),
        "write configuration": "cd /etc/eakte/gateway/config && echo a: 1 >new.yml && rm new.yml",
        "start": f"{sudo} start eakte-gateway.service && systemctl is-active eakte-gateway.service",
        "restart": f"{sudo} restart eakte-gateway.service && systemctl is-active eakte-gateway.service",
        "read logs": "grep -q started /var/log/eakte/gateway/gateway.log",
        "stop": f"{sudo} stop eakte-gateway.service && ! systemctl is-active eakte-gateway.service",
        "hold": (
            f"touch /var/lib/eakte-ops/hold && {sudo} start eakte-gateway.service; "
            "! systemctl is-active eakte-gateway.service && rm /var/lib/eakte-ops/hold"
        ),
        "see the own sudo list": "sudo -n -l",
        "write to the journal and read it back": (
            "logger -t eakte-ops -- 'a word' && sleep 0.2 && sudo -n /usr/bin/journalctl --quiet --no-pager "
            "--output json --identifier eakte-ops | grep -q 'a word'"
        ),
    }
    said = ring.ssh("eakte-ops", BOX, "work", tried(needs))
    assert said.out.splitlines() == [f"GAINED {name}" for name in needs], said


def test_only_granted_keys_from_granted_places_open_the_door(ring: Ring) -> None:
    assert ring.lets_in("eakte-ops", BOX, "work")
    assert ring.lets_in("eakte-ops", BOX, "second")
    assert ring.lets_in("eakte-look", BOX, "look")
    for account, who in (
        ("eakte-ops", "look"),
        ("eakte-look", "work"),
        ("eakte-ops", "stranger"),
        ("eakte-look", "stranger"),
        ("eakte-ops", "expired"),
        ("eakte", "work"),
        ("root", "work"),
        ("eakte-jump", "work"),
    ):
        assert not ring.lets_in(account, BOX, who), (account, who)


def test_a_granted_key_is_refused_from_another_place(ring: Ring) -> None:
    """A stolen key, used on the server itself: it comes from 127.0.0.1."""
    ring.local_it(BOX).put("/root/stolen", ring.key("work").read_text(), "0600")
    said = ring.as_root(
        BOX, "ssh -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null "
        "-i /root/stolen eakte-ops@127.0.0.1 id; rm /root/stolen",
    )  # fmt: skip
    assert "Permission denied" in said.out
    assert "uid=" not in said.out


@pytest.mark.parametrize(("account", "who"), [("eakte-ops", "work"), ("eakte-look", "look")])
def test_no_forwarding_no_terminal_no_agent_no_environment(account: str, who: str, ring: Ring) -> None:
    way = ring.argv(account, BOX, who)
    assert ring.plain([*way[:-1], "-W", "127.0.0.1:22", way[-1]]).status != 0
    fail = ("-o", "ExitOnForwardFailure=yes")
    assert ring.plain([*way[:-1], *fail, "-R", "127.0.0.1:2999:127.0.0.1:22", way[-1], "true"]).status != 0
    assert ring.plain([*way[:-1], *fail, "-R", "/tmp/x.sock:127.0.0.1:22", way[-1], "true"]).status != 0
    assert "PTY allocation request failed" in ring.plain([*way[:-1], "-tt", way[-1], "tty"]).out
    assert ring.plain([*way[:-1], "-o", "SetEnv=EVIL=1", way[-1], 'test -z "$EVIL"']).status == 0
    carried = ring.argv(account, BOX, who, "-A", agent="SSH_AUTH_SOCK")
    agent = ["ssh-agent", "sh", "-c", 'ssh-add -q "$0" && exec "$@"', str(ring.key(who))]
    assert ring.plain([*agent, *carried, "echo [$SSH_AUTH_SOCK]"]).out.strip() == "[]"


def test_the_socket_of_the_system_can_not_be_reached_through_a_login(ring: Ring, tmp_path: Path) -> None:
    way = ring.argv("eakte-look", BOX, "look")
    socket = tmp_path / "bus"
    forward = subprocess.Popen(
        [*way[:-1], "-N", "-L", f"{socket}:/run/dbus/system_bus_socket", way[-1]], stderr=subprocess.DEVNULL
    )
    try:
        said = ring.plain(
            ["python3", "-c", f"""
import socket, time
for _ in range(100):
    try:
        s = socket.socket(socket.AF_UNIX); s.connect({str(socket)!r}); break
    except OSError: time.sleep(0.1)
s.settimeout(20); s.sendall(b"\\0AUTH ANONYMOUS\\r\\n"); print("got", s.recv(100))"""]
        )  # fmt: skip
        assert "got b''" in said.out or "ConnectionReset" in said.out or "BrokenPipe" in said.out, said
    finally:
        forward.terminate()
        forward.wait(20)


def job(ring: Ring, text: str) -> list[str]:
    """Lines that the functions of jobs.sh say, as a person at work."""
    return ring.ssh("eakte-ops", BOX, "work", f"LC_ALL=C\n{ops.text('ops', 'jobs')}\n{text}").out.splitlines()


def started(name: str, script: str) -> str:
    """A text that starts a job of the software's account and waits for its end."""
    return f"start {name} \"$(token)\" 20 'test of rights' '{script}' >/dev/null; await {name} 20"


def test_a_job_runs_as_the_software_once_and_not_beyond_it(ring: Ring) -> None:
    script = "id -un; sudo -n id; cat /proc/self/status | grep NoNewPrivs"
    said = job(ring, f"{started('t1', script)}; output t1 999 2>&1")
    assert said[:2] == ["exit 0", "eakte"]
    assert any("NoNewPrivs:\t1" in line for line in said)
    assert not any("uid=0" in line for line in said)
    again = job(ring, f"{started('t1', 'touch /var/lib/eakte/twice')}; state t1")
    assert again == ["exit 0"] * 2
    assert ring.as_root(BOX, "test -e /var/lib/eakte/twice").status == 1


def test_an_attached_job_runs_as_people_at_work_and_the_software_sees_nothing_of_it(ring: Ring) -> None:
    said = job(
        ring, "eakte_secrets='P=hidden'; attach t2 \"$(token)\" 20 'test of rights' 'id -un; echo \"$P\" | wc -c' 99 30"
    )
    assert said == ["exit 0", "eakte-ops", "7"]
    look = "cd /var/lib/eakte-ops/jobs/t2 || cat /var/lib/eakte-ops/jobs/t2/*"
    assert as_the_software(ring, look).status != 0
    assert ring.as_root(BOX, "grep -r hidden /var/lib/eakte-ops/jobs/t2").status == 1
    seen = ring.as_root(BOX, "journalctl -q -t eakte-ops -o cat").out.splitlines()
    assert "begin t2 account=work limit=20 test of rights" in seen
    assert "end t2 exit 0" in seen


def as_the_software(ring: Ring, text: str) -> Said:
    """A script as code that runs as `eakte`."""
    ring.local_it(BOX).put("/tmp/software.sh", text)
    return ring.as_root(BOX, "HOME=/nonexistent setpriv --reuid=eakte --regid=eakte --init-groups sh /tmp/software.sh")


FORGERIES = {
    "give the job back": "touch ready || mv ../next ready || ln ../t3/script ready",
    "make another end": "rm -f end || mv end x || ln -sf /etc/eakte/planted end",
    "lead the output elsewhere": "rm -f out || ln -sf /etc/eakte/planted out || mv err out",
    "change the order": "echo touch /var/lib/eakte/twice >script || echo 99 >token || echo 9999 >limit",
    "refuse it": "echo other-boot >refused",
    "replace the folder": "mv ../t3 ../t9 || rm -rf ../t3 && test ! -e ../t3",
    "claim it again": "echo t3 >../now || echo t3 >../next",
}


def test_the_product_taken_over_can_not_make_a_job_run_twice(ring: Ring) -> None:
    """The account `eakte` writes three files of the record; neither they nor anything else begins the job again."""
    effect = "echo x >>/var/lib/eakte/effects"
    assert job(ring, started("t3", effect)) == ["exit 0"]
    said = as_the_software(ring, f"cd /var/lib/eakte-ops/jobs/t3 || exit\n{tried(FORGERIES)}echo tried\n")
    assert said.out == "tried\n"
    for forged in ("refused other-boot", "fenced 0", ""):
        as_the_software(ring, f"cd /var/lib/eakte-ops/jobs/t3; for f in end out err; do echo '{forged}' >$f; done")
        assert job(ring, started("t3", effect)) == ["lost"]
    ring.as_root(BOX, "systemctl start eakte-job.service")
    assert ring.as_root(BOX, "cat /var/lib/eakte/effects; rm /var/lib/eakte/effects").out == "x\n"


def test_cancelling_ends_all_that_a_job_started(ring: Ring) -> None:
    script = "setsid sleep 4711 & while :; do sleep 0.1; done"
    start = f"start t4 \"$(token)\" 60 'test of rights' '{script}' >/dev/null; await t4 1; cancel t4; await t4 1"
    assert job(ring, start) == ["running", "exit 143", "exit 143"]
    assert ring.as_root(BOX, "pgrep -u eakte -f 'sleep 4711'").status == 1
    assert job(ring, started("t4b", "true")) == ["exit 0"]


def test_a_setuid_program_of_people_gives_the_software_nothing(ring: Ring) -> None:
    make = "cp /usr/bin/id /opt/eakte/id && chmod 6755 /opt/eakte/id"
    said = job(ring, f"{make}; {started('t5', '/opt/eakte/id')}; output t5 999")
    assert "euid=" not in said[-1]
    assert "(eakte)" in said[-1]
    assert "setuid" in ring.ssh("eakte-look", BOX, "look", granted_text()).out
    ring.as_root(BOX, "rm /opt/eakte/id")


def granted_text() -> str:
    return (files("eakte_ops.access") / "text" / "granted.sh").read_text()


def test_the_stop_switch_stops_every_job(ring: Ring) -> None:
    ring.as_root(BOX, "printf 'no changes today\\nsecond line\\n' >/etc/eakte-ops/stop")
    text = "touch /var/lib/eakte/ran /var/lib/eakte-ops/ran"
    said = job(
        ring, f"start t6 \"$(token)\" 20 '' '{text}'; attach t7 \"$(token)\" 20 '' '{text}' 9 30; state t6; state t7"
    )
    assert said == ["refused stop-switch no changes today"] * 2 + ["absent"] * 2
    # What was queued before is stopped by the program of the access pack.
    queued = f"new=jobs/.t8.new; record t8 \"$(token)\" 20 software '' '{text}' && mv -T $new jobs/t8"
    assert job(ring, f"{queued}; {started('t8', text)}")[-1] == "refused stop-switch no changes today"
    ring.as_root(BOX, "rm /etc/eakte-ops/stop")
    assert ring.as_root(BOX, "ls /var/lib/eakte/ran /var/lib/eakte-ops/ran").status != 0


# -- the jump host


def test_the_way_through_the_jump_host_leads_to_the_server_behind_it(ring: Ring) -> None:
    assert ring.lets_in("eakte-ops", BACK, "work")
    assert ring.lets_in("eakte-look", BACK, "look")
    assert not ring.lets_in("eakte-ops", BACK, "stranger")
    assert not ring.lets_in("eakte-ops", BACK, "expired")


def test_the_jump_host_gives_no_shell_and_no_other_way(ring: Ring) -> None:
    way = ring.argv("eakte-jump", FRONT, "work")
    for words in (["id"], ["exec /bin/sh -s"], ["-s", "sftp"], ["-tt", "sh"]):
        said = ring.plain(
            [*way[:-1], *(w for w in words if w.startswith("-")), way[-1], *(w for w in words if w[0] != "-")]
        )
        assert said.status != 0
        assert "uid=" not in said.out
    for target in (
        f"{BACK.address}:5432",
        f"{BOX.address}:22",
        "127.0.0.1:22",
        f"{FRONT.legs[1].address}:22",
        "localhost:22",
    ):
        assert ring.plain([*way[:-1], "-W", target, way[-1]]).status != 0, target
    for listen in ("127.0.0.1:2999", "localhost:1", "2999", "*:2999"):
        said = ring.plain([*way[:-1], "-o", "ExitOnForwardFailure=yes", "-N", "-R", f"{listen}:127.0.0.1:22", way[-1]])
        assert said.status != 0, listen
    assert ring.ssh("eakte-ops", FRONT, "work", "id").status != 0
    assert ring.as_root(FRONT, "ss -tlnH | grep -c 2999").out.strip() == "0"


def test_the_jump_host_knows_no_account_of_the_servers(ring: Ring) -> None:
    said = ring.as_root(FRONT, "getent passwd eakte eakte-ops eakte-look; ls /etc/sudoers.d/eakte-ops /opt/eakte")
    assert "eakte-ops:x" not in said.out
    assert said.status != 0
