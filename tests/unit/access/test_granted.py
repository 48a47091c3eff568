"""Exactly as granted: not less, NOT MORE, the right version. Every way to differ is a row here."""

from __future__ import annotations

import pytest

from eakte_ops.access.compare import Comparison, compare, merged
from eakte_ops.access.granted import expected, granted_question, read_granted
from tests.unit.access.granted import as_granted, wanted
from tests.unit.access.town import ACCESS, access, key, town

HOME = "/etc/eakte-ops/home/eakte-ops"
SYSTEMD = "/etc/systemd/system"
LAST_LOOK = "/var/lib/eakte-ops/last-look"


def seen(said: str, rules: str = ACCESS) -> Comparison:
    return compare(wanted(rules=access(rules)), read_granted(said.encode()))


def test_what_was_just_installed_differs_in_nothing() -> None:
    want = wanted()
    assert seen(as_granted(want, sudo=True)) == Comparison((), ())
    night = seen(as_granted(want))
    assert night.differences == ()
    assert night.not_looked_at == ("the sudo list (sudo -n -l answers only to who has it)",)


@pytest.mark.parametrize(
    ("old", "new", "subject", "said"),
    [
        ('"version": 3', '"version": 2', "version", "access pack 2 is installed, 3 is due"),
        ('"version": 3', '"version": 4', "version", "access pack 4 is installed, 3 is due"),
        ('"version": 3', '"version": "3"', "version", "access pack 3 is installed"),
        ('"sha256": "', '"sha256": "0', "version", "with another content than handed out"),
        ('"host": "witten-db"', '"host": "witten-gw"', "version", "the pack of another machine"),
        ("pack {", "pack no", "version", "no access pack is noted"),
        (
            "groups eakte-ops eakte-ops",
            "groups eakte-ops sudo eakte-ops",
            "groups eakte-ops",
            "in the group sudo, which",
        ),
        (
            "groups eakte-look eakte-look",
            "groups eakte-look eakte-look eakte",
            "groups eakte-look",
            "group eakte, which",
        ),
        ("groups eakte eakte\n", "groups eakte eakte docker\n", "groups eakte", "docker"),
        ("eakte-ops eakte eakte-look\n", "eakte-ops eakte\n", "groups eakte-ops", "eakte-look: granted, but not so"),
        ("account eakte-look:x:992", "account eakte-look:x:0", "account eakte-look", "root under another name"),
        ("account eakte-look:", "account somebody:", "account eakte-look", "is missing"),
        ("/nonexistent:/usr/sbin/nologin", "/nonexistent:/bin/bash", "account eakte", "shell /bin/bash, not nologin"),
        (f"{HOME}:/bin/sh", "/home/x:/bin/sh", "account eakte-ops", "has the home /home/x"),
        ("pack {", "linger eakte-look\npack {", "account eakte-look", "linger"),
        ("key eakte-ops restrict,", "key eakte-look restrict,", "keys eakte-ops", "1 of 2 keys of eakte-ops are not"),
        ("key eakte-ops #", f"key eakte-ops {key(7)}\nkey eakte-ops #", "keys eakte-ops", "not granted"),
        ('key eakte-ops restrict,from="198', 'key eakte-ops from="198', "keys eakte-ops", "that was not granted"),
        (
            f"key-file {HOME}/.ssh/auth",
            f"key-file {HOME}/.ssh/authorized_keys2\nkey-file {HOME}/.ssh/auth",
            "keys",
            "keys2",
        ),
        (f"path {HOME}/.ssh root root 755", f"path {HOME}/.ssh eakte-ops root 755", f"folder {HOME}/.ssh", "eakte-ops"),
        ("path /var/lib/eakte eakte eakte 751", "path /var/lib/eakte eakte eakte 755", "folder /var/lib/eakte", "755"),
        ("path /opt/eakte/releases ", "missing /opt/eakte/releases\nx ", "folder /opt/eakte/releases", "missing"),
        ("4096 directory", "11 symbolic link", "folder /etc/eakte-ops", "symbolic link"),
        (f"path {LAST_LOOK} ", f"missing {LAST_LOOK}\nx ", f"file {LAST_LOOK}", "is missing"),
        (
            f"path {LAST_LOOK} eakte-ops eakte-look 664 0 regular empty file",
            f"path {LAST_LOOK} eakte-ops eakte-ops 777 11 symbolic link",
            f"file {LAST_LOOK}",
            "is a symbolic link of eakte-ops:eakte-ops 777, granted was a file of eakte-ops:eakte-look 0664",
        ),
        (f"{LAST_LOOK} eakte-ops eakte-look 664", f"{LAST_LOOK} eakte-ops eakte-look 666", f"file {LAST_LOOK}", "666"),
        (
            "ops.flock eakte-ops eakte-ops 600",
            "ops.flock eakte-ops eakte 660",
            "file /var/lib/eakte-ops/ops.flock",
            "660",
        ),
        (
            "path /etc/eakte-ops/pack.sh root root 644",
            "path /etc/eakte-ops/pack.sh eakte-ops root 664",
            "file /etc/eakte-ops/pack.sh",
            "granted was a file of root:root 644",
        ),
        (
            "sum /etc/eakte-ops/allowed_signers ",
            "sum /etc/eakte-ops/allowed_signers 0",
            "file /etc/eakte-ops/allowed_signers",
            "something else",
        ),
        (
            "path /etc/sudoers.d/eakte-ops root root 440 ",
            "path /etc/sudoers.d/eakte-ops root root 440 9",
            "file /etc/sudoers.d/eakte-ops",
            "bytes, the pack puts",
        ),
        (
            f"sum {SYSTEMD}/eakte-job.service ",
            f"sum {SYSTEMD}/eakte-job.service 0",
            "unit eakte-job.service",
            "something",
        ),
        (
            f"unit-file {SYSTEMD}/eakte-job.service",
            f"unit-file {SYSTEMD}/eakte-root.service",
            "units",
            "eakte-root.service",
        ),
        (
            "eakte-job.service DropInPaths=",
            "eakte-job.service DropInPaths=/run/systemd/system/eakte-job.service.d/x.conf",
            "unit eakte-job.service",
            "x.conf changes eakte-job.service",
        ),
        (
            "eakte-job.service NeedDaemonReload=no",
            "eakte-job.service NeedDaemonReload=yes",
            "unit eakte-job.service",
            "daemon-reload",
        ),
        (
            "eakte-index.service UnitFileState=enabled",
            "eakte-index.service UnitFileState=masked",
            "unit eakte-index.service",
            "does not start with the machine: it is masked",
        ),
        (
            f"eakte-index.service FragmentPath={SYSTEMD}",
            "eakte-index.service FragmentPath=/run/systemd/system",
            "unit eakte-index.service",
            "systemd reads eakte-index.service from /run",
        ),
        (
            "eakte-logs.timer UnitFileState=enabled",
            "eakte-logs.timer UnitFileState=disabled",
            "unit eakte-logs.timer",
            "does not start with the machine: it is disabled",
        ),
        (
            "eakte-logs.timer ActiveState=active",
            "eakte-logs.timer ActiveState=inactive",
            "unit eakte-logs.timer",
            "starts nothing: it is inactive",
        ),
        (
            f"sum {SYSTEMD}/eakte-logs.service ",
            f"sum {SYSTEMD}/eakte-logs.service 0",
            "unit eakte-logs.service",
            "something else",
        ),
        (
            f"path {SYSTEMD}/eakte-logs.timer ",
            f"missing {SYSTEMD}/eakte-logs.timer\nx ",
            "unit eakte-logs.timer",
            "is missing",
        ),
        (
            "path /usr/sbin/logrotate ",
            "missing /usr/sbin/logrotate\nx ",
            "unit eakte-logs.service",
            "/usr/sbin/logrotate is missing: nothing rotates the logs",
        ),
        ("pack {", "setuid /opt/eakte/x\npack {", "setuid", "/opt/eakte/x"),
        (
            "sudo     (root) NOSETENV: NOEXEC: NOPASSWD: /usr/bin/systemctl stop eakte-job.service\n",
            "",
            "sudo",
            "stop eakte-job.service: granted, but not so",
        ),
        ("pack {", "sudo     (ALL) NOPASSWD: ALL\npack {", "sudo", "(ALL) NOPASSWD: ALL, which was not granted"),
        ("NOPASSWD: /usr/bin/systemctl stop eakte-job", "/usr/bin/systemctl stop eakte-job", "sudo", "not granted"),
        (
            "NOEXEC: NOPASSWD: /usr/bin/systemctl stop eakte-job",
            "SETENV: NOPASSWD: /usr/bin/systemctl stop eakte-job",
            "sudo",
            "SETENV",
        ),
        (
            "systemctl stop eakte-job.service\n",
            "systemctl stop eakte-job.service, /bin/bash\n",
            "sudo",
            "/bin/bash, which",
        ),
    ],
)
def test_every_difference_is_found_and_said(old: str, new: str, subject: str, said: str) -> None:
    right = as_granted(wanted(), sudo=True)
    assert old in right
    found = seen(right.replace(old, new, 1)).differences
    assert any(each.subject == subject and said in each.said for each in found), found


def test_a_revoked_key_that_is_still_there_is_named() -> None:
    rules = ACCESS.replace(f"key: {key(2)},", f'key: {key(2)}, revoked: "2026-11-22", why: lost,').replace(
        "issue: 3", "issue: 4"
    )
    found = seen(as_granted(wanted()), rules).differences
    assert any("the REVOKED key of admin-1 at ops-2 is still let in as eakte-ops" in each.said for each in found)
    assert any(each.subject == "version" for each in found)


def test_a_higher_number_with_the_same_content_makes_no_finding() -> None:
    """A key of Herdecke is revoked: Witten needs no new pack."""
    rules = ACCESS.replace("issue: 3", "issue: 4").replace(
        "towns: [herdecke]", 'towns: [herdecke], revoked: "2026-11-22", why: left'
    )
    assert seen(as_granted(wanted(), sudo=True), rules) == Comparison((), ())


@pytest.mark.parametrize("version", ["0", "-1", "true", "1e3", "99999999999999999999", "null", "[3]"])
def test_a_hostile_number_is_only_a_difference(version: str) -> None:
    found = seen(as_granted(wanted()).replace('"version": 3', f'"version": {version}')).differences
    assert [each.subject for each in found] == ["version"]


def test_what_was_written_into_a_file_of_the_accounts_makes_no_difference() -> None:
    said = as_granted(wanted(), sudo=True)
    line = f"path {LAST_LOOK} eakte-ops eakte-look 664 0 regular empty file"
    assert line in said
    for written in ("21 regular file", "99999999999999999999999 regular file"):
        assert seen(said.replace(line, line.replace("0 regular empty file", written))) == Comparison((), ())


def test_what_can_not_be_seen_is_said_and_never_counted_as_right() -> None:
    said = as_granted(wanted()).replace("path /etc/sudoers.d/eakte-ops root", "hidden /etc/sudoers.d/eakte-ops\nx root")
    assert "owner, mode and size of /etc/sudoers.d/eakte-ops" in seen(said).not_looked_at
    gone = as_granted(wanted()).replace(
        "path /etc/sudoers.d/eakte-ops root", "missing /etc/sudoers.d/eakte-ops\nx root"
    )
    assert "/etc/sudoers.d/eakte-ops is missing" in [each.said for each in seen(gone).differences]


def test_two_accounts_together_see_more_and_say_each_thing_once() -> None:
    want = wanted()
    wrong = ("groups eakte eakte\n", "groups eakte eakte docker\n")
    look, work = (seen(as_granted(want, sudo=sudo).replace(*wrong)) for sudo in (False, True))
    both = merged(look, work)
    assert len(both.differences) == 1
    assert both.not_looked_at == ()


@pytest.mark.parametrize("said", ["", "end", "account", "x" * 100, "pack {}\nen", "end\nmore"])
def test_an_answer_that_is_not_whole_is_no_answer(said: str) -> None:
    if said == "end":
        assert read_granted(b"end\n").pack == {}
    else:
        with pytest.raises(ValueError, match="did not arrive whole"):
            read_granted(said.encode())


def test_garbage_of_a_server_becomes_differences_and_nothing_else() -> None:
    said = (
        b"path\npath a b\nsum\nunit\ngroups\naccount a:b\nkey\npath /x r r 755 -1 f\npack \xff\x1b[2J\nsudo \x07\nend\n"
    )
    found = compare(wanted(), read_granted(said))
    assert {each.subject for each in found.differences} >= {"version", "account eakte", "keys eakte-ops"}
    assert all(each.said.isprintable() for each in found.differences)


def test_escape_sequences_and_length_of_a_server_do_not_reach_the_sentences() -> None:
    said = as_granted(wanted()).replace("groups eakte eakte", f"groups eakte \x1b]0;evil\x07{'x' * 5000} eakte", 1)
    found = seen(said).differences
    assert found
    assert all(each.said.isprintable() and len(each.said) < 300 for each in found)


def test_a_service_that_its_timer_starts_need_not_run() -> None:
    said = as_granted(wanted(), sudo=True)
    assert "unit eakte-logs.service ActiveState=inactive" in said
    for state in ("activating", "failed"):  # failed units are the business of another check
        assert seen(
            said.replace("eakte-logs.service ActiveState=inactive", f"eakte-logs.service ActiveState={state}")
        ) == Comparison((), ())


def test_logrotate_is_asked_for_where_logs_are_rotated() -> None:
    assert "path=/usr/sbin/logrotate" in granted_question(wanted()).script.args
    servers = [{"name": "witten-gw", "address": "192.0.2.13"}]
    place = town(servers=servers)
    bare = granted_question(expected(place, place.server("witten-gw"), access())).script.args
    assert not [word for word in bare if "logrotate" in word or "eakte-logs" in word]


def test_people_ask_for_sudo_and_the_night_does_not() -> None:
    want = wanted()
    assert "sudo" not in granted_question(want).script.args
    assert granted_question(want, sudo=True).script.args[-1] == "sudo"
    assert f"path={HOME}/.ssh/authorized_keys" in granted_question(want).script.args
