"""Each verdict on what a server offers, reaches and keeps of our looks: algorithms, names, backup storage, the mark."""

from __future__ import annotations

from dataclasses import replace

import pytest

from eakte_ops.health import wording
from eakte_ops.health.catalogue import CHECKS, light, questions
from eakte_ops.health.types import Judged, NotKnown, Result
from eakte_ops.remote.types import Answer, Offered
from tests.unit.health import well
from tests.unit.health.well import look, results

# What OpenSSH 9.2 of Debian 12 offers, as it was seen on a fresh installation.
DEBIAN_12 = Offered(
    key_exchanges=(
        "sntrup761x25519-sha512@openssh.com",
        "curve25519-sha256",
        "curve25519-sha256@libssh.org",
        "ecdh-sha2-nistp256",
        "ecdh-sha2-nistp384",
        "ecdh-sha2-nistp521",
        "diffie-hellman-group-exchange-sha256",
        "diffie-hellman-group16-sha512",
        "diffie-hellman-group18-sha512",
        "diffie-hellman-group14-sha256",
    ),
    host_keys=("rsa-sha2-512", "rsa-sha2-256", "ecdsa-sha2-nistp256", "ssh-ed25519"),
    ciphers=(
        "chacha20-poly1305@openssh.com",
        "aes128-ctr",
        "aes192-ctr",
        "aes256-ctr",
        "aes128-gcm@openssh.com",
        "aes256-gcm@openssh.com",
    ),
    macs=(
        "umac-64-etm@openssh.com",
        "umac-128-etm@openssh.com",
        "hmac-sha2-256-etm@openssh.com",
        "hmac-sha2-512-etm@openssh.com",
        "hmac-sha1-etm@openssh.com",
        "umac-64@openssh.com",
        "umac-128@openssh.com",
        "hmac-sha2-256",
        "hmac-sha2-512",
        "hmac-sha1",
    ),
)


def offering(offered: Offered, **limits: str) -> dict[str, Result]:
    return results("ssh.algorithms", look(visit=replace(well.VISIT, offered=offered)), **limits)


def test_what_debian_12_offers_is_well() -> None:
    assert {result.verdict for result in offering(DEBIAN_12).values()} == {"ok"}


@pytest.mark.parametrize(
    ("field", "name", "subject"),
    [
        ("key_exchanges", "diffie-hellman-group14-sha1", "key exchange"),
        ("key_exchanges", "diffie-hellman-group-exchange-sha1", "key exchange"),
        ("key_exchanges", "gss-group14-sha1-toWM5Slw5Ew8Mqkay+al2g==", "key exchange"),
        ("host_keys", "ssh-rsa", "host key"),
        ("host_keys", "ssh-dss", "host key"),
        ("ciphers", "aes256-cbc", "cipher"),
        ("ciphers", "rijndael-cbc@lysator.liu.se", "cipher"),
        ("ciphers", "arcfour256", "cipher"),
        ("ciphers", "none", "cipher"),
        ("macs", "hmac-md5-96-etm@openssh.com", "mac"),
        ("macs", "hmac-sha1-96", "mac"),
    ],
)
def test_a_weak_algorithm_is_a_warning_beside_strong_ones(field, name, subject) -> None:
    found = offering(replace(DEBIAN_12, **{field: (*getattr(DEBIAN_12, field), name)}))
    assert {each: result.verdict for each, result in found.items() if result.verdict != "ok"} == {subject: "warning"}
    assert found[subject].values["names"] == (name,)


def test_a_town_may_say_itself_what_is_weak() -> None:
    assert offering(DEBIAN_12, weak="hmac-sha1*")["mac"].verdict == "warning"
    assert offering(replace(DEBIAN_12, host_keys=("ssh-rsa",)), weak="")["host key"].verdict == "ok"


def test_a_server_that_showed_no_algorithms_is_unknown() -> None:
    with pytest.raises(NotKnown):
        offering(Offered())
    with pytest.raises(NotKnown):
        results("ssh.algorithms", look(visit=None))


def network(*lines: str) -> bytes:
    return "\n".join([*lines, "end", ""]).encode()


WELL = ("name\tknown\tlocalhost", "name\tknown\tgw", "resolver\tanswers", "storage\tanswers\t-")


@pytest.mark.parametrize(
    ("line", "subject", "verdict"),
    [
        ("name\tunknown\tgw", "gw", "critical"),
        ("name\thangs\tgw", "gw", "critical"),
        ("name\tknown\tgw", "gw", "ok"),
        ("resolver\thangs", "resolver", "warning"),
        ("resolver\tanswers", "resolver", "ok"),
    ],
)
def test_names(line, subject, verdict) -> None:
    found = results("names.resolution", look(network=network(*WELL, line)))
    assert found[subject].verdict == verdict
    assert {result.verdict for each, result in found.items() if each != subject} == {"ok"}


@pytest.mark.parametrize(
    "out",
    [
        network("resolver\tanswers"),
        network("name\tknown\tlocalhost"),
        network("name\tknown\tlocalhost", "resolver\tmaybe"),
        b"\n".join(line.encode() for line in WELL),
        Answer("network", None, why="killed at its limit of 5 s"),
        None,
    ],
)
def test_names_that_nobody_looked_up_are_unknown(out) -> None:
    with pytest.raises(NotKnown):
        results("names.resolution", look(network=out))


@pytest.mark.parametrize(
    ("state", "verdict"),
    [
        ("answers", "ok"),
        ("refused", "critical"),
        ("silent", "critical"),
        ("no-way", "critical"),
        ("no-name", "critical"),
        ("other", "critical"),
    ],
)
def test_backup_storage(state, verdict) -> None:
    line = f"storage\t{state}\tssh: \x1b[2Jsaid so"
    (result,) = results("backup.storage", look(network=network(*WELL[:-1], line))).values()
    assert (result.verdict, result.subject) == (verdict, "herdecke-store")
    for language in ("de", "en"):
        said = wording.said(Judged("t", "s", "backup.storage", "local-it", result), CHECKS["backup.storage"], language)
        assert said.isprintable()


@pytest.mark.parametrize("lines", [WELL[:-1], (*WELL[:-1], "storage\tno-tool\t"), (*WELL[:-1], "storage\tfine\t-")])
def test_a_backup_storage_that_nobody_asked_is_unknown(lines) -> None:
    with pytest.raises(NotKnown):
        results("backup.storage", look(network=network(*lines)))


def test_a_town_without_backup_storage_is_not_concerned() -> None:
    known = replace(well.site(), storage=None)
    assert not CHECKS["backup.storage"].concerns(known)
    (asked,) = questions([CHECKS["names.resolution"]], known)
    assert asked.script.args == ("2", "", "")


def test_names_of_the_town_are_asked_for_and_addresses_are_not() -> None:
    (asked,) = questions([CHECKS["names.resolution"]], replace(well.site(), names=("db.town.example",)))
    assert asked.script.args == ("2", "192.0.2.52", "22", "db.town.example")


@pytest.mark.parametrize(
    ("state", "verdict", "todo"),
    [("written", "ok", ""), ("absent", "warning", ""), ("denied", "warning", ""), ("failed", "warning", "failed")],
)
def test_the_mark_of_a_look(state, verdict, todo) -> None:
    result = results("watch.mark", look(last_look=f"mark\t{state}\t2026-11-24T01:30:00Z\n".encode()))[""]
    assert (result.verdict, result.said, result.todo) == (verdict, state, todo)


@pytest.mark.parametrize("out", [b"", b"mark\tperhaps\t-\n", b"mark\twritten\n", None])
def test_a_mark_of_which_nothing_is_said_is_unknown(out) -> None:
    with pytest.raises(NotKnown):
        results("watch.mark", look(last_look=out))


@pytest.mark.parametrize("checks", [tuple(CHECKS.values()), light()], ids=["full", "light"])
def test_the_mark_is_the_last_question_of_every_look(checks) -> None:
    assert questions(checks, well.site())[-1].name == "last_look"
    assert questions(checks, well.site())[-1].script.args == ("/var/lib/eakte-ops/last-look",)
