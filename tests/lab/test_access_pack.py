"""The pack as local IT runs it: again, interrupted, older, under strange conditions, with planted links, and back."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from eakte_ops.access.compare import Comparison, compare
from eakte_ops.access.granted import expected, granted_question, read_granted
from eakte_ops.lab.towns import Host
from eakte_ops.remote.offer import accepts
from eakte_ops.remote.types import Target
from tests.lab.access_town import ALL, BACK, BOX, FRONT, Ring, lab_of, raise_town, town

pytestmark = pytest.mark.timeout(900)

LOCK = "getent shadow eakte eakte-ops eakte-look | cut -d: -f1,2,3,5,8"
OWNERS = "stat -c '%U %G %a' /etc /etc/shadow /root /usr /etc/ssh"


@pytest.fixture(scope="module")
def ring(image: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ring]:
    folder = tmp_path_factory.mktemp("pack")
    assert image.is_dir()
    try:
        yield raise_town(folder)
    finally:
        lab_of(folder).down()


def restore(ring: Ring, *hosts: Host) -> None:
    """The pack as granted, whatever number was installed."""
    for host in hosts or (BOX,):
        ring.as_root(host, "rm -f /etc/eakte-ops/pack.json")
        said = ring.install(host)
        assert said.status == 0, said.out


def seen(ring: Ring, account: str = "eakte-look", who: str = "look") -> Comparison:
    """What `access check` would find with this account."""
    place = town()
    want = expected(place, place.server(BOX.name), ring.access())
    question = granted_question(want, sudo=who == "work")
    words = " ".join(f"'{word}'" for word in question.script.args)
    said = ring.ssh(account, BOX, who, f"set -- {words}\n{question.script.text['posix']}")
    return compare(want, read_granted(said.out.encode()))


def test_what_was_installed_is_exactly_what_was_granted(ring: Ring) -> None:
    assert seen(ring).differences == ()
    assert seen(ring, "eakte-ops", "work") == Comparison((), ())


def test_a_second_run_changes_nothing(ring: Ring) -> None:
    look = (
        "find /etc /usr/local /opt /var/lib/eakte /var/lib/eakte-ops -xdev -type f ! -name .lock "
        "! -path '/etc/*shadow*' ! -path '/etc/passwd*' ! -path '/etc/group*' -newer /root/mark"
    )
    ring.as_root(BOX, "touch /root/mark; sleep 0.02")
    accounts = ring.as_root(BOX, "cat /etc/passwd /etc/shadow /etc/group").out
    said = ring.install(BOX)
    assert said.status == 0
    assert "everything was there already" in said.out
    assert "wrote" not in said.out
    assert ring.as_root(BOX, look).out == ""
    assert ring.as_root(BOX, "cat /etc/passwd /etc/shadow /etc/group").out == accounts


def test_passwords_are_locked_so_that_keys_work_with_and_without_pam(ring: Ring) -> None:
    fields = dict(line.split(":", 1) for line in ring.as_root(BOX, LOCK).out.splitlines())
    assert fields["eakte"].startswith("!:")
    assert fields["eakte-ops"].startswith("*:")
    assert fields["eakte-look"].startswith("*:")
    assert fields["eakte-look"].endswith("::")  # neither maximum age nor an end: an age would end key logins, too
    ring.as_root(BOX, "echo 'UsePAM no' >/etc/ssh/sshd_config.d/0.conf && systemctl restart ssh")
    assert ring.lets_in("eakte-ops", BOX, "work")
    ring.as_root(BOX, "usermod --password '!' eakte-look")
    assert not ring.lets_in("eakte-look", BOX, "look")  # that is why it is "*"
    ring.as_root(BOX, "rm /etc/ssh/sshd_config.d/0.conf && systemctl restart ssh")
    assert ring.install(BOX).status == 0
    assert ring.lets_in("eakte-look", BOX, "look")


@pytest.mark.parametrize("after", ["0.05", "0.3"])
def test_killed_anywhere_the_machine_stays_sound_and_the_next_run_completes_it(after: str, ring: Ring) -> None:
    ring.as_root(BOX, "sh /etc/eakte-ops/pack.sh uninstall")
    ring.local_it(BOX).put("/root/pack.sh", ring.pack(BOX).text)
    ring.as_root(BOX, f"timeout -s KILL {after} sh /root/pack.sh install")
    assert ring.as_root(BOX, "visudo -c && sshd -t && systemctl daemon-reload").status == 0
    said = ring.install(BOX)
    assert said.status == 0, said.out
    assert seen(ring).differences == ()


@pytest.mark.parametrize(
    "condition",
    [
        "umask 077; mount -o remount,noexec /tmp; {run}; s=$?; mount -o remount,exec /tmp; (exit $s)",
        "cd / && PATH=/nowhere LC_ALL=de_DE.UTF-8 /bin/{run} <&-",
        "env -i bash -c '{run}'",
    ],
)
def test_strange_conditions_change_nothing(condition: str, ring: Ring) -> None:
    ring.as_root(BOX, "sh /etc/eakte-ops/pack.sh uninstall")
    ring.local_it(BOX).put("/root/pack.sh", ring.pack(BOX).text)
    said = ring.as_root(BOX, condition.format(run="sh /root/pack.sh install"))
    assert said.status == 0, said.out
    assert "Everything is as this pack grants it." in said.out
    assert seen(ring).differences == ()


def test_read_from_a_pipe_or_not_as_root_it_stops_with_a_sentence(ring: Ring) -> None:
    said = ring.as_root(BOX, "cat /etc/eakte-ops/pack.sh | sh -s install")
    assert (said.status, "run this as a file" in said.out) == (2, True)
    said = ring.as_root(BOX, "setpriv --reuid=eakte-look --clear-groups sh /etc/eakte-ops/pack.sh install")
    assert (said.status, "has to be run as root" in said.out) == (2, True)


def test_a_cut_file_does_nothing(ring: Ring) -> None:
    text = ring.pack(BOX, issue=2).text
    for share in (0.1, 0.5, 0.9, 0.999):
        ring.local_it(BOX).put("/root/cut.sh", text[: int(len(text) * share)])
        ring.as_root(BOX, "sh /root/cut.sh install")
    assert seen(ring).differences == ()


def test_a_newer_pack_replaces_and_an_older_one_asks(ring: Ring) -> None:
    assert ring.install(BOX, issue=3).status == 0
    said = ring.install(BOX, issue=2)
    assert said.status == 2
    assert "version 3 is installed and this is 2" in said.out
    assert ring.install(BOX, "install", "--older", issue=2).status == 0
    assert '"version": 2' in ring.as_root(BOX, "cat /etc/eakte-ops/pack.json").out
    restore(ring)


def offered(ring: Ring, host: Host, account: str, who: str) -> bool:
    """Whether the machine would let a key in: asked with its public half alone, as `access check` does."""
    target = Target(host.name, str(host.address), account, ring.folder / "known_hosts")
    return accepts(target, ring.public(who), time.monotonic() + 30)


def test_a_key_that_was_taken_back_is_refused_after_the_new_pack(ring: Ring) -> None:
    assert offered(ring, BOX, "eakte-ops", "second")
    assert offered(ring, FRONT, "eakte-jump", "second")
    assert not offered(ring, BOX, "eakte-ops", "expired")
    said = ring.install(BOX, issue=2, without=["second"])
    assert "withdrew keys of eakte-ops" in said.out
    assert not offered(ring, BOX, "eakte-ops", "second")
    assert not ring.lets_in("eakte-ops", BOX, "second")
    assert ring.lets_in("eakte-ops", BOX, "work")
    assert offered(ring, FRONT, "eakte-jump", "second")  # the jump host has its own pack, and is asked itself
    assert ring.install(FRONT, issue=2, without=["second"]).status == 0
    assert not offered(ring, FRONT, "eakte-jump", "second")
    restore(ring, BOX, FRONT)


def test_a_component_that_moved_away_takes_its_unit_and_its_sudo_lines_along(ring: Ring) -> None:
    assert ring.install(BOX, issue=2, components=ALL[:-1]).status == 0
    assert ring.as_root(BOX, "ls /etc/systemd/system/eakte-gateway.service").status != 0
    assert "gateway" not in ring.as_root(BOX, "cat /etc/sudoers.d/eakte-ops").out
    assert ring.as_root(BOX, "find /etc/systemd/system -name '*gateway*'").out == ""
    restore(ring)


PLANTED = {
    "/var/lib/eakte/documents": ("eakte", "/etc"),
    "/var/lib/eakte/index": ("eakte", "/etc/shadow"),
    "/opt/eakte/releases": ("eakte-ops", "/etc"),
    "/var/lib/eakte-ops/jobs": ("eakte-ops", "/root"),
    "/var/lib/eakte-ops/lock": ("eakte-ops", "/nowhere"),
    "/var/lib/eakte-ops/ops.flock": ("eakte-ops", "/etc/planted"),
    "/var/lib/eakte-ops/last-look": ("eakte-ops", "/etc/planted"),
    "/etc/eakte/gateway/config": ("eakte-ops", "/etc/ssh"),
    "/var/lib/eakte/logrotate": ("eakte", "/etc"),
}


def test_a_planted_link_leads_root_nowhere(ring: Ring) -> None:
    """The accounts may write these places, and plant links there before local IT runs the pack again."""
    before = ring.as_root(BOX, OWNERS).out
    for path, (owner, target) in PLANTED.items():
        ring.as_root(BOX, f"rm -rf {path}")
        command = f"setpriv --reuid={owner} --regid={owner} --init-groups ln -s {target} {path}"
        assert ring.as_root(BOX, command).status == 0
    said = ring.install(BOX)
    assert ring.as_root(BOX, OWNERS).out == before
    assert ring.as_root(BOX, "ls /etc/planted /nowhere").status != 0
    assert said.status == 1
    for path in PLANTED:
        assert f'DIFFERS: {path} is "symbolic link' in said.out, path
    ring.as_root(BOX, "rm -f " + " ".join(PLANTED))
    restore(ring)


def test_a_folder_with_the_mode_of_an_older_pack_is_set_right_as_its_owner(ring: Ring) -> None:
    ring.as_root(
        BOX, "chmod 0700 /opt/eakte/releases && chgrp root /var/lib/eakte-ops/jobs && cd /var/lib/eakte-ops && "
        "chgrp eakte ops.flock && chmod 0640 ops.flock",
    )  # fmt: skip
    said = ring.install(BOX)
    assert said.status == 0
    assert "folder /opt/eakte/releases (eakte-ops:eakte 2755)" in said.out
    assert "folder /var/lib/eakte-ops/jobs (eakte-ops:eakte 2750)" in said.out
    assert "file /var/lib/eakte-ops/ops.flock (eakte-ops:eakte-ops 0600)" in said.out


@pytest.mark.parametrize(
    ("config", "sentence"),
    [
        ("AllowUsers root", "sshd has allowusers: root - let eakte-ops in there"),
        ("AllowGroups adm", "sshd has allowgroups: adm - let eakte-ops in there"),
        ("DenyUsers eakte-look", "sshd has denyusers: eakte-look - this may keep eakte-look out"),
        ("AuthorizedKeysFile /etc/ssh/keys/%u", 'sshd looks for keys in "/etc/ssh/keys/%u"'),
        ("PubkeyAuthentication no", "sshd does not take keys"),
        ("PasswordAuthentication yes\nAuthenticationMethods publickey,password", "sshd wants more than a key"),
    ],
)
def test_what_stands_in_the_way_in_sshd_is_said_and_never_edited(config: str, sentence: str, ring: Ring) -> None:
    conf = "/etc/ssh/sshd_config.d/0-town.conf"
    ring.as_root(BOX, f"printf '%s\\n' '{config}' >{conf}")
    said = ring.as_root(BOX, "sh /etc/eakte-ops/pack.sh check")
    assert said.status == 1
    assert f"MISSING: {sentence}" in said.out
    assert ring.as_root(BOX, f"cat {conf}").out.strip() == config
    ring.as_root(BOX, f"rm {conf}")


def test_the_jump_host_says_what_its_sshd_would_forbid_or_leave_open(ring: Ring) -> None:
    conf = "/etc/ssh/sshd_config.d/0-town.conf"
    for config, sentence in (
        ("AllowTcpForwarding no", "MISSING: sshd forwards nothing"),
        ("DisableForwarding yes", "MISSING: sshd has DisableForwarding"),
        ("AllowStreamLocalForwarding yes", "NOTE: better in sshd_config: Match User eakte-jump"),
    ):
        ring.as_root(FRONT, f"echo '{config}' >{conf}")
        assert sentence in ring.as_root(FRONT, "sh /etc/eakte-ops/pack.sh check").out
    ring.as_root(FRONT, f"echo 'AllowStreamLocalForwarding no' >{conf}")
    assert "NOTE" not in ring.as_root(FRONT, "sh /etc/eakte-ops/pack.sh check").out
    ring.as_root(FRONT, f"rm {conf}")


def test_a_faulty_sudo_rule_of_the_town_stops_it_before_anything_is_done(ring: Ring) -> None:
    ring.as_root(BOX, "sh /etc/eakte-ops/pack.sh uninstall; echo 'nonsense here' >/etc/sudoers.d/town")
    said = ring.install(BOX)
    assert (said.status, "visudo -c finds a fault" in said.out) == (2, True)
    assert not ring.lets_in("eakte-ops", BOX, "work")
    ring.as_root(BOX, "rm /etc/sudoers.d/town")
    restore(ring)


def test_a_foreign_account_of_the_same_name_stops_it(ring: Ring) -> None:
    ring.as_root(BACK, "sh /etc/eakte-ops/pack.sh uninstall; usermod --comment 'somebody' eakte-look")
    said = ring.install(BACK)
    assert (said.status, "an account eakte-look that is not from this pack" in said.out) == (2, True)
    ring.as_root(BACK, "usermod --comment 'eakte-ops access pack' eakte-look")
    restore(ring, BACK)


JOB = "/etc/systemd/system/eakte-job.service"
# What is done to the machine -> the subject under which it is found, and what only local IT can undo by hand.
CHANGES = {
    "usermod -aG adm eakte-look": ("groups eakte-look", ""),
    "echo 'ssh-ed25519 AAAA' >>/etc/eakte-ops/home/eakte-ops/.ssh/authorized_keys": ("keys eakte-ops", ""),
    "echo x >/etc/eakte-ops/home/eakte-look/.ssh/rc": ("keys", "rm /etc/eakte-ops/home/eakte-look/.ssh/rc"),
    "mkdir -p /var/lib/systemd/linger; touch /var/lib/systemd/linger/eakte-look": ("account eakte-look", ""),
    "echo '[Service]' >/etc/systemd/system/eakte-x.service": ("units", "rm /etc/systemd/system/eakte-x.service"),
    f"mkdir {JOB}.d; echo '[Service]' >{JOB}.d/x.conf; systemctl daemon-reload": (
        "unit eakte-job.service",
        f"rm -r {JOB}.d; systemctl daemon-reload",
    ),
    "sed -i s/KillMode=mixed/KillMode=none/ /etc/systemd/system/eakte-index.service": ("unit eakte-index.service", ""),
    "chmod 0777 /etc/eakte/gateway": ("folder /etc/eakte/gateway", ""),
    "chown eakte /etc/eakte-ops/home/eakte-ops/.ssh": ("folder /etc/eakte-ops/home/eakte-ops/.ssh", ""),
    "chmod 0755 /var/lib/eakte": ("folder /var/lib/eakte", ""),
    "rm /var/lib/eakte-ops/last-look": ("file /var/lib/eakte-ops/last-look", ""),
    "chmod 0660 /var/lib/eakte-ops/ops.flock": (
        "file /var/lib/eakte-ops/ops.flock",
        "",
    ),
    "echo '#' >>/etc/eakte-ops/allowed_signers": ("file /etc/eakte-ops/allowed_signers", ""),
    "echo '# more' >>/etc/sudoers.d/eakte-ops": ("file /etc/sudoers.d/eakte-ops", ""),
    "cp /bin/true /opt/eakte/x; chmod 4755 /opt/eakte/x": ("setuid", "rm /opt/eakte/x"),
    "systemctl disable eakte-gateway.service": ("unit eakte-gateway.service", ""),
    "systemctl stop eakte-logs.timer": ("unit eakte-logs.timer", ""),
    "sed -i s/^User=.*/User=root/ /etc/systemd/system/eakte-logs.service": ("unit eakte-logs.service", ""),
}


def test_more_or_less_than_granted_is_seen_by_the_night_and_put_right_by_the_pack(ring: Ring) -> None:
    for change in CHANGES:
        assert ring.as_root(BOX, change).status == 0, change
    subjects = {each.subject for each in seen(ring).differences}
    assert subjects == {subject for subject, _ in CHANGES.values()}
    assert ring.as_root(BOX, "sh /etc/eakte-ops/pack.sh check").status == 1
    for _, undo in CHANGES.values():
        assert ring.as_root(BOX, undo or "true").status == 0, undo
    restore(ring)
    assert seen(ring).differences == ()


def test_an_extra_sudo_rule_in_another_file_is_seen_by_people(ring: Ring) -> None:
    rule = "eakte-ops ALL=(ALL) NOPASSWD: /usr/bin/id"
    ring.as_root(BOX, f"echo '{rule}' >/etc/sudoers.d/town; chmod 0440 /etc/sudoers.d/town")
    found = seen(ring, "eakte-ops", "work").differences
    assert [each.subject for each in found] == ["sudo"]
    assert "/usr/bin/id, which was not granted" in found[0].said
    ring.as_root(BOX, "rm /etc/sudoers.d/town")


def test_local_it_says_on_the_server_that_it_is_done(ring: Ring) -> None:
    said = ring.as_root(BOX, "sh /etc/eakte-ops/pack.sh done 'Kernel neu, Störung behoben\n$(id)'")
    assert said.status == 0, said.out
    assert ring.as_root(BOX, "stat -c '%U %a' /etc/eakte-ops/handover-done").out == "root 644\n"
    told = ring.ssh("eakte-look", BOX, "look", "cat /etc/eakte-ops/handover-done").out
    assert told.startswith("Kernel neu, Störung behoben")
    assert told.count("\n") == 1
    assert "uid=" not in told
    assert ring.ssh("eakte-ops", BOX, "work", "sh /etc/eakte-ops/pack.sh done x").status == 2
    assert ring.as_root(FRONT, "sh /etc/eakte-ops/pack.sh done x").status == 2
    ring.as_root(BOX, "sh /etc/eakte-ops/pack.sh done")
    assert ring.as_root(BOX, "cat /etc/eakte-ops/handover-done; rm /etc/eakte-ops/handover-done").out == "done\n"


def test_uninstall_takes_the_rights_and_leaves_data_and_software(ring: Ring) -> None:
    ring.as_root(BOX, "echo kept >/var/lib/eakte/documents/doc; chown eakte:eakte /var/lib/eakte/documents/doc")
    session = ring.argv("eakte-ops", BOX, "work")
    sleeping = ring.plain([*session, "(setsid sleep 600 >/dev/null 2>&1 </dev/null & ) ; echo ok"])
    assert sleeping.out.strip() == "ok"
    said = ring.as_root(BOX, "sh /etc/eakte-ops/pack.sh uninstall")
    assert said.status == 0, said.out
    assert "What stays: all data" in said.out
    assert not ring.lets_in("eakte-ops", BOX, "work")
    assert not ring.lets_in("eakte-look", BOX, "look")
    after = ring.as_root(
        BOX,
        "cat /var/lib/eakte/documents/doc; sudo -l -U eakte-ops; id -Gn eakte-ops; "
        "pgrep -u eakte-ops || echo nothing runs; systemctl is-enabled eakte-gateway.service; "
        "ls /etc/systemd/system/eakte-job.service; "
        "ls /etc/systemd/system/eakte-logs.*; find /etc/systemd/system -name 'eakte-logs*'; "
        "systemctl is-active eakte-logs.timer",
    ).out
    assert "kept" in after
    assert "not allowed to run sudo" in after
    assert "\neakte-ops\n" in after
    assert "nothing runs" in after
    assert "\nenabled\n" in after
    assert "cannot access '/etc/systemd/system/eakte-job.service'" in after
    assert "cannot access '/etc/systemd/system/eakte-logs.*'" in after
    assert after.endswith("\ninactive\n")
    assert "the software's logs grow from now on" in said.out
    assert ring.as_root(BOX, "sh /etc/eakte-ops/pack.sh uninstall").status == 0
    ring.as_root(FRONT, "sh /etc/eakte-ops/pack.sh uninstall")
    assert not ring.lets_in("eakte-ops", BACK, "work")
    restore(ring, BOX, FRONT)


def test_facts_change_nothing_and_need_no_installation(ring: Ring) -> None:
    ring.local_it(BOX).put("/root/pack.sh", ring.pack(BOX).text)
    said = ring.as_root(BOX, "sh /root/pack.sh facts")
    assert said.status == 0
    assert "host-key ssh-ed25519 AAAA" in said.out
    assert "SHA256:" in said.out.partition("-----END")[2]
